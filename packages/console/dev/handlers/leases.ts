// Leases, and room; of room the page asks nothing.
import type { FakeState } from '../fake-state.ts'
import { endSeries, makeSeries, planSeries } from '../lease-series.ts'
import { calendarOf, confirmedLease, leaseById, makeLease, planOf, quotaOf } from '../leases.ts'
import { pageOf } from '../lists.ts'
import { absent } from './absent.ts'
import type { Handlers } from './handler.ts'

export function leaseHandlers(state: FakeState) {
  return {
    place: absent('room'),
    getRoom: absent('room'),
    takeRoom: absent('room'),
    listLeases: ({ query }) =>
      pageOf(
        state.leases.filter((lease) => query.state === undefined || lease.state === query.state),
        query,
      ),
    getLease: ({ params }) => leaseById(state, params.id),
    planLease: ({ body }) => planOf(state, body),
    createLease: ({ body }) => makeLease(state, body),
    planLeaseSeries: ({ body }) => planSeries(state, body),
    createLeaseSeries: ({ body }) => makeSeries(state, body),
    endLeaseSeries: ({ params }) => ({ items: endSeries(state, params.id) }),
    confirmLease: ({ params }) => confirmedLease(state, params.id),
    renewLease: ({ params }) => leaseById(state, params.id),
    updateLease: ({ params, body }) => {
      const lease = leaseById(state, params.id)
      if (body.end !== undefined) lease.end = body.end
      state.tell('lease')
      return lease
    },
    swapLeaseHost: ({ params }) => leaseById(state, params.id),
    endLease: ({ params }) => {
      const lease = leaseById(state, params.id)
      lease.state = lease.state === 'active' ? 'ended' : 'cancelled'
      state.tell('lease')
      return lease
    },
    getLeaseQuota: ({ query }) => quotaOf(state, query.project),
    getLeaseCalendar: ({ query }) => calendarOf(state, query),
  } satisfies Partial<Handlers>
}
