// What was planned, as the API shows it. Whose lease is in the way is told only to those who may see it.
import type { FoundSlot, NoSlot, ReservationBook } from '@gleaner/engine'
import type { Interval, LeasePlanView } from '@gleaner/model'
import { only } from '../view/only.ts'
import { timeText } from '../view/time-text.ts'

export function planView(
  slot: FoundSlot | NoSlot,
  { book, isSeen }: { readonly book: ReservationBook; readonly isSeen: (leaseId: string) => boolean },
): LeasePlanView {
  if (slot.found) {
    const hosts = slot.shares.map((shares) => shares.map(({ host }) => book.hosts[host]?.name ?? ''))
    return { feasible: true, slot: { ...spanView(slot.span), hosts } }
  }
  const { sentence, reservation, needed, available, alternatives, out } = slot
  return {
    feasible: false,
    refusal: {
      sentence,
      reservation,
      needed,
      available,
      alternatives: alternatives.map(({ kind, units, span, rest }) => ({
        kind,
        hosts: units,
        ...spanView(span),
        ...only('rest', rest && spanView(rest)),
      })),
      out: out.map(({ host, code, clash }) => ({
        host,
        code,
        ...only(
          'clash',
          clash === undefined
            ? undefined
            : { ...spanView(clash.span), ...only('lease', isSeen(clash.leaseId) ? clash.leaseId : undefined) },
        ),
      })),
    },
  }
}

function spanView({ startMs, endMs }: Interval) {
  return { start: timeText(startMs), end: timeText(endMs) }
}
