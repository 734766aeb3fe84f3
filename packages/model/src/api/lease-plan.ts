// Where a lease would find its place, what is taken, and what a project may still take.
import { type Static, Type } from 'typebox'
import { quotaPeriods } from '../reservation/lease-limits.ts'
import { leaseStates } from '../reservation/lease.ts'
import { OneOf, Time } from './parts.ts'

const Span = { start: Time, end: Time }

export const LeasePlanView = Type.Object({
  feasible: Type.Boolean(),
  slot: Type.Optional(
    Type.Object({ ...Span, hosts: Type.Array(Type.Array(Type.String()), { description: 'Per reservation' }) }),
  ),
  refusal: Type.Optional(
    Type.Object({
      sentence: Type.String(),
      reservation: Type.Integer({ description: 'Which of the reservations has not enough, from 0' }),
      needed: Type.Integer(),
      available: Type.Integer({ description: 'The most that is free together within the window' }),
      alternatives: Type.Array(
        Type.Object({
          kind: OneOf(['fewer', 'later', 'shorter', 'split']),
          hosts: Type.Integer(),
          ...Span,
          /** Of two parts on different hosts the second. */
          rest: Type.Optional(Type.Object(Span)),
        }),
      ),
      out: Type.Array(
        Type.Object({
          host: Type.String(),
          code: OneOf(['closed', 'property-missing', 'too-small', 'booked', 'not-together']),
          clash: Type.Optional(Type.Object({ ...Span, lease: Type.Optional(Type.String()) })),
        }),
        { description: 'What keeps each host out' },
      ),
    }),
  ),
})
export type LeasePlanView = Static<typeof LeasePlanView>

export const LeaseCalendarView = Type.Object({
  from: Time,
  to: Time,
  hosts: Type.Array(
    Type.Object({
      host: Type.String(),
      cloud: Type.String(),
      closed: Type.Optional(Type.String({ description: 'Why nothing new is promised on it' })),
      busy: Type.Array(
        Type.Object({
          ...Span,
          /** Of those that the caller may see. */
          id: Type.Optional(Type.String()),
          lease: Type.Optional(Type.String()),
          project: Type.Optional(Type.String()),
          /** It has no end; the one told here is that of its term. */
          openEnded: Type.Optional(Type.Boolean()),
          state: OneOf(leaseStates),
        }),
      ),
    }),
  ),
})
export type LeaseCalendarView = Static<typeof LeaseCalendarView>

export const LeaseQuotaView = Type.Object({
  project: Type.String(),
  cloud: Type.String(),
  /** The calendar period over which host-hours count. */
  period: OneOf(quotaPeriods),
  ...Span,
  hostHours: Type.Object({
    used: Type.Number({ description: 'By all leases of the project in the period, those to come included' }),
    limit: Type.Optional(Type.Number({ description: 'Absent: no limit' })),
    left: Type.Optional(Type.Number()),
  }),
  priority: Type.Number({ description: 'On the waitlist; the larger comes first, then who came first' }),
  waiting: Type.Object({
    used: Type.Number({ description: 'Leases of the project on the waitlist now' }),
    limit: Type.Number(),
  }),
  longest: Type.Optional(Type.String({ description: 'Longest duration of a lease' })),
  furthest: Type.Optional(Type.String({ description: 'How far ahead a lease may start' })),
})
export type LeaseQuotaView = Static<typeof LeaseQuotaView>
