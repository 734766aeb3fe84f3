// A lease in Blazar's words (blazar/api/v1/leases; api-ref): what its client shows, and the fields it counts on.
import {
  type HostId,
  type Lease,
  type LeaseEventKind,
  type LeaseReservation,
  type LeaseWish,
  nativeOf,
} from '@gleaner/model'
import { blazarId } from './blazar-ids.ts'
import { blazarStamp, blazarTime } from './blazar-times.ts'

const statuses = {
  waiting: 'PENDING',
  proposed: 'PENDING',
  pending: 'PENDING',
  active: 'ACTIVE',
  ended: 'TERMINATED',
  cancelled: 'TERMINATED',
  lapsed: 'TERMINATED',
} as const

const reservationStatuses = { PENDING: 'pending', ACTIVE: 'active', TERMINATED: 'deleted' } as const

const eventTypes: Readonly<Partial<Record<LeaseEventKind, string>>> = {
  start: 'start_lease',
  'before-end': 'before_end_lease',
  end: 'end_lease',
}

function wishWords(wish: LeaseWish) {
  if (wish.kind === 'hosts') {
    const { min, max } = wish
    return { resource_type: 'physical:host', min, max, hypervisor_properties: '', before_end: 'default' }
  }
  const [vcpus, memory, disk] = wish.size
  const affinity = wish.affinity === undefined ? null : wish.affinity === 'together'
  return { resource_type: 'virtual:instance', amount: wish.amount, vcpus, memory_mb: memory, disk_gb: disk, affinity }
}

const none: ReadonlySet<HostId> = new Set()

/**
 * `out`: hosts of it that cannot serve it at the moment. Blazar never takes `degraded` back; a lease that has got other hosts in their
 * place is whole again.
 */
export function blazarLease(lease: Lease, out: ReadonlySet<HostId> = none) {
  const isMissing = ({ shares }: LeaseReservation) => shares.some(({ hostId }) => out.has(hostId))
  const status = statuses[lease.state]
  const id = blazarId(lease.id)
  const stamps = { created_at: blazarStamp(lease.createdAtMs), updated_at: blazarStamp(lease.updatedAtMs) }
  return {
    id,
    name: lease.name,
    user_id: lease.by,
    project_id: nativeOf(lease.projectId),
    trust_id: null,
    start_date: blazarTime(lease.span.startMs),
    end_date: blazarTime(lease.span.endMs),
    status,
    degraded: lease.reservations.some(isMissing),
    ...stamps,
    reservations: lease.reservations.map((reservation) => ({
      id: blazarId(reservation.id),
      lease_id: id,
      resource_id: blazarId(reservation.id),
      status: reservationStatuses[status],
      missing_resources: isMissing(reservation),
      resources_changed: lease.swaps?.some(({ reservationId }) => reservationId === reservation.id) === true,
      resource_properties: reservation.filter?.text ?? '',
      ...wishWords(reservation.wish),
      ...stamps,
    })),
    events: lease.events.flatMap(({ kind, dueAtMs, state }, nth) => {
      const type = eventTypes[kind]
      if (type === undefined) return []
      // One UUID per event, that follows from the lease's.
      const eventId = `${id.slice(0, -1)}${((Number.parseInt(id.slice(-1), 16) + nth + 1) % 16).toString(16)}`
      return [
        {
          id: eventId,
          lease_id: id,
          event_type: type,
          time: blazarTime(dueAtMs),
          status: state === 'waiting' ? 'UNDONE' : 'DONE',
          ...stamps,
        },
      ]
    }),
  }
}
