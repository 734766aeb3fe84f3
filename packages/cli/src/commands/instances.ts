// `gleaner instances`: the instances, what they use, how long they have been idle, and what comes next for each.
import type { InstanceView, QueryOf, endpoints } from '@gleaner/model'
import type { CommandContext } from '../command-context.ts'
import { cores, memory, span } from '../format/quantity.ts'
import { type Column, byState } from '../format/table.ts'
import type { Moments } from '../format/moment.ts'
import { pageEnd } from './page-end.ts'

export interface InstancesOptions {
  readonly cloud?: string
  readonly project?: string
  readonly host?: string
  readonly state?: string
  readonly tag?: string
  readonly idleFor?: string
  readonly proposed?: boolean
  readonly sort?: string
  readonly limit?: string
}

export async function instances(
  context: CommandContext,
  search: string | undefined,
  options: InstancesOptions,
): Promise<void> {
  const { cloud, project, host, state, tag, idleFor, proposed, sort, limit } = options
  const query = {
    search,
    cloud,
    project,
    host,
    state,
    tag,
    idleFor,
    proposed,
    sort,
    limit: limit === undefined ? undefined : Number(limit),
  } as QueryOf<typeof endpoints.listInstances>
  const [page, { now }] = await Promise.all([
    context.client.call('listInstances', { query }),
    context.json ? { now: '' } : context.client.call('getStatus'),
  ])
  if (context.printJson(page)) return
  if (page.items.length === 0) return context.line('No instance fits.')
  context.table(page.items, columnsFor(context.moments(now)))
  pageEnd(context, page, 'instance')
}

function columnsFor(moments: Moments): readonly Column<InstanceView>[] {
  return [
    { title: 'name', cell: (instance) => instance.name, least: 12 },
    { title: 'project', cell: (instance) => instance.project, least: 8, rank: 3 },
    { title: 'host', cell: (instance) => instance.host ?? '', least: 8, rank: 4 },
    { title: 'state', cell: (instance) => instance.state, colour: byState((instance) => instance.state) },
    {
      title: 'since',
      cell: (instance) => (instance.since === undefined ? '' : span(moments.age(instance.since))),
      right: true,
      rank: 5,
    },
    { title: 'cpu', cell: (instance) => usedOf(cores(instance.cpuCores), cores(instance.vcpus)), right: true },
    { title: 'memory', cell: (instance) => memory(instance.memoryMiB), right: true, rank: 2 },
    { title: 'idle for', cell: (instance) => idleOf(instance), right: true },
    { title: 'next', cell: (instance) => nextOf(instance, moments), least: 16, rank: 1 },
  ]
}

function usedOf(used: string, size: string): string {
  return used === '' ? `?/${size}` : `${used}/${size}`
}

function nextOf(instance: InstanceView, moments: Moments): string {
  const { next, heldUntil, protectedBy } = instance
  if (next !== undefined) return nextWords(next, moments)
  if (heldUntil !== undefined) return `held until ${moments.at(heldUntil)}`
  return protectedBy === undefined ? '' : 'protected'
}

/** A pause for breath is no idleness. */
function idleOf({ idleForS }: InstanceView): string {
  return (idleForS ?? 0) < 60 ? '' : span(idleForS)
}

function nextWords(next: NonNullable<InstanceView['next']>, moments: Moments): string {
  const { action, state, dueAt } = next
  switch (state) {
    case 'observed':
      return `would ${action}`
    case 'confirming':
      return `may ${action}`
    case 'awaiting-approval':
      return `${action} if approved`
    case 'held':
      return `${action}, held`
    case 'acting':
      return `${action} under way`
    case 'due':
      return `${action} now`
    default:
      return dueAt === undefined ? action : `${action} ${moments.relative(dueAt)}`
  }
}
