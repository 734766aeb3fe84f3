// A lease is made, or joins the waitlist where there is no place for it and the request says so. Whoever waits already is ahead
// of whoever asks now.
import { lastStartMs, waitEvents } from '@gleaner/engine'
import { GleanerError, isError, type Lease, type LeaseId, type LeaseWait, type ReservationId } from '@gleaner/model'
import type { Fence } from '@gleaner/ports'
import { newId } from '@gleaner/store'
import type { Caller } from '../application.ts'
import { mostWaiting } from '../config/reservations.ts'
import { LeaseAdmission, limitsOf } from '../reservation/lease-admission.ts'
import type { LeaseRequest } from '../reservation/lease-request.ts'
import type { Runtime } from '../runtime.ts'
import { promoteWaiting } from './promote-waiting.ts'
import { saveLease } from './save-lease.ts'
import { ready, type Taking, takeLease } from './take-lease.ts'

export async function makeLease(runtime: Runtime, request: LeaseRequest, caller: Caller): Promise<Lease> {
  const { fence } = await ready(runtime, request)
  await promoteWaiting(runtime, fence)
  const id = newId('lea', runtime.clock.nowMs()) as LeaseId
  const taking = { request, id, by: caller.name, caller, what: 'make lease' }
  const { waitMs } = request
  if (waitMs === undefined) return takeLease(runtime, taking)
  return takeLease(runtime, taking).catch((error: unknown) => {
    if (!isError(error, 'lease-no-slot')) throw error
    return joinWaitlist(runtime, fence, { ...taking, waitMs })
  })
}

interface Joining extends Taking {
  readonly waitMs: number
}

async function joinWaitlist(
  runtime: Runtime,
  fence: Fence,
  { request, id, by, caller, waitMs }: Joining,
): Promise<Lease> {
  const { clock } = runtime
  const nowMs = clock.nowMs()
  const { window, durationMs, noticeMs, holdMs, termMs } = request
  const untilMs = Math.min(lastStartMs({ window, durationMs }), nowMs + waitMs)
  if (waitMs <= 0)
    throw new GleanerError('request-invalid', {
      detail: 'waitFor: it would wait for no time; leave it out, or give one.',
    })
  if (untilMs <= nowMs)
    throw new GleanerError('request-invalid', {
      detail: 'waitFor: a lease that begins now and ends at a fixed time cannot wait; give a duration.',
    })
  checkWaiting(runtime, request)
  const wait: LeaseWait = { window, durationMs, untilMs, noticeMs, holdMs, ...(termMs === undefined ? {} : { termMs }) }
  const lease: Lease = {
    id,
    name: request.name,
    cloudId: request.cloudId,
    projectId: request.projectId,
    by,
    span: window,
    state: 'waiting',
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    endAction: request.endAction,
    reservations: request.reservations.map(({ wish, filter }) => ({
      id: newId('res', nowMs) as ReservationId,
      wish,
      filter,
      shares: [],
    })),
    events: waitEvents(wait),
    wait,
  }
  // Nobody waits for what the project may never have.
  new LeaseAdmission(runtime, { projectId: request.projectId, by }).check({
    ...lease,
    span: { startMs: window.startMs, endMs: window.startMs + lengthOf(wait) },
  })
  await saveLease(runtime, fence, { caller, what: 'put lease on the waitlist', lease })
  return lease
}

/** No project keeps the others off the waitlist. */
function checkWaiting(runtime: Runtime, { projectId }: LeaseRequest): void {
  const waiting = runtime.leases.waiting()
  const most = limitsOf(runtime, projectId).waiting
  const own = waiting.filter(({ projectId: of }) => of === projectId).length
  if (own >= most)
    throw new GleanerError('lease-refused', {
      detail: `waitFor: ${own} lease${own === 1 ? '' : 's'} of the project wait${own === 1 ? 's' : ''} already, and it may have ${most} on the waitlist at once.`,
    })
  if (waiting.length >= mostWaiting)
    throw new GleanerError('lease-refused', {
      detail: `waitFor: ${waiting.length} leases of all projects wait already, and there may be ${mostWaiting}.`,
    })
}

function lengthOf({ window, durationMs }: LeaseWait): number {
  return durationMs ?? window.endMs - window.startMs
}
