// `gleaner savings`: what was given back over a span, and by whom.
import { type SavingsReport, savingsGroups } from '@gleaner/model'
import type { CommandContext } from '../command-context.ts'
import { UsageError } from '../failure.ts'
import { count, figures, memory } from '../format/quantity.ts'
import type { Column } from '../format/table.ts'

type Energy = SavingsReport['total']['energy']

export interface SavingsWords {
  readonly for?: string
  readonly by?: string
}

export async function savings(context: CommandContext, words: SavingsWords): Promise<void> {
  const by = savingsGroups.find((group) => group === (words.by ?? 'rule'))
  if (by === undefined)
    throw new UsageError(`There is no grouping "${words.by}".`, `Say --by ${savingsGroups.join(', ')}.`)
  const report = await context.client.call('getSavings', {
    query: { by, ...(words.for === undefined ? {} : { for: words.for }) },
  })
  if (context.printJson(report)) return
  const { items, total } = report
  const span = `${report.from.slice(0, 16)}Z to ${report.to.slice(0, 16)}Z`
  if (items.length === 0) return context.say(`Nothing was given back from ${span}.`)
  context.table(items.length > 1 ? [...items, { key: 'all', ...total }] : items, columnsFor(report))
  const undone = total.undone === 0 ? 'none of them undone by a person' : `${total.undone} of them undone by a person`
  context.say(`${span}: ${count(total.actionsDone, 'action')}, ${undone}`)
  const energy = energyWords(total.energy)
  if (energy !== undefined) context.say(energy)
}

function columnsFor({ by, total }: SavingsReport): readonly Column<SavingsReport['items'][number]>[] {
  const columns: Column<SavingsReport['items'][number]>[] = [
    { title: by, cell: ({ key }) => key, least: 10 },
    { title: 'actions', cell: ({ actionsDone }) => String(actionsDone), right: true },
    { title: 'undone', cell: ({ undone }) => String(undone), right: true, rank: 2 },
    { title: 'memory', cell: (row) => memoryHours(row.physicalMemoryGiBHours), right: true },
    { title: 'cores', cell: (row) => coreHours(row.physicalCoreHours), right: true },
    { title: 'sellable memory', cell: (row) => memoryHours(row.sellableMemoryGiBHours), right: true, rank: 3 },
    { title: 'sellable cores', cell: (row) => coreHours(row.sellableCoreHours), right: true, rank: 3 },
    { title: 'now', cell: ({ now }) => (now.instances === 0 ? '' : memory(now.physicalMemoryMiB)), right: true },
  ]
  if (total.energy.knownOf > 0)
    columns.splice(5, 0, { title: 'energy', cell: (row) => savedEnergy(row.energy), right: true })
  return columns
}

/** What is not known is not nothing. */
function savedEnergy({ kWh, knownOf, unknownOf }: Energy): string {
  if (kWh === undefined) return unknownOf === 0 ? '' : 'not known'
  const share = unknownOf === 0 ? '' : ` (${knownOf} of ${knownOf + unknownOf})`
  return `${figures(kWh)} kWh${share}`
}

function energyWords({ knownOf, unknownOf }: Energy): string | undefined {
  if (knownOf === 0)
    return unknownOf === 0 ? undefined : 'Saved kWh are not known: nothing was metered there in the hour before.'
  const unknown = unknownOf === 0 ? '' : `; of ${count(unknownOf, 'action')} nothing is known`
  return `kWh are an estimate: what their work drew in the hour before, for as long as they were away${unknown}.`
}

const memoryHours = (hours: number) => (hours === 0 ? '' : `${figures(hours)} GiB·h`)
const coreHours = (hours: number) => (hours === 0 ? '' : `${figures(hours)} core·h`)
