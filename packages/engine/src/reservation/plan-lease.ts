// When and where a lease can be: at the earliest moment of its window at which every reservation of it has enough, or the
// reason why not and what there is instead. A lease of fixed dates is a window that it fills. Books nothing.
//
// Reservations of one lease that compete for the same hosts are served one after the other, those with the fewest hosts
// to choose from first: each start found is possible, but with three or more that overlap an earlier one may be missed.
import type { Interval, LeaseId, ReservationId } from '@gleaner/model'
import { chooseHosts, type Share } from './choose-hosts.ts'
import { earliestStart } from './earliest-start.ts'
import { explainNoSlot, type NoSlot } from './explain-no-slot.ts'
import type { HostCalendar } from './host-calendar.ts'
import { type LeaseQuestion, type Prepared, prepare } from './lease-question.ts'
import type { ReservableHost, ReservationBook } from './reservation-book.ts'

export interface FoundSlot {
  readonly found: true
  readonly span: Interval
  /** Per reservation of the question. */
  readonly shares: readonly (readonly Share[])[]
}

export function planLease(book: ReservationBook, question: LeaseQuestion): FoundSlot | NoSlot {
  const prepared = question.reservations.map((reservation) => prepare(book, reservation))
  const { startMs, endMs } = question.window
  const durationMs = question.durationMs ?? endMs - startMs
  const failed = (at: number) => explainNoSlot({ book, question, durationMs, at, prepared: prepared[at] as Prepared })
  for (let fromMs = startMs; ; ) {
    const start =
      question.durationMs === undefined ? startMs : commonStart(prepared, { fromMs, untilMs: endMs, durationMs })
    if (typeof start === 'object') return failed(start.failed)
    const span = { startMs: start, endMs: question.durationMs === undefined ? endMs : start + durationMs }
    const chosen = chooseAll(book, prepared, { span, question })
    if (chosen.shares !== undefined) return { found: true, span, shares: chosen.shares }
    // They clash with one another here: the next moment at which some host comes free may be better.
    fromMs = Math.min(...prepared.flatMap(({ calendars }) => calendars.map((calendar) => calendar.nextEndMs(start))))
    if (question.durationMs === undefined || !(fromMs + durationMs <= endMs)) return failed(chosen.failed)
  }
}

interface Failure {
  /** Position of the reservation that has not enough. */
  readonly failed: number
}

/** The first moment at which each of them, taken by itself, has enough. */
function commonStart(
  prepared: readonly Prepared[],
  stay: { readonly fromMs: number; readonly untilMs: number; readonly durationMs: number },
): number | Failure {
  let fromMs = stay.fromMs
  for (let agreed = 0, at = 0; agreed < prepared.length; at = (at + 1) % prepared.length) {
    const { calendars, units } = prepared[at] as Prepared
    const { startMs } = earliestStart({ calendars, units, stay: { ...stay, fromMs } })
    if (startMs === undefined) return { failed: at }
    agreed = startMs === fromMs ? agreed + 1 : 1
    fromMs = startMs
  }
  return fromMs
}

const planning = { leaseId: 'planning' as LeaseId, reservationId: 'planning' as ReservationId }

/** What one takes is booked for the moment, so that the next does not take it as well. */
function chooseAll(
  book: ReservationBook,
  prepared: readonly Prepared[],
  {
    span,
    question: { nowMs, burdenOf, efficiencyOf, isRenewed },
  }: { readonly span: Interval; readonly question: LeaseQuestion },
):
  | { readonly shares: readonly (readonly Share[])[]; readonly failed?: undefined }
  | (Failure & { readonly shares?: undefined }) {
  const order = [...prepared.keys()].sort((a, b) => candidatesOf(prepared, a) - candidatesOf(prepared, b) || a - b)
  const shares: (readonly Share[])[] = []
  const burden = burdenOf && ((at: number) => burdenOf((book.hosts[at] as ReservableHost).id))
  const efficiency = efficiencyOf && ((at: number) => efficiencyOf((book.hosts[at] as ReservableHost).id))
  const choosing = { calendars: book.calendars, span, nowMs, burdenOf: burden, efficiencyOf: efficiency, isRenewed }
  const touched: HostCalendar[] = []
  try {
    for (const at of order) {
      const { units, candidates } = prepared[at] as Prepared
      const chosen = chooseHosts({ ...choosing, candidates, units })
      if (chosen === undefined) return { failed: at }
      shares[at] = chosen
      if (prepared.length === 1) break
      for (const { host, units: count } of chosen) {
        const calendar = book.calendars[host] as HostCalendar
        for (let nth = 0; nth < count; nth++) calendar.book({ ...planning, span, need: units.need })
        touched.push(calendar)
      }
    }
    return { shares }
  } finally {
    for (const calendar of touched) calendar.release(planning.leaseId)
  }
}

function candidatesOf(prepared: readonly Prepared[], at: number): number {
  return prepared[at]?.candidates.length ?? 0
}
