// The notice of a victim where its owner looks for it: in the metadata of the instance.
import { noticeText } from '@gleaner/engine'
import { type DecisionVictim, describeError, type EvictionDecision, type InstanceId, isError } from '@gleaner/model'
import type { Cloud } from '@gleaner/ports'
import { ended, isPassing, limited, type Outcome, type SagaBook, type Work } from './saga-book.ts'

const noticeKey = 'gleaner-eviction'
const noticeTimeKey = 'gleaner-eviction-not-before'
/** A label that the cloud does not take so often is done without: the notice in Gleaner's own list counts. */
const mostLabelTries = 3

export async function tell(book: SagaBook, work: Work, victim: DecisionVictim): Promise<Outcome> {
  const { decision, signal, seen } = work
  const { labels } = book.cloudOf(decision)
  const told = (from: EvictionDecision, labelled: boolean) =>
    withVictim(from, victim.instanceId, { state: 'told', toldAtMs: seen.nowMs, labelled })
  if (labels === undefined) {
    await book.save(work.fence, told(decision, false))
    return 'again'
  }
  const noted = await book.note(work, `tell ${victim.name} in the cloud`)
  const hostName = book.hostName(decision, victim.hostId)
  const atMs = seen.nowMs + victim.noticeMs
  const entries = {
    [noticeKey]: noticeText(decision, { action: victim.action, noticeMs: victim.noticeMs, hostName }),
    [noticeTimeKey]: new Date(atMs).toISOString(),
  }
  try {
    await labels.setMetadata(victim.instanceId, entries, limited(signal))
  } catch (error) {
    const tries = noted.steps.filter(({ what }) => what === `tell ${victim.name} in the cloud`).length
    if (isPassing(error) && tries < mostLabelTries) return book.later(noted, error)
    if (!isError(error, 'cloud-not-found')) await book.runtime.problems.reportError(`notice to ${victim.name}`, error)
    await book.save(work.fence, ended(told(noted, false), describeError(error)))
    return 'again'
  }
  await book.save(work.fence, ended(told(noted, true), 'done'))
  return 'again'
}

/** A label that stays behind harms nobody: it is tried once per run, and given up when the cloud refuses. */
export async function untell(book: SagaBook, work: Work, victim: DecisionVictim): Promise<Outcome> {
  const noted = await book.note(work, `take the notice off ${victim.name}`)
  let outcome = 'done'
  try {
    await removeNotice(book.cloudOf(work.decision), victim.instanceId, limited(work.signal))
  } catch (error) {
    outcome = describeError(error)
  }
  await book.save(work.fence, ended(withVictim(noted, victim.instanceId, { labelled: false }), outcome))
  return 'again'
}

export async function removeNotice(cloud: Cloud, instanceId: InstanceId, signal: AbortSignal): Promise<void> {
  await cloud.labels?.setMetadata(instanceId, { [noticeKey]: undefined, [noticeTimeKey]: undefined }, signal)
}

function withVictim(decision: EvictionDecision, id: InstanceId, change: Partial<DecisionVictim>): EvictionDecision {
  const victims = decision.victims.map((victim) => (victim.instanceId === id ? { ...victim, ...change } : victim))
  return { ...decision, victims }
}
