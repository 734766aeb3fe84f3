// Numbers as people read them, always with their unit. Binary units for memory, decimal ones for rates; three figures are
// enough for a decision.

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const one = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })
const two = new Intl.NumberFormat('en', { maximumFractionDigits: 2 })
const small = new Intl.NumberFormat('en', { maximumSignificantDigits: 2 })
const nbsp = '\u00a0'

export function count(value: number): string {
  return whole.format(value)
}

/** 1 host, 2 hosts. */
export function counted(value: number, noun: string, plural = `${noun}s`): string {
  return `${whole.format(value)}${nbsp}${value === 1 ? noun : plural}`
}

/** Few figures, but never a small amount shown as none: 4,200, 42.1, 0.42, 0.042, <0.001. */
export function figure(value: number): string {
  const size = Math.abs(value)
  if (size >= 100) return whole.format(value)
  if (size >= 1) return one.format(value)
  if (size >= 0.1 || size === 0) return two.format(value)
  return size < 0.001 ? '<0.001' : small.format(value)
}

export function cores(value: number): string {
  const shown = figure(value)
  return `${shown}${nbsp}${shown === '1' ? 'core' : 'cores'}`
}

export function memory(valueMiB: number): string {
  const size = Math.abs(valueMiB)
  if (size >= 1_048_576) return `${figure(valueMiB / 1_048_576)}${nbsp}TiB`
  if (size >= 1024) return `${figure(valueMiB / 1024)}${nbsp}GiB`
  return `${figure(valueMiB)}${nbsp}MiB`
}

/** A part of a whole; a unit that both have stands once: 29.1 of 251 GiB. */
export function memoryOf(partMiB: number, wholeMiB: number): string {
  const part = memory(partMiB)
  const [amount, unit] = part.split(nbsp)
  const whole = memory(wholeMiB)
  return `${whole.endsWith(`${nbsp}${unit ?? ''}`) ? (amount ?? '') : part} of ${whole}`
}

export function percent(share: number): string {
  return `${Math.abs(share) < 0.1 ? one.format(share * 100) : whole.format(share * 100)}${nbsp}%`
}

export function rate(bytesPerS: number): string {
  if (bytesPerS >= 1e9) return `${figure(bytesPerS / 1e9)}${nbsp}GB/s`
  if (bytesPerS >= 1e6) return `${figure(bytesPerS / 1e6)}${nbsp}MB/s`
  if (bytesPerS >= 1e3) return `${figure(bytesPerS / 1e3)}${nbsp}kB/s`
  return `${figure(bytesPerS)}${nbsp}B/s`
}

/** The two largest units of a span: 90 → 1 min 30 s; 200,000 → 2 d 7 h. */
export function span(seconds: number): string {
  const total = Math.max(0, Math.round(seconds))
  const units: [string, number][] = [
    ['d', 86_400],
    ['h', 3600],
    ['min', 60],
    ['s', 1],
  ]
  const first = units.findIndex(([, length]) => total >= length)
  if (first < 0) return `0${nbsp}s`
  const parts: string[] = []
  let rest = total
  for (const [name, length] of units.slice(first, first + 2)) {
    const amount = Math.floor(rest / length)
    rest -= amount * length
    if (amount > 0) parts.push(`${amount}${nbsp}${name}`)
  }
  return parts.join(nbsp)
}

/** The largest unit alone, for relative times: 5,400 → 1 h. */
export function roughSpan(seconds: number): string {
  const total = Math.max(0, Math.round(seconds))
  if (total < 60) return `${total}${nbsp}s`
  if (total < 5400) return `${Math.round(total / 60)}${nbsp}min`
  if (total < 129_600) return `${Math.round(total / 3600)}${nbsp}h`
  return `${Math.round(total / 86_400)}${nbsp}d`
}

/** A value of a metric with the unit the API names. */
export function quantity(value: number, unit: string): string {
  if (unit === 'cores') return cores(value)
  if (unit === 'MiB') return memory(value)
  if (unit === 'B/s') return rate(value)
  if (unit === 's') return span(value)
  return `${figure(value)}${nbsp}${unit}`
}
