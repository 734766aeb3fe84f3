// `gleaner estimates [HOST]`: what every host will use at most and what can be sold of it; of one host what was estimated
// beside what then was used, scope by scope, and how its estimates fared.
import {
  type EstimatePointView,
  type EstimateView,
  expectedPeak,
  type QueryOf,
  type ResponseOf,
  type endpoints,
} from '@gleaner/model'
import type { CommandContext } from '../command-context.ts'
import type { Moments } from '../format/moment.ts'
import { cores, count, figures, memory } from '../format/quantity.ts'
import type { Column } from '../format/table.ts'
import { estimateRecord, estimateSentence, lentSentence, percent } from './estimate-words.ts'
import { pageEnd } from './page-end.ts'

export interface EstimatesOptions {
  readonly cloud?: string
  readonly sort?: string
  readonly limit?: string
  readonly for?: string
}

export async function estimates(
  context: CommandContext,
  host: string | undefined,
  options: EstimatesOptions,
): Promise<void> {
  if (host !== undefined) return ofHost(context, host, options)
  const query = {
    cloud: options.cloud,
    sort: options.sort,
    limit: options.limit === undefined ? undefined : Number(options.limit),
  } as QueryOf<typeof endpoints.listEstimates>
  const page = await context.client.call('listEstimates', { query })
  if (context.printJson(page)) return
  if (page.items.length === 0) return context.say(noneYet)
  const isLent = page.items.some(({ lentByGuests }) => lentByGuests !== undefined)
  context.table(page.items, isLent ? [...columns, lentColumn] : columns)
  pageEnd(context, page, 'host')
}

const noneYet =
  'There is no estimate yet: the first one is made at the end of the first scope (oversubscription.scope) that was measured.'

const times = (ratio: number | undefined) => (ratio === undefined ? '' : figures(ratio))

const columns: readonly Column<EstimateView>[] = [
  { title: 'name', cell: ({ host }) => host, least: 10 },
  { title: 'cloud', cell: ({ cloud }) => cloud, rank: 5 },
  { title: 'cores', cell: (of) => cores(of.cores.capacity), right: true },
  { title: 'sold', cell: (of) => cores(of.cores.booked), right: true, rank: 2 },
  { title: 'peak', cell: (of) => cores(of.cores.estimate), right: true },
  { title: 'ratio', cell: (of) => times(of.cores.ratio), right: true },
  { title: 'set', cell: (of) => times(of.cores.ratioInForce), right: true, rank: 4 },
  { title: 'memory', cell: (of) => memory(of.memoryMiB.capacity), right: true },
  { title: 'sold', cell: (of) => memory(of.memoryMiB.booked), right: true, rank: 2 },
  { title: 'peak', cell: (of) => memory(of.memoryMiB.estimate), right: true },
  { title: 'ratio', cell: (of) => times(of.memoryMiB.ratio), right: true },
  { title: 'exceeded', cell: exceeded, right: true, rank: 1 },
  { title: 'rests on', cell: ({ state }) => state, rank: 3 },
]

/** Only where guests lend memory at the moment. */
const lentColumn: Column<EstimateView> = {
  title: 'guests lend',
  cell: ({ lentByGuests }) => (lentByGuests === undefined ? '' : memory(lentByGuests.memoryMiB)),
  right: true,
}

function exceeded({ cores: { record }, memoryMiB }: EstimateView): string {
  if (record.judged === 0) return 'not yet'
  return percent(Math.max(record.violationRate, memoryMiB.record.violationRate))
}

async function ofHost(context: CommandContext, host: string, options: EstimatesOptions): Promise<void> {
  const query = { for: options.for ?? '1d' }
  const [story, status] = await Promise.all([
    context.client.call('getHostEstimates', { params: { id: host }, query }),
    context.client.call('getStatus'),
  ])
  if (context.printJson(story)) return
  if (story.now === undefined) return context.say(noneYet)
  const moments = context.moments(status.now)
  context.say(estimateSentence(story.now, moments))
  context.say(estimateRecord(story.now))
  const lent = lentSentence(story.now)
  if (lent !== undefined) context.say(lent)
  const rows = pairs(story.items)
  if (rows.length === 0) return
  context.line()
  const limit = options.limit === undefined ? mostRows : Number(options.limit)
  context.table(rows.slice(-limit), pastColumns(moments))
  if (rows.length > limit)
    context.line(
      context.style(`the last ${limit} of ${count(rows.length, 'scope')}; --limit ${rows.length} shows all`, 'dim'),
    )
}

const mostRows = 24

/** A scope as it went, with the one before, at whose end it was estimated. */
interface Past {
  readonly point: EstimatePointView
  readonly before: EstimatePointView | undefined
}

function pairs(items: ResponseOf<typeof endpoints.getHostEstimates>['items']): readonly Past[] {
  return items.map((point, nth) => {
    const before = items[nth - 1]
    const follows = before !== undefined && Date.parse(point.at) - Date.parse(before.at) === point.scopeS * 1000
    return { point, before: follows ? before : undefined }
  })
}

function expectedOf({ point, before }: Past, key: 'cores' | 'memoryMiB'): number | undefined {
  return before === undefined ? undefined : expectedPeak(before[key], point[key])
}

function pastColumns(moments: Moments): readonly Column<Past>[] {
  const mark = (violation: number, show: (value: number) => string) => (violation > 0 ? `${show(violation)} over` : '')
  return [
    { title: 'scope until', cell: ({ point }) => moments.at(point.at) },
    { title: 'cores sold', cell: ({ point }) => cores(point.cores.booked), right: true, rank: 3 },
    { title: 'expected', cell: (past) => cores(expectedOf(past, 'cores')), right: true },
    { title: 'used', cell: ({ point }) => cores(point.cores.peak), right: true },
    { title: '', cell: ({ point }) => mark(point.cores.violation, cores), colour: () => 'red' },
    { title: 'memory sold', cell: ({ point }) => memory(point.memoryMiB.booked), right: true, rank: 3 },
    { title: 'expected', cell: (past) => memory(expectedOf(past, 'memoryMiB')), right: true },
    { title: 'used', cell: ({ point }) => memory(point.memoryMiB.peak), right: true },
    { title: ' ', cell: ({ point }) => mark(point.memoryMiB.violation, memory), colour: () => 'red' },
    { title: 'measured', cell: ({ point }) => (point.blind ? 'no' : ''), rank: 4 },
  ]
}
