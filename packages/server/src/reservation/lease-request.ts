// A request for a lease in the words of the server: whichever face it came through, it is checked here, field by field,
// before anything is planned.
import { checkFilter, type HostProperties, type PropertyFilter, readCelFilter, readJsonFilter } from '@gleaner/engine'
import {
  type CloudId,
  formatDurationMs,
  GleanerError,
  type Interval,
  type LeaseEndAction,
  type LeaseFilter,
  type LeaseSeries,
  type LeaseWish,
  type ProjectId,
  type ReservationId,
} from '@gleaner/model'

/** One reservation as it is asked for: hosts as a whole or room for instances, on hosts that fulfil the condition. */
export interface AskedReservation {
  readonly wish: LeaseWish
  readonly filter: LeaseFilter | undefined
  /** How much it would have liked, where it takes what is there. */
  readonly asked?: number
}

/** Takes what is there: one host is enough where nothing else was said; instances are as many as there is room for. */
export function atLeastOne({ wish, filter }: AskedReservation): AskedReservation {
  if (wish.kind === 'instances') return { wish, filter, asked: wish.amount }
  const { min, max } = wish
  return { wish: { kind: 'hosts', min: min === max ? 1 : min, max }, filter, asked: max }
}

/** Each reservation once: of two changes of one nobody knows which was meant. */
export function sizeChanges(
  changes: readonly (readonly [ReservationId, SizeChange])[],
): ReadonlyMap<ReservationId, SizeChange> {
  const sizes = new Map(changes)
  if (sizes.size < changes.length) refuse('sizes: one of the reservations is named twice')
  return sizes
}

/** What a reservation shall be from now on, as far as it is said; the rest stays. */
export interface SizeChange {
  readonly min?: number
  readonly max?: number
  readonly amount?: number
  readonly vcpus?: number
  readonly memoryMiB?: number
  readonly diskGiB?: number
  readonly affinity?: 'together' | 'apart' | 'any'
  readonly filter?: LeaseFilter | undefined
}

/** When: the whole window, or a stay of this length at the earliest moment within it. */
export interface LeaseWhen {
  readonly window: Interval
  readonly durationMs: number | undefined
}

export interface LeaseWishRequest extends LeaseWhen {
  readonly cloudId: CloudId
  readonly projectId: ProjectId
  readonly reservations: readonly AskedReservation[]
  /** From now on, with what is there. */
  readonly bestEffort?: boolean
  /** Has no end: the duration is that of its first term. */
  readonly termMs?: number
  /** Makes a proposal that is held for so long. */
  readonly holdMs?: number | undefined
}

export interface LeaseRequest extends LeaseWishRequest {
  readonly name: string
  readonly endAction: LeaseEndAction
  readonly noticeMs: number
  /** Where there is no place now it waits for one, for so long at most. */
  readonly waitMs?: number
  readonly series?: LeaseSeries
}

export interface LeaseChange {
  readonly name?: string
  readonly startMs?: number
  readonly endMs?: number
  /** Other counts, sizes or conditions of reservations, by their ids. */
  readonly sizes?: ReadonlyMap<ReservationId, SizeChange>
}

/** People write it in commands and read it in lists: what is not seen there makes two names that look like one, or none. */
export function checkLeaseName(name: string): void {
  if (name === '' || name.trim() !== name) refuse('name: it is empty, or begins or ends with a blank')
  if (/\p{Cc}/u.test(name)) refuse('name: it has a line break or another control character')
}

/** Clocks differ a little, and "this minute" began before now. */
const latenessMs = 120_000
export const furthestMs = 5 * 366 * 86_400_000
const shortestMs = 1000

export function checkWhen({ window: { startMs, endMs }, durationMs }: LeaseWhen, nowMs: number): void {
  checkTimes(startMs, endMs)
  if (endMs <= startMs) refuse(`end (${text(endMs)}) is not after start (${text(startMs)})`)
  if (startMs < nowMs - latenessMs) refuse(`start (${text(startMs)}) is in the past; it is ${text(nowMs)}`)
  if (endMs > nowMs + furthestMs) refuse(`end (${text(endMs)}) is more than five years away`)
  if (durationMs !== undefined && durationMs < shortestMs) refuse('duration is shorter than a second')
  if (endMs - startMs < shortestMs) refuse('the lease would be shorter than a second')
  if (durationMs !== undefined && durationMs > endMs - startMs)
    refuse(`duration (${formatDurationMs(durationMs)}) is longer than the window from start to end`)
}

/** Nobody looks at the calendar of a time that is none, or of the year 200,000. */
export function checkTimes(startMs: number, endMs: number): void {
  if (!isMoment(startMs)) refuse('start is no time')
  if (!isMoment(endMs)) refuse('end is no time')
}

function isMoment(atMs: number): boolean {
  return atMs >= 0 && atMs < Date.UTC(3000, 0)
}

export function checkWish(wish: LeaseWish): void {
  if (wish.kind === 'hosts') return checkCounts(wish)
  const { amount, size } = wish
  if (!Number.isInteger(amount) || amount < 1) refuse('amount must be a whole number from 1')
  for (const [nth, name] of (['vcpus', 'memoryMiB', 'diskGiB'] as const).entries()) {
    const value = size[nth] ?? Number.NaN
    if (!Number.isFinite(value) || value < 0) refuse(`${name} must be a number from 0`)
  }
  if (size.every((value) => value === 0)) refuse('an instance of no size needs no reservation; give vcpus or memoryMiB')
}

function checkCounts({ min, max }: { readonly min: number; readonly max: number }): void {
  if (!Number.isInteger(min) || min < 1) refuse('min must be a whole number from 1')
  if (!Number.isInteger(max) || max < 1) refuse('max must be a whole number from 1')
  if (min > max) refuse(`min (${min}) is larger than max (${max})`)
}

/** The wish with what shall change of it. A field that belongs to the other kind of reservation is refused, not ignored. */
export function resizedWish(wish: LeaseWish, change: SizeChange): LeaseWish {
  const foreign =
    wish.kind === 'hosts'
      ? (['amount', 'vcpus', 'memoryMiB', 'diskGiB', 'affinity'] as const)
      : (['min', 'max'] as const)
  for (const name of foreign) if (change[name] !== undefined) refuse(`${name} is none of a reservation of ${wish.kind}`)
  if (wish.kind === 'hosts') {
    const { min = wish.min, max = Math.max(min, change.min === undefined ? wish.max : min) } = change
    return { kind: 'hosts', min, max }
  }
  const { amount = wish.amount, vcpus = wish.size[0], memoryMiB = wish.size[1], diskGiB = wish.size[2] } = change
  const affinity =
    change.affinity === undefined ? wish.affinity : change.affinity === 'any' ? undefined : change.affinity
  const size = [vcpus, memoryMiB, diskGiB] as const
  return { kind: 'instances', amount, size, ...(affinity === undefined ? {} : { affinity }) }
}

/** The JSON form as text. What is nested without end is the fault of whoever wrote it: it would be written as deep. */
export function jsonFilter(tree: unknown): LeaseFilter {
  try {
    return { notation: 'json', text: JSON.stringify(tree) }
  } catch {
    return refuse('filter: it is nested too deep')
  }
}

/** The filter of a reservation, read and held against what the hosts have; undefined when it asks for nothing. */
export function readFilter(
  filter: LeaseFilter | undefined,
  hosts: readonly HostProperties[],
): PropertyFilter | undefined {
  if (filter === undefined) return undefined
  const read = filter.notation === 'cel' ? readCelFilter(filter.text) : readJsonFilter(filter.text)
  const fault = read === undefined ? undefined : 'fault' in read ? read : checkFilter(read, hosts)
  if (fault !== undefined) refuse(`filter: ${fault.fault}`)
  return read as PropertyFilter | undefined
}

function refuse(detail: string): never {
  throw new GleanerError('request-invalid', { detail: `${detail}.` })
}

function text(atMs: number): string {
  return new Date(atMs).toISOString()
}
