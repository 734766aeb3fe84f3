// Numbers as people read them. At most three figures that count; the unit always beside.

export function cores(value: number | undefined): string {
  return value === undefined ? '' : figures(value)
}

/** MiB in the unit that keeps the number short. */
export function memory(mib: number | undefined): string {
  if (mib === undefined) return ''
  const [value, unit] =
    Math.abs(mib) < 1024 ? [mib, 'MiB'] : Math.abs(mib) < 1_048_576 ? [mib / 1024, 'GiB'] : [mib / 1_048_576, 'TiB']
  return `${figures(value)} ${unit}`
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

export function figures(value: number): string {
  const size = Math.abs(value)
  if (size === 0) return '0'
  if (size >= 100) return Math.round(value).toLocaleString('en-US')
  if (size >= 10) return trim(value.toFixed(1))
  if (size >= 0.01) return trim(value.toFixed(2))
  return trim(value.toPrecision(1))
}

function trim(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}
