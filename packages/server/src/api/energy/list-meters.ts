// Meters with their outlets as they were read last. Hosts belong to nobody's project, so this is for those who see all.
import type { MeterView, endpoints } from '@gleaner/model'
import type { Application, MeterStatus } from '../../application.ts'
import type { Handler } from '../handler.ts'
import { only } from '../view/only.ts'
import { timeText } from '../view/time-text.ts'
import type { WorldIndex } from '../view/world-index.ts'

export const listMeters: Handler<typeof endpoints.listMeters> = ({ app, sight, world }) => ({
  items: sight.all ? meterViews(app, world()) : [],
})

function meterViews({ energy }: Application, world: WorldIndex): MeterView[] {
  const outlets = energy.outlets()
  return energy.meters().map((meter) => ({
    id: meter.id,
    kind: meter.kind,
    covers: meter.kind === 'rapl' ? 'processors' : 'machine',
    state: stateOf(meter),
    ...only('readAt', meter.readAtMs === undefined ? undefined : timeText(meter.readAtMs)),
    ...only('fault', meter.fault),
    outlets: outlets
      .filter(({ plan }) => plan.outlet.startsWith(`${meter.id}:`))
      .map(({ plan, powerW, atMs, unknown }) => ({
        outlet: plan.outlet.slice(meter.id.length + 1),
        hosts: plan.hosts.map(({ hostId }) => world.hostName(hostId) ?? hostId),
        ...only('powerW', unknown === undefined ? powerW : undefined),
        ...only('readAt', Number.isNaN(atMs) ? undefined : timeText(atMs)),
        ...only('unknown', unknown),
        estimated: plan.isEstimate,
      })),
  }))
}

function stateOf({ fault, readAtMs }: MeterStatus): MeterView['state'] {
  if (fault !== undefined) return 'failing'
  return readAtMs === undefined ? 'starting' : 'reading'
}
