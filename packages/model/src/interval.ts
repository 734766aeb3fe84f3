// Half-open intervals [startMs, endMs) of epoch milliseconds: the only form of a time span in Gleaner, in memory, in
// SQL ranges and in the API. An interval without an end goes on for ever (endMs = Infinity).

export interface Interval {
  readonly startMs: number
  readonly endMs: number
}

export function contains(interval: Interval, atMs: number): boolean {
  return atMs >= interval.startMs && atMs < interval.endMs
}

export function overlaps(a: Interval, b: Interval): boolean {
  return a.startMs < b.endMs && b.startMs < a.endMs
}

/** Length in milliseconds; 0 for an interval that ends before it starts. */
export function lengthMs(interval: Interval): number {
  return Math.max(0, interval.endMs - interval.startMs)
}
