// Desktops: who lends now, why not, since when; join tokens; ending a desktop's right to speak.
import { type Static, Type } from 'typebox'
import { lendingPhases } from '../desktop/desktop.ts'
import { desktopStandings } from '../desktop/standing.ts'
import { endpoint } from './endpoint.ts'
import { DurationText, IdParam, OneOf, Time, VerdictView } from './parts.ts'

export const DesktopView = Type.Object({
  id: Type.String(),
  host: Type.String(),
  pool: Type.String(),
  lends: Type.Boolean({ description: 'False: its agent only tells what guests report, the host is used as before' }),
  /** Of the cloud that has the host; absent while none, or more than one, has it. */
  hostId: Type.Optional(Type.String()),
  cloud: Type.Optional(Type.String()),
  standing: OneOf(desktopStandings),
  /** Guests may come to it now. */
  lendable: Type.Boolean(),
  reason: Type.Optional(VerdictView),
  since: Type.Optional(Time),
  lastBeat: Type.Optional(Time),
  guests: Type.Object({ running: Type.Integer(), paused: Type.Integer() }),
  lentHours: Type.Number({ description: 'Hours in which guests ran there, since it joined' }),
  interruptions: Type.Integer({ description: 'How often guests had to stop' }),
})
export type DesktopView = Static<typeof DesktopView>

export const DesktopPhaseView = Type.Object({ at: Time, phase: OneOf(lendingPhases), reason: VerdictView })
export type DesktopPhaseView = Static<typeof DesktopPhaseView>

export const DesktopForecastView = Type.Object({
  hours: Type.Array(Type.Number({ minimum: 0, maximum: 1 }), {
    minItems: 168,
    maxItems: 168,
    description:
      'Of each hour of the week, from Monday 00:00 UTC on, the share in which guests are expected to be able to run',
  }),
  learntHours: Type.Integer(),
  accuracy: Type.Optional(
    Type.Object({
      judgedHours: Type.Integer(),
      rightShare: Type.Number({
        description: 'Share of the hours that were foretold rightly, each before it was known',
      }),
      brier: Type.Number({ description: 'Mean squared error of the forecast' }),
      brierOfMean: Type.Number({ description: 'That of one who always foretells the mean' }),
    }),
  ),
})
export type DesktopForecastView = Static<typeof DesktopForecastView>

export const DesktopDetails = Type.Object({
  ...DesktopView.properties,
  joinedAt: Time,
  keyUntil: Type.Optional(Time),
  revokedAt: Type.Optional(Time),
  revokedBy: Type.Optional(Type.String()),
  version: Type.Optional(Type.String({ description: 'Of the agent' })),
  slowestPauseMs: Type.Optional(Type.Number()),
  lostChanges: Type.Integer(),
  /** Absent as long as nothing is known, and for who does not see all: it tells the habits of a person. */
  forecast: Type.Optional(DesktopForecastView),
  /** Newest first. */
  phases: Type.Array(DesktopPhaseView),
})
export type DesktopDetails = Static<typeof DesktopDetails>

const tag = 'desktops'
const HostName = Type.String({ minLength: 1, maxLength: 253, pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$' })

export const desktopEndpoints = {
  listDesktops: endpoint(
    { method: 'GET', path: '/api/v1/desktops', role: 'viewer', tag, summary: 'Who lends now, and why not' },
    {
      response: Type.Object({
        now: Time,
        items: Type.Array(DesktopView),
        lendable: Type.Integer(),
        lentHours: Type.Number(),
        interruptions: Type.Integer(),
      }),
    },
  ),
  getDesktop: endpoint(
    {
      method: 'GET',
      path: '/api/v1/desktops/:id',
      role: 'viewer',
      tag,
      summary: 'One desktop and how its phases went',
    },
    { params: IdParam, response: DesktopDetails },
  ),
  createJoinToken: endpoint(
    {
      method: 'POST',
      path: '/api/v1/desktops/join-tokens',
      role: 'administrator',
      tag,
      summary: 'A token with which the agent of one desktop joins, once',
      status: 201,
    },
    {
      body: Type.Object({
        host: HostName,
        cloud: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
        pool: Type.Optional(HostName),
        /** The host lends nothing: its agent only tells what guests report. */
        reportsOnly: Type.Optional(Type.Boolean()),
        /** One hour if absent. */
        lifetime: Type.Optional(DurationText),
      }),
      response: Type.Object({
        token: Type.String({ description: 'Shown once' }),
        host: Type.String(),
        pool: Type.String(),
        expiresAt: Time,
        /** What to look at before it is used: no cloud shows a host of that name, or several do. */
        hint: Type.Optional(Type.String()),
      }),
    },
  ),
  revokeDesktop: endpoint(
    {
      method: 'DELETE',
      path: '/api/v1/desktops/:id',
      role: 'administrator',
      tag,
      summary: 'End the right of a desktop to speak, at once; it can join anew with a new token',
      status: 204,
    },
    { params: IdParam },
  ),
}
