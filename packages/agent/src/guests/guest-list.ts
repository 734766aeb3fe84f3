// The guests that the configuration names, as they are now: a folder of sockets is looked through each second, because guests come
// and go, and daemons tell of theirs.
//
// A place that cannot be looked at may hold guests that run. Those that were known stay in the list, and one stands there for those that
// nobody knows of: it counts as running until the place can be read.
import { readdirSync, statSync } from 'node:fs'
import type { GuestConfig } from '../config/agent-config.ts'
import { CgroupGuest } from './cgroup-guest.ts'
import type { Guest } from './guest.ts'
import { LibvirtHost } from './libvirt-host.ts'
import { QmpGuest } from './qmp-guest.ts'

const rescanMs = 1000

export class GuestList {
  readonly #config: readonly GuestConfig[]
  readonly #sys: string
  readonly #guests = new Map<string, Guest>()
  readonly #libvirt: readonly LibvirtHost[]
  #scannedAtMs = Number.NEGATIVE_INFINITY
  #fault: string | undefined

  constructor(config: readonly GuestConfig[], sys: string) {
    this.#config = config
    this.#sys = sys
    this.#libvirt = config.flatMap((guest) => (guest.kind === 'libvirt' ? [new LibvirtHost(guest)] : []))
  }

  all(nowMs: number): readonly Guest[] {
    if (nowMs - this.#scannedAtMs >= rescanMs) this.#scan(nowMs)
    return [...this.#guests.values(), ...this.#libvirt.flatMap((host) => host.all(nowMs))]
  }

  /** Why guests may be there that are not seen. */
  get fault(): string | undefined {
    return this.#fault ?? this.#libvirt.map(({ fault }) => fault).find((fault) => fault !== undefined)
  }

  /** Their control groups, for who takes their load off. */
  groups(): readonly string[] {
    return [
      ...this.#config.flatMap((guest) => (guest.kind !== 'libvirt' && guest.group !== undefined ? [guest.group] : [])),
      ...this.#libvirt.flatMap((host) => host.groups(this.#sys)),
    ]
  }

  /** Resolves when every daemon has been asked once, whether it answered or not. */
  async asked(): Promise<void> {
    await Promise.all(this.#libvirt.map((host) => host.read()))
  }

  close(): void {
    for (const host of this.#libvirt) host.close()
    for (const guest of this.#guests.values()) guest.close()
    this.#guests.clear()
  }

  #scan(nowMs: number): void {
    this.#scannedAtMs = nowMs
    this.#fault = undefined
    const wanted = new Map<string, () => Guest>()
    for (const guest of this.#config) {
      if (guest.kind === 'cgroup') wanted.set(`cgroup ${guest.group}`, () => new CgroupGuest(this.#sys, guest.group))
      else if (guest.kind === 'qmp') for (const [name, make] of this.#qmpGuests(guest.path)) wanted.set(name, make)
    }
    for (const [name, guest] of this.#guests) {
      if (wanted.has(name)) continue
      guest.close()
      this.#guests.delete(name)
    }
    for (const [name, make] of wanted) if (!this.#guests.has(name)) this.#guests.set(name, make())
  }

  #qmpGuests(path: string): readonly (readonly [string, () => Guest])[] {
    try {
      return socketsAt(path).map((socket) => [`qmp ${socket}`, () => new QmpGuest(socket)] as const)
    } catch (error) {
      const detail = (error as Error).message
      this.#fault = `${path}: ${detail}`
      const known = [...this.#guests].filter(([name]) => name === `qmp ${path}` || name.startsWith(`qmp ${path}/`))
      const unseen = `qmp ${path}: what is there`
      return [
        ...known.map(([name, guest]) => [name, () => guest] as const),
        [unseen, () => unseenGuests(unseen, detail)],
      ]
    }
  }
}

/** Throws what the system throws; nothing at the place is no fault, guests come later. */
function socketsAt(path: string): readonly string[] {
  const info = statSync(path, { throwIfNoEntry: false })
  if (info === undefined) return []
  if (!info.isDirectory()) return [path]
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isSocket())
    .map((entry) => `${path}/${entry.name}`)
}

function unseenGuests(name: string, detail: string): Guest {
  return {
    name,
    state: () => 'unknown',
    ask: async () => 'unknown',
    pause: async () => {
      throw new Error(detail)
    },
    resume: async () => {},
    close: () => {},
  }
}
