// Energy of what the caller may see, in groups. Who sees only some projects gets what was attributed to these, also by host;
// what nobody had is for those from whom nothing is hidden.
import { factorSpans } from '@gleaner/engine'
import {
  type EnergyItem,
  type EnergyReport,
  type HostId,
  type InstanceId,
  type ProjectId,
  type QueryOf,
  type endpoints,
  joulesPerKWh,
  nativeOf,
} from '@gleaner/model'
import type { EnergySum, MeteredHost } from '@gleaner/ports'
import type { Application } from '../../application.ts'
import type { Visibility } from '../../auth/visibility.ts'
import type { Handler } from '../handler.ts'
import { only } from '../view/only.ts'
import { timeText } from '../view/time-text.ts'
import type { WorldIndex } from '../view/world-index.ts'
import { energySpan, keptFrom } from './energy-span.ts'

export const getEnergy: Handler<typeof endpoints.getEnergy> = ({ app, query, sight, world }) =>
  energyReport(query, { app, sight, world: world() })

export interface EnergySight {
  readonly app: Application
  readonly sight: Visibility
  readonly world: WorldIndex
}

export async function energyReport(
  query: QueryOf<typeof endpoints.getEnergy>,
  { app, sight, world }: EnergySight,
): Promise<EnergyReport> {
  const by = query.by ?? 'project'
  const span = energySpan(query, app.clock.nowMs())
  const { carbon, price, currency } = app.config.energy
  const kept = { nowMs: app.clock.nowMs(), retentionMs: app.config.retention.energyMs }
  const filter = { ...span, ...only('projectIds', sight.projectIds) }
  const sums = await app.store.energy.sums(by, filter, factorSpans(span, { carbon, price }))
  // A host's gaps are for those who see all of what it drew.
  const isWhole = by === 'host' && sight.projectIds === undefined
  const metered = new Map(
    (isWhole ? await app.store.energy.metered(span) : []).map((host) => [String(host.hostId), host]),
  )
  return {
    from: timeText(span.fromMs),
    to: timeText(span.toMs),
    ...keptFrom(span, kept),
    by,
    currency,
    total: amounts(total(sums)),
    items: sums.map(
      (sum): EnergyItem => ({
        ...only('id', sum.id),
        ...named(sum, by, world),
        ...amounts(sum),
        ...gaps(metered.get(sum.id ?? '')),
      }),
    ),
  }
}

function named(
  { id, projectId }: EnergySum,
  by: EnergyReport['by'],
  world: WorldIndex,
): Pick<EnergyItem, 'name' | 'project'> {
  const project = projectId === undefined ? {} : { project: world.projectName(projectId as ProjectId) }
  if (id === undefined) return { name: project.project === undefined ? 'nobody' : 'the leased host itself', ...project }
  if (by === 'project') return { name: world.projectName(id as ProjectId) }
  if (by === 'host') return { name: world.hostName(id as HostId) ?? id }
  return { name: world.instanceById.get(id as InstanceId)?.name ?? nativeOf(id as InstanceId), ...project }
}

type Amounts = Pick<EnergySum, 'idleJ' | 'dynamicJ' | 'estimatedJ' | 'grams' | 'cost'>

function total(sums: readonly EnergySum[]): Amounts {
  const sum = (of: (one: EnergySum) => number) => sums.reduce((all, one) => all + of(one), 0)
  const known = (of: (one: EnergySum) => number | undefined) =>
    sums.length > 0 && sums.every((one) => of(one) !== undefined) ? sum((one) => of(one) ?? 0) : undefined
  return {
    idleJ: sum(({ idleJ }) => idleJ),
    dynamicJ: sum(({ dynamicJ }) => dynamicJ),
    estimatedJ: sum(({ estimatedJ }) => estimatedJ),
    grams: known(({ grams }) => grams),
    cost: known(({ cost }) => cost),
  }
}

function gaps(host: MeteredHost | undefined): Pick<EnergyItem, 'measuredS' | 'bridgedKWh'> {
  return host === undefined ? {} : { measuredS: host.measuredMs / 1000, bridgedKWh: host.bridgedJ / joulesPerKWh }
}

function amounts({ idleJ, dynamicJ, estimatedJ, grams, cost }: Amounts): EnergyReport['total'] {
  return {
    kWh: (idleJ + dynamicJ) / joulesPerKWh,
    idleKWh: idleJ / joulesPerKWh,
    estimatedKWh: estimatedJ / joulesPerKWh,
    ...only('co2Grams', grams),
    ...only('cost', cost),
  }
}
