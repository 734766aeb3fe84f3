// Times as Blazar and its client write them: UTC without a zone. The client reads the microseconds and fails without them.

/** 2026-03-04T12:00:00.000000 */
export function blazarTime(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, -1)}000`
}

/** 2026-03-04 12:00:00 */
export function blazarStamp(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')
}

const written = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?Z?$/

/** Epoch milliseconds; undefined for what is no time, the 30th of February among it. */
export function readBlazarTime(text: unknown, nowMs: number): number | undefined {
  if (text === 'now') return nowMs
  if (typeof text !== 'string') return undefined
  const parts = written
    .exec(text)
    ?.slice(1)
    .map((part) => Number(part ?? 0))
  if (parts === undefined) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
  const atMs = Date.UTC(year, month - 1, day, hour, minute, Number.isNaN(second) ? 0 : second)
  const at = new Date(atMs)
  const isWhole =
    at.getUTCMonth() === month - 1 &&
    at.getUTCDate() === day &&
    at.getUTCHours() === hour &&
    at.getUTCMinutes() === minute
  return isWhole ? atMs : undefined
}
