// What the service that approves leases is told of one: Blazar's form of a lease, with the hosts that it would have.
import { type Lease, nativeOf } from '@gleaner/model'
import { blazarId } from '../compat/blazar/blazar-ids.ts'
import { blazarLease } from '../compat/blazar/blazar-lease.ts'

export function approvalBody(lease: Lease, by: string, before?: Lease): object {
  return {
    context: { user_id: by, project_id: nativeOf(lease.projectId), auth_url: '', region_name: lease.cloudId },
    ...(before === undefined ? {} : { current_lease: withHosts(before) }),
    lease: withHosts(lease),
  }
}

function withHosts(lease: Lease) {
  const shown = blazarLease(lease)
  return {
    ...shown,
    start_date: minute(lease.span.startMs),
    end_date: minute(lease.span.endMs),
    reservations: shown.reservations.map((reservation, at) => ({
      ...reservation,
      allocations: (lease.reservations[at]?.shares ?? []).map(({ hostId, host, units }) => ({
        id: blazarId(hostId),
        hypervisor_hostname: host,
        units,
      })),
    })),
  }
}

/** As Blazar writes times to this service: to the minute, UTC. */
function minute(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')
}
