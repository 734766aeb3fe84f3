// `gleaner power`: the hosts that can be switched off and on; wake, sleep and auto are a person's word about one of them.
// `gleaner ranking`: the hosts by their work per watt.
import type { PowerHostView, RankedHostView } from '@gleaner/model'
import type { CommandContext } from '../command-context.ts'
import { byState, type Column } from '../format/table.ts'

export async function power(context: CommandContext): Promise<void> {
  const view = await context.client.call('getSwitchedHosts')
  if (context.printJson(view)) return
  if (view.hosts.length === 0)
    return context.line(
      'No host can be switched: power.hosts of the configuration says how, docs/guides/energy.md what.',
    )
  const moments = context.moments(view.now)
  const columns: readonly Column<PowerHostView>[] = [
    { title: 'host', cell: (host) => host.host, least: 8 },
    { title: 'state', cell: (host) => host.state, colour: byState((host) => host.state) },
    { title: 'inst', cell: (host) => String(host.instances), right: true, rank: 2 },
    {
      title: 'next lease',
      cell: (host) => (host.nextLeaseAt === undefined ? '' : moments.at(host.nextLeaseAt)),
      rank: 1,
    },
    { title: 'step', cell: (host) => host.step ?? '' },
    {
      title: 'why',
      cell: ({ wish, reason }) =>
        wish === undefined
          ? moments.within(reason?.sentence ?? '')
          : `${wish.by} wants it ${wish.state} until ${moments.at(wish.until)}`,
      least: 20,
    },
  ]
  context.table(view.hosts, columns)
  context.line(
    `energy is in mode ${view.mode}; ${view.asleep} of ${view.hosts.length} asleep${view.savedW > 0 ? `, which saves about ${Math.round(view.savedW)} W` : ''}`,
  )
}

export async function wishPower(
  context: CommandContext,
  host: string,
  { state, for: time }: { readonly state: 'awake' | 'asleep' | 'automatic'; readonly for?: string },
): Promise<void> {
  const view = await context.client.call('wishPower', {
    params: { id: host },
    body: { state, ...(time === undefined ? {} : { for: time }) },
  })
  if (context.printJson(view)) return
  if (view.wish === undefined) return context.line(`${view.host} is left to the plan`)
  const { now } = await context.client.call('getStatus')
  context.line(
    `${view.host} is to be ${view.wish.state} until ${context.moments(now).at(view.wish.until)}; gleaner why ${view.host} tells how far that is`,
  )
}

export async function ranking(context: CommandContext, { cloud }: { readonly cloud?: string }): Promise<void> {
  const view = await context.client.call('getRanking', { query: cloud === undefined ? {} : { cloud } })
  if (context.printJson(view)) return
  if (view.items.length === 0) return context.line('There is no host to be ranked.')
  context.table(view.items, rankColumns)
}

const rankColumns: readonly Column<RankedHostView>[] = [
  { title: 'rank', cell: ({ rank }) => String(rank), right: true },
  { title: 'host', cell: ({ host }) => host, least: 8 },
  { title: 'state', cell: ({ state }) => state, colour: byState((host) => host.state) },
  { title: 'per watt', cell: ({ perWatt }) => perWatt.toPrecision(3), right: true },
  { title: 'full power', cell: ({ fullPowerW }) => `${Math.round(fullPowerW)} W`, right: true, rank: 1 },
  { title: 'guess', cell: ({ isGuess }) => (isGuess ? 'guess' : '') },
  { title: 'from', cell: ({ from }) => from, rank: 2 },
]
