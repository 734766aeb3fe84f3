// `gleaner leases create --repeat` and `end-series`: leases for times that recur.
import type { LeaseSeriesView } from '@gleaner/model'
import type { CommandContext } from '../command-context.ts'
import { type LeaseOptions, moments, wishOf } from './leases.ts'

export async function createLeaseSeries(
  context: CommandContext,
  name: string,
  { repeat = '', zone, skipClashes, dryRun, atEnd, notice, ...options }: LeaseOptions,
): Promise<void> {
  // What a series cannot have goes along as it is: the server names it.
  const { hold, wait } = options
  const body = {
    name,
    ...wishOf(options),
    recurrence: { rule: repeat, ...(zone === undefined ? {} : { timeZone: zone }) },
    ...(skipClashes === undefined ? {} : { skipClashes }),
    ...(atEnd === undefined ? {} : { endAction: atEnd }),
    ...(notice === undefined ? {} : { notice }),
    ...(hold === undefined ? {} : { holdFor: hold }),
    ...(wait === undefined ? {} : { waitFor: wait }),
  }
  const series = await context.client.call(dryRun === true ? 'planLeaseSeries' : 'createLeaseSeries', { body })
  if (series.times.some(({ refusal }) => refusal !== undefined) && skipClashes !== true) context.fail()
  if (context.printJson(series)) return
  await printSeries(context, series)
}

async function printSeries(context: CommandContext, { id, times: all }: LeaseSeriesView): Promise<void> {
  const times = await moments(context)
  context.table(all, [
    { title: 'lease', cell: ({ name }) => name, least: 8 },
    { title: 'from', cell: ({ start }) => times.at(start), right: true },
    { title: 'to', cell: ({ end }) => times.at(end), right: true },
    { title: 'hosts', cell: ({ hosts, refusal }) => refusal ?? hosts.join(', '), least: 20 },
  ])
  const had = all.filter(({ refusal }) => refusal === undefined).length
  if (id === undefined) return context.say(`${had} of ${all.length} times could be had; nothing is made.`)
  context.say(`${had} of ${all.length} leases are made. To call them off: gleaner leases end-series ${id}`)
}

export async function endLeaseSeries(
  context: CommandContext,
  id: string,
  { from }: { readonly from?: string },
): Promise<void> {
  const query = from === undefined ? {} : { from }
  const ended = await context.client.call('endLeaseSeries', { params: { id }, query })
  if (context.printJson(ended)) return
  const names = ended.items.map(({ name }) => name)
  context.say(names.length === 0 ? 'None of them begins then or later.' : `Called off: ${names.join(', ')}.`)
}
