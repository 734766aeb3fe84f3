// A file of values over time: per line a time in RFC 3339 and a number, apart by a comma or semicolon. A first line of words
// and lines with # are left out. Everything else that cannot be read is told with its line.
import { readFileSync } from 'node:fs'
import type { Tariff, TariffStep } from '@gleaner/engine'

export function readTariff(path: string, fault: (detail: string) => void): Tariff {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    fault(`${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`)
    return { steps: [] }
  }
  const steps: TariffStep[] = []
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [time = '', value = '', ...more] = line.split(/[,;]/).map((part) => part.trim())
    if (line.trim() === '' || line.startsWith('#') || (index === 0 && /^\D/.test(time))) continue
    const fromMs = /^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:\d{2})$/.test(time) ? Date.parse(time) : Number.NaN
    // More may be the decimals of a number with a comma: what would be read without them is another one.
    const perKWh = value === '' || more.length > 0 ? Number.NaN : Number(value)
    if (Number.isNaN(fromMs) || !(perKWh >= 0) || perKWh === Number.POSITIVE_INFINITY) {
      fault(`${path}:${index + 1}: "${line.slice(0, 60)}" is no time with a value, such as 2026-01-31T14:00:00Z,85.5`)
      return { steps: [] }
    }
    steps.push({ fromMs, perKWh })
  }
  if (steps.length === 0) fault(`${path} holds no values`)
  return { steps: steps.sort((a, b) => a.fromMs - b.fromMs) }
}
