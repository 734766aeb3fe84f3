// The hint `lease` of a request for room: an active lease of the request's own project, by name, by id, or by the id of one of
// its reservations; ids also without their prefix, as Blazar's client shows them. With it the request
// goes to the hosts of that lease and nowhere else; without it those hosts are closed to it.
import { type CloudId, GleanerError, type HostId, type Lease, type LeaseShare } from '@gleaner/model'
import type { Runtime } from '../runtime.ts'

export interface LeaseHint {
  readonly cloudId: CloudId
  readonly projectId: string | undefined
  readonly lease: string
}

export function leaseHint(
  { leases }: Pick<Runtime, 'leases'>,
  { cloudId, projectId, lease: wanted }: LeaseHint,
): Lease {
  const lease = leases
    .open()
    .find(
      (one) =>
        one.cloudId === cloudId &&
        one.projectId === projectId &&
        (one.name === wanted || isCalled(one.id, wanted) || one.reservations.some(({ id }) => isCalled(id, wanted))),
    )
  // A lease of another project does not exist for this one.
  if (lease === undefined) throw new GleanerError('not-found', { object: `The lease "${wanted}" of this project` })
  if (lease.state !== 'active')
    throw new GleanerError(
      'conflict',
      { detail: `The lease "${lease.name}" is ${lease.state}; it has not begun.` },
      { remedy: 'Ask again when the lease has begun, or without the hint.' },
    )
  return lease
}

export function hostsOfLease({ reservations }: Lease): readonly HostId[] {
  return reservations.flatMap(({ shares }) => shares.map(({ hostId }) => hostId))
}

/** What the hint means of the lease: one reservation of it, or all. */
export function sharesOf({ reservations }: Lease, wanted: string): readonly LeaseShare[] {
  const named = reservations.filter(({ id }) => isCalled(id, wanted))
  return (named.length === 0 ? reservations : named).flatMap(({ shares }) => shares)
}

function isCalled(id: string, wanted: string): boolean {
  return id === wanted || id.slice(id.indexOf('_') + 1) === wanted
}
