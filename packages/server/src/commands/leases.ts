// What people may do about leases: plan, make, confirm, change, end. Each checks what was asked, plans on the calendars of
// the moment, writes, and leaves a line of who did it.
import { confirmLease, endLease, renewLease, type Transition } from '@gleaner/engine'
import { GleanerError, isError, type Lease } from '@gleaner/model'
import type { Caller, Commands } from '../application.ts'
import { LeaseAdmission } from '../reservation/lease-admission.ts'
import type { Runtime } from '../runtime.ts'
import { changeLease, swapLeaseHost } from './change-lease.ts'
import { endLeaseSeries, makeLeaseSeries, planLeaseSeries } from './lease-series.ts'
import { makeLease } from './make-lease.ts'
import { waitingOf } from './promote-waiting.ts'
import { leading } from './rooms.ts'
import { foundLease, saveLease } from './save-lease.ts'
import { planLease } from './take-lease.ts'

type LeaseCommands = Pick<
  Commands,
  | 'planLease'
  | 'makeLease'
  | 'planLeaseSeries'
  | 'makeLeaseSeries'
  | 'endLeaseSeries'
  | 'confirmLease'
  | 'renewLease'
  | 'changeLease'
  | 'swapLeaseHost'
  | 'endLease'
  | 'enterLease'
  | 'enteredLease'
  | 'leaseQuota'
  | 'longestUntilMs'
  | 'waitingOf'
>

export function leaseCommands(runtime: Runtime): LeaseCommands {
  return {
    planLease: (request) => planLease(runtime, request),
    makeLease: (request, caller) => again(runtime, () => makeLease(runtime, request, caller)),
    planLeaseSeries: (asked) => planLeaseSeries(runtime, asked),
    makeLeaseSeries: (asked, caller) => again(runtime, () => makeLeaseSeries(runtime, asked, caller)),
    endLeaseSeries: (wish, caller) => endLeaseSeries(runtime, wish, caller),
    confirmLease: (id, caller) =>
      step(runtime, { id, what: 'confirm lease', caller }, (lease, nowMs) => confirmLease(lease, nowMs)),
    renewLease: (id, caller) =>
      step(runtime, { id, what: 'say that lease is needed', caller }, (lease, nowMs) => renewLease(lease, nowMs)),
    changeLease: (id, change, caller) => again(runtime, () => changeLease(runtime, { id, change, caller })),
    swapLeaseHost: (id, host, caller) => again(runtime, () => swapLeaseHost(runtime, { id, host, caller })),
    endLease: (id, caller) =>
      step(runtime, { id, what: 'end lease', caller }, (lease, nowMs) => endLease(lease, nowMs)),
    enterLease: async (request) => {
      await runtime.leases.load(leading(runtime))
      return runtime.fences.letIn(request)
    },
    enteredLease: async (id, outcome) => {
      runtime.fences.left(id, outcome)
      runtime.wake('fences')
    },
    leaseQuota: async (projectId, atMs) => {
      const admission = new LeaseAdmission(runtime, { projectId, by: '' })
      await runtime.leases.load(leading(runtime))
      await admission.load({ startMs: atMs, endMs: atMs + 1 })
      const waiting = runtime.leases.waiting().filter(({ projectId: of }) => of === projectId).length
      return { limits: admission.limits, waiting, ...admission.used(atMs) }
    },
    longestUntilMs: (lease) => runtime.leases.longestUntilMs(lease),
    waitingOf: (lease) => waitingOf(runtime, lease),
  }
}

/** Memory that was out of date is read anew, once: another replica led meanwhile. */
async function again<T>(runtime: Runtime, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isError(error, 'conflict') || error.cause === undefined) throw error
    runtime.leases.forget()
    return work()
  }
}

interface Step {
  readonly id: string
  readonly what: string
  readonly caller: Caller
}

async function step(
  runtime: Runtime,
  { id, what, caller }: Step,
  next: (lease: Lease, nowMs: number) => Transition,
): Promise<Lease> {
  const fence = leading(runtime)
  await runtime.leases.load(fence)
  const lease = await foundLease(runtime, id)
  const after = next(lease, runtime.clock.nowMs())
  if ('refused' in after) throw new GleanerError('conflict', { detail: after.refused })
  if (after === lease) return lease
  await saveLease(runtime, fence, { caller, what, lease: after, before: lease })
  return after
}
