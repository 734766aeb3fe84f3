// Servers on request. Guarantees:
//
// - one key makes one server, also over a restart: the server carries the key as a tag, and is looked for before it is made;
// - for a host that is named, placement is asked first: without room there the answer is a conflict and nothing is left;
// - it is made in the project that is named, by a token of Gleaner's user for that project.
//
// Nova accepts a request before it has found a host: `look` tells what became of it.
import { createHash } from 'node:crypto'
import { GleanerError, instanceId, nativeOf, preemptibleMark, projectId } from '@gleaner/model'
import { type InstanceCreation, type NewInstance, untilAborted } from '@gleaner/ports'
import type { Json, NovaClient, NovaHypervisor, OpenStackConnection } from '@gleaner/wire-openstack'
import { conflict, findHypervisor, findServer, type Inside } from './inside.ts'
import { usableKey } from './key-pairs.ts'
import { heldBy } from './resources.ts'
import { creationTag, ownerKey } from './marks.ts'
import type { UnplacedReader } from './unplaced.ts'

const rememberedKeys = 10_000

export function creation(inside: Inside, unplaced: UnplacedReader): InstanceCreation {
  /** Oldest first. */
  const making = new Map<string, Promise<string>>()

  return {
    create: (request, signal) =>
      inside.call(`instance ${request.name}`, signal, async (connection) => {
        const { idempotencyKey } = request
        const known = making.get(idempotencyKey)
        if (known !== undefined) {
          const id = await untilAborted(
            known.catch(() => undefined),
            signal,
          )
          if (id !== undefined) return instanceId(inside.cloud, id)
        }
        const made = makeServer(inside, { connection, request }, signal)
        making.set(idempotencyKey, made)
        const [oldest] = making.keys()
        if (making.size > rememberedKeys && oldest !== undefined) making.delete(oldest)
        made.catch(() => making.delete(idempotencyKey))
        return instanceId(inside.cloud, await made)
      }),

    place: (id, hostId, signal) =>
      inside.call(`instance ${nativeOf(id)}`, signal, async (connection) => {
        const { nova, placement } = connection
        const server = await findServer(inside, { nova, id }, signal)
        if (server.vmState === 'active' || server.taskState === 'unshelving') return
        const isShelved = server.vmState === 'shelved' || server.vmState === 'shelved_offloaded'
        if (!isShelved) throw conflict(inside, server.name, `it is ${server.vmState}`)
        const wanted = hostId === undefined ? undefined : await findHypervisor(inside, { nova, id: hostId }, signal)
        const isOffHost = server.vmState === 'shelved_offloaded'
        if (wanted !== undefined && isOffHost && !(await placement.hasRoom(wanted.id, heldBy(server), signal))) {
          throw conflict(inside, server.name, `${wanted.name} has no room for it`)
        }
        const takesHost = wanted !== undefined && isOffHost && (await nova.offers('2.91', signal))
        const action = takesHost
          ? { body: { unshelve: { host: wanted.serviceHost } }, microversion: { atLeast: '2.91', atMost: '2.91' } }
          : { body: { unshelve: null } }
        inside.accepted(id, 'start', await nova.act(server.id, action, signal))
      }),

    unplaced: (signal) =>
      inside.call('instances without a host', signal, (connection) => unplaced.read(connection, signal)),
  }
}

/** One server is made here, and nova does not know the word preemptible. */
const notKept: readonly string[] = ['preemptible', 'min_count', 'max_count']

interface Making {
  readonly connection: OpenStackConnection
  readonly request: NewInstance
}

async function makeServer(inside: Inside, { connection, request }: Making, signal: AbortSignal): Promise<string> {
  const { nova } = connection
  const tag = `${creationTag}${createHash('sha256').update(request.idempotencyKey).digest('hex').slice(0, 32)}`
  for await (const { servers } of nova.servers({ tags: tag }, signal)) {
    const [made] = servers
    if (made !== undefined) return made.id
  }
  const host = await hostFor(inside, { connection, request }, signal)
  const ownProject = (await connection.session.token(signal)).projectId
  const wantedProject = nativeOf(request.projectId)
  const isOwn = ownProject === wantedProject || request.projectId !== projectId(inside.cloud, wantedProject)
  const ownNova = isOwn ? nova : nova.forProject(wantedProject)
  const { body, hints, keyOwner } = await bodyOf(inside, { connection, request, tag }, signal)
  const place = await placeOf(ownNova, { host, zone: body['availability_zone'] }, signal)
  const key = typeof body['key_name'] === 'string' ? { name: body['key_name'], ownerId: keyOwner } : undefined
  const keyName = key && (await usableKey({ nova, ownNova }, key, signal))
  return ownNova.create({ ...body, ...(keyName !== undefined && { key_name: keyName }), ...place }, hints, signal)
}

/** The host that is named, when it has room; a conflict otherwise. */
async function hostFor(
  inside: Inside,
  { connection, request }: Making,
  signal: AbortSignal,
): Promise<NovaHypervisor | undefined> {
  const { hostId, vcpus, memoryMiB, diskGiB, name } = request
  if (hostId === undefined) return undefined
  const host = await findHypervisor(inside, { nova: connection.nova, id: hostId }, signal)
  const resources = { VCPU: vcpus, MEMORY_MB: memoryMiB, DISK_GB: Math.ceil(diskGiB) }
  if (await connection.placement.hasRoom(host.id, resources, signal)) return host
  throw conflict(inside, name, `${host.name} has no room for it`)
}

interface Body {
  readonly body: Readonly<Record<string, Json>>
  readonly hints: Json | undefined
  readonly keyOwner: string | undefined
}

/** The cloud's own request where there is one, with what is stated above over it. */
async function bodyOf(
  inside: Inside,
  { connection, request, tag }: Making & { readonly tag: string },
  signal: AbortSignal,
): Promise<Body> {
  const native = { ...(request.native as Readonly<Record<string, Json>> | undefined) }
  const { 'os:scheduler_hints': hints, [ownerKey]: keyOwner, ...kept } = without(native, notKept)
  if (kept['imageRef'] === undefined && kept['block_device_mapping_v2'] === undefined) {
    const detail = `${request.name} needs an image or a volume in its native part`
    throw new GleanerError('cloud-refused', { cloud: inside.cloud, detail })
  }
  const given = Array.isArray(kept['tags']) ? (kept['tags'] as readonly string[]) : []
  const marks = request.firmness === 'preemptible' ? [preemptibleMark.tag] : []
  const tags = [...new Set([...given, ...request.tags, ...marks, tag])]
  const flavorRef = kept['flavorRef'] ?? (await flavorId(connection.nova, request, signal))
  const networks = kept['networks'] ?? (await defaultNetworks(connection, nativeOf(request.projectId), signal))
  return {
    body: { ...kept, name: request.name, flavorRef, networks, tags },
    hints,
    keyOwner: typeof keyOwner === 'string' ? keyOwner : undefined,
  }
}

async function flavorId(nova: NovaClient, { flavor }: NewInstance, signal: AbortSignal): Promise<string> {
  if (flavor === undefined) return ''
  const flavors = await nova.flavors(signal)
  return (flavors.find(({ name }) => name === flavor) ?? flavors.find(({ id }) => id === flavor))?.id ?? flavor
}

/** Nova chooses the project's network where it has one; where it has none, none is asked for. */
async function defaultNetworks(
  { neutron, session }: OpenStackConnection,
  project: string,
  signal: AbortSignal,
): Promise<'auto' | 'none'> {
  const isOwn = (await session.token(signal)).projectId === project
  return (await (isOwn ? neutron : neutron.forProject(project)).hasNetworks(signal)) ? 'auto' : 'none'
}

/** By name of the host from 2.74 on, before that by an availability zone that names it. */
async function placeOf(
  nova: NovaClient,
  { host, zone }: { readonly host: NovaHypervisor | undefined; readonly zone: Json | undefined },
  signal: AbortSignal,
): Promise<Readonly<Record<string, Json>>> {
  if (host === undefined) return {}
  if (await nova.offers('2.74', signal)) return { host: host.serviceHost, hypervisor_hostname: host.name }
  return { availability_zone: `${typeof zone === 'string' ? zone : 'nova'}:${host.serviceHost}:${host.name}` }
}

function without(entries: Readonly<Record<string, Json>>, keys: readonly string[]): Readonly<Record<string, Json>> {
  return Object.fromEntries(Object.entries(entries).filter(([key]) => !keys.includes(key)))
}
