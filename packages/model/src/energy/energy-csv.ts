// A report of energy as a table for billing: one line per project, host or instance, in the units of the report. Texts that a
// spreadsheet would take for a formula are made harmless (a leading apostrophe, as OWASP advises).
import type { EnergyReport } from '../api/energy.ts'

const columns = [
  'from',
  'to',
  'by',
  'id',
  'name',
  'project',
  'kWh',
  'idle_kWh',
  'estimated_kWh',
  'co2_g',
  'cost',
  'currency',
  'measured_h',
  'bridged_kWh',
]

export function energyCsv({ from, to, by, currency, items }: EnergyReport): string {
  const lines = items.map((item) =>
    [
      from,
      to,
      by,
      item.id ?? '',
      item.name,
      item.project ?? '',
      item.kWh,
      item.idleKWh,
      item.estimatedKWh,
      item.co2Grams ?? '',
      item.cost ?? '',
      item.cost === undefined ? '' : currency,
      item.measuredS === undefined ? '' : item.measuredS / 3600,
      item.bridgedKWh ?? '',
    ]
      .map(cell)
      .join(','),
  )
  return `${[columns.join(','), ...lines].join('\r\n')}\r\n`
}

function cell(value: string | number): string {
  if (typeof value === 'number') return String(Number(value.toPrecision(12)))
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
