// One simulated host: its description for readers and the bookkeeping of the simulated scheduler, which sells nominal
// size times ratio and nothing else (it never looks at usage; finding the difference is Gleaner's work).
import type { CloudId, Host } from '@gleaner/model'
import { hostId } from '@gleaner/model'
import type { Ratios, RoomSize } from '@gleaner/ports'
import { coreRatio, desktopModels, diskRatio, hypervisorModels, memoryRatio, people } from './catalogue.ts'
import { preemptibleTag } from './guest.ts'
import type { WorldSize } from './options.ts'
import { Draws, hash32 } from './random.ts'

export class Machine {
  readonly index: number
  readonly seed: number
  claimedCores = 0
  claimedMemoryMiB = 0
  claimedDiskGiB = 0
  /** As it was furnished. */
  readonly #original: Host
  #view: Host
  #closedBecause: string | undefined
  #wakesAtMs: number | undefined

  constructor(view: Host, index: number, seed: number) {
    this.#original = view
    this.#view = view
    this.index = index
    this.seed = seed
  }

  /** The same frozen object until something changes. */
  get view(): Host {
    return this.#view
  }

  /** Why it was closed through the API; undefined when it was not. */
  get closedBecause(): string | undefined {
    return this.#closedBecause
  }

  /** A host that is closed for another reason stays as it is, and stays nobody else's to open. */
  close(reason: string): void {
    if (this.#view.state === 'up') this.#change({ state: 'disabled' })
    else if (this.#closedBecause === undefined) return
    this.#closedBecause = reason
  }

  /** False when somebody else closed it. */
  open(): boolean {
    if (this.#view.state === 'up') return true
    if (this.#view.state !== 'disabled') return false
    // A desktop is furnished closed, for whoever lends it to open.
    if (this.#closedBecause === undefined && this.#original.kind !== 'desktop') return false
    this.#closedBecause = undefined
    this.#change({ state: 'up' })
    return true
  }

  /** Undefined unless it is booting. */
  get wakesAtMs(): number | undefined {
    return this.#wakesAtMs
  }

  /** False while it takes instances: that is no state to switch a host off in. */
  sleep(): boolean {
    const { state } = this.#view
    if (state === 'asleep') return true
    if (state === 'up') return false
    this.#wakesAtMs = undefined
    this.#change({ state: 'asleep' })
    return true
  }

  /** It boots until then and is closed as it was before. */
  wake(untilMs: number): void {
    if (this.#view.state !== 'asleep') return
    this.#wakesAtMs = untilMs
    this.#change({ state: 'down' })
  }

  /** True when the boot is over by now. */
  bootUntil(nowMs: number): boolean {
    if (this.#wakesAtMs === undefined || this.#wakesAtMs > nowMs) return false
    this.#wakesAtMs = undefined
    this.#change({ state: this.#closedBecause === undefined ? this.#original.state : 'disabled' })
    return true
  }

  setRatios({ coreRatio: cores, memoryRatio: memory }: Ratios): void {
    this.#change({
      ...(cores === undefined ? {} : { coreRatio: cores }),
      ...(memory === undefined ? {} : { memoryRatio: memory }),
    })
  }

  /** What differs from how it was furnished; undefined when nothing does. */
  get changes(): MachineChanges | undefined {
    const { coreRatio: cores, memoryRatio: memory } = this.#view
    const same = cores === this.#original.coreRatio && memory === this.#original.memoryRatio
    const { state } = this.#view
    const off = this.#wakesAtMs !== undefined || state === 'asleep'
    const opened = state === 'up' && this.#original.state === 'disabled'
    if (same && this.#closedBecause === undefined && !off && !opened) return undefined
    return {
      coreRatio: cores ?? null,
      memoryRatio: memory ?? null,
      closedBecause: this.#closedBecause ?? null,
      ...(opened ? { opened } : {}),
      ...(off ? { wakesAtMs: Number.isFinite(this.#wakesAtMs) ? (this.#wakesAtMs as number) : null } : {}),
    }
  }

  restoreChanges({ coreRatio: cores, memoryRatio: memory, closedBecause, wakesAtMs, opened }: MachineChanges): void {
    this.#change({ coreRatio: cores ?? undefined, memoryRatio: memory ?? undefined })
    if (opened === true) this.open()
    if (closedBecause !== null) this.close(closedBecause)
    if (wakesAtMs === undefined) return
    this.#change({ state: 'asleep' })
    if (wakesAtMs !== null) this.wake(wakesAtMs)
  }

  #change(part: Partial<Host>): void {
    this.#view = Object.freeze({ ...this.#view, ...part })
  }

  get sellableCores(): number {
    const { view } = this
    return (view.cores - view.reservedCores) * (view.coreRatio ?? 0) - this.claimedCores
  }

  get sellableMemoryMiB(): number {
    const { view } = this
    return (view.memoryMiB - view.reservedMemoryMiB) * (view.memoryRatio ?? 0) - this.claimedMemoryMiB
  }

  get sellableDiskGiB(): number {
    const { view } = this
    return view.diskGiB * (view.diskRatio ?? 1) - this.claimedDiskGiB
  }

  fits(size: RoomSize): boolean {
    return this.view.state === 'up' && this.hasRoom(size)
  }

  /** The same for a host that takes nobody new: what is on it may still change places. */
  hasRoom({ vcpus, memoryMiB, diskGiB }: RoomSize): boolean {
    return this.sellableCores >= vcpus && this.sellableMemoryMiB >= memoryMiB && this.sellableDiskGiB >= diskGiB
  }

  claim({ vcpus, memoryMiB, diskGiB }: RoomSize): void {
    this.claimedCores += vcpus
    this.claimedMemoryMiB += memoryMiB
    this.claimedDiskGiB += diskGiB
  }

  unclaimAll(): void {
    this.claimedCores = 0
    this.claimedMemoryMiB = 0
    this.claimedDiskGiB = 0
  }

  unclaim({ vcpus, memoryMiB, diskGiB }: RoomSize): void {
    this.claim({ vcpus: -vcpus, memoryMiB: -memoryMiB, diskGiB: -diskGiB })
  }
}

export interface MachineChanges {
  readonly coreRatio: number | null
  readonly memoryRatio: number | null
  readonly closedBecause: string | null
  /** Absent: switched on; null: asleep; a moment: boots until then. */
  readonly wakesAtMs?: number | null
  /** A desktop, furnished closed, that was opened. */
  readonly opened?: boolean
}

/** What the hypervisor itself uses, always less than what it reserves. */
export function overheadCores(machine: Machine): number {
  return machine.view.kind === 'desktop' ? 0.05 : 0.1 + machine.view.cores * 0.004
}

export function overheadMemoryMiB(machine: Machine): number {
  return machine.view.kind === 'desktop' ? 900 : 1100 + machine.view.memoryMiB * 0.003
}

/** Hypervisors first, then desktops; of twenty hypervisors or more one in twenty is in maintenance. */
export function makeMachines(size: WorldSize, cloud: CloudId): Machine[] {
  const machines: Machine[] = []
  const hypervisors = size.hosts - size.desktops
  const digits = Math.max(2, String(hypervisors).length)
  for (let index = 0; index < size.hosts; index++) {
    const draws = new Draws(size.seed ^ 0x40057, index)
    const desktop = index >= hypervisors
    const model = draws.weighted(desktop ? desktopModels : hypervisorModels)
    const person = people[(index - hypervisors) % people.length] ?? 'someone'
    const round = Math.floor((index - hypervisors) / people.length)
    const name = desktop
      ? `desk-${person}${round === 0 ? '' : `-${round + 1}`}`
      : `hv-${String(index + 1).padStart(digits, '0')}`
    const spread = draws.between(0.95, 1.06)
    const view: Host = Object.freeze({
      id: hostId(cloud, name),
      cloudId: cloud,
      name,
      kind: desktop ? 'desktop' : 'hypervisor',
      // A desktop takes no instances of the cloud by itself: it belongs to the person in front of it.
      state: desktop ? 'disabled' : index % 20 === 17 ? 'maintenance' : 'up',
      cores: model.cores,
      memoryMiB: model.memoryGiB * 1024,
      diskGiB: model.diskGiB,
      reservedCores: 1,
      reservedMemoryMiB: 2048 + Math.round(model.memoryGiB * 1024 * 0.01),
      coreRatio: desktop ? 1 : coreRatio,
      memoryRatio: desktop ? 1 : memoryRatio,
      diskRatio,
      properties: { rack: `rack-${1 + (index % 4)}`, disk: model.diskGiB > 2000 ? 'nvme' : 'ssd' },
      idlePowerW: Math.round(model.idlePowerW * spread),
      fullPowerW: Math.round(model.fullPowerW * spread),
    })
    machines.push(new Machine(view, index, hash32(size.seed, 0xde5c, index)))
  }
  return machines
}

/** Size and tags of what looks for a host. */
export interface Newcomer extends RoomSize {
  readonly tags: readonly string[]
}

/** A desktop takes what accepts an interruption. */
function suits({ view }: Machine, { tags }: Newcomer): boolean {
  return view.kind !== 'desktop' || tags.includes(preemptibleTag)
}

/** Of a few hosts drawn by chance the one with most room in its scarcer resource; else the first with any; else none. */
export function place(machines: readonly Machine[], guest: Newcomer, draw: number): number {
  let best = -1
  let bestRoom = -1
  for (let attempt = 0; attempt < 6; attempt++) {
    const machine = machines[hash32(draw, attempt) % machines.length]
    if (machine === undefined || !machine.fits(guest) || !suits(machine, guest)) continue
    const { view } = machine
    const room = Math.min(machine.sellableCores / view.cores, machine.sellableMemoryMiB / view.memoryMiB)
    if (room > bestRoom) {
      best = machine.index
      bestRoom = room
    }
  }
  for (let step = 0; best < 0 && step < machines.length; step++) {
    const machine = machines[(draw + step) % machines.length]
    if (machine?.fits(guest) && suits(machine, guest)) best = machine.index
  }
  return best
}
