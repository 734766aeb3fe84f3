// The part of oversubscription that lends memory from running guests: from what they say about their memory, and from what they
// used over the scope, to the wishes of a cycle. Only clouds that can balloon and whose guests tell are asked; a guest that
// memory is lent from already is no wish. When it goes back is not decided here: that must not wait for a cycle.
import {
  type Candidate,
  type GuestMemory,
  type Instance,
  type InstanceId,
  type Mode,
  noYield,
  type Verdict,
} from '@gleaner/model'
import type { ActionSupports } from '../../ledger/action-support.ts'
import { type CapabilityAnswer, countReason, type ReasonCounts, type Refused } from '../../plan/capability-answer.ts'
import type { TelemetryAccess, WindowRequest } from '../../rules/telemetry-access.ts'
import type { Snapshot } from '../../snapshot/snapshot.ts'
import type { PressureOptions } from './pressure-options.ts'
import { type LeaveCause, pressureStep } from './pressure-session.ts'

export interface LoanInput {
  readonly snapshots: Iterable<Snapshot>
  /** Every guest that was in the last answers of the clouds. */
  readonly memories: ReadonlyMap<InstanceId, GuestMemory>
  readonly lentFrom: ReadonlySet<InstanceId>
  /** When the last session of a guest ended. */
  readonly endedAtMs: (id: InstanceId) => number | undefined
  readonly telemetry: Pick<TelemetryAccess, 'slotOf' | 'query'>
  readonly supports: ActionSupports
  readonly options: PressureOptions
  /** Of ballooning; the capability's own may be stricter. */
  readonly mode: Mode
  /** How long an owner is told beforehand. */
  readonly noticeMs: number
  readonly nowMs: number
}

/** Name of what asks for the steps, as people read it. */
export const loanCause = 'ballooning'

const usualPercentile = 90
/** Of the scope that must have been measured. */
const leastCoverage = 0.75

export function proposeLoans(input: LoanInput): CapabilityAnswer {
  const candidates: Candidate[] = []
  const refused: Refused[] = []
  const reasons: ReasonCounts = {}
  for (const snapshot of input.snapshots) {
    const support = input.supports.get(snapshot.cloudId)
    if (support?.has('balloon') !== true || !support.has('return-memory')) continue
    for (const instance of snapshot.instances) {
      const memory = instance.state === 'running' ? input.memories.get(instance.id) : undefined
      if (memory === undefined || input.lentFrom.has(instance.id)) continue
      const wish = wishFor(instance, memory, input)
      if (wish === undefined) continue
      countReason(reasons, ('reason' in wish ? wish.reason : wish.verdict).code)
      if ('reason' in wish) candidates.push(wish)
      else refused.push(wish)
    }
  }
  return { candidates, refused, reasons }
}

function wishFor(instance: Instance, memory: GuestMemory, input: LoanInput): Candidate | Refused | undefined {
  const { nowMs, options } = input
  const usualMiB = usualOf(instance, input)
  const guest = { memory, usualMiB, session: undefined, lastEndedAtMs: input.endedAtMs(instance.id), isAllowed: true }
  const answer = pressureStep(guest, { nowMs, options })
  const facts = { promisedMiB: memory.promisedMiB, usualMiB: known(usualMiB), usableMiB: known(memory.usableMiB) }
  if (answer.kind === 'lend') {
    const { targetMiB, gainMiB, usedMiB } = answer
    return {
      capability: 'oversubscription',
      claim: 'lending',
      action: 'balloon',
      setting: { memoryMiB: targetMiB },
      instanceId: instance.id,
      projectId: instance.projectId,
      hostId: instance.hostId,
      cause: loanCause,
      ruleId: undefined,
      ruleRevision: undefined,
      mode: input.mode,
      priority: 0,
      graceMs: input.noticeMs,
      reason: {
        code: 'memory-spare',
        sentence: `It uses ${whole(usedMiB)} of ${whole(memory.promisedMiB)} MiB, usually at most ${whole(usualMiB)}; with ${targetMiB} left to it ${whole(gainMiB)} MiB can be lent.`,
        facts: { ...facts, usedMiB, targetMiB, gainMiB },
      },
      gives: { ...noYield, physicalMemoryMiB: gainMiB },
    }
  }
  const because = answer.kind === 'leave' ? answer.because : undefined
  if (because === undefined) return undefined
  const verdict = { ...refusals[because], facts }
  return { instanceId: instance.id, hostId: instance.hostId, action: 'balloon', cause: loanCause, verdict }
}

const refusals: Readonly<Record<LeaveCause, Omit<Verdict, 'facts'>>> = {
  silent: {
    code: 'memory-unknown',
    sentence: 'The guest does not tell what memory it uses, or too little of the scope was measured.',
  },
  resting: {
    code: 'memory-resting',
    sentence: 'Memory was lent from it a short while ago; it rests before the next time.',
  },
  'set-by-others': {
    code: 'memory-set-by-others',
    sentence: 'Its balloon leaves it less than it was promised, and that was not done by Gleaner.',
  },
}

function usualOf(instance: Instance, { telemetry, options, nowMs }: LoanInput): number {
  const slot = telemetry.slotOf(instance.id)
  if (slot < 0) return Number.NaN
  const request: WindowRequest = {
    fn: 'percentile',
    metric: 'memory',
    argument: usualPercentile,
    lengthMs: options.scopeMs,
    leastCoverage,
  }
  return telemetry.query(slot, request, nowMs + 1)
}

function known(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

function whole(value: number): number {
  return Math.round(value)
}
