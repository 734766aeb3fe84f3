// One host as the power plan looks at it: how far it is on its way to sleep or back, and all that speaks for or against.
import {
  freshPowerRecord,
  type Host,
  type HostPowerRecord,
  type Instance,
  type PowerWish,
  type Verdict,
  wishNow,
} from '@gleaner/model'
import { breakEvenMs } from './break-even.ts'
import type { HostPromise } from './host-promise.ts'
import type { PowerOptions } from './power-options.ts'
import { guardSleep } from './sleep-guard.ts'

/**
 * open: takes instances; closing: Gleaner closed it and it has not slept since; back: it has slept and is alive again;
 * asleep, dark (is on its way, or answers nobody): put there by Gleaner; foreign: somebody else's affair.
 */
export type PowerPhase = 'open' | 'closing' | 'back' | 'asleep' | 'dark' | 'foreign'

export interface PowerHost {
  readonly host: Host
  readonly phase: PowerPhase
  readonly record: HostPowerRecord
  readonly wish: PowerWish | undefined
  readonly instances: readonly Instance[]
  readonly emptySinceMs: number | undefined
  readonly isWaking: boolean
  readonly promise: HostPromise | undefined
  readonly leadMs: number
  readonly breakEvenMs: number
  /** Work per joule; what is not known ranks last. */
  readonly efficiency: number
  /** What keeps it from sleeping whatever anybody wants. */
  readonly guard: Verdict | undefined
}

export interface PowerHostFacts {
  readonly host: Host
  readonly record: HostPowerRecord | undefined
  readonly instances: readonly Instance[]
  readonly isHeld: boolean
  /** Told to wake up, and that is not over. */
  readonly isWaking: boolean
  readonly emptySinceMs: number | undefined
  readonly promise: HostPromise | undefined
  readonly efficiency: number
}

export function powerHost(facts: PowerHostFacts, options: PowerOptions, nowMs: number): PowerHost {
  const { host, instances, isHeld, promise, emptySinceMs, efficiency, isWaking } = facts
  const record = facts.record ?? freshPowerRecord(host.id)
  const bootMs = bootOf(record, options)
  const leadMs = bootMs + options.wakeMarginMs
  return {
    host,
    phase: phaseOf(host, record),
    record,
    wish: wishNow(record, nowMs),
    instances,
    emptySinceMs,
    isWaking,
    promise,
    leadMs,
    breakEvenMs: breakEvenMs(host, bootMs, options),
    efficiency,
    guard: guardSleep({ host, instances, isHeld, promise, leadMs, nowMs }),
  }
}

/** The longest of the last few: the next one may be like it. */
export function bootOf({ bootsMs }: Pick<HostPowerRecord, 'bootsMs'>, { bootMs }: PowerOptions): number {
  return bootsMs.length === 0 ? bootMs : Math.max(...bootsMs)
}

export function wakeLeadMs(record: HostPowerRecord | undefined, options: PowerOptions): number {
  return bootOf(record ?? { bootsMs: [] }, options) + options.wakeMarginMs
}

function phaseOf({ state }: Host, { closedAtMs, sleptAtMs, failures, sleepFailures = 0 }: HostPowerRecord): PowerPhase {
  const isOurs = closedAtMs !== undefined
  const failed = failures + sleepFailures > 0
  switch (state) {
    case 'up':
      return 'open'
    case 'disabled':
      if (!isOurs) return 'foreign'
      return sleptAtMs !== undefined && sleptAtMs >= closedAtMs ? 'back' : 'closing'
    case 'asleep':
      return isOurs || failed ? 'asleep' : 'foreign'
    case 'down':
      return isOurs || failed ? 'dark' : 'foreign'
    default:
      return 'foreign'
  }
}

/** When a host whose wake-ups failed may be tried again; Infinity: not until a person asks anew, which takes the moment of failure away. */
export function retryAtMs({ failures, failedAtMs }: HostPowerRecord, options: PowerOptions): number {
  return againAtMs(failures, failedAtMs, options)
}

/** The same of a host that failed to go to sleep: it stays on that long, so that nobody closes and opens it without end. */
export function sleepAgainAtMs({ sleepFailures = 0, sleepFailedAtMs }: HostPowerRecord, options: PowerOptions): number {
  return againAtMs(sleepFailures, sleepFailedAtMs, options)
}

function againAtMs(failures: number, failedAtMs: number | undefined, options: PowerOptions): number {
  if (failures === 0 || failedAtMs === undefined) return Number.NEGATIVE_INFINITY
  if (failures >= options.wakeAttempts) return Number.POSITIVE_INFINITY
  return failedAtMs + options.retryMs * 2 ** (failures - 1)
}
