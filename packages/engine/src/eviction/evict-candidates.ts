// What the decisions under way want of the plan in this cycle: the eviction of their victims, at the stage each decision is
// at, and the end of requests that were made anew elsewhere. They become proposals like any other: arbitrated, announced,
// passed by the gate, journalled, carried out and watched. What the journal knows to have ended for a decision is not asked
// for again: the reading may be older than the end, and the decision may not have taken it up yet.
// Of victims that are deleted one goes after the other: what is deleted does not come back if the next one stays.
import {
  type Candidate,
  type DecisionVictim,
  type EvictionDecision,
  type EvictionStage,
  type InstanceId,
  type JournalEntry,
  noYield,
  type Verdict,
} from '@gleaner/model'
import { yieldOf } from '../idleness/yield-of.ts'
import type { ActionSupports } from '../ledger/action-support.ts'
import { holdingTable } from '../ledger/holding.ts'
import type { UsageAccess } from '../ledger/usage-access.ts'
import { isOpenEntry } from '../people/journal-entry.ts'
import type { CapabilityAnswer, ReasonCounts } from '../plan/capability-answer.ts'
import { countReason } from '../plan/capability-answer.ts'
import type { Snapshots } from '../snapshot/snapshot.ts'
import { causeOf, evictionReason } from './decision-words.ts'
import { toGo } from './steps/become.ts'
import { asVictim } from './steps/placing.ts'

export interface CandidateWorld {
  readonly snapshots: Snapshots
  readonly supports: ActionSupports
  readonly usage: UsageAccess
  /** The same that the plan is made with. */
  readonly journal: readonly JournalEntry[]
  readonly nowMs: number
}

export function evictCandidates(decisions: readonly EvictionDecision[], world: CandidateWorld): CapabilityAnswer {
  const over = endedIn(world.journal)
  const candidates = decisions
    .flatMap((decision) => wanted(decision, world))
    .filter(({ eviction, instanceId }) => !over.has(keyOf(eviction?.decisionId, instanceId)))
  const reasons: ReasonCounts = {}
  for (const { reason } of candidates) countReason(reasons, reason.code)
  return { candidates, refused: [], reasons }
}

/** What was done for which decision to whom, well or not: a victim that stays is replaced by another, never tried again. */
function endedIn(journal: readonly JournalEntry[]): ReadonlySet<string> {
  return new Set(
    journal
      .filter((entry) => entry.capability === 'preemption' && !isOpenEntry(entry))
      .map(({ reason, instanceId }) => keyOf(reason.facts['decision'], instanceId)),
  )
}

function keyOf(decisionId: unknown, instanceId: InstanceId | undefined): string {
  return `${String(decisionId)} ${String(instanceId)}`
}

function wanted(decision: EvictionDecision, world: CandidateWorld): Candidate[] {
  const { recreation } = decision
  if (decision.state === 'placing' && recreation?.runs === true && recreation.told) {
    const reason: Verdict = {
      code: 'request-replaced',
      sentence: `It could not be placed; ${recreation.newId ?? 'a new one'} runs in its place.`,
      facts: { decision: decision.id, made: recreation.newId ?? null },
    }
    return [candidateOf(decision, asVictim(decision, recreation), { stage: 'validated', reason, world })]
  }
  const going = toGo(decision)
  return going.flatMap((victim, index) => {
    const stage = stageOf(decision, victim)
    if (stage === undefined) return []
    const waits = stage === 'validated' && victim.action === 'delete' && index > 0
    const hostName = world.snapshots.get(decision.cloudId)?.hostById.get(victim.hostId)?.name ?? victim.hostId
    const reason = evictionReason(decision, hostName)
    return [candidateOf(decision, victim, { stage: waits ? 'reserved' : stage, reason, world })]
  })
}

function stageOf({ state }: EvictionDecision, victim: DecisionVictim): EvictionStage | undefined {
  switch (state) {
    case 'awaiting-approval':
    case 'planned':
      return 'planned'
    case 'reserved':
      return victim.state === 'planned' ? 'planned' : 'reserved'
    case 'evicting':
      return 'validated'
    default:
      return undefined
  }
}

function candidateOf(
  decision: EvictionDecision,
  victim: Omit<DecisionVictim, 'state' | 'labelled'>,
  { stage, reason, world }: { readonly stage: EvictionStage; readonly reason: Verdict; readonly world: CandidateWorld },
): Candidate {
  const { action, instanceId, projectId, hostId, noticeMs } = victim
  const instance = world.snapshots.get(decision.cloudId)?.instanceById.get(instanceId)
  const support = world.supports.get(decision.cloudId)
  return {
    capability: 'preemption',
    claim: decision.kind === 'test' ? 'command' : 'firm-instance',
    action,
    setting: undefined,
    instanceId,
    projectId,
    hostId: instance === undefined ? hostId : instance.hostId,
    cause: causeOf(decision),
    ruleId: undefined,
    ruleRevision: undefined,
    mode: 'enforce',
    priority: 0,
    graceMs: noticeMs,
    reason,
    gives:
      instance === undefined
        ? noYield
        : yieldOf(instance, {
            action,
            givesBack: support?.get(action),
            holding: holdingTable(support),
            usage: world.usage,
            nowMs: world.nowMs,
          }),
    eviction: { decisionId: decision.id, stage },
  }
}
