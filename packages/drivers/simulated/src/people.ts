// The people of the simulated datacentre: they create instances, delete them, and now and then start, resume, suspend or
// stop one by hand; and now and then somebody asks for a firm instance so big that there is hardly ever room for it beside
// the preemptible ones. Four independent streams of deeds with seeded, exponentially distributed gaps; by night most deeds
// stay undone. What is done depends on the seed, the number of the deed and the state of the world at its moment.
import type { ActionKind } from '@gleaner/model'
import type { Guest } from './guest.ts'
import { presenceAt } from './load.ts'
import { Draws, hash32 } from './random.ts'
import type { World } from './world.ts'

const hourMs = 3_600_000
const minuteMs = 60_000

export const streamNames = ['arrival', 'departure', 'deed', 'demand'] as const
export type StreamName = (typeof streamNames)[number]

/** Deeds per hour and instance. */
const perHour: Readonly<Record<StreamName, number>> = { arrival: 0.014, departure: 0.014, deed: 0.02, demand: 0.004 }

/** The big ones: who asks for one gives up waiting after a while, and needs it for some hours. */
const bigTag = 'purpose:quarter-end'
const bigOnes = [
  { flavor: 'memory.6xlarge', vcpus: 24, memoryMiB: 96 * 1024, diskGiB: 240 },
  { flavor: 'memory.8xlarge', vcpus: 32, memoryMiB: 128 * 1024, diskGiB: 320 },
] as const
const waitsMs = 2 * hourMs
const neededMs = 6 * hourMs

/** How many instances are looked at for one that rests. */
const looks = 40

interface Stream {
  count: number
  nextMs: number
}

/** How somebody wakes an instance in a resting state. */
const waking: Readonly<Partial<Record<string, ActionKind>>> = {
  paused: 'resume',
  suspended: 'resume',
  stopped: 'start',
  shelved: 'start',
  error: 'start',
}

export class People {
  readonly #world: World
  readonly streams: Readonly<Record<StreamName, Stream>>

  constructor(world: World) {
    this.#world = world
    this.streams = {
      arrival: { count: 0, nextMs: world.startedAtMs },
      departure: { count: 0, nextMs: world.startedAtMs },
      deed: { count: 0, nextMs: world.startedAtMs },
      demand: { count: 0, nextMs: world.startedAtMs },
    }
    for (const name of streamNames) this.#schedule(name)
  }

  get nextMs(): number {
    const { arrival, departure, deed, demand } = this.streams
    return Math.min(arrival.nextMs, departure.nextMs, deed.nextMs, demand.nextMs)
  }

  actNext(): void {
    const nextMs = this.nextMs
    const name = streamNames.find((candidate) => this.streams[candidate].nextMs === nextMs)
    if (name === undefined) return
    const stream = this.streams[name]
    const draws = new Draws(this.#streamSeed(name), stream.count)
    stream.count++
    this.#schedule(name)
    const awake = 0.25 + 0.75 * presenceAt(0, nextMs)
    if (draws.unit() >= awake) return
    if (name === 'arrival') this.#arrival()
    else if (name === 'departure') this.#departure(draws)
    else if (name === 'deed') this.#deed(draws)
    else this.#demand(draws)
  }

  #streamSeed(name: StreamName): number {
    return hash32(this.#world.size.seed, 0x9e09e, streamNames.indexOf(name))
  }

  #schedule(name: StreamName): void {
    const stream = this.streams[name]
    const rate = (perHour[name] * this.#world.size.instances * this.#world.size.activity) / hourMs
    const draw = new Draws(this.#streamSeed(name) ^ 0x6a9, stream.count).unit()
    stream.nextMs =
      rate === 0 ? Number.POSITIVE_INFINITY : stream.nextMs + Math.max(1, Math.round(-Math.log(1 - draw) / rate))
  }

  /** The population stays within a tenth of its size. */
  #arrival(): void {
    if (this.#world.guests.length < this.#world.size.instances * 1.1) this.#world.create()
  }

  #departure(draws: Draws): void {
    const { guests, size, nowMs } = this.#world
    if (guests.length < size.instances * 0.9) return
    for (let attempt = 0; attempt < 16; attempt++) {
      const guest = guests[Math.floor(draws.unit() * guests.length)]
      if (guest === undefined || guest.move !== undefined || guest.protectedBy !== undefined) continue
      // Build jobs come and go; what has lived for long mostly goes on living.
      const young = nowMs - guest.spec.createdAtMs < 24 * hourMs
      if (guest.spec.load.shape !== 'bursty' && !young && draws.unit() < 0.7) continue
      this.#world.begin(guest, { action: 'delete', by: guest.spec.owner })
      return
    }
  }

  /** Tidies up what is over, else asks for a big one more. */
  #demand(draws: Draws): void {
    const { guests, projects, nowMs } = this.#world
    const isOver = ({ unplaced, stateSinceMs, spec, move, tags }: Guest) =>
      move === undefined &&
      tags.includes(bigTag) &&
      nowMs - (unplaced ? stateSinceMs : spec.createdAtMs) > (unplaced ? waitsMs : neededMs)
    const over = guests.find(isOver)
    if (over !== undefined) {
      this.#world.begin(over, { action: 'delete', by: over.spec.owner })
      return
    }
    const project = draws.weighted(projects)
    const size = draws.pick(bigOnes)
    const name = `quarter-end-${this.streams.demand.count}`
    this.#world.create({ order: { ...size, name, projectId: project.id, tags: [bigTag, 'env:prod'] } })
  }

  #deed(draws: Draws): void {
    const { nowMs } = this.#world
    const resting = this.#someResting(draws)
    // The more of them rest, the more likely somebody misses one.
    const wakes = draws.unit() < (resting.length > looks * 0.1 ? 0.75 : 0.35)
    if (wakes && resting.length > 0) {
      const guest = draws.pick(resting)
      const action = waking[guest.state] ?? 'start'
      const attendedUntilMs = nowMs + draws.between(30, 150) * minuteMs
      this.#world.begin(guest, { action, by: guest.spec.owner, attendedUntilMs })
      return
    }
    const guest = this.#somebodysOwn(draws)
    if (guest !== undefined)
      this.#world.begin(guest, { action: draws.unit() < 0.6 ? 'suspend' : 'stop', by: guest.spec.owner })
  }

  #someResting(draws: Draws): readonly Guest[] {
    const { guests } = this.#world
    const found = new Set<Guest>()
    for (let look = 0; look < looks; look++) {
      const guest = guests[Math.floor(draws.unit() * guests.length)]
      if (guest === undefined || guest.move !== undefined || guest.unplaced) continue
      if (waking[guest.state] !== undefined) found.add(guest)
    }
    return [...found]
  }

  /** A running instance its owner would switch off by hand: no service, no batch machine. */
  #somebodysOwn(draws: Draws): Guest | undefined {
    const { guests } = this.#world
    for (let attempt = 0; attempt < 16; attempt++) {
      const guest = guests[Math.floor(draws.unit() * guests.length)]
      if (guest === undefined || guest.move !== undefined || guest.state !== 'running') continue
      if (guest.protectedBy !== undefined) continue
      if (['office', 'idle', 'decreasing'].includes(guest.spec.load.shape)) return guest
    }
    return undefined
  }
}
