// Which fences have to stand in a cloud at a moment, by the times of its leases, and what of them is open for instances on
// their way in. Pure: the leases, the last reading and who is on the way in, nothing else.
import type { CloudId, HostId, Instance, Lease, LeaseId } from '@gleaner/model'
import type { LeaseFence, RoomSize } from '@gleaner/ports'
import { unusedRoom } from './unused-room.ts'

/** Room that is open in a lease, on one host. */
export interface OpenRoom extends RoomSize {
  readonly leaseId: LeaseId
  readonly hostId: HostId
}

export interface FenceWorld {
  readonly cloudId: CloudId
  readonly nowMs: number
  readonly leases: readonly Lease[]
  readonly instancesOfHost: ReadonlyMap<HostId, readonly Instance[]>
  readonly open: readonly OpenRoom[]
  /** Whole hosts are closed to others so long before their lease begins, as to Gleaner's own placement. */
  readonly aheadMs: number
}

/** Of two on one host the one that begins first stands first, and has what there is. */
export function wantedFences({
  cloudId,
  nowMs,
  leases,
  instancesOfHost,
  open,
  aheadMs,
}: FenceWorld): readonly LeaseFence[] {
  const concerned = leases
    .filter(
      (lease) =>
        lease.cloudId === cloudId &&
        (lease.state === 'pending' || lease.state === 'active') &&
        lease.span.startMs - aheadMs <= nowMs &&
        nowMs < lease.span.endMs,
    )
    .sort((a, b) => a.span.startMs - b.span.startMs || (a.id < b.id ? -1 : 1))
  return concerned.flatMap((lease) => {
    const openOn = (hostId: HostId) => sum(open.filter((each) => each.leaseId === lease.id && each.hostId === hostId))
    const whole = lease.reservations
      .filter(({ wish }) => wish.kind === 'hosts')
      .flatMap(({ shares }) => shares.map(({ hostId }) => ({ hostId, room: undefined })))
    const begun = lease.span.startMs <= nowMs
    const parts = (begun ? unusedRoom(lease, instancesOfHost) : []).map(({ hostId, vcpus, memoryMiB, diskGiB }) => ({
      hostId,
      room: { vcpus, memoryMiB, diskGiB },
    }))
    return [...whole, ...parts].map(({ hostId, room }) => ({ leaseId: lease.id, hostId, room, open: openOn(hostId) }))
  })
}

function sum(open: readonly RoomSize[]): RoomSize | undefined {
  const [first, ...others] = open
  if (first === undefined) return undefined
  return others.reduce(
    (all, { vcpus, memoryMiB, diskGiB }) => ({
      vcpus: all.vcpus + vcpus,
      memoryMiB: all.memoryMiB + memoryMiB,
      diskGiB: all.diskGiB + diskGiB,
    }),
    { vcpus: first.vcpus, memoryMiB: first.memoryMiB, diskGiB: first.diskGiB },
  )
}
