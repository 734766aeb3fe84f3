// Room held in placement for an instance to come: a consumer of our own beside nova's servers. Moving room from servers to
// a claim is one call of placement, all or nothing, which nobody can come between.
//
// A claim's consumer has an id that begins with our mark, our mark as its project and the claim's id as its user: after a
// crash the claims are found in placement alone. A claim for more than one consumer may have at once has several, the second
// with an id that follows from the first's; they are written together, so that there is never a gap in their row. Measured on nova 26: nova leaves both the claim and a server that holds
// nothing as they are; a server that is deleted or shelved then gives back nothing more.
import { type HostId, hostId, type InstanceId, nativeOf } from '@gleaner/model'
import type { RoomClaim, RoomClaims } from '@gleaner/ports'
import {
  type Consumer,
  type Inventories,
  isStatus,
  type NovaServer,
  type OpenStackConnection,
  type PlacementClient,
  type Resources,
} from '@gleaner/wire-openstack'
import { eachAtOnce } from '../each-at-once.ts'
import { conflict, findHypervisor, type Inside } from './inside.ts'
import { isHolding, ownConsumer } from './own-consumers.ts'
import { mostPortions, portions, sizeOf, sum } from './portions.ts'
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
        const parts = portionsOf(roomOf(claim, inventories), inventories)
        const standing = await consumersOf(connection.placement, claim.claimId, signal)
        const ids = parts.map((_, nth) => consumerId(claim.claimId, nth))
        const own = [...new Set([...ids, ...standing])]
        const servers = from.map(nativeOf)
        const change = (present: ReadonlyMap<string, Consumer>) => {
          if (own.some((id) => present.get(id)?.allocations[host.id] !== undefined)) return undefined
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
          for (const [nth, id] of own.entries()) {
            const part = parts[nth]
            const allocations = part === undefined ? {} : { [host.id]: part }
            const { generation } = present.get(id) ?? {}
            wanted.set(id, { allocations, projectId: mark, userId: claim.claimId, generation })
          }
          return wanted
        }
        await exchange(connection, { ids: [...own, ...servers], change, what: claim.claimId }, signal)
      }),

    giveBack: (claimId, to, signal) =>
      inside.call(`claim ${claimId}`, signal, async (connection) => {
        const own = await consumersOf(connection.placement, claimId, signal)
        const homeless = await withoutRoom(connection, to, signal)
        const change = (present: ReadonlyMap<string, Consumer>) => {
          const wanted = emptied(own, present)
          for (const { server, providerId, resources } of homeless) {
            const holder = present.get(server.id)
            if (holder !== undefined && isHolding(holder)) continue
            const allocations = { [providerId]: moved.get(server.id) ?? resources }
            const { projectId, userId } = server
            wanted.set(server.id, { allocations, projectId, userId, generation: holder?.generation })
          }
          return wanted.size === 0 ? undefined : wanted
        }
        const ids = [...own, ...homeless.map(({ server }) => server.id)]
        await exchange(connection, { ids, change, what: `claim ${claimId}` }, signal)
        for (const each of to) moved.delete(nativeOf(each))
      }),

    release: (claimId, signal) =>
      inside.call(`claim ${claimId}`, signal, async (connection) => {
        const own = await consumersOf(connection.placement, claimId, signal)
        const change = (present: ReadonlyMap<string, Consumer>) => {
          const wanted = emptied(own, present)
          return wanted.size === 0 ? undefined : wanted
        }
        await exchange(connection, { ids: own, change, what: `claim ${claimId}` }, signal)
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
        return whole(found.flat().filter((claim) => claim !== undefined))
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
  return { claimId: userId, hostId: onHost, ...sizeOf(held) }
}

/** The consumers of one claim on one host are one claim. */
function whole(parts: readonly RoomClaim[]): readonly RoomClaim[] {
  const claims = new Map<string, RoomClaim>()
  for (const part of parts) {
    const key = `${part.hostId} ${part.claimId}`
    const { vcpus, memoryMiB, diskGiB } = claims.get(key) ?? { vcpus: 0, memoryMiB: 0, diskGiB: 0 }
    claims.set(key, {
      ...part,
      vcpus: vcpus + part.vcpus,
      memoryMiB: memoryMiB + part.memoryMiB,
      diskGiB: diskGiB + part.diskGiB,
    })
  }
  return [...claims.values()]
}

/** Of what does not go into whole portions placement itself says why. */
function portionsOf(room: Resources, inventories: Inventories): readonly Resources[] {
  const parts = portions(room, inventories)
  const all = sum(parts)
  return Object.entries(room).every(([name, amount]) => all[name] === amount) ? parts : [room]
}

/** Those that hold something; the first also when it does not. */
async function consumersOf(placement: PlacementClient, claimId: string, signal: AbortSignal): Promise<string[]> {
  const ids: string[] = []
  for (let nth = 0; nth < mostPortions; nth++) {
    const id = consumerId(claimId, nth)
    if (nth > 0 && !isHolding(await placement.consumer(id, signal))) break
    ids.push(id)
  }
  return ids
}

function emptied(ids: readonly string[], present: ReadonlyMap<string, Consumer>): Map<string, Consumer> {
  const wanted = new Map<string, Consumer>()
  for (const id of ids) {
    const own = present.get(id)
    if (own !== undefined && isHolding(own)) wanted.set(id, { ...own, allocations: {} })
  }
  return wanted
}

/** The same for the same part of the same claim. */
function consumerId(claimId: string, nth: number): string {
  return ownConsumer(idPrefix, nth === 0 ? `gleaner claim ${claimId}` : `gleaner claim ${claimId} part ${nth}`)
}
