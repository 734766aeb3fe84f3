// Which of the hosts that are free for a span are taken. A span cut out of the free time of a host leaves zero, one or two
// pieces; hosts are taken so that the fewest pieces are left, and among equals those where the least free time is left
// over, so that long free stretches stay long. A lease that is renewed wants the contrary: hosts that nobody has after it, or later
// than others. For a lease that begins within a day those on which the fewest instances of
// others stand come first, because they would have to leave; later than that nobody knows who will be there, and it only
// decides among equals. Room for instances is taken first on hosts that have such bookings already,
// the fullest first, so that whole hosts stay free for those who want whole ones. Where all of this is equal the hosts that do
// most work per watt are taken, if it is known of any; those of which it is not known come last.
import { type Interval, overlaps } from '@gleaner/model'
import type { HostCalendar } from './host-calendar.ts'
import type { WishUnits } from './wish.ts'

/** So many units of the wish on the host at this position. */
export interface Share {
  readonly host: number
  readonly units: number
}

export interface ChoiceQuestion {
  readonly calendars: readonly HostCalendar[]
  /** Positions of the hosts that may be chosen. */
  readonly candidates: readonly number[]
  readonly units: WishUnits
  readonly span: Interval
  /** How many would have to leave the host, weighed; nobody if absent. */
  readonly burdenOf?: ((host: number) => number) | undefined
  /** Work per watt, above 0; undefined where it is not known. */
  readonly efficiencyOf?: ((host: number) => number | undefined) | undefined
  /** What is taken is kept as long as nobody comes after it. */
  readonly isRenewed?: boolean | undefined
  /** Free time before this moment is past and worth nothing. */
  readonly nowMs: number
}

interface Scored extends Share {
  readonly keys: readonly number[]
}

/** As many units as are free, up to the most that are wished; undefined when fewer than the least. */
export function chooseHosts(question: ChoiceQuestion): readonly Share[] | undefined {
  const { units } = question
  const scored = question.candidates.flatMap((host) => score(question, host))
  scored.sort(byKeys)
  const chosen: Share[] = []
  let left = units.max
  for (const { host, units: free } of scored) {
    if (left === 0) break
    const taken = Math.min(free, left)
    chosen.push({ host, units: taken })
    left -= taken
  }
  return units.max - left < units.min ? undefined : chosen
}

const foreseeableMs = 86_400_000

function score(question: ChoiceQuestion, host: number): Scored[] {
  const { calendars, units, span, nowMs, burdenOf, efficiencyOf, isRenewed } = question
  const calendar = calendars[host]
  const free = calendar?.fits(span, units.need, units.perHost) ?? 0
  if (calendar === undefined || free === 0) return []
  const last = [-(efficiencyOf?.(host) ?? 0), host]
  const runway = isRenewed === true ? [-calendar.fitsUntilMs(span.startMs, units.need, 1)] : []
  if (units.need !== 'whole') {
    const used = calendar.bookings.some((booking) => overlaps(booking.span, span))
    return [{ host, units: free, keys: [...runway, used ? 0 : 1, free, ...last] }]
  }
  const around = calendar.freeAround(span)
  const beforeMs = Math.max(0, span.startMs - Math.max(around.startMs, nowMs))
  const afterMs = Number.isFinite(span.endMs) ? around.endMs - span.endMs : 0
  const pieces = (beforeMs > 0 ? 1 : 0) + (afterMs > 0 ? 1 : 0)
  const burden = burdenOf?.(host) ?? 0
  const gaps = [...runway, pieces, beforeMs + afterMs, beforeMs]
  const isSoon = span.startMs < nowMs + foreseeableMs
  return [{ host, units: free, keys: isSoon ? [burden, ...gaps, ...last] : [...gaps, burden, ...last] }]
}

function byKeys(a: Scored, b: Scored): number {
  for (const [at, key] of a.keys.entries()) {
    const other = b.keys[at] ?? 0
    // Infinity - Infinity would be no number.
    if (key !== other) return key < other ? -1 : 1
  }
  return 0
}
