// What is drawn of the promises on one host: bars as shares of the window. Bars too narrow to be told apart are drawn as one
// that says how many it stands for, so that a year of short leases costs as much as a day of long ones.
import type { LeaseCalendarView } from '@gleaner/model'
import type { TimeWindow } from './window.ts'

export type Busy = LeaseCalendarView['hosts'][number]['busy'][number]

export interface Bar {
  /** Shares of the window, cut off at its edges. */
  readonly from: number
  readonly to: number
  /** One or more promises, earliest first. */
  readonly busy: readonly Busy[]
}

/** Of the window: what is narrower than this cannot be aimed at. */
const narrow = 0.004

/** What is over hides nothing of what is promised. */
function isOver(one: Busy | undefined): boolean {
  return one?.state === 'ended'
}

export function barsOf(busy: readonly Busy[], { fromMs, toMs }: TimeWindow): readonly Bar[] {
  const lengthMs = toMs - fromMs
  const bars: Bar[] = []
  const inside = busy
    .map((one) => ({ one, startMs: Date.parse(one.start), endMs: Date.parse(one.end) }))
    .filter(({ startMs, endMs }) => startMs < toMs && endMs > fromMs)
    .sort((a, b) => a.startMs - b.startMs || a.endMs - b.endMs)
  for (const { one, startMs, endMs } of inside) {
    const from = Math.max(0, (startMs - fromMs) / lengthMs)
    const to = Math.min(1, (endMs - fromMs) / lengthMs)
    const last = bars.at(-1)
    const isCrowded =
      last !== undefined &&
      isOver(last.busy[0]) === isOver(one) &&
      from - last.to < narrow &&
      (to - from < narrow || last.to - last.from < narrow)
    if (last !== undefined && isCrowded && last.to - last.from < 0.1)
      bars[bars.length - 1] = { from: last.from, to: Math.max(last.to, to), busy: [...last.busy, one] }
    else bars.push({ from, to, busy: [one] })
  }
  return bars
}
