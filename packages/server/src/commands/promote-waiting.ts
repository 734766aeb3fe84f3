// The waitlist: who leaves it with a place, through the same planning and admission as everybody else. It is gone through
// whenever there may be more room than there was, before anybody new is planned; nothing hangs on one event that could be
// missed.
import { setImmediate } from 'node:timers/promises'
import { inOrder, stillPossible } from '@gleaner/engine'
import { type ErrorCode, formatDurationMs, isError, type Lease, type LeaseWait } from '@gleaner/model'
import type { Fence } from '@gleaner/ports'
import { limitsOf } from '../reservation/lease-admission.ts'
import type { LeaseRequest } from '../reservation/lease-request.ts'
import type { Runtime } from '../runtime.ts'
import { questionOf, takeLease } from './take-lease.ts'

const keeper = { name: 'gleaner', from: 'the waitlist' } as const

export async function promoteWaiting(runtime: Runtime, fence: Fence): Promise<void> {
  const { leases } = runtime
  if (!leases.hasWaiting) return
  await (leases.turn.running ??= goThrough(runtime, fence).finally(() => (leases.turn.running = undefined)))
}

async function goThrough(runtime: Runtime, fence: Fence): Promise<void> {
  const { leases, clock } = runtime
  const waiting = waitlist(runtime)
  // A new reading is a new book: hosts may be back.
  for (const { cloudId } of waiting) leases.bookOf(cloudId)
  if (!leases.turn.isDue(leases.freed, clock.nowMs())) return
  leases.turn.began(leases.freed, clock.nowMs())
  try {
    for (const lease of waiting) {
      await promote(runtime, fence, lease)
      // Many that wait keep nobody else from being answered.
      await setImmediate()
    }
  } catch (error) {
    leases.turn.again()
    throw error
  }
}

/** In the order in which places are given. */
export function waitlist(runtime: Runtime): readonly Lease[] {
  return inOrder(runtime.leases.waiting(), ({ projectId }) => limitsOf(runtime, projectId).priority)
}

/** Reasons for which it goes on waiting. */
const notNow: readonly ErrorCode[] = [
  'lease-no-slot',
  'lease-refused',
  'approval-unavailable',
  'request-invalid',
  'not-ready',
  'not-found',
]

async function promote(runtime: Runtime, fence: Fence, { id }: Lease): Promise<void> {
  const lease = runtime.leases.find(id)
  const { wait } = lease ?? {}
  const window = wait && stillPossible(wait, runtime.clock.nowMs())
  if (lease === undefined || wait === undefined || window === undefined) return
  const request: LeaseRequest = { ...lease, ...wait, window }
  try {
    await takeLease(runtime, { request, id, by: lease.by, caller: keeper, what: 'give lease a place', before: lease })
    runtime.log.info(
      { lease: id },
      `${lease.name}: has got a place after ${formatDurationMs(runtime.clock.nowMs() - lease.createdAtMs)}`,
    )
  } catch (error) {
    if (isError(error, ...notNow)) return
    if (!isError(error, 'conflict')) throw error
    // Somebody else has written, or it was called off in this moment: what is true is read again.
    if (error.cause !== undefined) runtime.leases.forget()
    await runtime.leases.load(fence)
  }
}

export interface Waiting {
  /** From 1. */
  readonly position: number
  readonly of: number
  readonly priority: number
  readonly untilMs: number
  /** When it could begin as things are, also beyond its window; undefined when nobody knows. */
  readonly earliestMs: number | undefined
}

const aheadMs = 366 * 86_400_000

/** Undefined for a lease that does not wait, and on a replica that does not lead. */
export function waitingOf(runtime: Runtime, lease: Lease): Waiting | undefined {
  const { wait } = lease
  if (wait === undefined || lease.state !== 'waiting' || runtime.state.fence === undefined) return undefined
  const line = waitlist(runtime)
  const position = line.findIndex(({ id }) => id === lease.id) + 1
  if (position === 0) return undefined
  const { priority } = limitsOf(runtime, lease.projectId)
  return { position, of: line.length, priority, untilMs: wait.untilMs, earliestMs: earliestOf(runtime, lease, wait) }
}

function earliestOf(runtime: Runtime, lease: Lease, { window, durationMs }: LeaseWait): number | undefined {
  const book = runtime.leases.bookOf(lease.cloudId)
  if (book === undefined) return undefined
  const nowMs = runtime.clock.nowMs()
  const request = {
    ...lease,
    window: { startMs: Math.max(nowMs, window.startMs), endMs: Math.max(nowMs + aheadMs, window.endMs) },
    durationMs: durationMs ?? window.endMs - window.startMs,
  }
  try {
    const slot = runtime.leases.plan(book, questionOf(runtime, request, book))
    return slot.found ? slot.span.startMs : undefined
  } catch (error) {
    // No host has any more what the condition asks for.
    if (isError(error, 'request-invalid')) return undefined
    throw error
  }
}
