// Keeps in each cloud that can be told the fences that its leases want, and lets a lease's own instances in. What stands is
// found in the cloud itself: after a crash, a change of leaders or a restored state the first call ends every stray. While
// everything is paused fences stay as they are.
//
// Whoever is let in has a moment in which room is open on one host of the lease. The rest of the host stays closed, and the
// room is closed again as soon as the instance has its place, is known to have none, or a minute has passed.
import { describeError, GleanerError, type CloudId, type Lease, type LeaseId, type ProjectId } from '@gleaner/model'
import type { Cloud, Fence, FenceState, LeaseFence, RoomSize } from '@gleaner/ports'
import { newId } from '@gleaner/store'
import { audit, auditedLease } from '../commands/audit.ts'
import { type Runtime, cloudCallTimeoutMs } from '../runtime.ts'
import { fitting } from './fit-in-lease.ts'
import { leaseHint, sharesOf } from './lease-hint.ts'
import { type OpenRoom, wantedFences } from './wanted-fences.ts'

/** What becomes free on a leased host is closed within this time. */
const periodMs = 5_000
/** Where nothing is leased, strays are looked for. */
const idlePeriodMs = 60_000
const longestOpenMs = 60_000

export interface EntryRequest {
  readonly cloudId: CloudId
  readonly projectId: ProjectId
  /** Name or id of a lease, or id of one of its reservations. */
  readonly lease: string
  /** The cloud's own id of the flavor. */
  readonly flavor: string
  /** Of each instance. */
  readonly size: RoomSize
  readonly count: number
}

/** Room is open in the lease for who asked. */
export interface LeaseEntry {
  readonly id: string
  readonly lease: string
  /** The flavor that leads into the lease. */
  readonly flavor: string
}

interface Entry {
  readonly rooms: readonly OpenRoom[]
  readonly cloudId: CloudId
  readonly untilMs: number
  /** The instance has its place; undefined: not yet. */
  placedAtMs: number | undefined
}

interface Kept {
  readonly fences: string
  readonly atMs: number
  readonly isWhole: boolean
}

type KeeperParts = Pick<Runtime, 'clouds' | 'clock' | 'config' | 'state' | 'leases' | 'problems' | 'log' | 'store'>

export class FenceKeeper {
  readonly #parts: KeeperParts
  readonly #entries = new Map<string, Entry>()
  readonly #kept = new Map<CloudId, Kept>()
  readonly #states = new Map<CloudId, readonly FenceState[]>()
  /** Names of the hosts of each lease, as they were last told to the audit. */
  readonly #told = new Map<LeaseId, { readonly names: string; readonly object: string }>()
  /** One call after the other in each cloud. */
  readonly #turns = new Map<CloudId, Promise<unknown>>()
  #term: number | undefined

  constructor(parts: KeeperParts) {
    this.#parts = parts
  }

  /** What is fenced, for the status of the loop. */
  async run(fence: Fence, signal: AbortSignal): Promise<string> {
    const { clouds, state, clock, leases } = this.#parts
    if (this.#term !== fence.term) {
      this.#term = fence.term
      this.#kept.clear()
      this.#told.clear()
      this.#entries.clear()
    }
    if (state.killSwitch !== undefined) return 'paused'
    await leases.load(fence)
    this.#forgetEntries(clock.nowMs())
    for (const cloud of clouds.values()) {
      if (cloud.leaseFences === undefined || state.clouds.get(cloud.id)?.snapshot === undefined) continue
      const subject = subjectOf(cloud.id)
      await this.#inTurn(cloud.id, () => this.#keepIfDue(cloud, signal)).then(
        () => undefined,
        (error: unknown) => (signal.aborted ? undefined : this.#parts.problems.reportError(subject, error)),
      )
    }
    return `${[...this.#states.values()].flat().length} hosts fenced`
  }

  /**
   * Opens room for instances of the lease's own project and tells the flavor that leads there. `not-found` for a lease of
   * somebody else, `conflict` when it has not begun or has no room left, `cloud-unsupported` where nothing is fenced.
   */
  async letIn(request: EntryRequest): Promise<LeaseEntry> {
    const { clouds, clock } = this.#parts
    const { cloudId, projectId, size, count, flavor } = request
    const cloud = clouds.get(cloudId)
    const { leaseFences } = cloud ?? {}
    if (cloud === undefined || leaseFences === undefined)
      throw new GleanerError('cloud-unsupported', { cloud: cloudId, action: 'fencing of hosts' })
    const lease = leaseHint(this.#parts, { cloudId, projectId, lease: request.lease })
    const hosts = new Set(sharesOf(lease, request.lease).map(({ hostId }) => hostId))
    const signal = AbortSignal.timeout(cloudCallTimeoutMs)
    return this.#inTurn(cloudId, async () => {
      // What has become free since, or was never held.
      await this.#keep(cloud, signal)
      const states = (this.#states.get(cloudId) ?? []).filter(
        ({ leaseId, hostId }) => leaseId === lease.id && hosts.has(hostId),
      )
      const rooms = fitting({ states, size, count })
      if (rooms === undefined) throw new GleanerError('conflict', { detail: noRoom(lease, request, states) })
      const id = newId('ent', clock.nowMs())
      const entry = { rooms, cloudId, untilMs: clock.nowMs() + longestOpenMs, placedAtMs: undefined }
      this.#entries.set(id, entry)
      try {
        await this.#keep(cloud, signal)
        const into = await leaseFences.flavorInto({ leaseId: lease.id, projectId, flavor }, signal)
        return { id, lease: lease.name, flavor: into }
      } catch (error) {
        this.#entries.delete(id)
        this.#kept.delete(cloudId)
        throw error
      }
    })
  }

  /** The instances have their place, or will have none: what was open is closed with the next run. */
  left(id: string, { isPlaced }: { readonly isPlaced: boolean }): void {
    const entry = this.#entries.get(id)
    if (entry === undefined) return
    if (isPlaced) entry.placedAtMs = this.#parts.clock.nowMs()
    else this.#entries.delete(id)
    this.#kept.delete(entry.cloudId)
  }

  async #keepIfDue(cloud: Cloud, signal: AbortSignal): Promise<void> {
    const nowMs = this.#parts.clock.nowMs()
    const wanted = this.#wanted(cloud.id)
    const kept = this.#kept.get(cloud.id)
    const patienceMs = kept?.isWhole === true && wanted.length === 0 ? idlePeriodMs : periodMs
    if (kept !== undefined && kept.fences === JSON.stringify(wanted) && nowMs - kept.atMs < patienceMs) return
    await this.#keep(cloud, AbortSignal.any([signal, AbortSignal.timeout(cloudCallTimeoutMs)]))
  }

  async #keep(cloud: Cloud, signal: AbortSignal): Promise<void> {
    const { clock, problems } = this.#parts
    const wanted = this.#wanted(cloud.id)
    const fences = JSON.stringify(wanted)
    // Before the call: one that fails is made again after a while, not at once.
    this.#kept.set(cloud.id, { fences, atMs: clock.nowMs(), isWhole: false })
    const states = (await cloud.leaseFences?.keep(wanted, signal)) ?? []
    this.#states.set(cloud.id, states)
    const faults = states.filter(({ fault }) => fault !== undefined)
    this.#kept.set(cloud.id, { fences, atMs: clock.nowMs(), isWhole: faults.length === 0 })
    await this.#tell(cloud.id, wanted)
    if (faults.length === 0) return problems.settle(subjectOf(cloud.id))
    const detail = faults.map(({ hostId, fault }) => `${hostId}: ${fault}`).join('; ')
    await problems.reportError(
      subjectOf(cloud.id),
      new GleanerError('cloud-conflict', { cloud: cloud.id, object: 'the fences of leases', detail }),
    )
  }

  #wanted(cloudId: CloudId): readonly LeaseFence[] {
    const { state, clock, leases, config } = this.#parts
    return wantedFences({
      cloudId,
      aheadMs: config.reservations.makeRoomMs,
      nowMs: clock.nowMs(),
      leases: leases.open(),
      instancesOfHost: state.clouds.get(cloudId)?.snapshot?.instancesOfHost ?? new Map(),
      open: [...this.#entries.values()]
        .filter((entry) => entry.cloudId === cloudId)
        .flatMap((entry) => this.#open(entry)),
    })
  }

  /** A whole host is closed again at once; room for instances shrinks only when the reading has the new one. */
  #open({ rooms, cloudId, placedAtMs }: Entry): readonly OpenRoom[] {
    if (placedAtMs === undefined) return rooms
    const takenAtMs = this.#parts.state.clouds.get(cloudId)?.snapshot?.takenAtMs ?? 0
    if (takenAtMs > placedAtMs) return []
    return rooms.filter(({ leaseId, hostId }) => !this.#isWhole(leaseId, hostId))
  }

  #isWhole(leaseId: LeaseId, hostId: OpenRoom['hostId']): boolean {
    const reservations = this.#parts.leases.find(leaseId)?.reservations ?? []
    return reservations.some(
      ({ wish, shares }) => wish.kind === 'hosts' && shares.some((share) => share.hostId === hostId),
    )
  }

  #forgetEntries(nowMs: number): void {
    for (const [id, entry] of this.#entries)
      if (nowMs >= entry.untilMs || (entry.placedAtMs !== undefined && this.#open(entry).length === 0))
        this.#entries.delete(id)
  }

  /** Who was fenced in, and given back, leaves a line each. */
  async #tell(cloudId: CloudId, wanted: readonly LeaseFence[]): Promise<void> {
    const { leases, log } = this.#parts
    const hostsOf = new Map<LeaseId, Set<string>>()
    for (const { leaseId, hostId } of wanted) hostsOf.set(leaseId, (hostsOf.get(leaseId) ?? new Set()).add(hostId))
    for (const [leaseId, hosts] of hostsOf) {
      const names = [...hosts].sort().join(', ')
      if (this.#told.get(leaseId)?.names === names) continue
      const lease = leases.find(leaseId)
      const object = lease === undefined ? leaseId : auditedLease(lease)
      this.#told.set(leaseId, { names, object })
      log.info({ lease: leaseId }, `${lease?.name ?? leaseId}: fenced ${names}`)
      await audit(this.#parts, keeper, { what: 'fence hosts of lease', object, after: { hosts: names } })
    }
    for (const [leaseId, { names, object }] of this.#told) {
      if (hostsOf.has(leaseId) || !names.startsWith(`${cloudId}:`)) continue
      this.#told.delete(leaseId)
      log.info({ lease: leaseId }, `gave back ${names}`)
      await audit(this.#parts, keeper, { what: 'give hosts of lease back', object, before: { hosts: names } })
    }
  }

  async #inTurn<T>(cloudId: CloudId, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(cloudId) ?? Promise.resolve()
    const mine = before.then(work)
    this.#turns.set(
      cloudId,
      mine.catch(() => undefined),
    )
    return mine
  }
}

const keeper = { name: 'gleaner', role: 'operator', projects: [], from: 'the loop fences', by: 'token' } as const

function subjectOf(cloudId: CloudId): string {
  return `fences of leases on ${cloudId}`
}

function noRoom(lease: Lease, { count, size }: EntryRequest, states: readonly FenceState[]): string {
  const wanted = `${count === 1 ? '' : `${count} times `}${size.vcpus} vCPU, ${size.memoryMiB} MiB and ${size.diskGiB} GiB`
  const faults = states.flatMap(({ fault }) => fault ?? [])
  const why = faults.length === 0 ? '' : ` (${describeError(faults[0])})`
  return `The hosts of the lease "${lease.name}" have no room for ${wanted}${why}.`
}
