// The guests that the configuration names, as they are now: a folder of sockets is looked through each second, because guests come
// and go.
import { readdirSync, statSync } from 'node:fs'
import type { GuestConfig } from '../config/agent-config.ts'
import { CgroupGuest } from './cgroup-guest.ts'
import type { Guest } from './guest.ts'
import { QmpGuest } from './qmp-guest.ts'

const rescanMs = 1000

export class GuestList {
  readonly #config: readonly GuestConfig[]
  readonly #sys: string
  readonly #guests = new Map<string, Guest>()
  #scannedAtMs = Number.NEGATIVE_INFINITY
  #fault: string | undefined

  constructor(config: readonly GuestConfig[], sys: string) {
    this.#config = config
    this.#sys = sys
  }

  all(nowMs: number): readonly Guest[] {
    if (nowMs - this.#scannedAtMs >= rescanMs) this.#scan(nowMs)
    return [...this.#guests.values()]
  }

  /** Why guests may be there that are not seen. */
  get fault(): string | undefined {
    return this.#fault
  }

  /** Their control groups, for who takes their load off. */
  groups(): readonly string[] {
    return this.#config.flatMap((guest) => (guest.kind === 'cgroup' ? [guest.group] : []))
  }

  close(): void {
    for (const guest of this.#guests.values()) guest.close()
    this.#guests.clear()
  }

  #scan(nowMs: number): void {
    this.#scannedAtMs = nowMs
    this.#fault = undefined
    const wanted = new Map<string, () => Guest>()
    for (const guest of this.#config) {
      if (guest.kind === 'cgroup') wanted.set(`cgroup ${guest.group}`, () => new CgroupGuest(this.#sys, guest.group))
      else for (const path of this.#sockets(guest.path)) wanted.set(`qmp ${path}`, () => new QmpGuest(path))
    }
    for (const [name, guest] of this.#guests) {
      if (wanted.has(name)) continue
      guest.close()
      this.#guests.delete(name)
    }
    for (const [name, make] of wanted) if (!this.#guests.has(name)) this.#guests.set(name, make())
  }

  #sockets(path: string): readonly string[] {
    try {
      const info = statSync(path, { throwIfNoEntry: false })
      if (info === undefined) return []
      if (!info.isDirectory()) return [path]
      return readdirSync(path, { withFileTypes: true })
        .filter((entry) => entry.isSocket())
        .map((entry) => `${path}/${entry.name}`)
    } catch (error) {
      this.#fault = `${path}: ${(error as Error).message}`
      return []
    }
  }
}
