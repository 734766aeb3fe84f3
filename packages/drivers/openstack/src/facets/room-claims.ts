// Room held in placement for an instance to come: a consumer of our own beside nova's servers. Moving room from servers to
// a claim is one call of placement, all or nothing, which nobody can come between.
//
// A claim's consumer has an id that begins with our mark, our mark as its project and the claim's id as its user: after a
// crash the claims are found in placement alone. Measured on nova 26: nova leaves both the claim and a server that holds
// nothing as they are; a server that is deleted or shelved then gives back nothing more.
import { type HostId, hostId, type InstanceId, nativeOf } from '@gleaner/model'
import type { RoomClaim, RoomClaims, RoomSize } from '@gleaner/ports'
import {
  type Consumer,
  isStatus,
  type NovaServer,
  type OpenStackConnection,
  type PlacementClient,
  type Resources,
} from '@gleaner/wire-openstack'
import { eachAtOnce } from '../each-at-once.ts'
import { conflict, findHypervisor, type Inside } from './inside.ts'
import { isHolding, ownConsumer } from './own-consumers.ts'
import { heldBy, roomOf } from './resources.ts'

/** Project of every claim's consumer. */
const mark = 'gleaner-claims'
/** "gleane" in ASCII. */
const idPrefix = '676c6561-6e65-8'
const readersAtOnce = 6

export function roomClaims(inside: Inside): RoomClaims {
  /** Exactly what servers held before their room went to a claim; after a restart their size has to do. */
  const moved = new Map<string, Resources>()

  async function exchange(
    { placement }: OpenStackConnection,
    { ids, change, what }: Exchange,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      await placement.exchange(ids, change, signal)
    } catch (error) {
      if (!isStatus(error, 409)) throw error
      throw conflict(inside, what, error.message)
    }
  }

  return {
    claim: ({ from, ...claim }, signal) =>
      inside.call(`room on ${nativeOf(claim.hostId)}`, signal, async (connection) => {
        const host = await findHypervisor(inside, { nova: connection.nova, id: claim.hostId }, signal)
        const inventories = await connection.placement.inventories(host.id, signal)
        const id = consumerId(claim.claimId)
        const servers = from.map(nativeOf)
        const change = (present: ReadonlyMap<string, Consumer>) => {
          const own = present.get(id)
          if (own?.allocations[host.id] !== undefined) return undefined
          const wanted = new Map<string, Consumer>()
          for (const server of servers) {
            const holder = present.get(server)
            const { [host.id]: held, ...elsewhere } = holder?.allocations ?? {}
            if (holder === undefined || held === undefined) {
              throw conflict(inside, `instance ${server}`, `it holds no room on ${host.name}`)
            }
            moved.set(server, held)
            wanted.set(server, { ...holder, allocations: elsewhere })
          }
          const allocations = { [host.id]: roomOf(claim, inventories) }
          return wanted.set(id, { allocations, projectId: mark, userId: claim.claimId, generation: own?.generation })
        }
        await exchange(connection, { ids: [id, ...servers], change, what: claim.claimId }, signal)
      }),

    giveBack: (claimId, to, signal) =>
      inside.call(`claim ${claimId}`, signal, async (connection) => {
        const id = consumerId(claimId)
        const homeless = await withoutRoom(connection, to, signal)
        const change = (present: ReadonlyMap<string, Consumer>) => {
          const wanted = new Map<string, Consumer>()
          const own = present.get(id)
          if (own !== undefined && isHolding(own)) wanted.set(id, { ...own, allocations: {} })
          for (const { server, providerId, resources } of homeless) {
            const holder = present.get(server.id)
            if (holder !== undefined && isHolding(holder)) continue
            const allocations = { [providerId]: moved.get(server.id) ?? resources }
            const { projectId, userId } = server
            wanted.set(server.id, { allocations, projectId, userId, generation: holder?.generation })
          }
          return wanted.size === 0 ? undefined : wanted
        }
        const ids = [id, ...homeless.map(({ server }) => server.id)]
        await exchange(connection, { ids, change, what: `claim ${claimId}` }, signal)
        for (const each of to) moved.delete(nativeOf(each))
      }),

    release: (claimId, signal) =>
      inside.call(`claim ${claimId}`, signal, async (connection) => {
        const id = consumerId(claimId)
        const change = (present: ReadonlyMap<string, Consumer>) => {
          const own = present.get(id)
          return own !== undefined && isHolding(own) ? new Map([[id, { ...own, allocations: {} }]]) : undefined
        }
        await exchange(connection, { ids: [id], change, what: `claim ${claimId}` }, signal)
      }),

    claims: (signal) =>
      inside.call('the claims', signal, async ({ nova, placement }) => {
        const usage = await placement.usageOf(mark, signal)
        if (Object.values(usage).every((amount) => amount === 0)) return []
        const hypervisors = await nova.hypervisors(signal)
        const found = await eachAtOnce(readersAtOnce, hypervisors, async ({ id, name }) => {
          const holders = await placement.holders(id, signal)
          const ours = [...holders].filter(([consumer]) => consumer.startsWith(idPrefix))
          const onHost = hostId(inside.cloud, name)
          return Promise.all(ours.map(([consumer, held]) => readClaim(placement, { consumer, held, onHost }, signal)))
        })
        return found.flat().filter((claim) => claim !== undefined)
      }),
  }
}

interface Exchange {
  readonly ids: readonly string[]
  readonly change: (present: ReadonlyMap<string, Consumer>) => ReadonlyMap<string, Consumer> | undefined
  /** For the message. */
  readonly what: string
}

interface Homeless {
  readonly server: NovaServer
  readonly providerId: string
  readonly resources: Resources
}

/** Those that are still on a host: what they would hold there. */
async function withoutRoom(
  { nova }: OpenStackConnection,
  ids: readonly InstanceId[],
  signal: AbortSignal,
): Promise<readonly Homeless[]> {
  const found: Homeless[] = []
  for (const id of ids) {
    const server = await nova.server(nativeOf(id), signal)
    if (server?.node === undefined || server.taskState === 'deleting') continue
    const hypervisor = await nova.hypervisor(server.node, signal)
    if (hypervisor !== undefined) found.push({ server, providerId: hypervisor.id, resources: heldBy(server) })
  }
  return found
}

async function readClaim(
  placement: PlacementClient,
  { consumer, held, onHost }: { readonly consumer: string; readonly held: Resources; readonly onHost: HostId },
  signal: AbortSignal,
): Promise<RoomClaim | undefined> {
  const { projectId, userId } = await placement.consumer(consumer, signal)
  if (projectId !== mark || userId === undefined) return undefined
  const size: RoomSize = {
    vcpus: (held['VCPU'] ?? 0) + (held['PCPU'] ?? 0),
    memoryMiB: held['MEMORY_MB'] ?? 0,
    diskGiB: held['DISK_GB'] ?? 0,
  }
  return { claimId: userId, hostId: onHost, ...size }
}

/** The same for the same claim. */
function consumerId(claimId: string): string {
  return ownConsumer(idPrefix, `gleaner claim ${claimId}`)
}
