// All hosts together over time, as the store adds them up: one point for each scope.
import { type CloudId, GleanerError, type endpoints, parseDurationMs } from '@gleaner/model'
import type { FleetFigures } from '@gleaner/ports'
import type { Handler } from '../handler.ts'
import { only } from '../view/only.ts'
import { timeText } from '../view/time-text.ts'
import { fleetNow } from './fleet-now.ts'

const weekMs = 7 * 86_400_000

export const getFleetEstimates: Handler<typeof endpoints.getFleetEstimates> = async ({ app, query }) => {
  if (query.cloud !== undefined && !app.clouds.has(query.cloud as CloudId))
    throw new GleanerError('not-found', { object: `The cloud "${query.cloud}"` })
  const toMs = app.clock.nowMs() + 1
  const fromMs = toMs - (parseDurationMs(query.for ?? '7d') || weekMs)
  const points = await app.store.estimates.fleet(query.cloud, fromMs, toMs)
  return {
    ...only('now', fleetNow(app, query.cloud)),
    items: points.map(({ atMs, hosts, blindHosts, cores, memoryMiB }) => ({
      at: timeText(atMs),
      hosts,
      blindHosts,
      cores: figuresOf(cores),
      memoryMiB: figuresOf(memoryMiB),
    })),
  }
}

function figuresOf({ expected, ...figures }: FleetFigures) {
  return { ...figures, ...only('expected', expected) }
}
