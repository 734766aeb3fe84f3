// One cycle: from what the capabilities want, and the proposals that are open, to the next plan.
// Guarantees: equal input gives equal output; deciding again on the same world with what was saved changes nothing; at
// most one open proposal per target and action; no proposal is `due` that the gate does not let pass, budgets counted
// over the journal and over what this very cycle lets pass, strongest first; every proposal that ends says why.
// Leaves to others: acting (the executor passes the gate once more), saving and sending (the server).
import { type Candidate, type HostLedger, isOnInstance, type Plan, type Proposal, type Verdict } from '@gleaner/model'
import { openGateWorld, type GateFacts, type GateWorld } from '../gate/gate-world.ts'
import { totalLedger } from '../ledger/ledger-line.ts'
import { isComplete } from '../snapshot/snapshot.ts'
import { isFresh } from '../snapshot/snapshot-verdict.ts'
import { advance, isAnnounced, nameOf } from './advance.ts'
import { arbitrate, type Outranked } from './arbitrate.ts'
import { type CapabilityAnswer, countReason, type ReasonCounts, type Refused } from './capability-answer.ts'
import { leave } from './leave.ts'
import { callOff, type DecidedNotice } from './notice.ts'
import { reconcile } from './reconcile.ts'
import { isSameProposal } from './same-proposal.ts'
import { createSteps, type Step, type Steps } from './steps.ts'
import { byStrength } from './strength.ts'

export interface World extends GateFacts {
  readonly answers: readonly CapabilityAnswer[]
  /** Every open proposal, as stored. */
  readonly proposals: readonly Proposal[]
  /** Of all clouds. */
  readonly ledger: readonly HostLedger[]
  /** The server makes the ids; the engine asks for them in an order that depends on the input alone. */
  readonly nextId: (kind: 'plan' | 'proposal') => string
}

export interface Decision {
  readonly plan: Plan
  /** New and changed proposals, those that ended included: one transaction. */
  readonly save: readonly Proposal[]
  readonly notices: readonly DecidedNotice[]
  /** What the executor may do now, strongest first. */
  readonly due: readonly Proposal[]
  /** What was wanted and is refused for good, without having become a proposal. */
  readonly refused: readonly Refused[]
}

interface Draft {
  readonly world: World
  readonly gate: GateWorld
  /** Steps whose action is under way. */
  readonly acting: Steps<Proposal>
  readonly open: Proposal[]
  readonly ended: Proposal[]
  readonly save: Proposal[]
  readonly notices: DecidedNotice[]
  readonly refused: Refused[]
}

/** An announced action that does not happen for one of these reasons needs no call-off: the owner knows or sees it. */
const knownToOwner: ReadonlySet<string> = new Set(['already-there', 'instance-gone', 'kept', 'vetoed', 'person-acted'])

export function decide(world: World): Decision {
  const gate = openGateWorld(world)
  const acting = createSteps<Proposal>()
  const draft: Draft = { world, gate, acting, open: [], ended: [], save: [], notices: [], refused: [] }
  const standing = takeStanding(draft)
  const wanted = world.answers.flatMap((answer) => answer.candidates)
  const { winners, losers } = arbitrate([...wanted, ...commandsStillWanted(standing, wanted, world)], world.policy)

  for (const candidate of winners) {
    const found = standing.get(candidate)
    const previous = found !== undefined && isSameCause(found, candidate) ? found : undefined
    const isFollowed = follow(candidate, previous, draft)
    // One open proposal per step: whoever has it now, the one of another cause ends.
    if (found !== undefined && isFollowed) {
      standing.remove(found)
      if (previous === undefined) keep(found, leave(found, takenOver(found, candidate), gate), draft)
    }
  }
  for (const { candidate, verdict } of losers) refuse(candidate, verdict, draft)
  const unwanted = standing.all()
  const said = unwanted.length === 0 ? undefined : verdictsSaid(world.answers, losers)
  for (const proposal of unwanted) keep(proposal, leave(proposal, said?.(proposal), gate), draft)

  return finish(draft)
}

/** What arbitration, else a capability, said about the step of a proposal that was not wanted. */
function verdictsSaid(
  answers: readonly CapabilityAnswer[],
  losers: readonly Outranked[],
): (proposal: Proposal) => Verdict | undefined {
  const said = createSteps<{ readonly cause: string; readonly verdict: Verdict }[]>()
  const add = (step: Step & { readonly cause: string }, verdict: Verdict) => {
    const list = said.get(step)
    if (list === undefined) said.set(step, [{ cause: step.cause, verdict }])
    else list.push({ cause: step.cause, verdict })
  }
  for (const { candidate, verdict } of losers) add(candidate, verdict)
  for (const { refused } of answers) for (const each of refused) add(each, each.verdict)
  return (proposal) => said.get(proposal)?.find(({ cause }) => cause === proposal.cause)?.verdict
}

/**
 * The open proposals by target and action, as far as they wait for a decision: those whose action is under way or has
 * ended are brought in line with the journal, and of two for the same step (which the store should never hold) the
 * younger one ends.
 */
function takeStanding(draft: Draft): Steps<Proposal> {
  const entries = new Map(draft.world.journal.map((entry) => [entry.proposalId, entry]))
  const standing = createSteps<Proposal>()
  for (const proposal of draft.world.proposals) {
    const entry = entries.get(proposal.id)
    const known = entry === undefined ? proposal : reconcile(proposal, entry)
    if (known.state === 'acting') draft.acting.set(known, known)
    if (entry !== undefined || known.state === 'acting') {
      keep(proposal, known, draft)
      continue
    }
    const other = standing.get(proposal)
    if (other === undefined || isOlder(proposal, other)) standing.set(proposal, proposal)
    if (other !== undefined) {
      const younger = isOlder(proposal, other) ? other : proposal
      keep(younger, doubled(younger), draft)
    }
  }
  for (const acting of draft.acting.all()) {
    const second = standing.get(acting)
    if (second === undefined) continue
    keep(second, doubled(second), draft)
    standing.remove(second)
  }
  return standing
}

function isOlder(a: Proposal, b: Proposal): boolean {
  return a.createdAtMs < b.createdAtMs || (a.createdAtMs === b.createdAtMs && a.id < b.id)
}

function doubled(proposal: Proposal): Proposal {
  const sentence = `There is another proposal for ${proposal.action} of the same ${isOnInstance(proposal) ? 'instance' : 'host'}.`
  return { ...proposal, state: 'cancelled', verdict: { code: 'outranked', sentence, facts: {} } }
}

/**
 * A command is given once and stays wanted until it was done or its time is over; but not the steps of a person's wish about the
 * power of a host, which are wanted anew in each cycle for as long as the wish stands.
 */
function commandsStillWanted(
  standing: Steps<Proposal>,
  wanted: readonly Candidate[],
  world: World,
): readonly Candidate[] {
  const given = createSteps<true>()
  for (const candidate of wanted) if (candidate.claim === 'command') given.set(candidate, true)
  const still: Candidate[] = []
  for (const proposal of standing.all()) {
    if (proposal.claim !== 'command' || proposal.capability === 'energy') continue
    if (proposal.eviction !== undefined || given.get(proposal) !== undefined) continue
    if (world.nowMs - proposal.createdAtMs <= world.policy.actionTimeoutMs) still.push(candidateOf(proposal))
  }
  return still
}

/** False when it was refused for good and no proposal came of it. */
function follow(candidate: Candidate, previous: Proposal | undefined, draft: Draft): boolean {
  const acting = draft.acting.get(candidate)
  if (acting !== undefined) {
    refuse(candidate, acting.verdict, draft)
    return false
  }
  const { answer, notices, proposal } = advance({ candidate, previous }, draft.gate)
  if (previous === undefined && !answer.passed && answer.refusal === 'standing') {
    refuse(candidate, answer.verdict, draft)
    return false
  }
  if (previous === undefined) proposal.id = draft.world.nextId('proposal')
  for (const notice of notices) draft.notices.push({ ...notice, proposalId: proposal.id })
  if (proposal.state === 'due') draft.gate.book.grant(proposal)
  const changed = previous === undefined || !isSameProposal(previous, proposal)
  if (changed) proposal.updatedAtMs = draft.world.nowMs
  file(previous, { proposal, changed }, draft)
  return true
}

function takenOver(proposal: Proposal, candidate: Candidate): Verdict {
  return {
    code: 'outranked',
    sentence: `"${candidate.cause}" asks for ${candidate.action} in the place of "${proposal.cause}".`,
    facts: { byCause: candidate.cause, byClaim: candidate.claim, byCapability: candidate.capability },
  }
}

function refuse(candidate: Candidate, verdict: Verdict, draft: Draft): void {
  const { instanceId, hostId, action, cause } = candidate
  draft.refused.push({ instanceId, hostId, action, cause, verdict })
}

function keep(before: Proposal, after: Proposal, draft: Draft): void {
  const changed = !isSameProposal(before, after)
  file(before, { proposal: changed ? { ...after, updatedAtMs: draft.world.nowMs } : after, changed }, draft)
}

/** Files a proposal where it belongs now; `before` is how it is stored. */
function file(
  before: Proposal | undefined,
  { proposal: filed, changed }: { readonly proposal: Proposal; readonly changed: boolean },
  draft: Draft,
): void {
  if (endStates.has(filed.state)) draft.ended.push(filed)
  else draft.open.push(filed)
  if (!changed) return
  draft.save.push(filed)
  const announced = before?.noticeAtMs !== undefined && isAnnounced(filed)
  if (filed.state === 'cancelled' && announced && isOnInstance(filed) && !knownToOwner.has(filed.verdict.code))
    draft.notices.push(callOff(filed, nameOf(filed, draft.gate)))
}

const endStates: ReadonlySet<string> = new Set(['done', 'failed', 'timed-out', 'cancelled'])

function finish(draft: Draft): Decision {
  const { world, open, ended, refused } = draft
  open.sort(byStrength)
  ended.sort(byStrength)
  const reasons: ReasonCounts = {}
  for (const answer of world.answers)
    for (const code in answer.reasons)
      countReason(reasons, code as keyof ReasonCounts, answer.reasons[code as keyof ReasonCounts])
  for (const proposal of open) countReason(reasons, proposal.verdict.code)
  for (const proposal of ended) countReason(reasons, proposal.verdict.code)
  for (const { verdict } of refused) countReason(reasons, verdict.code)
  const plan: Plan = {
    id: world.nextId('plan'),
    createdAtMs: world.nowMs,
    basis: [...world.snapshots.values()]
      .map((snapshot) => ({
        cloudId: snapshot.cloudId,
        version: snapshot.version,
        takenAtMs: snapshot.takenAtMs,
        complete: isComplete(snapshot),
        fresh: isFresh(snapshot, world.policy, world.nowMs),
      }))
      .sort((a, b) => (a.cloudId < b.cloudId ? -1 : 1)),
    proposals: open,
    ended,
    reasons,
    ledger: world.ledger,
    totals: totalLedger(world.ledger),
  }
  const due = open.filter((proposal) => proposal.state === 'due')
  return { plan, save: draft.save, notices: draft.notices, due, refused }
}

/** The same wish as before, though perhaps with other numbers or by a new revision of its rule. */
function isSameCause(proposal: Proposal, candidate: Candidate): boolean {
  return (
    proposal.capability === candidate.capability &&
    proposal.claim === candidate.claim &&
    proposal.ruleId === candidate.ruleId &&
    proposal.eviction?.decisionId === candidate.eviction?.decisionId &&
    (proposal.ruleId !== undefined || proposal.cause === candidate.cause)
  )
}

function candidateOf(proposal: Proposal): Candidate {
  const { capability, claim, action, setting, instanceId, projectId, cause, ruleId, ruleRevision } = proposal
  const { mode, priority, graceMs, reason, gives, hostId, eviction } = proposal
  return {
    capability,
    claim,
    action,
    setting,
    instanceId,
    projectId,
    hostId,
    cause,
    ruleId,
    ruleRevision,
    mode,
    priority,
    graceMs,
    reason,
    gives,
    ...(eviction === undefined ? {} : { eviction }),
  }
}
