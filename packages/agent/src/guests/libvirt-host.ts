// The guests of one libvirt daemon of this machine that are lent: those whose names the configuration gives. What they do is known from the
// daemon's events, and it is asked for all of them every few seconds as well.
//
// While the daemon does not answer its guests run on, seen by nobody. So each that was known is unknown then, and one stands in the list
// for those that nobody knows of ("the daemon"): it counts as running until the daemon answers. A daemon that was never there counts so
// too: who names one in the configuration has guests with it.
import { readdirSync } from 'node:fs'
import {
  type DomainRef,
  domainStates,
  getState,
  listAllDomains,
  listFlags,
  openConnection,
  parseLibvirtUri,
  pausedReasons,
  resumeDomain,
  type RpcClient,
  startLifecycleEvents,
  suspendDomain,
} from '@gleaner/wire-libvirt'
import type { Guest, GuestState } from './guest.ts'

const call = { deadlineMs: 2000 }
const againMs = 2000

export interface LibvirtGuests {
  readonly uri: string
  /** Guests of other names are not touched. */
  readonly names: readonly RegExp[]
}

export class LibvirtHost {
  readonly #config: LibvirtGuests
  readonly #display: string
  readonly #door: Guest
  readonly #guests = new Map<string, LibvirtGuest>()
  #rpc: RpcClient | undefined
  #reading: Promise<void> | undefined
  /** Something happened since the reading began. */
  #isLate = false
  #readAtMs = Number.NEGATIVE_INFINITY
  #fault: string | undefined = 'it was not asked yet'
  #closed = false

  constructor(config: LibvirtGuests) {
    this.#config = config
    this.#display = parseLibvirtUri(config.uri).display
    this.#door = {
      name: `libvirt ${this.#display}`,
      state: () => 'unknown',
      ask: async () => {
        await this.read()
        return this.#fault === undefined ? 'gone' : 'unknown'
      },
      // Its guests are in the list themselves once it answers.
      pause: async () => {
        await this.read()
        if (this.#fault !== undefined) throw new Error(`${this.#display} does not answer: ${this.#fault}`)
      },
      resume: async () => {},
      close: () => {},
    }
  }

  /** Why guests may be there that are not seen. */
  get fault(): string | undefined {
    return this.#fault === undefined ? undefined : `${this.#display}: ${this.#fault}`
  }

  all(nowMs: number): readonly Guest[] {
    if (nowMs - this.#readAtMs >= againMs) {
      this.#readAtMs = nowMs
      void this.read()
    }
    return this.#fault === undefined ? [...this.#guests.values()] : [...this.#guests.values(), this.#door]
  }

  /** The control groups that systemd-machined gave to those that run: for who takes their load off. */
  groups(sys: string): readonly string[] {
    const ids = [...this.#guests.values()].map(({ domain }) => domain.id)
    if (ids.length === 0) return []
    try {
      // "machine-qemu\x2d7\x2dinstance\x2d00000001.scope": the number of the domain, dashes escaped.
      return readdirSync(`${sys}/fs/cgroup/machine.slice`)
        .filter((name) => ids.some((id) => name.startsWith(`machine-qemu\\x2d${id}\\x2d`)))
        .map((name) => `machine.slice/${name}`)
    } catch {
      return []
    }
  }

  /** Never rejects: what comes of it shows in the guests. */
  read(): Promise<void> {
    this.#reading ??= this.#readAll()
      .catch((error: Error) => this.#lost(error))
      .finally(() => {
        this.#reading = undefined
        if (this.#isLate && !this.#closed) void this.read()
      })
    return this.#reading
  }

  #happened(): void {
    this.#isLate = true
    void this.read()
  }

  close(): void {
    this.#closed = true
    this.#rpc?.close()
  }

  async #readAll(): Promise<void> {
    const rpc = (this.#rpc ??= await this.#open())
    this.#isLate = false
    const listed = await listAllDomains(rpc, listFlags.active, call)
    const lent = listed.filter(({ name }) => this.#config.names.some((pattern) => pattern.test(name)))
    for (const uuid of this.#guests.keys()) if (!lent.some((domain) => domain.uuid === uuid)) this.#guests.delete(uuid)
    for (const domain of lent) {
      const known = this.#guests.get(domain.uuid)
      // Begun anew it has another number.
      if (known?.domain.id !== domain.id) this.#guests.set(domain.uuid, this.#guest(domain))
    }
    await Promise.all([...this.#guests.values()].map((guest) => guest.ask()))
    // Of a connection that was lost meanwhile nothing is known.
    if (this.#rpc === rpc) this.#fault = undefined
  }

  #guest(domain: DomainRef): LibvirtGuest {
    return new LibvirtGuest(`libvirt ${this.#display} ${domain.name}`, domain, () => {
      if (this.#rpc === undefined) throw new Error(`${this.#display} does not answer`)
      return this.#rpc
    })
  }

  async #open(): Promise<RpcClient> {
    const rpc = await openConnection(this.#config.uri, { ...call, maxInFlight: 64 })
    rpc.onEnd((error) => {
      if (this.#rpc !== rpc) return
      this.#rpc = undefined
      this.#lost(error)
    })
    await startLifecycleEvents(rpc, () => this.#happened(), call)
    if (this.#closed) rpc.close()
    return rpc
  }

  #lost(error: Error): void {
    this.#fault = error.message
    for (const guest of this.#guests.values()) guest.forget()
    this.#rpc?.close()
    this.#rpc = undefined
  }
}

class LibvirtGuest implements Guest {
  readonly name: string
  readonly domain: DomainRef
  readonly #rpc: () => RpcClient
  #state: GuestState = 'unknown'
  /** Grows with all that is asked and told: an answer that others have overtaken is old. */
  #turn = 0

  constructor(name: string, domain: DomainRef, rpc: () => RpcClient) {
    this.name = name
    this.domain = domain
    this.#rpc = rpc
  }

  state(): GuestState {
    return this.#state
  }

  async ask(): Promise<GuestState> {
    const turn = ++this.#turn
    const { state, reason } = await getState(this.#rpc(), this.domain, call)
    if (turn === this.#turn) this.#state = stateOf(state, reason)
    return this.#state
  }

  async pause(): Promise<void> {
    await suspendDomain(this.#rpc(), this.domain, call)
    this.#know('paused')
  }

  async resume(): Promise<void> {
    await resumeDomain(this.#rpc(), this.domain, call)
    this.#know('running')
  }

  forget(): void {
    this.#know('unknown')
  }

  #know(state: GuestState): void {
    this.#turn += 1
    this.#state = state
  }

  close(): void {}
}

/** Paused because something is under way with it: it may run in a moment. */
const underWay: ReadonlySet<number> = new Set([
  pausedReasons.migration,
  pausedReasons.postcopy,
  pausedReasons.save,
  pausedReasons.startingUp,
  pausedReasons.shuttingDown,
])

function stateOf(state: number, reason: number): GuestState {
  switch (state) {
    case domainStates.paused:
      return underWay.has(reason) ? 'unknown' : 'paused'
    case domainStates.pmSuspended:
    case domainStates.crashed:
      return 'paused'
    case domainStates.shutoff:
      return 'gone'
    case domainStates.noState:
      return 'unknown'
    default:
      return 'running'
  }
}
