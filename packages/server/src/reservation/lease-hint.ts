// The hint `lease` of a request for room: an active lease of the request's own project, by id or name. With it the request
// goes to the hosts of that lease and nowhere else; without it those hosts are closed to it.
import { type CloudId, GleanerError, type HostId, type Lease } from '@gleaner/model'
import type { Runtime } from '../runtime.ts'

export interface LeaseHint {
  readonly cloudId: CloudId
  readonly projectId: string | undefined
  readonly lease: string
}

export function leaseHint({ leases }: Runtime, { cloudId, projectId, lease: wanted }: LeaseHint): Lease {
  const lease = leases
    .open()
    .find((one) => one.cloudId === cloudId && one.projectId === projectId && (one.id === wanted || one.name === wanted))
  // A lease of another project does not exist for this one.
  if (lease === undefined) throw new GleanerError('not-found', { object: `The lease "${wanted}" of this project` })
  if (lease.state !== 'active')
    throw new GleanerError('conflict', { detail: `The lease "${lease.name}" is ${lease.state}; it has not begun.` })
  return lease
}

export function hostsOfLease({ reservations }: Lease): readonly HostId[] {
  return reservations.flatMap(({ shares }) => shares.map(({ hostId }) => hostId))
}
