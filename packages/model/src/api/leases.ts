// Leases: hosts promised to a project for a time to come; and the calendar of all hosts, which every member may see.
import { Type } from 'typebox'
import { leaseStates } from '../reservation/lease.ts'
import { endpoint } from './endpoint.ts'
import { LeaseCalendarView, LeasePlanView, LeaseQuotaView } from './lease-plan.ts'
import { LeaseView } from './lease-view.ts'
import { Count, LeaseBody, LeasePlanBody } from './lease-wish.ts'
import { IdParam, OneOf, PageOf, PageQuery, Time } from './parts.ts'

const tag = 'leases'

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
    { body: LeasePlanBody, response: LeasePlanView },
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
