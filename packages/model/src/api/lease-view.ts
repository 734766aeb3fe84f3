// A lease as it is shown.
import { type Static, Type } from 'typebox'
import { leaseEndActions, leaseEventKinds, leaseEventStates, leaseStates } from '../reservation/lease.ts'
import { RoomSizes } from './lease-wish.ts'
import { OneOf, Time } from './parts.ts'

export const LeaseView = Type.Object({
  id: Type.String(),
  name: Type.String(),
  cloud: Type.String(),
  project: Type.String(),
  by: Type.String({ description: 'Who asked for it' }),
  state: OneOf(leaseStates),
  start: Time,
  end: Time,
  createdAt: Time,
  updatedAt: Time,
  /** Of a proposal: confirm it before. */
  heldUntil: Type.Optional(Time),
  endAction: OneOf(leaseEndActions),
  reservations: Type.Array(
    Type.Object({
      id: Type.String(),
      min: Type.Integer(),
      max: Type.Integer(),
      filter: Type.Optional(Type.String()),
      hosts: Type.Array(Type.String()),
      /** Of one that took what was there: how much it would have liked. */
      asked: Type.Optional(Type.Integer()),
      /** Of a reservation of room: what each instance has, and how many units each host holds. */
      instances: Type.Optional(
        Type.Object({
          ...RoomSizes,
          amount: Type.Integer(),
          affinity: Type.Optional(OneOf(['together', 'apart'])),
          on: Type.Array(Type.Object({ host: Type.String(), instances: Type.Integer() })),
        }),
      ),
    }),
  ),
  events: Type.Array(
    Type.Object({
      kind: OneOf(leaseEventKinds),
      at: Time,
      state: OneOf(leaseEventStates),
      doneAt: Type.Optional(Time),
      outcome: Type.Optional(Type.String()),
    }),
  ),
  /** Hosts that were replaced. */
  swaps: Type.Optional(
    Type.Array(Type.Object({ at: Time, from: Type.String(), to: Type.Array(Type.String()), because: Type.String() })),
  ),
  /** Nothing of its project has been on its hosts for too long. */
  unused: Type.Optional(
    Type.Object({
      since: Time,
      warnedAt: Time,
      endsAt: Type.Optional(Time),
      endedAt: Type.Optional(Time),
    }),
  ),
  /** Has no end: the one that is shown is that of its term, which grows in time. */
  openEnded: Type.Optional(
    Type.Object({
      term: Type.String(),
      renewedAt: Type.Union([Time], { description: 'When its project last said that it is needed' }),
      renewBy: Type.Optional(Type.Union([Time], { description: 'After this it grows only if that is said again' })),
    }),
  ),
  /** On the waitlist; start and end are those of the window in which it looks for a place. */
  waiting: Type.Optional(
    Type.Object({
      position: Type.Integer({ description: 'From 1' }),
      of: Type.Integer(),
      priority: Type.Integer({ description: 'Of its project; the larger comes first, then who came first' }),
      until: Type.Union([Time], { description: 'When it gives up' }),
      earliest: Type.Optional(
        Type.Union([Time], { description: 'When it could begin as things are now, also beyond its window' }),
      ),
    }),
  ),
  /** Made with others, for times that recur. */
  series: Type.Optional(Type.Object({ id: Type.String(), rule: Type.String(), timeZone: Type.String() })),
  /** When it came from the waitlist. */
  promotedAt: Type.Optional(Time),
  /** While it is not over: until when it could be extended on its hosts now; absent when nobody comes after it. */
  longestUntil: Type.Optional(Time),
})
export type LeaseView = Static<typeof LeaseView>
