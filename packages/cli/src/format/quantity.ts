// Numbers as people read them. At most three figures that count; the unit always beside.
import { formatFigures, formatMemoryMiB } from '@gleaner/model'

export { formatFigures as figures }

export function cores(value: number | undefined): string {
  return value === undefined ? '' : formatFigures(value)
}

/** MiB in the unit that keeps the number short. */
export function memory(mib: number | undefined): string {
  return mib === undefined ? '' : formatMemoryMiB(mib)
}

/** Seconds in the two largest units: 4 d 3 h. */
export function span(seconds: number | undefined): string {
  if (seconds === undefined || !Number.isFinite(seconds)) return ''
  const whole = Math.max(0, Math.floor(seconds))
  if (whole < 60) return `${whole}s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes}m`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return minutes % 60 === 0 ? `${hours}h` : `${hours}h${minutes % 60}m`
  const days = Math.floor(hours / 24)
  return hours % 24 === 0 || days >= 10 ? `${days}d` : `${days}d${hours % 24}h`
}

export function share(part: number, whole: number): string {
  return whole > 0 ? `${Math.round((part / whole) * 100)}%` : ''
}

/** "1 problem", "2 problems". */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString('en-US')} ${noun}${number === 1 ? '' : 's'}`
}
