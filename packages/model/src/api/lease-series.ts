// Leases for times that recur: planned, made and called off together.
import { type Static, Type } from 'typebox'
import { leaseEndActions } from '../reservation/lease.ts'
import { endpoint } from './endpoint.ts'
import { LeaseView } from './lease-view.ts'
import { LeaseWishBody } from './lease-wish.ts'
import { DurationText, IdParam, OneOf, Time } from './parts.ts'

const tag = 'leases'
const { openEnded: _openEnded, bestEffort: _bestEffort, ...WishBody } = LeaseWishBody

export const LeaseSeriesBody = Type.Object(
  {
    name: Type.String({
      minLength: 1,
      maxLength: 80,
      description: 'Each lease is called by it and its day: backup 2026-12-07',
    }),
    ...WishBody,
    recurrence: Type.Object(
      {
        rule: Type.String({
          minLength: 1,
          maxLength: 500,
          description:
            'RRULE of RFC 5545 in days or more, with COUNT or UNTIL: FREQ=WEEKLY;BYDAY=MO,WE;COUNT=20. start and end are the first time',
        }),
        timeZone: Type.Optional(
          Type.String({
            maxLength: 64,
            description: 'By whose wall clock: Europe/Berlin; reservations.timeZone of the configuration if absent',
          }),
        ),
      },
      { additionalProperties: false },
    ),
    skipClashes: Type.Optional(
      Type.Boolean({ description: 'Makes those for which there is a place; if absent all of them or none' }),
    ),
    endAction: Type.Optional(OneOf(leaseEndActions)),
    notice: Type.Optional(DurationText),
  },
  { additionalProperties: false },
)
export type LeaseSeriesBody = Static<typeof LeaseSeriesBody>

export const LeaseSeriesView = Type.Object({
  id: Type.Optional(Type.Union([Type.String()], { description: 'Absent of a plan' })),
  times: Type.Array(
    Type.Object({
      name: Type.String(),
      start: Time,
      end: Time,
      /** Where it is, or would be. */
      hosts: Type.Array(Type.String()),
      lease: Type.Optional(Type.Union([Type.String()], { description: 'Its id, when it was made' })),
      refusal: Type.Optional(Type.Union([Type.String()], { description: 'Why it cannot be had' })),
    }),
  ),
})
export type LeaseSeriesView = Static<typeof LeaseSeriesView>

export const leaseSeriesEndpoints = {
  planLeaseSeries: endpoint(
    {
      method: 'POST',
      path: '/api/v1/lease-series-plans',
      role: 'member',
      tag,
      summary: 'Every time of a series of leases as it would be now, or why not; nothing is begun or held',
    },
    { body: LeaseSeriesBody, response: LeaseSeriesView },
  ),
  createLeaseSeries: endpoint(
    {
      method: 'POST',
      path: '/api/v1/lease-series',
      role: 'member',
      tag,
      summary: 'Reserve hosts or room for times that recur: a lease of its own for each',
      status: 201,
    },
    { body: LeaseSeriesBody, response: LeaseSeriesView },
  ),
  endLeaseSeries: endpoint(
    {
      method: 'DELETE',
      path: '/api/v1/lease-series/:id',
      role: 'member',
      tag,
      summary: 'Call off the leases of a series that have not begun',
    },
    {
      params: IdParam,
      query: Type.Object({
        from: Type.Optional(Type.Union([Time], { description: 'Only those that begin then or later' })),
      }),
      response: Type.Object({ items: Type.Array(LeaseView) }),
    },
  ),
}
