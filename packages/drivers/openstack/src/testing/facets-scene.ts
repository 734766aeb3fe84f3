// The scene of the tests of the facets: a cloud on the fake, and what placement says is held.
import { hostId, type HostId, type InstanceId, nativeOf } from '@gleaner/model'
import { type OpenedFake, openFake } from './open-fake.ts'

export const never = new AbortController().signal
export let open: OpenedFake

export async function begin(): Promise<void> {
  open = await openFake()
}

export const end = () => open.close()

export const host = (name: string): HostId => hostId(open.cloud.id, name)
export const heldBy = (id: InstanceId) => open.fake.placement.consumers.get(nativeOf(id))?.allocations
export const uuidOf = (name: string) => open.fake.nova.hosts.find((each) => each.name === name)?.uuid ?? ''
export const used = (name: string, what: string) => open.fake.placement.used(uuidOf(name), what)
export const small = { vcpus: 1, memoryMiB: 2048, diskGiB: 10 }
export const claimOf = (claimId: string, from: readonly InstanceId[] = [], size = small) => ({
  claimId,
  hostId: host('compute-1'),
  ...size,
  from,
})
