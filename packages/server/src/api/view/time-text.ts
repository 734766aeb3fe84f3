// Times at the edge: RFC 3339 in UTC. A time without an end is shown as the last one the format can write.

const lastMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

export function timeText(atMs: number): string {
  if (Number.isNaN(atMs)) return new Date(0).toISOString()
  return new Date(Math.max(0, Math.min(atMs, lastMs))).toISOString()
}

/** Epoch milliseconds of an RFC 3339 text that the schema has let through. */
export function timeMs(text: string): number {
  return Date.parse(text)
}
