// `gleaner energy`: what was drawn over a span, by project, host or instance, with CO2 and cost; --csv for billing.
import { type EnergyItem, type EnergyReport, energyCsv, energyGroups } from '@gleaner/model'
import type { CommandContext } from '../command-context.ts'
import { UsageError } from '../failure.ts'
import { figures, share, span } from '../format/quantity.ts'
import type { Column } from '../format/table.ts'

export interface EnergyWords {
  readonly by?: string
  readonly from?: string
  readonly to?: string
  readonly for?: string
  readonly csv?: true
}

export async function energy(context: CommandContext, words: EnergyWords): Promise<void> {
  const by = energyGroups.find((group) => group === (words.by ?? 'project'))
  if (by === undefined)
    throw new UsageError(`There is no grouping "${words.by}".`, `Say --by ${energyGroups.join(', ')}.`)
  const report = await context.client.call('getEnergy', {
    query: {
      by,
      ...time('from', words.from),
      ...time('to', words.to),
      ...(words.for === undefined ? {} : { for: words.for }),
    },
  })
  if (context.printJson(report)) return
  // Beside the table, which programs read.
  if (report.keptFrom !== undefined)
    context.io.err(
      `gleaner: hours before ${report.keptFrom.slice(0, 16)}Z are not kept any more (retention.energy) and count as nothing\n`,
    )
  if (words.csv === true) return context.io.out(energyCsv(report))
  const { items, total } = report
  const when = `${report.from.slice(0, 16)}Z to ${report.to.slice(0, 16)}Z`
  if (items.length === 0)
    return context.say(`No energy was metered from ${when}. What is metered is said under meters in the configuration.`)
  context.table(items.length > 1 ? [...items, { name: 'all', ...total }] : items, columnsFor(report))
  context.say(when)
  if (items.some(({ measuredS }) => measuredS !== undefined))
    context.say('Hosts were metered for so long; for the rest of the time nothing is counted.')
  if (total.estimatedKWh > 0)
    context.say(
      `${share(total.estimatedKWh, total.kWh)} of it is estimated by a model, because nothing measures there.`,
    )
}

/** A day stands for its begin in UTC. */
function time<K extends 'from' | 'to'>(key: K, given: string | undefined): { [P in K]?: string } {
  if (given === undefined) return {}
  const text = /^\d{4}-\d{2}-\d{2}$/.test(given) ? `${given}T00:00:00Z` : given
  if (Number.isNaN(Date.parse(text)))
    throw new UsageError(`"${given}" is no time.`, `Say --${key} 2026-03-01 or --${key} 2026-03-01T12:00:00Z.`)
  return { [key]: new Date(text).toISOString() } as { [P in K]?: string }
}

function columnsFor({ by, currency, items }: EnergyReport): readonly Column<EnergyItem>[] {
  const columns: Column<EnergyItem>[] = [
    { title: by, cell: ({ name }) => name, least: 10 },
    { title: 'kWh', cell: ({ kWh }) => figures(kWh), right: true },
    { title: 'at rest', cell: ({ kWh, idleKWh }) => share(idleKWh, kWh), right: true, rank: 2 },
    { title: 'kg CO2', cell: ({ co2Grams }) => (co2Grams === undefined ? '' : figures(co2Grams / 1000)), right: true },
    { title: currency, cell: ({ cost }) => (cost === undefined ? '' : figures(cost)), right: true },
  ]
  if (by === 'instance') columns.splice(1, 0, { title: 'project', cell: ({ project }) => project ?? '', rank: 3 })
  if (items.some(({ measuredS }) => measuredS !== undefined))
    columns.push({
      title: 'metered',
      cell: ({ measuredS }) => (measuredS === undefined ? '' : span(measuredS)),
      right: true,
      rank: 3,
    })
  if (items.some(({ bridgedKWh = 0 }) => bridgedKWh > 0))
    columns.push({
      title: 'bridged',
      cell: ({ kWh, bridgedKWh = 0 }) => (bridgedKWh > 0 ? share(bridgedKWh, kWh) : ''),
      right: true,
      rank: 4,
    })
  if (items.some(({ estimatedKWh }) => estimatedKWh > 0))
    columns.push({
      title: 'estimated',
      cell: ({ kWh, estimatedKWh }) => share(estimatedKWh, kWh),
      right: true,
      rank: 4,
    })
  return columns
}
