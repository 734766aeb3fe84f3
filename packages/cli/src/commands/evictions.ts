// `gleaner evictions`: who had to leave, why, and what the way back waits for; and what an owner may try or say about it.
import type { EvictionView } from '@gleaner/model'
import type { CommandContext } from '../command-context.ts'
import type { Moments } from '../format/moment.ts'
import { span } from '../format/quantity.ts'
import { byState, type Column } from '../format/table.ts'
import { pageEnd } from './page-end.ts'

export interface EvictionsOptions {
  readonly instance?: string
  readonly waiting?: boolean
  readonly limit?: string
}

export async function evictions(context: CommandContext, options: EvictionsOptions): Promise<void> {
  const { instance, waiting, limit = '50' } = options
  const query = {
    limit: Number(limit),
    ...(instance === undefined ? {} : { instance }),
    ...(waiting === true ? { waiting } : {}),
  }
  const [page, status] = await Promise.all([
    context.client.call('listEvictions', { query }),
    context.json ? { now: '' } : context.client.call('getStatus'),
  ])
  if (context.printJson(page)) return
  if (page.items.length === 0)
    return context.line(waiting === true ? 'Nobody waits to return.' : 'Nobody was evicted yet.')
  context.table(page.items, columnsFor(context.moments(status.now)))
  pageEnd(context, page, 'eviction')
}

function columnsFor(moments: Moments): readonly Column<EvictionView>[] {
  return [
    { title: 'when', cell: ({ evictedAt }) => moments.at(evictedAt), right: true },
    { title: 'instance', cell: ({ instance }) => instance, least: 10 },
    { title: 'project', cell: ({ project }) => project, least: 8, rank: 4 },
    { title: 'from', cell: ({ host }) => host, least: 8, rank: 3 },
    { title: 'action', cell: ({ action }) => action },
    { title: 'times', cell: ({ times }) => String(times), right: true, rank: 5 },
    { title: 'state', cell: ({ state }) => state, colour: byState(({ state }) => state) },
    { title: 'why', cell: ({ reason }) => moments.within(reason.sentence), least: 20, rank: 2 },
    { title: 'way back', cell: ({ verdict }) => moments.within(verdict.sentence), least: 16, rank: 1 },
    { title: 'id', cell: ({ id }) => id, rank: 6 },
    { title: 'decision', cell: ({ decisionId }) => decisionId, rank: 7 },
  ]
}

export async function eviction(context: CommandContext, id: string): Promise<void> {
  const [view, status] = await Promise.all([
    context.client.call('getEviction', { params: { id } }),
    context.json ? { now: '' } : context.client.call('getStatus'),
  ])
  if (context.printJson(view)) return
  const moments = context.moments(status.now)
  const { instance, project, host, action, evictedAt, toldAt, times, state, returnedAs } = view
  const told = toldAt === undefined ? '' : `, told ${moments.at(toldAt)}`
  const often = times === 1 ? '' : ` It was evicted ${times} times within a day.`
  context.say(`${instance} (${project}) left ${host} by ${action} ${moments.at(evictedAt)}${told}.${often}`)
  context.say(`Why: ${moments.within(view.reason.sentence)}`)
  context.say(`Way back: ${state}. ${moments.within(view.verdict.sentence)}`)
  if (state === 'waiting') context.say(`It does not return before ${moments.at(view.notBefore)}.`)
  if (returnedAs !== undefined && returnedAs !== view.instanceId) context.say(`It came back as ${returnedAs}.`)
  context.say(`gleaner preemption show ${view.decisionId} tells the whole decision.`)
}

/** The owner's rehearsal: the whole course, for this one instance. */
export async function testEviction(context: CommandContext, instance: string): Promise<void> {
  const view = await context.client.call('testEviction', { params: { id: instance } })
  if (context.printJson(view)) return
  for (const { instance: name, action, notice } of view.victims)
    context.say(`${name} is told now; ${action} follows in ${span(notice)}, and then its return.`)
  context.say(`gleaner preemption show ${view.id} shows how far it is.`)
}

export async function mark(context: CommandContext, instance: string, firmness: 'firm' | 'preemptible'): Promise<void> {
  await context.client.call('setFirmness', { params: { id: instance }, body: { firmness } })
  if (context.printJson({ instance, firmness })) return
  context.line(`${instance} is marked as ${firmness} in its cloud; the next reading shows it`)
}

export async function optOut(
  context: CommandContext,
  instance: string,
  { undo = false }: { readonly undo?: boolean },
): Promise<void> {
  await context.client.call('setOptOut', { params: { id: instance }, body: { optOut: !undo } })
  if (context.printJson({ instance, optOut: !undo })) return
  context.line(undo ? `${instance} may be evicted again` : `${instance} is left out: it is not evicted`)
}
