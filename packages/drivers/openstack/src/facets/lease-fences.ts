// Fences round leased hosts, made of what nova's scheduler heeds whoever asks it, an administrator who names the host included:
//
// - consumers of Gleaner's own hold in placement the room that nobody holds, so that no other server finds any;
// - a custom trait marks the hosts of the lease, and private flavors that require it lead the lease's own servers there.
//
// On one host everything is one exchange of placement, all or nothing. The trait comes before the room and goes after it, and
// is itself removed last: whatever a crash leaves is found by the trait. A trait that somebody else took away shows in
// what the consumers hold together, and then all hosts are looked through.
import { setMaxListeners } from 'node:events'
import { describeError, GleanerError, type HostId, hostId, type LeaseId, nativeOf } from '@gleaner/model'
import type { FenceState, LeaseFence, LeaseFences } from '@gleaner/ports'
import {
  type Consumer,
  isStatus,
  type OpenStackConnection,
  type ResourceProvider,
  type Resources,
} from '@gleaner/wire-openstack'
import { eachAtOnce } from '../each-at-once.ts'
import { freeRoom, minus, wantedRoom } from './fence-room.ts'
import { conflict, type Inside } from './inside.ts'
import { flavorIdInto, flavorPrefix, leaseOf, traitOf, traitPrefix } from './lease-names.ts'
import { isHolding, ownConsumer } from './own-consumers.ts'
import { portions, sizeOf, sum } from './portions.ts'
import { roomOf } from './resources.ts'

/** Project of every fence's consumers; their user is the lease. */
const mark = 'gleaner-leases'
/** "gleanl" in ASCII. */
const idPrefix = '676c6561-6e6c-8'
const hostsAtOnce = 6
/** How often somebody may take room between a look and the exchange. */
const attempts = 5

interface Kept {
  readonly generation: number
  readonly fences: string
  readonly states: readonly FenceState[]
  readonly held: Resources
}

export function leaseFences(inside: Inside): LeaseFences {
  /** By provider, what it was when there was nothing to do: unchanged, there is nothing to do again. */
  const known = new Map<string, Kept>()

  return {
    keep: (fences, given) => {
      // Many consumers are read at once, each with a listener of its own.
      const signal = AbortSignal.any([given])
      setMaxListeners(0, signal)
      return inside.call('the fences of leases', signal, async (connection) => {
        const { placement } = connection
        const all = new Map((await placement.providers(signal)).map((each) => [hostId(inside.cloud, each.name), each]))
        const traits = (await placement.traitsNamed(traitPrefix, signal)).filter(
          (trait) => leaseOf(trait) !== undefined,
        )
        const wanted = byHost(fences)
        const over = traits.filter((trait) => !fences.some(({ leaseId }) => leaseId === leaseOf(trait)))
        // Before the hosts are open to all, nobody makes anything more of them.
        await removeFlavors(connection, over, signal)
        for (const trait of new Set(fences.flatMap(({ leaseId }) => traitOf(leaseId) ?? [])))
          if (!traits.includes(trait)) await placement.makeTrait(trait, signal)
        const marked = await eachAtOnce(hostsAtOnce, traits, (trait) => placement.providersWith(trait, signal))
        const concerned = new Map([...marked.flat(), ...provided(wanted.keys(), all)].map((each) => [each.id, each]))
        const states: FenceState[] = []
        const faults: unknown[] = []
        const held: Resources[] = []
        const onHost = async (provider: ResourceProvider) => {
          const own = wanted.get(hostId(inside.cloud, provider.name)) ?? []
          try {
            const kept = await keepHost(connection, { provider, fences: own }, signal)
            held.push(kept.held)
            states.push(...kept.states)
          } catch (error) {
            signal.throwIfAborted()
            known.delete(provider.id)
            faults.push(error)
            states.push(...own.map((fence) => failed(fence, describeError(error))))
          }
        }
        await eachAtOnce(hostsAtOnce, [...concerned.values()], onHost)
        for (const fence of fences)
          if (!all.has(fence.hostId)) states.push(failed(fence, `placement does not know ${nativeOf(fence.hostId)}`))
        if (faults.length === 0 && !isSame(await placement.usageOf(mark, signal), sum(held)))
          await eachAtOnce(
            hostsAtOnce,
            [...all.values()].filter(({ id }) => !concerned.has(id)),
            onHost,
          )
        // What could not be lowered must be found again.
        for (const trait of over) await removeTrait(connection, trait, signal)
        const [lost] = states.every(({ fault }) => fault === undefined) ? faults : []
        if (lost !== undefined) throw lost
        return states
      })
    },

    flavorInto: ({ leaseId, projectId, flavor }, signal) =>
      inside.call(`flavor ${flavor}`, signal, async ({ flavors }) => {
        const original = await flavors.find(flavor, signal)
        const trait = traitOf(leaseId)
        if (original === undefined || trait === undefined)
          throw new GleanerError('cloud-not-found', { cloud: inside.cloud, object: `flavor ${flavor}` })
        const id = flavorIdInto(leaseId, original)
        const name = `${original.name.slice(0, 150)} in ${leaseId} ${id.slice(-12)}`
        await flavors.makePrivate(id, { ...original, name }, signal)
        await flavors.setExtraSpecs(id, { ...original.extraSpecs, [`trait:${trait}`]: 'required' }, signal)
        // Nobody may use it before it requires the trait.
        await flavors.letIn(id, nativeOf(projectId), signal)
        return id
      }),
  }

  async function keepHost(
    connection: OpenStackConnection,
    { provider, fences }: { readonly provider: ResourceProvider; readonly fences: readonly LeaseFence[] },
    signal: AbortSignal,
  ): Promise<Kept> {
    const { placement } = connection
    const written = JSON.stringify(fences)
    const before = known.get(provider.id)
    if (before?.generation === provider.generation && before.fences === written) return before
    known.delete(provider.id)
    const traits = new Set(fences.flatMap(({ leaseId }) => traitOf(leaseId) ?? []))
    if (traits.size > 0) {
      const lacking = (present: readonly string[]) => [...traits].filter((trait) => !present.includes(trait))
      const added = (present: readonly string[]) =>
        lacking(present).length === 0 ? undefined : [...present, ...lacking(present)]
      await placement.setTraits(provider.id, added, signal)
    }
    const kept = await holdRoom(connection, { provider, fences, written }, signal)
    const isOver = (trait: string) => leaseOf(trait) !== undefined && !traits.has(trait)
    const left = (present: readonly string[]) =>
      present.some(isOver) ? present.filter((trait) => !isOver(trait)) : undefined
    await placement.setTraits(provider.id, left, signal)
    return kept
  }

  async function holdRoom(
    { placement }: OpenStackConnection,
    { provider, fences, written }: Holding,
    signal: AbortSignal,
  ): Promise<Kept> {
    for (let left = attempts; ; left--) {
      const inventories = await placement.inventories(provider.id, signal)
      const holders = await placement.holders(provider.id, signal)
      const own = [...holders].filter(([id]) => id.startsWith(idPrefix)).map(([id]) => id)
      const others = [...holders].filter(([id]) => !id.startsWith(idPrefix)).map(([, resources]) => resources)
      let free = freeRoom(inventories, others)
      const wanted = new Map<string, { readonly resources: Resources; readonly leaseId: LeaseId }>()
      const states: FenceState[] = []
      for (const fence of fences) {
        const shares = portions(wantedRoom(free, fence, inventories), inventories)
        for (const [nth, resources] of shares.entries())
          wanted.set(consumerOf(fence, nth), { resources, leaseId: fence.leaseId })
        const rest = minus(free, sum(shares))
        const { leaseId, hostId: id } = fence
        states.push({ leaseId, hostId: id, held: sizeOf(sum(shares)), free: sizeOf(rest), fault: undefined })
        // What one leaves open is not for the next to take.
        free = fence.open === undefined ? rest : minus(rest, roomOf(fence.open, inventories))
      }
      let isChanged = false
      const change = (present: ReadonlyMap<string, Consumer>) => {
        const changed = new Map<string, Consumer>()
        for (const [id, consumer] of present) {
          const share = wanted.get(id)
          if (share === undefined && !isHolding(consumer)) continue
          if (share !== undefined && isSame(share.resources, consumer.allocations[provider.id] ?? {})) continue
          const allocations = share === undefined ? {} : { [provider.id]: share.resources }
          changed.set(id, {
            allocations,
            projectId: mark,
            userId: share?.leaseId ?? consumer.userId,
            generation: consumer.generation,
          })
        }
        isChanged = changed.size > 0
        return isChanged ? changed : undefined
      }
      try {
        await placement.exchange([...new Set([...own, ...wanted.keys()])], change, signal)
      } catch (error) {
        if (!isStatus(error, 409)) throw error
        // Somebody took room meanwhile, and keeps it.
        if (left > 1) continue
        throw conflict(inside, provider.name, error.message)
      }
      const held = sum([...wanted.values()].map(({ resources }) => resources))
      const kept = { generation: inventories.generation, fences: written, states, held }
      if (!isChanged) known.set(provider.id, kept)
      return kept
    }
  }

  async function removeTrait({ placement }: OpenStackConnection, trait: string, signal: AbortSignal): Promise<void> {
    try {
      await placement.removeTrait(trait, signal)
    } catch (error) {
      // It stands on a host that could not be opened just now.
      if (!isStatus(error, 409)) throw error
    }
  }
}

interface Holding {
  readonly provider: ResourceProvider
  readonly fences: readonly LeaseFence[]
  /** The fences, to be known again. */
  readonly written: string
}

async function removeFlavors(
  { flavors }: OpenStackConnection,
  over: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const prefixes = over.flatMap((trait) => {
    const leaseId = leaseOf(trait)
    return leaseId === undefined ? [] : [flavorPrefix(leaseId)]
  })
  if (prefixes.length === 0) return
  for (const id of await flavors.ids(signal))
    if (prefixes.some((prefix) => id.startsWith(prefix))) await flavors.remove(id, signal)
}

function byHost(fences: readonly LeaseFence[]): ReadonlyMap<HostId, readonly LeaseFence[]> {
  const found = new Map<HostId, LeaseFence[]>()
  for (const fence of fences) found.set(fence.hostId, [...(found.get(fence.hostId) ?? []), fence])
  return found
}

function provided(hosts: Iterable<HostId>, all: ReadonlyMap<HostId, ResourceProvider>): readonly ResourceProvider[] {
  return [...hosts].flatMap((id) => all.get(id) ?? [])
}

function consumerOf({ leaseId, hostId: id }: LeaseFence, nth: number): string {
  return ownConsumer(idPrefix, `gleaner lease ${leaseId} on ${id}, portion ${nth}`)
}

function failed({ leaseId, hostId: id }: LeaseFence, fault: string): FenceState {
  const nothing = { vcpus: 0, memoryMiB: 0, diskGiB: 0 }
  return { leaseId, hostId: id, held: nothing, free: nothing, fault }
}

function isSame(one: Resources, other: Resources): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)])
  return [...names].every((name) => (one[name] ?? 0) === (other[name] ?? 0))
}
