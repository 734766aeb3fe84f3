// Hosts by the work they do per watt, best first: the list that Kwranking was to give.
import { rankHosts } from '@gleaner/engine'
import { type endpoints, GleanerError } from '@gleaner/model'
import { figureOf } from '../../energy/figures.ts'
import type { Handler } from '../handler.ts'

export const getRanking: Handler<typeof endpoints.getRanking> = ({ app, query, world }) => {
  if (query.cloud !== undefined && !app.clouds.has(query.cloud as never))
    throw new GleanerError('not-found', { object: `The cloud ${query.cloud}` })
  const hosts = world().hosts.filter(({ cloudId }) => query.cloud === undefined || cloudId === query.cloud)
  const ranked = rankHosts(hosts, (host) => figureOf(app.config.power, host))
  return {
    items: ranked.map(({ rank, host, efficiency: { perWatt, operationsPerS, fullPowerW, isGuess, from } }) => ({
      rank,
      host: host.name,
      id: host.id,
      cloud: host.cloudId,
      state: host.state,
      perWatt,
      operationsPerS,
      fullPowerW,
      isGuess,
      from,
    })),
  }
}
