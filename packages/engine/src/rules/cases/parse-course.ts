// The course of a metric as a case writes it: "1.5 for 13d, nothing for 2h, 0.01 for 22h", the oldest stretch first, the last
// one up to now. A bare number is a steady value for as far back as anybody looks.
import { parseDurationMs } from '@gleaner/model'

export interface Stretch {
  /** NaN: nothing was measured. */
  readonly value: number
  readonly lengthMs: number
}

/** As far back as the rules look. */
export const longestPastMs = 14 * 86_400_000

const form = /^(nothing|\d+(?:\.\d+)?(?:e[+-]?\d+)?) for (\S+)$/

/** The stretches, or what is wrong with the text. */
export function parseCourse(course: number | string): readonly Stretch[] | string {
  if (typeof course === 'number') return [{ value: course, lengthMs: longestPastMs }]
  const stretches: Stretch[] = []
  for (const part of course.split(',')) {
    const text = part.trim()
    const found = form.exec(text)
    if (found === null)
      return `"${text.slice(0, 60)}" is no stretch: write "0.05 for 2h" or "nothing for 10m", several separated by commas`
    const [, value = '', length = ''] = found
    const lengthMs = parseDurationMs(length)
    if (lengthMs === undefined || lengthMs === 0)
      return `"${length.slice(0, 40)}" is no length of time: write 90s, 10m, 2h or 14d`
    stretches.push({ value: value === 'nothing' ? Number.NaN : Number(value), lengthMs })
  }
  return stretches
}
