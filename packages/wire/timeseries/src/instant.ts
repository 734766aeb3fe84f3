// A moment as RFC 3339 writes it, read from bytes: `2026-11-28T13:37:09.123456789Z` or with an offset. Digits beyond the
// millisecond are cut off.

const zero = 0x30

/** Epoch milliseconds; NaN when the bytes are no such moment. */
export function readInstant(bytes: Buffer, start: number, end: number): number {
  if (end - start < 20) return Number.NaN
  const number = (from: number, digits: number) => {
    let value = 0
    for (let at = start + from; at < start + from + digits; at++) {
      const digit = (bytes[at] as number) - zero
      if (!(digit >= 0 && digit <= 9)) return Number.NaN
      value = value * 10 + digit
    }
    return value
  }
  const month = number(5, 2)
  const day = number(8, 2)
  const dayMs = Date.UTC(number(0, 4), month - 1, day)
  const marks =
    bytes[start + 4] === 0x2d && bytes[start + 7] === 0x2d && ((bytes[start + 10] as number) | 0x20) === 0x74
  if (!marks || bytes[start + 13] !== 0x3a || bytes[start + 16] !== 0x3a || !(month >= 1 && month <= 12))
    return Number.NaN
  const seconds = number(11, 2) * 3600 + number(14, 2) * 60 + number(17, 2)
  let at = start + 19
  let fraction = 0
  if (bytes[at] === 0x2e) {
    let unit = 100
    for (at++; at < end; at++) {
      const digit = (bytes[at] as number) - zero
      if (!(digit >= 0 && digit <= 9)) break
      fraction += digit * unit
      unit = unit > 1 ? unit / 10 : 0
    }
  }
  const offsetMs = readOffset(bytes, at, end)
  return dayMs + seconds * 1000 + fraction - offsetMs
}

function readOffset(bytes: Buffer, start: number, end: number): number {
  const mark = bytes[start] as number
  if ((mark | 0x20) === 0x7a && end === start + 1) return 0
  const match = /^([+-])(\d\d):(\d\d)$/.exec(bytes.toString('latin1', start, end))
  if (match === null) return Number.NaN
  const minutes = Number(match[2]) * 60 + Number(match[3])
  return (match[1] === '-' ? -minutes : minutes) * 60_000
}
