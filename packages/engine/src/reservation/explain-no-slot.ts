// Why a lease has no place: what keeps each host out and with whom it clashes, and what there is instead: fewer hosts at
// the same time, as many later, as many for a shorter time from the same start, as many in two parts on different hosts.
// Alternatives are possible at this moment; none of them is held.
import type { HostId, Interval, LeaseId, LeaseWish } from '@gleaner/model'
import { earliestStart } from './earliest-start.ts'
import type { HostCalendar } from './host-calendar.ts'
import { isLargeEnough, type LeaseQuestion, type Prepared } from './lease-question.ts'
import { matchesFilter } from './property-filter.ts'
import type { ReservationBook } from './reservation-book.ts'
import { freeUntilMs, splitStay } from './split-stay.ts'

export const hostOutCodes = {
  closed: 'Nothing new is promised on the host in the state it is in.',
  'property-missing': 'The host does not have the properties that are asked for.',
  'too-small': 'One of what is asked for is larger than the whole host.',
  booked: 'The host is promised to others throughout the window, or free for too short a time only.',
  'not-together': 'The host is free for long enough within the window, but never when enough others are.',
} as const
export type HostOutCode = keyof typeof hostOutCodes

export interface HostOut {
  readonly hostId: HostId
  readonly host: string
  readonly code: HostOutCode
  /** The first promise in the way, where there is one. */
  readonly clash: { readonly leaseId: LeaseId; readonly span: Interval } | undefined
}

export interface Alternative {
  readonly kind: 'fewer' | 'later' | 'shorter' | 'split'
  /** Hosts, instances, or 1 for instances that stay together. */
  readonly units: number
  readonly span: Interval
  /** Of two parts the second. */
  readonly rest?: Interval
}

export interface NoSlot {
  readonly found: false
  /** Position of the reservation that has not enough. */
  readonly reservation: number
  readonly needed: number
  /** The most that is free together within the window. */
  readonly available: number
  readonly sentence: string
  readonly out: readonly HostOut[]
  readonly alternatives: readonly Alternative[]
}

export interface NoSlotQuestion {
  readonly book: ReservationBook
  readonly question: LeaseQuestion
  readonly durationMs: number
  readonly at: number
  readonly prepared: Prepared
}

export function explainNoSlot(asked: NoSlotQuestion): NoSlot {
  const { question, at, prepared } = asked
  const { units } = prepared
  const available = mostWithin(asked)
  const out = hostsOut(asked)
  return {
    found: false,
    reservation: at,
    needed: units.min,
    available: available.units,
    sentence: sentenceOf(asked, available.units, out),
    out,
    alternatives: question.reservations.length === 1 ? alternativesTo(asked, available) : [],
  }
}

interface Most {
  readonly units: number
  readonly startMs: number | undefined
}

function mostWithin({ question, durationMs, prepared: { calendars, units } }: NoSlotQuestion): Most {
  const { window } = question
  if (question.durationMs !== undefined) {
    const stay = { fromMs: window.startMs, untilMs: window.endMs, durationMs }
    const { most, mostAtMs } = earliestStart({ calendars, units, stay })
    return { units: most, startMs: mostAtMs }
  }
  const free = calendars.reduce((sum, calendar) => sum + calendar.fits(window, units.need, units.perHost), 0)
  return { units: free, startMs: window.startMs }
}

function hostsOut(asked: NoSlotQuestion): readonly HostOut[] {
  const { book, question, prepared } = asked
  const { units, candidates } = prepared
  const filter = question.reservations[asked.at]?.filter
  const { startMs: fromMs, endMs: untilMs } = question.window
  const stay = question.durationMs === undefined ? undefined : { fromMs, untilMs, durationMs: question.durationMs }
  let candidate = 0
  return book.hosts.map(({ id: hostId, name: host, closed, properties, capacity }, at) => {
    const out = (code: HostOutCode, clash?: HostOut['clash']): HostOut => ({ hostId, host, code, clash })
    // Candidates are in the order of the hosts, and were looked at when they became ones.
    if (candidates[candidate] === at) candidate++
    else if (closed !== undefined) return out('closed')
    else if (filter !== undefined && !matchesFilter(filter, properties)) return out('property-missing')
    else if (!isLargeEnough(capacity, units)) return out('too-small')
    const calendar = book.calendars[at] as HostCalendar
    const isFree = calendar.fits(question.window, units.need, 1) > 0
    const first = isFree ? undefined : calendar.firstIn(question.window)
    const clash = first === undefined ? undefined : { leaseId: first.leaseId, span: first.span }
    const isFreeSometime = stay === undefined ? isFree : calendar.nextStarts(stay, units.need, 1) !== undefined
    return out(isFreeSometime ? 'not-together' : 'booked', clash)
  })
}

function alternativesTo(asked: NoSlotQuestion, available: Most): readonly Alternative[] {
  const { question, durationMs, prepared } = asked
  const { calendars, units } = prepared
  const { startMs, endMs } = question.window
  const alternatives: Alternative[] = []
  if (available.units > 0 && available.units < units.min && available.startMs !== undefined)
    alternatives.push({
      kind: 'fewer',
      units: available.units,
      span: { startMs: available.startMs, endMs: available.startMs + durationMs },
    })
  const stay = { fromMs: startMs, untilMs: Number.POSITIVE_INFINITY, durationMs }
  const later = earliestStart({ calendars, units, stay }).startMs
  if (later !== undefined)
    alternatives.push({ kind: 'later', units: units.min, span: { startMs: later, endMs: later + durationMs } })
  const until = freeUntilMs(prepared, startMs)
  if (until > startMs && until < endMs && until < startMs + durationMs)
    alternatives.push({ kind: 'shorter', units: units.min, span: { startMs, endMs: until } })
  const split = splitStay(question, prepared)
  if (split !== undefined) alternatives.push({ kind: 'split', units: units.min, span: split.first, rest: split.rest })
  return alternatives
}

function sentenceOf({ question, at, prepared }: NoSlotQuestion, available: number, out: readonly HostOut[]): string {
  const { min } = prepared.units
  const counts = new Map<HostOutCode, number>()
  for (const { code } of out) counts.set(code, (counts.get(code) ?? 0) + 1)
  const words = [...counts].map(([code, hosts]) => `${hosts} ${outWords[code]}`)
  const had = available === 0 ? 'none is' : `${available} of ${min} at most`
  const why =
    words.length === 0 ? '; no host can be reserved' : `. Of ${plural(out.length, 'host')}: ${words.join(', ')}`
  return `${wantedWords(question.reservations[at]?.wish, min)} not free together within the window: ${had}${why}.`
}

function wantedWords(wish: LeaseWish | undefined, min: number): string {
  if (wish?.kind !== 'instances') return `${plural(min, 'host')} ${min === 1 ? 'is' : 'are'}`
  const where =
    wish.affinity === undefined ? '' : wish.affinity === 'together' ? ' on one host' : ' on hosts of their own'
  return `Room for ${plural(wish.amount, 'instance')}${where} is`
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}

const outWords: Readonly<Record<HostOutCode, string>> = {
  closed: 'closed',
  'property-missing': 'without the properties',
  'too-small': 'too small',
  booked: 'promised to others',
  'not-together': 'free for long enough',
}
