// The list of hosts: filtered, sorted, cut to a page. `idle` sorts by the idle cores of the ledger, `cpu` and `memory`
// by what is used now; what is not known stands last.
import { type Host, type HostView, type QueryOf, type endpoints } from '@gleaner/model'
import type { Application } from '../../application.ts'
import { ledgersOf } from '../../state/ledgers-of.ts'
import { hostView } from './host-view.ts'
import { sortByNumber } from './instance-list.ts'
import { type WorldIndex, compareText, naturalKey } from './world-index.ts'

type HostQuery = QueryOf<typeof endpoints.listHosts>
type Shown = Pick<Application, 'state' | 'usage'>

export function listHosts(query: HostQuery, world: WorldIndex, app: Shown): { items: HostView[]; total: number } {
  const words = (query.search ?? '').toLowerCase().split(/\s+/).filter(Boolean)
  const states = query.state === undefined ? undefined : new Set(query.state.split(',').map((name) => name.trim()))
  const found = world.hosts.filter(
    (host) =>
      (query.cloud === undefined || host.cloudId === query.cloud) &&
      (query.kind === undefined || host.kind === query.kind) &&
      (states === undefined || states.has(host.state)) &&
      words.every((word) => `${host.name}\n${host.id}`.toLowerCase().includes(word)),
  )
  const sorted = sortHosts(found, query.sort ?? 'name', { world, app })
  const offset = query.offset ?? 0
  return {
    items: sorted.slice(offset, offset + (query.limit ?? 100)).map((host) => hostView(host, world, app)),
    total: found.length,
  }
}

function sortHosts(
  found: readonly Host[],
  sort: NonNullable<HostQuery['sort']>,
  { world, app }: { readonly world: WorldIndex; readonly app: Shown },
): readonly Host[] {
  const descending = sort.startsWith('-')
  const field = descending ? sort.slice(1) : sort
  const names = found.map((host) => naturalKey(host.name))
  const order = [...found.keys()].sort((a, b) => compareText(names[a] ?? '', names[b] ?? ''))
  if (field === 'name') {
    if (descending) order.reverse()
  } else {
    const ledgers = app.state.plan === undefined ? undefined : ledgersOf(app.state.plan)
    const key = (host: Host): number => {
      if (field === 'cpu') return app.usage.latest(host.id, 'cpu')
      if (field === 'memory') return app.usage.latest(host.id, 'memory')
      if (field === 'idle') return ledgers?.get(host.id)?.cores.idle ?? Number.NaN
      return world.loadOfHost.get(host.id)?.all ?? 0
    }
    sortByNumber(order, found.map(key), descending)
  }
  return order.flatMap((index) => found[index] ?? [])
}
