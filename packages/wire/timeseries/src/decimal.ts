// Numbers as they stand in an answer, read from bytes without making a text of each: the result is the double that
// `Number()` gives. The quick way holds for up to 15 digits and powers of ten up to 22, where both are exact and one
// rounding remains (Clinger, "How to Read Floating Point Numbers Accurately", 1990); everything else asks `Number()`.
// Beyond JSON, the words for what is no number are understood: NaN, [+-]Inf, Infinity, null (as NaN).

const powers = Float64Array.from({ length: 23 }, (_, power) => 10 ** power)
const exactDigits = 15
const zero = 0x30
const minus = 0x2d
const plus = 0x2b
const point = 0x2e
const exponentMark = 0x65

/** Undefined when the bytes are neither a number nor one of the words. */
export function readDecimal(bytes: Buffer, start: number, end: number): number | undefined {
  let at = start
  const negative = bytes[at] === minus
  if (negative) at++
  let digits = 0
  let mantissa = 0
  let scale = 0
  let seenPoint = false
  for (; at < end; at++) {
    const byte = bytes[at] as number
    if (byte >= zero && byte <= zero + 9) {
      if (digits > 0 || byte !== zero) digits++
      mantissa = mantissa * 10 + (byte - zero)
      if (seenPoint) scale++
    } else if (byte === point && !seenPoint) seenPoint = true
    else break
  }
  const begun = at > start + (negative ? 1 : 0) + (seenPoint ? 1 : 0)
  if (!begun || digits > exactDigits) return slowly(bytes, start, end)
  if (at < end) {
    const power = exponent(bytes, at, end)
    if (power === undefined) return slowly(bytes, start, end)
    scale -= power
  }
  if (scale > 22 || scale < -22) return slowly(bytes, start, end)
  const value = scale > 0 ? mantissa / (powers[scale] as number) : mantissa * (powers[-scale] as number)
  return negative ? -value : value
}

/** The power of ten behind an e; undefined when it is none, or one so large that the quick way ends. */
function exponent(bytes: Buffer, start: number, end: number): number | undefined {
  let at = start
  if (((bytes[at] as number) | 0x20) !== exponentMark) return undefined
  at++
  const negative = bytes[at] === minus
  if (negative || bytes[at] === plus) at++
  if (at >= end || end - at > 3) return undefined
  let power = 0
  for (; at < end; at++) {
    const byte = bytes[at] as number
    if (byte < zero || byte > zero + 9) return undefined
    power = power * 10 + (byte - zero)
  }
  return negative ? -power : power
}

const words: ReadonlyMap<string, number> = new Map([
  ['nan', Number.NaN],
  ['null', Number.NaN],
  ['inf', Number.POSITIVE_INFINITY],
  ['+inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
  ['infinity', Number.POSITIVE_INFINITY],
  ['+infinity', Number.POSITIVE_INFINITY],
  ['-infinity', Number.NEGATIVE_INFINITY],
])

const decimalPattern = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

function slowly(bytes: Buffer, start: number, end: number): number | undefined {
  const text = bytes.toString('latin1', start, end)
  return decimalPattern.test(text) ? Number(text) : words.get(text.toLowerCase())
}
