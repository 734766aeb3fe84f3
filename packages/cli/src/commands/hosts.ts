// `gleaner hosts`: the hosts with what of them is idle.
import type { HostView, QueryOf, endpoints } from '@gleaner/model'
import type { CommandContext } from '../command-context.ts'
import { cores, memory, share } from '../format/quantity.ts'
import { type Column, byState } from '../format/table.ts'
import { pageEnd } from './page-end.ts'

export interface HostsOptions {
  readonly cloud?: string
  readonly state?: string
  readonly sort?: string
  readonly limit?: string
}

export async function hosts(context: CommandContext, search: string | undefined, options: HostsOptions): Promise<void> {
  const query = {
    search,
    cloud: options.cloud,
    state: options.state,
    sort: options.sort,
    limit: options.limit === undefined ? undefined : Number(options.limit),
  } as QueryOf<typeof endpoints.listHosts>
  const page = await context.client.call('listHosts', { query })
  if (context.printJson(page)) return
  if (page.items.length === 0) return context.line('No host fits.')
  context.table(page.items, columns)
  pageEnd(context, page, 'host')
}

const columns: readonly Column<HostView>[] = [
  { title: 'name', cell: (host) => host.name, least: 10 },
  { title: 'cloud', cell: (host) => host.cloud, rank: 5 },
  { title: 'state', cell: (host) => host.state, colour: byState((host) => host.state) },
  { title: 'kind', cell: (host) => (host.kind === 'desktop' ? 'desktop' : ''), rank: 4 },
  { title: 'inst', cell: (host) => `${host.runningInstances}/${host.instances}`, right: true, rank: 3 },
  { title: 'cores', cell: (host) => cores(host.cores), right: true },
  { title: 'used', cell: (host) => cores(host.cpuCores), right: true, rank: 2 },
  { title: 'idle', cell: (host) => cores(host.ledger.cores.idle), right: true },
  { title: 'idle%', cell: (host) => share(host.ledger.cores.idle, host.ledger.cores.usable), right: true, rank: 1 },
  { title: 'memory', cell: (host) => memory(host.memoryMiB), right: true },
  { title: 'used', cell: (host) => memory(host.usedMemoryMiB), right: true, rank: 2 },
  { title: 'idle', cell: (host) => memory(host.ledger.memoryMiB.idle), right: true },
  { title: 'measured', cell: (host) => (host.measured ? '' : 'not all'), rank: 6 },
]
