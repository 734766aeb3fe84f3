// `gleaner preemption`: how it stands, the decisions to evict with the reason of each host, and a person's word on them.
import type { DecisionView, PreemptionView } from '@gleaner/model'
import type { CommandContext } from '../command-context.ts'
import type { Moments } from '../format/moment.ts'
import { count, memory, span } from '../format/quantity.ts'
import { byState, type Column } from '../format/table.ts'
import { pageEnd } from './page-end.ts'

export async function preemption(context: CommandContext): Promise<void> {
  const view = await context.client.call('getPreemption')
  if (context.printJson(view)) return
  context.say(
    `Preemption is in mode ${view.mode}. ${count(view.instances, 'preemptible instance')}, ${view.running} running; ${view.underWay === 0 ? 'no decision' : count(view.underWay, 'decision')} under way; ${view.waiting === 0 ? 'nobody waits' : view.waiting === 1 ? 'one evicted instance waits' : `${view.waiting} evicted instances wait`} to return.`,
  )
  for (const { cloud, action, refusal } of view.clouds)
    context.say(action === undefined ? `${cloud}: ${refusal?.sentence ?? ''}` : `${cloud}: ${deeds[action] ?? action}`)
  if (view.lending.length > 0) {
    context.line()
    context.table(view.lending, lendingColumns)
    context.line(context.style('what is sold and lent to preemptible instances while its owners do not use it', 'dim'))
  }
  if (view.forecast.length === 0) return
  context.line()
  context.table(view.forecast, forecastColumns)
  context.line(context.style('chance of an instance there now to be there still, from the evictions of late', 'dim'))
}

const deeds: Readonly<Partial<Record<string, string>>> = {
  suspend: 'who has to leave is suspended',
  stop: 'who has to leave is stopped',
  shelve: 'who has to leave is shelved',
  delete: 'who has to leave is deleted',
}

const bases: Readonly<Record<PreemptionView['lending'][number]['basis'], string>> = {
  estimate: 'the estimate',
  none: 'what is not sold; no estimate yet',
  stale: 'what is not sold; too old an estimate',
}

const lendingColumns: readonly Column<PreemptionView['lending'][number]>[] = [
  { title: 'host', cell: ({ host }) => host, least: 10 },
  { title: 'cores lent', cell: ({ cores }) => cores.lent.toFixed(1), right: true },
  { title: 'of', cell: ({ cores }) => cores.lendable.toFixed(1), right: true },
  { title: 'memory lent', cell: ({ memoryMiB }) => memory(memoryMiB.lent), right: true },
  { title: 'of', cell: ({ memoryMiB }) => memory(memoryMiB.lendable), right: true },
  { title: 'rests on', cell: ({ basis }) => bases[basis], rank: 1 },
]

/** Nobody is safe for certain. */
const percent = (share: number) => (share > 0.99 ? '>99%' : `${Math.floor(share * 100)}%`)

const forecastColumns: readonly Column<PreemptionView['forecast'][number]>[] = [
  { title: 'host', cell: ({ host }) => host, least: 10 },
  { title: 'preemptible', cell: ({ instances }) => String(instances), right: true },
  { title: 'evicted', cell: ({ evictions }) => String(evictions), right: true },
  { title: 'from hours', cell: ({ hours }) => hours.toFixed(0), right: true, rank: 1 },
  { title: 'in 1 h', cell: ({ survival1h }) => percent(survival1h), right: true },
  { title: 'in 6 h', cell: ({ survival6h }) => percent(survival6h), right: true },
  { title: 'in 24 h', cell: ({ survival24h }) => percent(survival24h), right: true },
]

export interface DecisionsOptions {
  readonly kind?: DecisionView['kind']
  readonly limit?: string
}

export async function decisions(context: CommandContext, { kind, limit = '50' }: DecisionsOptions): Promise<void> {
  const query = { limit: Number(limit), ...(kind === undefined ? {} : { kind }) }
  const [page, now] = await Promise.all([context.client.call('listDecisions', { query }), serverTime(context)])
  if (context.printJson(page)) return
  if (page.items.length === 0) return context.line('Nothing was decided yet: nobody had to leave.')
  context.table(page.items, decisionColumns(context.moments(now)))
  pageEnd(context, page, 'decision')
}

function decisionColumns(moments: Moments): readonly Column<DecisionView>[] {
  return [
    { title: 'when', cell: ({ createdAt }) => moments.at(createdAt), right: true },
    { title: 'for', cell: (decision) => whatFor(decision), least: 10 },
    { title: 'state', cell: ({ state }) => state, colour: byState(({ state }) => state) },
    { title: 'leave', cell: ({ victims }) => victims.map(({ instance }) => instance).join(', '), least: 10, rank: 1 },
    { title: 'why', cell: ({ verdict }) => moments.within(verdict.sentence), least: 24, rank: 2 },
    { title: 'id', cell: ({ id }) => id, rank: 3 },
  ]
}

function whatFor({ kind, wish }: DecisionView): string {
  return kind === 'room' ? (wish?.name ?? 'a request') : kind
}

export async function decision(context: CommandContext, id: string): Promise<void> {
  const [view, now] = await Promise.all([context.client.call('getDecision', { params: { id } }), serverTime(context)])
  if (context.printJson(view)) return
  story(context, view, context.moments(now))
}

export async function approveDecision(context: CommandContext, id: string): Promise<void> {
  const view = await context.client.call('approveDecision', { params: { id } })
  if (context.printJson(view)) return
  context.say(`approved ${view.id}: ${namesOf(view)} will be told and then leave.`)
}

export async function cancelDecision(
  context: CommandContext,
  id: string,
  { reason }: { readonly reason?: string },
): Promise<void> {
  const body = reason === undefined ? {} : { reason }
  const view = await context.client.call('cancelDecision', { params: { id }, body })
  if (context.printJson(view)) return
  context.say(`called off ${view.id}: who has not left stays. It is ${view.state} now.`)
}

/** What it is for, who leaves, why here and not elsewhere, and what was done. */
function story(context: CommandContext, view: DecisionView, moments: Moments): void {
  const { wish, verdict, placements, victims, hosts, steps, unblock } = view
  context.say(`${view.kind} decision ${view.id} by ${view.by}, ${moments.at(view.createdAt)}: ${view.state}.`)
  context.say(moments.within(verdict.sentence))
  if (wish !== undefined)
    context.say(
      `For ${wish.count === 1 ? '' : `${wish.count} x `}${wish.name} (${wish.project}): ${wish.vcpus} vcpus, ${memory(wish.memoryMiB)}, ${wish.diskGiB} GiB of disk${placements.length === 0 ? '' : `, on ${[...new Set(placements.map(({ host }) => host))].join(', ')}`}.`,
    )
  for (const line of unblock) context.say(line, '  ')
  if (victims.length > 0) {
    context.line()
    context.table(victims, victimColumns(moments))
  }
  if (hosts.length > 0) {
    context.line()
    context.table(hosts, [
      { title: 'host', cell: ({ host }) => host, least: 10 },
      { title: 'why', cell: ({ codes }) => codes.join(', '), least: 20 },
    ])
  }
  for (const [index, { at, what, outcome }] of steps.entries()) {
    if (index === 0) context.line()
    context.say(`${moments.at(at)} ${what}: ${outcome ?? 'under way'}`)
  }
}

function victimColumns(moments: Moments): readonly Column<DecisionView['victims'][number]>[] {
  return [
    { title: 'instance', cell: ({ instance }) => instance, least: 10 },
    { title: 'project', cell: ({ project }) => project, least: 8, rank: 2 },
    { title: 'host', cell: ({ host }) => host, least: 8, rank: 1 },
    { title: 'action', cell: ({ action }) => action },
    { title: 'notice', cell: ({ notice }) => span(notice), right: true },
    { title: 'state', cell: ({ state }) => state, colour: byState(({ state }) => state) },
    { title: 'told', cell: ({ toldAt }) => (toldAt === undefined ? '' : moments.at(toldAt)), right: true },
    { title: 'left', cell: ({ leftAt }) => (leftAt === undefined ? '' : moments.at(leftAt)), right: true },
    { title: 'outcome', cell: ({ outcome }) => moments.within(outcome ?? ''), least: 16, rank: 3 },
  ]
}

function namesOf({ victims }: DecisionView): string {
  return victims.map(({ instance }) => instance).join(', ')
}

/** Programs read the times as they are. */
async function serverTime(context: CommandContext): Promise<string> {
  return context.json ? '' : (await context.client.call('getStatus')).now
}
