// Room that is held in the cloud itself while its victims leave, so that nobody else takes it.
import { wholeSentence } from '@gleaner/engine'
import {
  describeError,
  type DecisionClaim,
  type EvictionDecision,
  type InstanceId,
  isError,
  type Verdict,
} from '@gleaner/model'
import { ended, isPassing, limited, type Outcome, type SagaBook, type Work } from './saga-book.ts'

export async function holdRoom(book: SagaBook, work: Work, claim: DecisionClaim): Promise<Outcome> {
  const { decision, signal } = work
  const host = book.hostName(decision, claim.hostId)
  const noted = await book.note(work, `hold ${claim.vcpus} vcpus and ${claim.memoryMiB} MiB on ${host}`)
  const { claimId, hostId, from, vcpus, memoryMiB, diskGiB } = claim
  try {
    await book.cloudOf(decision).claims?.claim({ claimId, hostId, from, vcpus, memoryMiB, diskGiB }, limited(signal))
  } catch (error) {
    if (isPassing(error)) return book.later(noted, error)
    // Nothing was changed: somebody was faster, or a victim is no longer what it was.
    const because: Verdict = {
      code: 'room-lost',
      sentence: wholeSentence(`The room on ${host} could not be held: ${describeError(error)}`),
      facts: { host },
    }
    const claims = withClaim(noted, claimId, 'ended')
    await book.save(work.fence, ended({ ...noted, claims, planAgain: because }, describeError(error)))
    return 'again'
  }
  await book.save(work.fence, ended({ ...noted, claims: withClaim(noted, claimId, 'held') }, 'held'))
  return 'again'
}

export async function endHold(
  book: SagaBook,
  work: Work,
  { claim, backTo }: { readonly claim: DecisionClaim; readonly backTo: readonly InstanceId[] },
): Promise<Outcome> {
  const { decision, signal } = work
  const host = book.hostName(decision, claim.hostId)
  const what = backTo.length === 0 ? `release the room on ${host}` : `give the room on ${host} back`
  const noted = await book.note(work, what)
  const claims = book.cloudOf(decision).claims
  let outcome = 'done'
  try {
    if (backTo.length > 0) await claims?.giveBack(claim.claimId, backTo, limited(signal))
    else await claims?.release(claim.claimId, limited(signal))
  } catch (error) {
    if (isPassing(error)) return book.later(noted, error)
    if (!isError(error, 'cloud-not-found')) {
      await book.runtime.problems.reportError(`room held on ${host}`, error)
      if (backTo.length > 0) await claims?.release(claim.claimId, limited(signal)).catch(() => {})
    }
    outcome = describeError(error)
  }
  await book.save(work.fence, ended({ ...noted, claims: withClaim(noted, claim.claimId, 'ended') }, outcome))
  return 'again'
}

function withClaim(decision: EvictionDecision, id: string, state: DecisionClaim['state']): readonly DecisionClaim[] {
  return decision.claims.map((claim) => (claim.claimId === id ? { ...claim, state } : claim))
}
