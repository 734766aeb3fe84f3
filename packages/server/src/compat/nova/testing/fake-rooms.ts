// The commands that make room, over a fake nova: real enough that a front which uses them wrongly loses the room, evicts
// somebody for nothing, or leaves a claim behind. Whom to evict is simple here: the preemptible servers of one host, in
// their order, until the request fits. Victims leave when the test says so.
import { GleanerError, hostId } from '@gleaner/model'
import type { Commands } from '../../../application.ts'
import type { RoomDecision, RoomRequest } from '../../../preemption/room.ts'
import type { FakeNova, FakeServer } from './fake-nova.ts'

interface Room {
  readonly id: string
  readonly request: RoomRequest
  readonly host: string
  readonly victims: readonly FakeServer[]
  state: 'making' | 'held' | 'taken' | 'ended'
  readonly waiting: (() => void)[]
}

export class FakeRooms {
  readonly rooms: Room[] = []
  readonly requests: RoomRequest[] = []
  /** Names of servers that were told to leave, that left, and that came back. */
  readonly told: string[] = []
  readonly evicted: string[] = []
  readonly returned: string[] = []
  readonly outcomes: unknown[] = []
  readonly givenUp: string[] = []
  /** When a room that is being made will be ready; undefined: a person has to approve. */
  readyAtMs: number | undefined = 0
  /** Refuses everything that is not free, as in mode observe. */
  onlyLooks = false
  /** What makeRoom rejects with. */
  fails: Error | undefined
  takeFails: Error | undefined

  readonly #nova: FakeNova

  constructor(nova: FakeNova) {
    this.#nova = nova
  }

  commands(base: Commands): Commands {
    return {
      ...base,
      makeRoom: async (request) => this.#make(request),
      room: async (id) => this.#decision(this.#room(id)),
      awaitRoom: (id, signal) => this.#wait(this.#room(id), signal),
      takeRoom: async (id) => this.#take(this.#room(id)),
      roomTaken: async (id, outcome) => {
        const room = this.#room(id)
        this.outcomes.push(outcome)
        if ('failure' in outcome) this.#bringBack(room)
        room.state = 'ended'
      },
      giveUpRoom: async (id, reason) => this.#giveUp(this.#room(id), reason),
    }
  }

  /** The victims of all rooms under way leave now. */
  evict(): void {
    for (const room of this.rooms.filter(({ state }) => state === 'making')) {
      for (const victim of room.victims) {
        this.#nova.servers.delete(victim.id)
        this.evicted.push(victim.name)
      }
      this.#nova.claims.set(room.id, { host: room.host, vcpus: room.request.vcpus })
      room.state = 'held'
      for (const wake of room.waiting.splice(0)) wake()
    }
  }

  #make(request: RoomRequest): RoomDecision {
    this.requests.push(request)
    if (this.fails !== undefined) throw this.fails
    if (this.#nova.hostWith(request.vcpus) !== undefined) return { state: 'free', placements: [] }
    const found = this.onlyLooks ? undefined : this.#victims(request)
    if (found === undefined) return refusal
    const room: Room = { id: `dec_${this.rooms.length}`, request, ...found, state: 'making', waiting: [] }
    this.rooms.push(room)
    this.told.push(...found.victims.map(({ name }) => name))
    return this.#decision(room)
  }

  #victims({ vcpus }: RoomRequest): { readonly host: string; readonly victims: readonly FakeServer[] } | undefined {
    const leaving = new Set(this.rooms.filter(({ state }) => state === 'making').flatMap(({ victims }) => victims))
    for (const host of this.#nova.hosts.keys()) {
      const victims: FakeServer[] = []
      let free = this.#nova.free(host)
      for (const server of this.#nova.servers.values()) {
        if (free >= vcpus) break
        if (server.host !== host || !server.tags.includes('preemptible') || leaving.has(server)) continue
        victims.push(server)
        free += this.#nova.flavors.get(server.flavorId)?.vcpus ?? 0
      }
      if (free >= vcpus) return { host, victims }
    }
    return undefined
  }

  #decision(room: Room): RoomDecision {
    const placements = [{ index: 0, hostId: hostId(room.request.cloudId, room.host) }]
    const base = { decisionId: room.id, placements }
    if (room.state === 'held') return { state: 'held', ...base, untilMs: Number.MAX_SAFE_INTEGER }
    if (room.state === 'taken') return { state: 'taken', ...base }
    if (room.state === 'ended') return refusal
    const verdict = { code: 'commanded' as const, sentence: 'They leave.', facts: {} }
    return { state: 'making', ...base, victims: [], readyAtMs: this.readyAtMs, verdict }
  }

  #wait(room: Room, signal: AbortSignal): Promise<RoomDecision> {
    return new Promise((resolve, reject) => {
      const stop = () => reject(signal.reason as Error)
      if (signal.aborted) return stop()
      signal.addEventListener('abort', stop, { once: true })
      if (room.state !== 'making') return resolve(this.#decision(room))
      room.waiting.push(() => resolve(this.#decision(room)))
    })
  }

  #take(room: Room): RoomDecision {
    if (this.takeFails !== undefined) throw this.takeFails
    if (room.state !== 'held') throw new GleanerError('conflict', { detail: `the room is ${room.state}` })
    this.#nova.claims.delete(room.id)
    room.state = 'taken'
    return this.#decision(room)
  }

  #giveUp(room: Room, reason: string): void {
    this.givenUp.push(reason)
    if (room.state !== 'making') this.#bringBack(room)
    room.state = 'ended'
  }

  #bringBack(room: Room): void {
    this.#nova.claims.delete(room.id)
    this.returned.push(...room.victims.map(({ name }) => name))
  }

  #room(id: string): Room {
    const room = this.rooms.find((each) => each.id === id)
    if (room === undefined) throw new GleanerError('not-found', { object: `The decision ${id}` })
    return room
  }
}

const refusal: RoomDecision = {
  state: 'refused',
  decisionId: undefined,
  verdict: { code: 'mode-observe', sentence: 'Nobody leaves.', facts: {} },
  reasons: {},
  unblock: [],
}
