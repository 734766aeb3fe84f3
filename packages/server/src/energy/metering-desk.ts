// Energy as the server keeps it: the book of the engine, what hangs where at this moment, and what of the book still has to be
// written. Only the leader reads meters and writes; others show what is stored.
import { EnergyBook, type HostTenancy, type OutletState, type PowerSeries, hostTenancy } from '@gleaner/engine'
import { type HostId, type ProjectId, cloudOf, outletId } from '@gleaner/model'
import type { Clock, Fence, OutletReading, Store } from '@gleaner/ports'
import { newId } from '@gleaner/store'
import type { EnergyReader, MeterStatus, UsageReader } from '../application.ts'
import type { Config } from '../config/config.ts'
import type { LeaseDesk } from '../reservation/lease-desk.ts'
import type { Directories } from '../sources/directories.ts'
import type { LiveState } from '../state/live-state.ts'
import { readSnapshots } from '../state/read-snapshots.ts'
import { type UnknownHost, wireOutlets } from './wire-outlets.ts'

export interface MeteringParts {
  readonly config: Config
  readonly clock: Clock
  readonly store: Store
  readonly state: LiveState
  readonly directories: Directories
  readonly leases: Pick<LeaseDesk, 'open'>
  readonly usage: Pick<UsageReader, 'latest'>
}

type Batch = Parameters<Store['energy']['add']>[1]

export class MeteringDesk implements EnergyReader {
  readonly #parts: MeteringParts
  readonly #book: EnergyBook
  readonly #status = new Map<string, MeterStatus>()
  #outletsOf: ReadonlyMap<string, readonly string[]> = new Map()
  #unknownHosts: readonly UnknownHost[] = []
  #wiredFrom: readonly (string | undefined)[] = []
  #waiting: Batch | undefined

  constructor(parts: MeteringParts) {
    this.#parts = parts
    this.#book = new EnergyBook(parts.config.energy.shares)
    for (const { id, config } of parts.config.energy.meters)
      this.#status.set(id, { id, kind: config.kind, readAtMs: undefined, fault: undefined, outlets: 0, readings: 0 })
  }

  /** What the meter is to be asked for; empty while its clouds have not been read. */
  outletsOf(meter: string): readonly string[] {
    return this.#outletsOf.get(meter) ?? []
  }

  /** Names of hosts in the configuration that belong to nobody, or to several. */
  get unknownHosts(): readonly UnknownHost[] {
    return this.#unknownHosts
  }

  take(meter: string, readings: readonly OutletReading[]): void {
    for (const reading of readings) this.#book.take(outletId(meter, reading.outlet), reading)
    const before = this.#status.get(meter)
    if (before === undefined) return
    const good = readings.filter(({ fault }) => fault === undefined).length
    this.#status.set(meter, {
      ...before,
      readAtMs: this.#parts.clock.nowMs(),
      fault: undefined,
      outlets: readings.length,
      readings: before.readings + good,
    })
  }

  failed(meter: string, fault: string): void {
    const before = this.#status.get(meter)
    if (before !== undefined) this.#status.set(meter, { ...before, fault })
  }

  /**
   * Shares out what was drawn until now, and takes note of what hangs where and who is on it from now on. `settled` answers
   * what there was to doubt since the last time.
   */
  settle(): readonly OutletState[] {
    const { clock, config } = this.#parts
    const doubted = [...this.#book.outlets()].filter((outlet) => outlet.doubted !== undefined)
    const tenancyOf = this.#tenancies()
    this.#book.settle(clock.nowMs(), tenancyOf)
    const directories = config.energy.meters.map(({ clouds }) => this.#parts.directories.of(clouds)?.revision)
    if (directories.some((revision, nth) => revision !== this.#wiredFrom[nth])) {
      this.#wire()
      this.#wiredFrom = directories
      // New hosts are known to the book only now; nothing was drawn in between.
      this.#book.settle(clock.nowMs(), tenancyOf)
    }
    return doubted
  }

  /** Writes what has been shared out. What could not be written is kept, and is written with the same id the next time. */
  async save(fence: Fence): Promise<number> {
    const { store, clock } = this.#parts
    let lines = 0
    for (let round = 0; round < 2; round++) {
      this.#waiting ??= { id: newId('ene', clock.nowMs()), ...this.#book.drain() }
      const { hosts, tenants } = this.#waiting
      if (hosts.length + tenants.length > 0) await store.energy.add(fence, this.#waiting)
      lines += hosts.length + tenants.length
      this.#waiting = undefined
    }
    return lines
  }

  /** Somebody else led meanwhile, and has metered: what is left here would be counted twice. */
  drop(): void {
    this.#waiting = undefined
    this.#book.drain()
  }

  powerW(hostId: HostId): number {
    return this.#book.powerW(hostId, this.#parts.clock.nowMs())
  }

  isEstimated(hostId: HostId): boolean {
    return this.#book.isEstimated(hostId)
  }

  hostIds(): Iterable<HostId> {
    return this.#book.hostIds()
  }

  series(hostId: HostId, fromMs: number, toMs: number): PowerSeries | undefined {
    return this.#book.series(hostId, fromMs, toMs)
  }

  outlets(): readonly OutletState[] {
    return [...this.#book.outlets()]
  }

  meters(): readonly MeterStatus[] {
    return [...this.#status.values()]
  }

  #wire(): void {
    const { config, directories, clock } = this.#parts
    const snapshots = readSnapshots(this.#parts.state)
    const wired = wireOutlets(config.energy.meters, {
      directoryOf: (clouds) => directories.of(clouds),
      hostsOf: (clouds) => clouds.flatMap((cloud) => snapshots.get(cloud)?.hosts ?? []),
      speed: clock.speed,
    })
    this.#book.wire(wired.plans)
    this.#outletsOf = wired.outletsOf
    this.#unknownHosts = wired.unknown
  }

  #tenancies(): (hostId: HostId) => HostTenancy | undefined {
    const { usage } = this.#parts
    const snapshots = readSnapshots(this.#parts.state)
    const leased = this.#leasedHosts()
    return (hostId) => {
      const snapshot = snapshots.get(cloudOf(hostId))
      const host = snapshot?.hostById.get(hostId)
      if (snapshot === undefined || host === undefined) return undefined
      return hostTenancy({
        host,
        instances: snapshot.instancesOfHost.get(hostId) ?? [],
        usedCores: ({ id }) => usage.latest(id, 'cpu'),
        leasedTo: leased.get(hostId),
      })
    }
  }

  /** Hosts that a project has as a whole at this moment. */
  #leasedHosts(): ReadonlyMap<HostId, ProjectId> {
    const hosts = new Map<HostId, ProjectId>()
    for (const { state, projectId, reservations } of this.#parts.leases.open()) {
      if (state !== 'active') continue
      for (const { wish, shares } of reservations)
        if (wish.kind === 'hosts') for (const { hostId } of shares) hosts.set(hostId, projectId)
    }
    return hosts
  }
}
