// Leases for times that recur: each time is a lease of its own, made through the same planning and admission as any other, and
// what clashes is told time by time. By default there are all of them or none.
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
import { saveLease, saveLeases } from './save-lease.ts'
import { changedMeanwhile, mostTries, ready, triedLease } from './take-lease.ts'

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

const askedAtOnce = 50

/** Every time of the series as it would be now; nothing is begun. */
export async function planLeaseSeries(runtime: Runtime, asked: SeriesRequest): Promise<readonly SeriesTime[]> {
  await ready(runtime, asked.request)
  return new SeriesPlan(runtime, asked, '').times()
}

/** The times of one request for a series, and what is known of them already, however often they are planned. */
class SeriesPlan {
  readonly #runtime: Runtime
  readonly #request: LeaseRequest
  readonly #by: string
  readonly #occurrences: readonly Occurrence[]
  readonly #admission: LeaseAdmission
  /** By the service that approves: by names. */
  readonly #refusals = new Map<string, string>()

  constructor(runtime: Runtime, { request, recurrence }: SeriesRequest, by: string) {
    const occurrences = occurrencesOf(request.window, recurrence)
    if ('fault' in occurrences)
      throw new GleanerError('request-invalid', { detail: `recurrence: ${occurrences.fault}.` })
    this.#runtime = runtime
    this.#request = request
    this.#by = by
    this.#occurrences = occurrences
    this.#admission = new LeaseAdmission(runtime, { projectId: request.projectId, by })
  }

  async times(): Promise<readonly SeriesTime[]> {
    const { startMs, endMs } = this.#request.window
    await this.#admission.load({
      startMs: this.#occurrences[0]?.span.startMs ?? startMs,
      endMs: this.#occurrences.at(-1)?.span.endMs ?? endMs,
    })
    const times: SeriesTime[] = []
    const besides: Lease[] = []
    for (const occurrence of this.#occurrences) {
      const name = `${this.#request.name} ${occurrence.day}`
      const outcome = this.#outcome(name, occurrence, besides)
      if (outcome.lease !== undefined) besides.push(outcome.lease)
      times.push({ ...occurrence, name, ...outcome })
      // Hundreds of times keep nobody else from being answered.
      await setImmediate()
    }
    return times
  }

  #outcome(name: string, { span }: Occurrence, besides: readonly Lease[]): Pick<SeriesTime, 'lease' | 'refusal'> {
    const refusal = this.#refusals.get(name)
    if (refusal !== undefined) return { lease: undefined, refusal }
    const id = newId('lea', this.#runtime.clock.nowMs()) as LeaseId
    const trial = { id, by: this.#by, admission: this.#admission, besides }
    try {
      return { lease: triedLease(this.#runtime, { ...this.#request, name, window: span }, trial), refusal: undefined }
    } catch (error) {
      return { lease: undefined, refusal: clashOf(error) }
    }
  }

  /** False: the service had to be asked, and everything has to be looked at again. */
  async areApproved(leases: readonly Lease[]): Promise<boolean> {
    const unknown = leases.filter((lease) => !this.#admission.isApproved(lease))
    for (let at = 0; at < unknown.length; at += askedAtOnce) {
      const some = await Promise.allSettled(unknown.slice(at, at + askedAtOnce).map((lease) => this.#approve(lease)))
      for (const outcome of some) if (outcome.status === 'rejected') throw outcome.reason
    }
    return unknown.length === 0
  }

  async #approve(lease: Lease): Promise<void> {
    try {
      await this.#admission.approve(lease)
    } catch (error) {
      this.#refusals.set(lease.name, clashOf(error))
    }
  }

  /** Whether they could be taken all together, in this turn. */
  couldBeTaken(leases: readonly Lease[]): boolean {
    if (!this.#runtime.leases.couldHaveAll(leases)) return false
    try {
      for (const [nth, lease] of leases.entries()) this.#admission.check(lease, undefined, leases.slice(0, nth))
      return true
    } catch (error) {
      if (isError(error, 'lease-refused')) return false
      throw error
    }
  }
}

/** All are written in one transaction: whatever happens in between, there is no half of a series. */
export async function makeLeaseSeries(runtime: Runtime, asked: SeriesRequest, caller: Caller): Promise<MadeSeries> {
  const { request, recurrence, skipClashes } = asked
  const { fence } = await ready(runtime, request)
  await promoteWaiting(runtime, fence)
  const id = newId('ser', runtime.clock.nowMs()) as LeaseSeriesId
  const of = { ...asked, request: { ...request, series: { id, ...recurrence } } }
  const plan = new SeriesPlan(runtime, of, caller.name)
  for (let tries = 0; tries < mostTries; tries++) {
    await ready(runtime, request)
    const times = await plan.times()
    refuseClashes(times, skipClashes)
    const leases = times.flatMap(({ lease }) => lease ?? [])
    // From couldBeTaken() to saveLeases() nothing waits.
    if (!(await plan.areApproved(leases)) || !plan.couldBeTaken(leases)) continue
    const savings = leases.map((lease) => ({ caller, what: 'make lease of series', lease }))
    await saveLeases(runtime, fence, savings)
    return { id, times }
  }
  throw changedMeanwhile(request.name)
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
