// A decision to evict under way, and what is seen of it, for tests: room on one host for one request, one victim that was
// told to leave, everything well and enforced. A test spoils what it is about.
import {
  type DecisionClaim,
  type DecisionVictim,
  defaultPreemptionPolicy,
  type EvictionDecision,
  hostId,
  type InstanceId,
  instanceId,
  type JournalState,
  noYield,
  type Proposal,
  type Recreation,
} from '@gleaner/model'
import {
  aHost,
  aJournalEntry,
  anInstance,
  aProject,
  aProposal,
  aVerdict,
  testCloud,
  testStartMs,
} from '@gleaner/testkit'
import type { SagaSeen, SeenVictim } from '../eviction/saga-seen.ts'
import { aWish } from './a-room-world.ts'

const minute = 60_000

/** When the decision was made, and how long its victims are told before. */
export const decidedAtMs = testStartMs
export const noticeMs = 10 * minute
/** When the tests of a saga look at it, unless told otherwise: the notice is over, and the reading is of just now. */
export const lookedAtMs = testStartMs + 20 * minute

export function idOf(name: string): InstanceId {
  return instanceId(testCloud, name)
}

export function aVictim(overrides: Partial<DecisionVictim> = {}): DecisionVictim {
  const { name } = { name: 'batch-1', ...overrides }
  return {
    instanceId: idOf(name),
    name,
    projectId: aProject().id,
    flavor: 'medium',
    tags: [],
    hostId: aHost().id,
    priority: 0,
    action: 'stop',
    noticeMs,
    state: 'told',
    labelled: true,
    toldAtMs: decidedAtMs,
    leftAtMs: undefined,
    outcome: undefined,
    vcpus: 2,
    memoryMiB: 4096,
    diskGiB: 20,
    ...overrides,
  }
}

export function aClaim(overrides: Partial<DecisionClaim> = {}): DecisionClaim {
  return {
    claimId: 'claim-1',
    hostId: aHost().id,
    from: [idOf('batch-1')],
    state: 'held',
    vcpus: 2,
    memoryMiB: 4096,
    diskGiB: 20,
    ...overrides,
  }
}

/** The request `big`, which the cloud took as `big-failed` and could not place. */
export function aRecreation(overrides: Partial<Recreation> = {}): Recreation {
  return {
    instanceId: idOf('big-failed'),
    tags: [],
    native: {},
    newId: undefined,
    runs: false,
    told: false,
    ...overrides,
  }
}

export function aDecision(overrides: Partial<EvictionDecision> = {}): EvictionDecision {
  return {
    id: 'dec_1',
    requestId: 'req_1',
    kind: 'room',
    cloudId: testCloud,
    mode: 'enforce',
    by: 'front',
    createdAtMs: decidedAtMs,
    updatedAtMs: decidedAtMs,
    state: 'reserved',
    verdict: aVerdict({ code: 'passed', sentence: 'As it was before.', facts: {} }),
    wish: aWish(),
    placements: [{ index: 0, hostId: aHost().id }],
    victims: [aVictim()],
    claims: [aClaim()],
    objective: defaultPreemptionPolicy.objective,
    cost: 1,
    hostReasons: {},
    reasons: {},
    unblock: [],
    basis: { version: 1, takenAtMs: decidedAtMs },
    attempt: 1,
    planAgain: undefined,
    recreation: undefined,
    heldUntilMs: undefined,
    endsAs: undefined,
    steps: [],
    ...overrides,
  }
}

export function aSeenVictim(overrides: Partial<SeenVictim> = {}): SeenVictim {
  return {
    proposal: undefined,
    entry: undefined,
    refused: undefined,
    now: undefined,
    nowAtMs: undefined,
    ...overrides,
  }
}

/** The victims by their names. */
export function seen({
  victims = {},
  ...overrides
}: Partial<Omit<SagaSeen, 'victims'>> & {
  readonly victims?: Readonly<Record<string, Partial<SeenVictim>>>
} = {}): SagaSeen {
  return {
    nowMs: lookedAtMs,
    mode: 'enforce',
    paused: false,
    holdMs: 5 * minute,
    facets: { claims: true, labels: true },
    reading: { version: 7, takenAtMs: lookedAtMs },
    failed: undefined,
    made: undefined,
    ...overrides,
    victims: new Map(Object.entries(victims).map(([name, is]) => [idOf(name), aSeenVictim(is)])),
  }
}

/** Ways in which a victim can be seen. */
export const notified = (overrides: Partial<Proposal> = {}): Partial<SeenVictim> => ({
  proposal: aProposal({ state: 'notified', dueAtMs: decidedAtMs + noticeMs, ...overrides }),
})

export const acted = (state: JournalState, overrides: Partial<SeenVictim> = {}): Partial<SeenVictim> => ({
  entry: aJournalEntry({
    capability: 'preemption',
    action: 'stop',
    state,
    finishedAtMs: lookedAtMs - minute,
    outcome: `the cloud says ${state}`,
    gives: noYield,
  }),
  ...overrides,
})

export const stillThere: Partial<SeenVictim> = { now: anInstance({ firmness: 'preemptible' }), nowAtMs: lookedAtMs }
export const gone: Partial<SeenVictim> = { now: 'gone', nowAtMs: lookedAtMs }
export const vetoed: Partial<SeenVictim> = {
  refused: aVerdict({ code: 'vetoed', sentence: 'Its owner has refused it.', facts: {} }),
}

/** Of those ways, what is noted of it. */
export const leftWith = (outcome: string): Partial<DecisionVictim> => ({
  state: 'left',
  leftAtMs: lookedAtMs,
  outcome,
})

export const secondHost = hostId(testCloud, 'hv-2')
