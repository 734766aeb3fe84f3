// Hosts: themselves, estimates, energy, switches, desktops.
import { GleanerError } from '@gleaner/model'
import { listOfDesktops, oneDesktop } from '../desktops.ts'
import { energyHours, energyReport, metersOf, powerOf } from '../energy.ts'
import { allEstimates, estimateOf, fleetOf, fleetPast, pastOf } from '../estimates.ts'
import type { FakeState } from '../fake-state.ts'
import { hostById, listEstimates, listHosts } from '../lists.ts'
import { sleepHoursOf, sleepersOf } from '../sleepers.ts'
import { seriesById, spanOf } from '../spans.ts'
import { absent } from './absent.ts'
import type { Handlers } from './handler.ts'

export function hostHandlers(state: FakeState) {
  return {
    listHosts: ({ query }) => listHosts(state, query),
    getHost: ({ params }) => hostById(state, params.id),
    whyHost: ({ params }) => ({
      host: hostById(state, params.id),
      summary: `Nothing is wanted of ${hostById(state, params.id).name} as a whole.`,
      gate: [],
      holds: [],
      proposals: state.proposals.filter((p) => p.target.id === hostById(state, params.id).id),
      history: [],
      timeline: [],
    }),
    listEstimates: ({ query }) => listEstimates(allEstimates(state), query),
    getFleetEstimates: ({ query }) => {
      const { fromMs, toMs } = spanOf(state, query)
      return { now: fleetOf(state), items: fleetPast(state, toMs - fromMs) }
    },
    getHostEstimates: ({ params, query }) => {
      const host = hostById(state, params.id)
      const now = estimateOf(state, host)
      const { fromMs, toMs } = spanOf(state, query)
      return now === undefined ? { items: [] } : { now, items: pastOf(state, host, toMs - fromMs) }
    },
    getHostTelemetry: ({ params, query }) => seriesById(state, hostById(state, params.id).id, query),
    getEnergy: ({ query }) => energyReport(state, query.by ?? 'project', spanOf(state, query)),
    getEnergyHours: ({ query }) => energyHours(state, spanOf(state, query)),
    getPower: ({ query }) =>
      powerOf(state, spanOf(state, query), query.host === undefined ? undefined : hostById(state, query.host).id),
    listMeters: () => ({ items: metersOf(state) }),
    listDesktops: () => listOfDesktops(state),
    getDesktop: ({ params }) => oneDesktop(state, params.id),
    createJoinToken: absent('room'),
    revokeDesktop: absent('room'),
    getSwitchedHosts: () => sleepersOf(state),
    getSleepHours: () => sleepHoursOf(state),
    getRanking: () => ({ items: [] }),
    wishPower: ({ params }) => {
      throw new GleanerError('not-found', { object: `A switch of ${params.id}` })
    },
  } satisfies Partial<Handlers>
}
