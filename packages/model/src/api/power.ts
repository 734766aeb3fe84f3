// Power: how hosts are switched, what each is waiting for, and the ranking by work per watt.
import { type Static, Type } from 'typebox'
import { hostStates } from '../inventory.ts'
import { endpoint } from './endpoint.ts'
import { DurationText, IdParam, ModeName, OneOf, Time, VerdictView } from './parts.ts'

export const PowerWishView = Type.Object({ state: OneOf(['awake', 'asleep']), by: Type.String(), until: Time })

export const PowerHostView = Type.Object({
  host: Type.String(),
  id: Type.String(),
  cloud: Type.String(),
  state: OneOf(hostStates),
  /** The step that is under way or proposed. */
  step: Type.Optional(Type.String()),
  /** Why it is so: what is proposed and for what, or what stands against its sleep. */
  reason: Type.Optional(VerdictView),
  instances: Type.Integer(),
  asleepSince: Type.Optional(Time),
  nextLeaseAt: Type.Optional(Time),
  /** From the order to wake up until it can be used. */
  wakesInS: Type.Number(),
  /** What it draws at rest; less than that while it sleeps. */
  idlePowerW: Type.Optional(Type.Number()),
  /** Wake-ups in a row that failed, and what was wrong the last time. */
  failures: Type.Integer(),
  fault: Type.Optional(Type.String()),
  /** Attempts in a row to put it to sleep that failed. */
  sleepFailures: Type.Integer(),
  sleepFault: Type.Optional(Type.String()),
  wish: Type.Optional(PowerWishView),
})
export type PowerHostView = Static<typeof PowerHostView>

export const SwitchedHostsView = Type.Object({
  mode: ModeName,
  now: Time,
  /** Hosts that can be switched, by cloud and name. */
  hosts: Type.Array(PowerHostView),
  asleep: Type.Integer(),
  /** Put to sleep by Gleaner, what those would draw awake and at rest. */
  savedW: Type.Number(),
})
export type SwitchedHostsView = Static<typeof SwitchedHostsView>

/** asleep: it was; sleeps: it will be; wakes: on its way back for a lease; promised: a lease has it. */
export const SleepSpanView = Type.Object({
  from: Time,
  to: Time,
  kind: OneOf(['asleep', 'sleeps', 'wakes', 'promised'] as const),
})
export type SleepSpanView = Static<typeof SleepSpanView>

/** What is left out of the spans of a host is awake, or not known. */
export const SleepHoursView = Type.Object({
  from: Time,
  now: Time,
  to: Time,
  hosts: Type.Array(
    Type.Object({ id: Type.String(), host: Type.String(), cloud: Type.String(), spans: Type.Array(SleepSpanView) }),
  ),
})
export type SleepHoursView = Static<typeof SleepHoursView>

export const RankedHostView = Type.Object({
  rank: Type.Integer(),
  host: Type.String(),
  id: Type.String(),
  cloud: Type.String(),
  state: OneOf(hostStates),
  /** Work per joule, in the unit of the figures; guesses are in flop. */
  perWatt: Type.Number(),
  operationsPerS: Type.Number(),
  fullPowerW: Type.Number(),
  isGuess: Type.Boolean(),
  from: Type.String(),
})
export type RankedHostView = Static<typeof RankedHostView>

const tag = 'power'

export const powerEndpoints = {
  getSwitchedHosts: endpoint(
    { method: 'GET', path: '/api/v1/power', role: 'viewer', tag, summary: 'Hosts that can be switched off and on' },
    { response: SwitchedHostsView },
  ),
  getSleepHours: endpoint(
    {
      method: 'GET',
      path: '/api/v1/power/hours',
      role: 'viewer',
      tag,
      summary: 'When hosts that can be switched slept, and when they will sleep',
    },
    {
      query: Type.Object({ back: Type.Optional(DurationText), ahead: Type.Optional(DurationText) }),
      response: SleepHoursView,
    },
  ),
  getRanking: endpoint(
    { method: 'GET', path: '/api/v1/ranking', role: 'viewer', tag, summary: 'Hosts by the work they do per watt' },
    {
      query: Type.Object({ cloud: Type.Optional(Type.String()) }),
      response: Type.Object({ items: Type.Array(RankedHostView) }),
    },
  ),
  wishPower: endpoint(
    {
      method: 'PUT',
      path: '/api/v1/hosts/:id/power',
      role: 'operator',
      tag,
      summary: 'Wake a host, let it sleep, or leave it to the plan again',
      status: 202,
    },
    {
      params: IdParam,
      body: Type.Object({
        /** automatic takes the wish back. */
        state: OneOf(['awake', 'asleep', 'automatic']),
        /** How long the wish stands; four hours if absent. */
        for: Type.Optional(DurationText),
      }),
      response: PowerHostView,
    },
  ),
}
