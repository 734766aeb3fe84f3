// What no mode, command or plan goes over: a host sleeps only while nothing is on it, no room on it is held, no lease has it
// and none begins before it could be awake again. Asked when the plan is made and again at the gate, right before the
// step. What is not known counts as in use.
import { formatDurationMs, type Host, type Instance, type Verdict } from '@gleaner/model'
import { isoTime } from '../../text/iso-time.ts'
import type { HostPromise } from './host-promise.ts'

export interface GuardedHost {
  readonly host: Host
  readonly instances: readonly Instance[]
  /** Room is held there for somebody who has not come yet. */
  readonly isHeld: boolean
  /** Undefined: the calendar is not known. */
  readonly promise: HostPromise | undefined
  /** From the order to wake up until the host can be used. */
  readonly leadMs: number
  readonly nowMs: number
}

export function guardSleep({ host, instances, isHeld, promise, leadMs, nowMs }: GuardedHost): Verdict | undefined {
  const [first] = instances
  if (first !== undefined) {
    const others = instances.length === 1 ? '' : ` and ${instances.length - 1} more`
    return {
      code: 'host-occupied',
      sentence: `${first.name}${others} ${instances.length === 1 ? 'is' : 'are'} on ${host.name}.`,
      facts: { instances: instances.length, first: first.name },
    }
  }
  if (isHeld)
    return { code: 'host-occupied', sentence: `Room on ${host.name} is held for a request.`, facts: { instances: 0 } }
  if (promise === undefined)
    return { code: 'host-promised', sentence: `It is not known whether ${host.name} is leased.`, facts: {} }
  if (promise.isActive) return { code: 'host-promised', sentence: `A lease has ${host.name}.`, facts: { leadMs } }
  if (promise.nextStartMs - leadMs > nowMs) return undefined
  return {
    code: 'host-promised',
    sentence: `A lease of ${host.name} begins at ${isoTime(promise.nextStartMs)}, and waking it takes up to ${formatDurationMs(leadMs)}.`,
    facts: { nextStartMs: promise.nextStartMs, leadMs },
  }
}
