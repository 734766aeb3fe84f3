// Energy: what hosts drew, who had it, what it comes to in CO2 and money, and the meters it was read from.
import { type Static, Type } from 'typebox'
import { outletFaults } from '../energy/outlet.ts'
import { powerDoubts } from '../energy/power-doubt.ts'
import { endpoint } from './endpoint.ts'
import { DurationText, OneOf, Time } from './parts.ts'

export const energyGroups = ['project', 'host', 'instance'] as const
export type EnergyGroup = (typeof energyGroups)[number]

const amounts = {
  kWh: Type.Number(),
  idleKWh: Type.Number({ description: 'Of it, what hosts draw at rest anyway' }),
  estimatedKWh: Type.Number({ description: 'Of it, worked out by a model instead of a meter' }),
  co2Grams: Type.Optional(Type.Number({ description: 'Absent where a part of the time has no factor' })),
  cost: Type.Optional(Type.Number({ description: 'Absent where a part of the time has no price' })),
}

export const EnergyItem = Type.Object({
  id: Type.Optional(Type.String({ description: 'Absent for what nobody had' })),
  name: Type.String(),
  project: Type.Optional(Type.String({ description: 'Of an instance' })),
  ...amounts,
  measuredS: Type.Optional(
    Type.Number({
      description:
        'Of a host, for those from whom nothing is hidden: how much of the time it was metered. The rest is a gap, for which nothing is counted but bridgedKWh',
    }),
  ),
  bridgedKWh: Type.Optional(
    Type.Number({ description: 'Of it, counted by the device itself in a gap: known as a sum, and nobody’s' }),
  ),
})
export type EnergyItem = Static<typeof EnergyItem>

const KeptFrom = Type.Optional(
  Type.String({ format: 'date-time', description: 'Where earlier hours are asked for: they are not kept any more' }),
)

export const EnergyReport = Type.Object({
  from: Time,
  to: Time,
  keptFrom: KeptFrom,
  by: OneOf(energyGroups),
  currency: Type.String({ description: 'ISO 4217' }),
  total: Type.Object(amounts),
  items: Type.Array(EnergyItem, { description: 'The most energy first' }),
})
export type EnergyReport = Static<typeof EnergyReport>

const Span = {
  from: Type.Optional(Time),
  to: Type.Optional(Time),
  for: Type.Optional(DurationText),
}

export const PowerView = Type.Object({
  at: Time,
  stepS: Type.Number(),
  /** Hosts that hang on a meter, and those of them whose power is known now. */
  hosts: Type.Integer(),
  knownHosts: Type.Integer(),
  powerW: Type.Optional(Type.Number({ description: 'Now, of all hosts whose power is known together' })),
  items: Type.Array(
    Type.Object({
      at: Time,
      powerW: Type.Optional(Type.Number({ description: 'Mean of the step; absent where nothing was read' })),
      hosts: Type.Integer({ description: 'How many hosts are in it' }),
    }),
  ),
})
export type PowerView = Static<typeof PowerView>

export const MeterView = Type.Object({
  id: Type.String(),
  kind: Type.String(),
  covers: OneOf(['machine', 'processors'], {
    description: 'What of a host it measures: all, or processors and memory',
  }),
  state: OneOf(['starting', 'reading', 'failing']),
  readAt: Type.Optional(Time),
  fault: Type.Optional(Type.String()),
  outlets: Type.Array(
    Type.Object({
      outlet: Type.String(),
      hosts: Type.Array(Type.String()),
      powerW: Type.Optional(Type.Number()),
      readAt: Type.Optional(Time),
      unknown: Type.Optional(OneOf([...outletFaults, ...powerDoubts], { description: 'Why there is no power' })),
      estimated: Type.Boolean(),
    }),
  ),
})
export type MeterView = Static<typeof MeterView>

const tag = 'energy'

export const energyEndpoints = {
  getEnergy: endpoint(
    {
      method: 'GET',
      path: '/api/v1/energy',
      role: 'viewer',
      tag,
      summary: 'Energy by project, host or instance: kWh, CO2, cost; of what the caller may see',
    },
    {
      query: Type.Object({ ...Span, by: Type.Optional(OneOf(energyGroups)) }),
      response: EnergyReport,
    },
  ),
  getEnergyHours: endpoint(
    {
      method: 'GET',
      path: '/api/v1/energy/hours',
      role: 'viewer',
      tag,
      summary: 'Energy hour by hour, of all that the caller may see together',
    },
    {
      query: Type.Object({
        ...Span,
        project: Type.Optional(Type.String({ maxLength: 300 })),
        host: Type.Optional(Type.String({ maxLength: 300 })),
      }),
      response: Type.Object({
        from: Time,
        to: Time,
        keptFrom: KeptFrom,
        items: Type.Array(Type.Object({ at: Time, kWh: Type.Number(), estimatedKWh: Type.Number() })),
      }),
    },
  ),
  getPower: endpoint(
    {
      method: 'GET',
      path: '/api/v1/energy/power',
      role: 'viewer',
      tag,
      summary: 'Power of hosts over the last minutes to days; for those from whom no host is hidden',
    },
    {
      query: Type.Object({
        host: Type.Optional(Type.String({ maxLength: 300 })),
        for: Type.Optional(DurationText),
      }),
      response: PowerView,
    },
  ),
  listMeters: endpoint(
    {
      method: 'GET',
      path: '/api/v1/meters',
      role: 'viewer',
      tag,
      summary: 'Meters and their outlets; for those from whom no host is hidden',
    },
    { response: Type.Object({ items: Type.Array(MeterView) }) },
  ),
}
