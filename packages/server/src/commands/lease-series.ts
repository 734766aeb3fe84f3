// Leases for times that recur: each time is a lease of its own, made through the same planning and admission as any other, and
// what clashes is told time by time. By default there are all of them or none: where one cannot be made in the end, those
// that were are called off again.
import { setImmediate } from 'node:timers/promises'
import { endLease, type Occurrence, occurrencesOf, type Recurrence } from '@gleaner/engine'
import { GleanerError, isError, type Lease, type LeaseId, type LeaseSeriesId } from '@gleaner/model'
import { newId } from '@gleaner/store'
import type { Caller } from '../application.ts'
import { LeaseAdmission } from '../reservation/lease-admission.ts'
import type { LeaseRequest } from '../reservation/lease-request.ts'
import type { Runtime } from '../runtime.ts'
import { promoteWaiting } from './promote-waiting.ts'
import { leading } from './rooms.ts'
import { saveLease } from './save-lease.ts'
import { ready, takeLease, triedLease } from './take-lease.ts'

export interface SeriesRequest {
  /** Its window is the first time; each lease is called by its name and its day. */
  readonly request: LeaseRequest
  readonly recurrence: Recurrence
  /** Makes those for which there is a place. */
  readonly skipClashes: boolean
}

export interface SeriesTime extends Occurrence {
  readonly name: string
  /** Made, or as it would be; undefined where there is none. */
  readonly lease: Lease | undefined
  /** Why there is none. */
  readonly refusal: string | undefined
}

export interface MadeSeries {
  readonly id: LeaseSeriesId
  readonly times: readonly SeriesTime[]
}

const keeper = { name: 'gleaner', from: 'a series of leases' } as const
const atOnce = 50

/** Every time of the series as it would be now; nothing is begun. */
export async function planLeaseSeries(
  runtime: Runtime,
  { request, recurrence }: SeriesRequest,
): Promise<readonly SeriesTime[]> {
  await ready(runtime, request)
  const occurrences = occurrencesOf(request.window, recurrence)
  if ('fault' in occurrences) throw new GleanerError('request-invalid', { detail: `recurrence: ${occurrences.fault}.` })
  const admission = await new LeaseAdmission(runtime, { projectId: request.projectId, by: '' }).load({
    startMs: occurrences[0]?.span.startMs ?? request.window.startMs,
    endMs: occurrences.at(-1)?.span.endMs ?? request.window.endMs,
  })
  const times: SeriesTime[] = []
  const besides: Lease[] = []
  for (const occurrence of occurrences) {
    const name = nameOf(request, occurrence)
    const outcome = tried(runtime, { ...request, name, window: occurrence.span }, { admission, besides })
    if (outcome.lease !== undefined) besides.push(outcome.lease)
    times.push({ ...occurrence, name, ...outcome })
    // Hundreds of times keep nobody else from being answered.
    await setImmediate()
  }
  return times
}

function tried(
  runtime: Runtime,
  request: LeaseRequest,
  where: Parameters<typeof triedLease>[2],
): Pick<SeriesTime, 'lease' | 'refusal'> {
  try {
    return { lease: triedLease(runtime, request, where), refusal: undefined }
  } catch (error) {
    return { lease: undefined, refusal: clashOf(error) }
  }
}

export async function makeLeaseSeries(runtime: Runtime, asked: SeriesRequest, caller: Caller): Promise<MadeSeries> {
  const { request, recurrence, skipClashes } = asked
  const { fence } = await ready(runtime, request)
  await promoteWaiting(runtime, fence)
  const planned = await planLeaseSeries(runtime, asked)
  refuseClashes(planned, skipClashes)
  const id = newId('ser', runtime.clock.nowMs()) as LeaseSeriesId
  const series = { id, ...recurrence }
  const made: Lease[] = []
  const take = async (time: SeriesTime): Promise<SeriesTime> => {
    if (time.lease === undefined) return time
    const taking = { request: { ...request, name: time.name, window: time.span, series }, by: caller.name, caller }
    try {
      const leaseId = newId('lea', runtime.clock.nowMs()) as LeaseId
      const lease = await takeLease(runtime, { ...taking, id: leaseId, what: 'make lease of series' })
      made.push(lease)
      return { ...time, lease }
    } catch (error) {
      return { ...time, lease: undefined, refusal: clashOf(error) }
    }
  }
  try {
    const times: SeriesTime[] = []
    for (let at = 0; at < planned.length; at += atOnce) {
      const some = await Promise.allSettled(planned.slice(at, at + atOnce).map(take))
      for (const outcome of some) {
        if (outcome.status === 'rejected') throw outcome.reason
        times.push(outcome.value)
      }
    }
    refuseClashes(times, skipClashes)
    return { id, times }
  } catch (error) {
    for (const lease of made) await callOff(runtime, lease)
    throw error
  }
}

/** Those that begin at this moment or later are called off; what has begun goes on. */
export async function endLeaseSeries(
  runtime: Runtime,
  { id, fromMs, sees }: { readonly id: string; readonly fromMs: number; readonly sees: (lease: Lease) => boolean },
  caller: Caller,
): Promise<readonly Lease[]> {
  const fence = leading(runtime)
  await runtime.leases.load(fence)
  const all = runtime.leases.open().filter((lease) => lease.series?.id === id && sees(lease))
  if (all.length === 0) throw new GleanerError('not-found', { object: `A series ${id} with leases that are not over` })
  const ended: Lease[] = []
  for (const { id: leaseId } of all) {
    // While others were written this one may have begun, or be over.
    const lease = runtime.leases.find(leaseId)
    if (lease === undefined || lease.state === 'active' || lease.span.startMs < fromMs) continue
    const after = endLease(lease, runtime.clock.nowMs())
    if ('refused' in after) continue
    await saveLease(runtime, fence, { caller, what: 'end lease of series', lease: after, before: lease })
    ended.push(after)
  }
  return ended
}

async function callOff(runtime: Runtime, { id }: Lease): Promise<void> {
  const lease = runtime.leases.find(id)
  const after = lease && endLease(lease, runtime.clock.nowMs())
  if (lease === undefined || after === undefined || 'refused' in after) return
  await saveLease(runtime, leading(runtime), {
    caller: keeper,
    what: 'call off lease of series',
    lease: after,
    before: lease,
  })
}

function refuseClashes(times: readonly SeriesTime[], skipClashes: boolean): void {
  const clashes = times.filter(({ refusal }) => refusal !== undefined)
  if (clashes.length === 0 || (skipClashes && clashes.length < times.length)) return
  const told = clashes.slice(0, 3).map(({ day, refusal }) => `${day}: ${refusal}`)
  const more = clashes.length > told.length ? ` And ${clashes.length - told.length} more.` : ''
  throw new GleanerError('lease-no-slot', {
    detail: `${clashes.length} of ${times.length} times cannot be had. ${told.join(' ')}${more}`,
  })
}

/** Anything else than that this one cannot be had is thrown on. */
function clashOf(error: unknown): string {
  if (isError(error, 'lease-no-slot', 'lease-refused', 'approval-unavailable', 'conflict')) return error.message
  throw error
}

function nameOf({ name }: LeaseRequest, { day }: Occurrence): string {
  return `${name} ${day}`
}
