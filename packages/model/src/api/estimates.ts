// Estimates of oversubscription: of each host the last one and those before, and of all hosts together.
import { type Static, Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { DurationText, GuestsLentView, IdParam, OneOf, PageOf, PageQuery, Time } from './parts.ts'

/**
 * measured: enough of the last scope was measured. kept: it was not, and the estimate before stands for a bounded time.
 * physical: that time is over (or nothing was ever measured), and all that can be used counts as used.
 */
export const estimateStates = ['measured', 'kept', 'physical'] as const
export type EstimateState = (typeof estimateStates)[number]

export const PeakEstimateView = Type.Object(
  {
    capacity: Type.Number({ description: 'What can be used: physical less what the host keeps for itself' }),
    booked: Type.Number({ description: 'What the firm instances there were promised' }),
    mean: Type.Optional(Type.Number({ description: 'Used in the scope that ended, on average' })),
    peak: Type.Optional(Type.Number({ description: 'Used in the scope that ended, at most' })),
    estimate: Type.Number({ description: 'Highest use to expect in the next scope' }),
    free: Type.Number({ description: 'capacity - estimate: what may be sold on top of what is booked' }),
    ratio: Type.Number({ description: '(booked + free) / capacity' }),
    violation: Type.Number({ description: 'By how much the peak was above the estimate before; 0 when that held' }),
    calmScopes: Type.Integer({ description: 'Measured scopes in a row whose estimate held' }),
    stable: Type.Boolean(),
    confidence: Type.Number({ description: 'Share of the estimates that held, never quite sure' }),
    evidence: Type.Record(Type.String(), Type.Number(), { description: 'What the strategy decided from, by name' }),
    record: Type.Object(
      {
        judged: Type.Integer(),
        violationRate: Type.Number(),
        severity: Type.Number(),
        savings: Type.Number(),
        misprediction: Type.Number(),
      },
      { description: 'How the estimates before fared, as measured against what then happened' },
    ),
    ratioInForce: Type.Optional(
      Type.Number({ description: 'What the scheduler sold per unit at the end of the scope' }),
    ),
    ratioAim: Type.Optional(Type.Number({ description: 'What it should sell, within the limits of the operator' })),
  },
  { description: 'Cores or MiB' },
)
export type PeakEstimateView = Static<typeof PeakEstimateView>

export const EstimateView = Type.Object({
  host: Type.String(),
  hostId: Type.String(),
  cloud: Type.String(),
  at: Time,
  scopeS: Type.Number(),
  strategy: Type.String(),
  state: OneOf(estimateStates),
  measuredAt: Type.Optional(Time),
  coverage: Type.Number({ description: 'Share of the samples of the scope that were there' }),
  cores: PeakEstimateView,
  memoryMiB: PeakEstimateView,
  lentByGuests: Type.Optional(GuestsLentView),
})
export type EstimateView = Static<typeof EstimateView>

const PastFigures = Type.Object({
  capacity: Type.Number(),
  booked: Type.Number(),
  mean: Type.Optional(Type.Number()),
  peak: Type.Optional(Type.Number()),
  estimate: Type.Number(),
  violation: Type.Number(),
  confidence: Type.Number(),
  ratioInForce: Type.Optional(Type.Number()),
  ratioAim: Type.Optional(Type.Number()),
})
export const EstimatePointView = Type.Object({
  at: Time,
  scopeS: Type.Number(),
  strategy: Type.String(),
  /** Too little of this scope was measured. */
  blind: Type.Boolean(),
  cores: PastFigures,
  memoryMiB: PastFigures,
})
export type EstimatePointView = Static<typeof EstimatePointView>

const FleetFigures = Type.Object({
  capacity: Type.Number(),
  booked: Type.Number(),
  mean: Type.Number({ description: 'Over the hosts that were measured' }),
  peak: Type.Number({ description: 'Sum of the peaks of the hosts that were measured' }),
  estimate: Type.Number({ description: 'Of the scope to come' }),
  expected: Type.Optional(
    Type.Number({
      description:
        'What this scope is judged against: what was estimated at the end of the one before, and in full what was sold on each host since',
    }),
  ),
  violatedHosts: Type.Integer({ description: 'Hosts whose estimate before was exceeded' }),
  violation: Type.Number({ description: 'By how much, together' }),
})
export const FleetPointView = Type.Object({
  at: Time,
  hosts: Type.Integer(),
  blindHosts: Type.Integer(),
  cores: FleetFigures,
  memoryMiB: FleetFigures,
})
export type FleetPointView = Static<typeof FleetPointView>

const FleetSums = Type.Object({
  capacity: Type.Number(),
  booked: Type.Number(),
  peak: Type.Number(),
  estimate: Type.Number(),
  /** Hosts whose last estimate but one was exceeded. */
  violatedHosts: Type.Integer(),
  /** Over all estimates of all hosts that could be judged. */
  violationRate: Type.Optional(Type.Number()),
})
/** All hosts that have an estimate, by their last ones. */
export const FleetEstimateView = Type.Object({
  at: Time,
  hosts: Type.Integer(),
  judged: Type.Integer({ description: 'Estimates that could be compared with what then happened' }),
  measured: Type.Integer(),
  kept: Type.Integer(),
  physical: Type.Integer(),
  cores: FleetSums,
  memoryMiB: FleetSums,
})
export type FleetEstimateView = Static<typeof FleetEstimateView>

const tag = 'estimates'

export const estimateEndpoints = {
  listEstimates: endpoint(
    {
      method: 'GET',
      path: '/api/v1/estimates',
      role: 'viewer',
      tag,
      summary: 'The last estimate of every host: what its instances will use at most, and how such estimates fared',
    },
    {
      query: Type.Object({
        search: Type.Optional(Type.String({ maxLength: 200 })),
        cloud: Type.Optional(Type.String()),
        state: Type.Optional(OneOf(estimateStates)),
        sort: Type.Optional(
          OneOf([
            'name',
            '-name',
            'ratio',
            '-ratio',
            'free',
            '-free',
            'violations',
            '-violations',
            'confidence',
            '-confidence',
          ]),
        ),
        ...PageQuery,
      }),
      response: PageOf(EstimateView),
    },
  ),
  getFleetEstimates: endpoint(
    {
      method: 'GET',
      path: '/api/v1/estimates/fleet',
      role: 'viewer',
      tag,
      summary: 'Estimates of all hosts together over time, one point for each scope',
    },
    {
      query: Type.Object({ cloud: Type.Optional(Type.String()), for: Type.Optional(DurationText) }),
      response: Type.Object({ now: Type.Optional(FleetEstimateView), items: Type.Array(FleetPointView) }),
    },
  ),
  getHostEstimates: endpoint(
    {
      method: 'GET',
      path: '/api/v1/hosts/:id/estimates',
      role: 'viewer',
      tag,
      summary: 'The last estimate of a host, and those of the time before, oldest first',
    },
    {
      params: IdParam,
      query: Type.Object({ for: Type.Optional(DurationText) }),
      response: Type.Object({ now: Type.Optional(EstimateView), items: Type.Array(EstimatePointView) }),
    },
  ),
}
