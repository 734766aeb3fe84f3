// Leases: hosts promised to a project for a time to come; and the calendar of all hosts, which every member may see.
import { type Static, Type } from 'typebox'
import { leaseEndActions, leaseEventKinds, leaseEventStates, leaseStates } from '../reservation/lease.ts'
import { endpoint } from './endpoint.ts'
import { quotaPeriods } from '../reservation/lease-limits.ts'
import { DurationText, IdParam, OneOf, PageOf, PageQuery, Time } from './parts.ts'

const tag = 'leases'

const RoomSizes = {
  vcpus: Type.Number({ minimum: 0, maximum: 1e6 }),
  memoryMiB: Type.Number({ minimum: 0, maximum: 1e12 }),
  diskGiB: Type.Number({ minimum: 0, maximum: 1e12 }),
}

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

export const Count = (description: string) => Type.Integer({ minimum: 1, maximum: 10_000, description })

export const LeaseWishBody = {
  cloud: Type.Optional(Type.String({ maxLength: 300, description: 'May be left out where there is one only' })),
  project: Type.Optional(
    Type.String({ maxLength: 300, description: 'Name or id; may be left out by a member of one project' }),
  ),
  start: Type.Optional(
    Type.Union([Time, Type.Literal('now')], {
      description: 'now if absent; with end and duration both given, the start of the window',
    }),
  ),
  end: Type.Optional(Type.Union([Time], { description: 'With duration: the end of the window' })),
  duration: Type.Optional(DurationText),
  openEnded: Type.Optional(
    Type.Boolean({
      description:
        'In place of end and duration: it has no end, runs in terms, and is renewed by itself as long as its project says that it is needed and nobody else was promised its hosts',
    }),
  ),
  bestEffort: Type.Optional(
    Type.Boolean({
      description:
        'Begins now with what is there: up to so many hosts, at least one where min equals max; as many instances as there is room for',
    }),
  ),
  reservations: Type.Array(
    Type.Object(
      {
        min: Type.Optional(Count('At least so many hosts; give this, or instances')),
        max: Type.Optional(Count('As many as are free, up to this; min if absent')),
        filter: Type.Optional(
          Type.Union([Type.String({ maxLength: 10_000 }), Type.Array(Type.Unknown())], {
            description:
              'What a host must be: CEL (vcpus >= 16 && rack == "r2"), or the JSON form of Climate and Blazar (["and", [">=", "$vcpus", 16], …])',
          }),
        ),
        instances: Type.Optional(
          Type.Object(
            {
              amount: Count('Room for so many equal instances'),
              vcpus: Type.Optional(RoomSizes.vcpus),
              memoryMiB: Type.Optional(RoomSizes.memoryMiB),
              diskGiB: Type.Optional(RoomSizes.diskGiB),
              affinity: Type.Optional(
                OneOf(['together', 'apart'], {
                  description: 'All on one host, or each on a host of its own; as it comes if absent',
                }),
              ),
            },
            { additionalProperties: false },
          ),
        ),
      },
      { additionalProperties: false },
    ),
    { minItems: 1, maxItems: 10 },
  ),
}

export const LeaseBody = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    ...LeaseWishBody,
    endAction: Type.Optional(
      OneOf(leaseEndActions, {
        description: 'What happens at the end to instances that are still there; nothing if absent',
      }),
    ),
    notice: Type.Optional(DurationText),
    holdFor: Type.Optional(
      Type.Union([DurationText], {
        description: 'Makes a proposal: its place is held for so long, and given up unless it is confirmed before',
      }),
    ),
    waitFor: Type.Optional(
      Type.Union([DurationText], {
        description:
          'Where there is no place now the lease joins the waitlist, for so long at most; with a duration and no end it may begin at any moment until then',
      }),
    ),
  },
  { additionalProperties: false },
)
export type LeaseBody = Static<typeof LeaseBody>

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
  longest: Type.Optional(Type.String({ description: 'Longest duration of a lease' })),
  furthest: Type.Optional(Type.String({ description: 'How far ahead a lease may start' })),
})
export type LeaseQuotaView = Static<typeof LeaseQuotaView>

export const leaseEndpoints = {
  listLeases: endpoint(
    {
      method: 'GET',
      path: '/api/v1/leases',
      role: 'viewer',
      tag,
      summary: 'Leases the caller may see, latest start first',
    },
    {
      query: Type.Object({ state: Type.Optional(OneOf(leaseStates)), ...PageQuery }),
      response: PageOf(LeaseView),
    },
  ),
  getLease: endpoint(
    { method: 'GET', path: '/api/v1/leases/:id', role: 'viewer', tag, summary: 'One lease, by id or name' },
    { params: IdParam, response: LeaseView },
  ),
  planLease: endpoint(
    {
      method: 'POST',
      path: '/api/v1/lease-plans',
      role: 'member',
      tag,
      summary: 'When and where a lease could be, or why not and what there is instead; nothing is begun or held',
    },
    { body: Type.Object(LeaseWishBody, { additionalProperties: false }), response: LeasePlanView },
  ),
  createLease: endpoint(
    {
      method: 'POST',
      path: '/api/v1/leases',
      role: 'member',
      tag,
      summary:
        'Reserve hosts or room for a project; with holdFor as a proposal, with waitFor on the waitlist if there is no place',
      status: 201,
    },
    { body: LeaseBody, response: LeaseView },
  ),
  confirmLease: endpoint(
    { method: 'POST', path: '/api/v1/leases/:id/confirm', role: 'member', tag, summary: 'Make a proposal a lease' },
    { params: IdParam, response: LeaseView },
  ),
  renewLease: endpoint(
    {
      method: 'POST',
      path: '/api/v1/leases/:id/renew',
      role: 'member',
      tag,
      summary: 'Say that a lease without an end is still needed',
    },
    { params: IdParam, response: LeaseView },
  ),
  updateLease: endpoint(
    {
      method: 'PUT',
      path: '/api/v1/leases/:id',
      role: 'member',
      tag,
      summary: 'Other name, other times, other counts; what has begun keeps its start',
    },
    {
      params: IdParam,
      body: Type.Object(
        {
          name: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
          start: Type.Optional(Type.Union([Time, Type.Literal('now')])),
          end: Type.Optional(Time),
          sizes: Type.Optional(
            Type.Array(
              Type.Object(
                {
                  id: Type.Optional(
                    Type.String({
                      maxLength: 300,
                      description: 'Of the reservation; may be left out where there is one',
                    }),
                  ),
                  min: Type.Optional(Count('At least so many hosts')),
                  max: Type.Optional(Count('As many as are free, up to this')),
                  amount: Type.Optional(Count('Room for so many instances')),
                },
                { additionalProperties: false },
              ),
              { minItems: 1, maxItems: 10, description: 'Other counts; also while the lease runs' },
            ),
          ),
        },
        { additionalProperties: false },
      ),
      response: LeaseView,
    },
  ),
  swapLeaseHost: endpoint(
    {
      method: 'POST',
      path: '/api/v1/leases/:id/swap',
      role: 'member',
      tag,
      summary: 'Replace one host of a lease by another that is as good and free until the end',
    },
    {
      params: IdParam,
      body: Type.Object(
        { host: Type.String({ minLength: 1, maxLength: 300, description: 'Name or id' }) },
        { additionalProperties: false },
      ),
      response: LeaseView,
    },
  ),
  endLease: endpoint(
    {
      method: 'DELETE',
      path: '/api/v1/leases/:id',
      role: 'member',
      tag,
      summary: 'Call off what has not begun; end now what has',
    },
    { params: IdParam, response: LeaseView },
  ),
  getLeaseQuota: endpoint(
    {
      method: 'GET',
      path: '/api/v1/lease-quota',
      role: 'viewer',
      tag,
      summary: 'What a project may reserve, and what it has of it in a calendar period',
    },
    {
      query: Type.Object({
        cloud: Type.Optional(Type.String({ maxLength: 300 })),
        project: Type.Optional(Type.String({ maxLength: 300 })),
        at: Type.Optional(Type.Union([Time], { description: 'A moment of the period; now if absent' })),
      }),
      response: LeaseQuotaView,
    },
  ),
  getLeaseCalendar: endpoint(
    {
      method: 'GET',
      path: '/api/v1/lease-calendar',
      role: 'viewer',
      tag,
      summary: 'When each host is promised; whose lease it is only where the caller may see it',
    },
    {
      query: Type.Object({
        cloud: Type.Optional(Type.String({ maxLength: 300 })),
        from: Type.Optional(Time),
        to: Type.Optional(Time),
      }),
      response: LeaseCalendarView,
    },
  ),
}
