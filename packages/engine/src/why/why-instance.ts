// The story of one instance: what was decided about it and what was not, and from which numbers. Everything is what the
// cycle itself uses: the same rules, the same gate, the same ledger; nothing is told that could not have acted.
// The gate is asked about the open proposal; without one about the action a matching rule wants; without that about
// suspending it under a rule in mode enforce: what would stand in the way if one asked for it.
import {
  type Candidate,
  cloudOf,
  type Eviction,
  type Hold,
  type HostId,
  type HostLedger,
  type HostPowerRecord,
  type Instance,
  type InstanceId,
  isReclaiming,
  type JournalEntry,
  noYield,
  openProposalStates,
  type Proposal,
  type Verdict,
} from '@gleaner/model'
import { type CheckAnswer, inspectGate } from '../gate/gate.ts'
import { type GateFacts, type GateWorld, openGateWorld } from '../gate/gate-world.ts'
import { isActiveHold } from '../people/winning-hold.ts'
import { byStrength } from '../plan/strength.ts'
import type { Refused } from '../plan/capability-answer.ts'
import type { RuleStory } from './rule-stories.ts'
import { summarize } from './summary.ts'
import { type TimelinePoint, timelineOf } from './timeline.ts'

export interface WhyWorld extends GateFacts {
  readonly proposals: readonly Proposal[]
  readonly ledger: readonly HostLedger[]
  /** What the last cycle refused for good. */
  readonly refused: readonly Refused[]
  /** Of this instance, newest first; what has been pruned is not told. */
  readonly evictions?: readonly Eviction[]
  /** What is remembered of a host's being switched off and on. */
  readonly powerRecordOf?: (hostId: HostId) => HostPowerRecord | undefined
  /** What the last cycle said about emptying or relieving a host, where moving running instances together is on. */
  readonly consolidationOf?: (hostId: HostId) => Verdict | undefined
}

export interface WhyInstance {
  readonly instanceId: InstanceId
  /** Undefined when the last reading does not have it. */
  readonly instance: Instance | undefined
  /** The answer in one or two sentences. */
  readonly summary: string
  readonly rules: readonly RuleStory[]
  readonly asked: { readonly action: Candidate['action']; readonly cause: string; readonly hypothetical: boolean }
  /** Every check that applies, in order; not only the first that refuses. Without a proposal there is no progress to tell. */
  readonly gate: readonly CheckAnswer[]
  readonly ledger: HostLedger | undefined
  /** Active ones, those included that follow from the journal. */
  readonly holds: readonly Hold[]
  readonly proposals: readonly Proposal[]
  readonly refused: readonly Refused[]
  readonly history: readonly JournalEntry[]
  readonly timeline: readonly TimelinePoint[]
}

export function whyInstance(world: WhyWorld, instanceId: InstanceId, rules: readonly RuleStory[]): WhyInstance {
  const gate = openGateWorld(world)
  const instance = world.snapshots.get(cloudOf(instanceId))?.instanceById.get(instanceId)
  const proposals = world.proposals.filter((proposal) => proposal.instanceId === instanceId).sort(byStrength)
  const holds = gate.holdsOf({ instanceId, hostId: undefined }).filter((hold) => isActiveHold(hold, world.nowMs))
  const history = world.journal.filter((entry) => entry.instanceId === instanceId)
  const refused = world.refused.filter((each) => each.instanceId === instanceId)
  const open = proposals.filter((proposal) => openProposalStates.includes(proposal.state))
  const asked = open[0] ?? hypothetical(instanceId, { instance, rules, gate })
  // How far a step has come that nobody has begun is no news.
  const answers = inspectGate(gate, asked).filter(({ refusal }) => open.length > 0 || refusal !== 'progress')
  const evictions = (world.evictions ?? []).filter((each) => each.instanceId === instanceId)
  const ledger = world.ledger.find((each) => each.hostId === instance?.hostId)
  return {
    instanceId,
    instance,
    summary: summarize({
      instanceId,
      instance,
      rules,
      gate: answers,
      holds,
      proposals: open,
      refused,
      history,
      evictions,
    }),
    rules,
    asked: { action: asked.action, cause: asked.cause, hypothetical: open.length === 0 },
    gate: answers,
    ledger,
    holds,
    proposals,
    refused,
    history,
    timeline: timelineOf({ instance, holds, proposals, history, evictions }),
  }
}

function hypothetical(
  instanceId: InstanceId,
  known: { readonly instance: Instance | undefined; readonly rules: readonly RuleStory[]; readonly gate: GateWorld },
): Proposal {
  const { instance, gate } = known
  const story = known.rules.find(({ verdict, action }) => verdict.code === 'rule-matched' && isReclaiming(action))
  const rule = story === undefined ? undefined : gate.ruleById.get(story.ruleId)
  const verdict = { code: 'not-confirmed', sentence: 'Nothing is proposed.', facts: {} } as const
  return {
    capability: 'idleness',
    claim: 'idleness',
    action: rule?.action ?? 'suspend',
    setting: undefined,
    instanceId,
    projectId: instance?.projectId ?? (instanceId as string as Proposal['projectId']),
    hostId: instance?.hostId,
    cause: rule?.name ?? 'a rule',
    ruleId: rule?.id,
    ruleRevision: rule?.revision,
    mode: rule?.mode ?? 'enforce',
    priority: rule?.priority ?? 0,
    graceMs: 0,
    reason: story?.verdict ?? verdict,
    gives: noYield,
    id: '',
    state: 'confirming',
    verdict,
    confirmations: 0,
    createdAtMs: gate.nowMs,
    updatedAtMs: gate.nowMs,
    noticeAtMs: undefined,
    dueAtMs: undefined,
    approvedBy: undefined,
    confirmedVersion: 0,
    confirmedAtMs: 0,
  }
}
