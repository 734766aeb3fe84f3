// Asks a Wayland compositor to tell when nobody has touched any of its seats for a while, and when somebody does again: by
// ext-idle-notify-v1, or by the older protocol of KDE where that is all there is. Nothing is drawn and no key is seen: the compositor
// tells that something came, not what.
//
// Guaranteed: until it says otherwise somebody is there. A program that holds the screen awake (a film) counts as somebody, as the
// protocol has it. A seat that comes or goes is somebody. Whether the compositor still answers is for who asks to find out (`ask`).
import { WaylandLine, type WaylandEvent } from './wayland-line.ts'

const display = 1
const displayRequest = { sync: 0, getRegistry: 1 } as const
const registryRequest = { bind: 0 } as const
const registryEvent = { global: 0, globalRemove: 1 } as const
/** Of both protocols: "idle" or "idled", and "resumed". */
const idleEvent = { idle: 0, resumed: 1 } as const

interface Notifier {
  readonly interface: string
  /** get_idle_notification, or get_idle_timeout. */
  readonly request: number
  readonly values: (id: number, seat: number, afterMs: number) => readonly number[]
}

interface BoundNotifier {
  readonly how: Notifier
  readonly id: number
}

/** The first that the compositor has is used. */
const notifiers: readonly Notifier[] = [
  { interface: 'ext_idle_notifier_v1', request: 1, values: (id, seat, afterMs) => [id, afterMs, seat] },
  { interface: 'org_kde_kwin_idle', request: 0, values: (id, seat, afterMs) => [id, seat, afterMs] },
]

export interface WaylandIdleParts {
  /** The compositor's socket. */
  readonly path: string
  /** From the last touch to "nobody". */
  readonly afterMs: number
  /** Called when it changes: somebody, or nobody. */
  readonly told: (isActive: boolean) => void
  /** Called once, with the reason. */
  readonly ended: (reason: string) => void
}

export class WaylandIdle {
  readonly #parts: WaylandIdleParts
  readonly #line: WaylandLine
  readonly #registry: number
  readonly #globals = new Map<number, string>()
  /** The callbacks of questions that are not answered yet. */
  readonly #asked = new Map<number, () => void>()
  /** By the number of the notification: the name of its seat, and whether nobody is there. */
  readonly #seats = new Map<number, { readonly name: number; idle: boolean }>()
  #notifier: BoundNotifier | undefined
  #isActive = true

  constructor(parts: WaylandIdleParts) {
    this.#parts = parts
    this.#line = new WaylandLine(parts.path, { heard: (event) => this.#hear(event), ended: parts.ended })
    this.#registry = this.#line.fresh()
    this.#line.send(display, displayRequest.getRegistry, [this.#registry])
    // Everything that is there now was told when this is answered.
    this.ask(() => this.#begin())
  }

  /** Which protocol it speaks; undefined until the compositor has told what it has. */
  get protocol(): string | undefined {
    return this.#notifier?.how.interface
  }

  get isActive(): boolean {
    return this.#isActive
  }

  /** `answered` is called when the compositor has worked off all that was sent before. */
  ask(answered: () => void): void {
    const id = this.#line.fresh()
    this.#asked.set(id, answered)
    this.#line.send(display, displayRequest.sync, [id])
  }

  close(): void {
    this.#line.close()
  }

  #hear({ object, operation, arguments: values }: WaylandEvent): void {
    if (object === this.#registry) {
      const name = values.word()
      if (operation === registryEvent.global) this.#appeared(name, values.text())
      else if (operation === registryEvent.globalRemove) this.#vanished(name)
      return
    }
    const answered = this.#asked.get(object)
    if (answered !== undefined) {
      this.#asked.delete(object)
      return answered()
    }
    const seat = this.#seats.get(object)
    if (seat === undefined) return
    seat.idle = operation === idleEvent.idle
    this.#tell()
  }

  #begin(): void {
    for (const how of notifiers) {
      const [name] = [...this.#globals].find(([, each]) => each === how.interface) ?? []
      if (name === undefined) continue
      this.#notifier = { how, id: this.#bind(name, how.interface) }
      break
    }
    if (this.#notifier === undefined)
      throw new Error(`the compositor has neither ${notifiers.map((each) => each.interface).join(' nor ')}`)
    for (const [name, each] of this.#globals) if (each === 'wl_seat') this.#watch(name)
  }

  #appeared(name: number, what: string): void {
    this.#globals.set(name, what)
    if (what === 'wl_seat' && this.#notifier !== undefined) this.#watch(name)
  }

  #vanished(name: number): void {
    this.#globals.delete(name)
    for (const [id, seat] of this.#seats) {
      if (seat.name !== name) continue
      this.#seats.delete(id)
      // Somebody pulled it out; who was there last is told by the seats that are left.
      if (!this.#isActive) this.#parts.told(true)
      this.#isActive = true
    }
    this.#tell()
  }

  #watch(name: number): void {
    const { how, id: notifier } = this.#notifier as BoundNotifier
    const seat = this.#bind(name, 'wl_seat')
    const id = this.#line.fresh()
    this.#seats.set(id, { name, idle: false })
    this.#line.send(notifier, how.request, how.values(id, seat, this.#parts.afterMs))
    this.#tell()
  }

  /** Version 1 of each, which is all that is needed. */
  #bind(name: number, what: string): number {
    const id = this.#line.fresh()
    this.#line.send(this.#registry, registryRequest.bind, [name, what, 1, id])
    return id
  }

  #tell(): void {
    const isActive = this.#seats.size === 0 || [...this.#seats.values()].some(({ idle }) => !idle)
    if (isActive === this.#isActive) return
    this.#isActive = isActive
    this.#parts.told(isActive)
  }
}
