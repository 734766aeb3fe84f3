// One line of a wattmeter to watts. Formats:
//
// - wattsup: what Watts Up Pro and .Net write when they log to the outside, "#d,-,18,1234,…;": the first field behind the count is
//   watts in tenths; one outlet, called "1".
// - plain: "OUTLET WATTS", or watts alone for the outlet "1"; apart by blanks, commas, semicolons or =, with or without W behind.

export const lineFormats = ['wattsup', 'plain'] as const
export type LineFormat = (typeof lineFormats)[number]

export interface LineReading {
  readonly outlet: string
  /** NaN when what stands there is no number. */
  readonly powerW: number
}

const onlyOutlet = '1'

/** Undefined for a line that is no reading, such as an echo or an empty one. */
export function readLine(line: string, format: LineFormat): LineReading | undefined {
  const text = line.trim()
  if (format === 'wattsup') {
    const fields = /^#d,[^,]*,\d+,([^;]*);?$/.exec(text)?.[1]?.split(',')
    if (fields === undefined) return undefined
    return { outlet: onlyOutlet, powerW: numberIn(fields[0] ?? '') / 10 }
  }
  if (text === '' || text.startsWith('#')) return undefined
  const parts = text.replace(/\s*W$/i, '').split(/[\s,;=]+/)
  const [first = '', second] = parts
  if (parts.length > 2) return undefined
  return second === undefined
    ? { outlet: onlyOutlet, powerW: numberIn(first) }
    : { outlet: first, powerW: numberIn(second) }
}

function numberIn(text: string): number {
  return /^[+-]?\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
}
