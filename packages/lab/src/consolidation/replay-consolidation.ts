// Replays a day of loads under a consolidation policy and adds up what it cost.
//
// At the start of each step the policy sees the demands of this moment and moves instances; each migration takes the memory of
// the instance at the bandwidth of migrations, while which the instance runs on its old host with nine tenths of what it gets.
// An instance comes with its first value, is placed by its nominal size (or where most of that is left), and leaves a step after
// its last one.
// Between two steps demands change along a straight line; the line is evaluated in the middle of each stretch between two ends of
// migrations. A host that is asked for more than it has gives everybody the same share of what they ask for.
// Hosts without instances are off; switching costs nothing (as in the published comparisons).
//
//   energy     Σ power of the hosts at work × time
//   SLATAH     time in which a host at work gave less than it was asked for / time at work
//   PDM        compute that migrating instances lacked / compute that was asked for
//   SLAV       SLATAH × PDM
// Source of set-up and measures: Beloglazov and Buyya, CCPE 24(13), 2012, section 5.1 and 6.
import { type ConsolidationPolicy, type FleetView, nowhere, type PowerCurve, powerAtW } from '@gleaner/engine/energy'
import { GleanerError } from '@gleaner/model/errors'
import { migrationMiBPerS, type SetUp } from './cloudsim-set-up.ts'
import { NominalRoom } from './nominal-room.ts'
import type { Loads } from './read-loads.ts'

export interface ConsolidationOutcome {
  readonly energyKWh: number
  readonly slatah: number
  readonly pdm: number
  readonly slav: number
  readonly migrations: number
  /** Mean number of hosts at work. */
  readonly meanHosts: number
  readonly shutdowns: number
}

const shareWhileMigrating = 0.9
const joulesPerKWh = 3.6e6
/** Below this, in units of compute, rounding and not want. */
const tolerance = 0.1

export interface ReplayOptions {
  readonly loads: Loads
  readonly setUp: SetUp
  readonly memoryBinds: boolean
  readonly onStep?: (done: number, all: number) => void
}

export function replayConsolidation(policy: ConsolidationPolicy, options: ReplayOptions): ConsolidationOutcome {
  const replay = new Replay(options)
  const steps = (options.loads.shares[0] as Float64Array).length - 1
  for (let step = 0; step < steps; step++) {
    replay.step(step, policy)
    options.onStep?.(step + 1, steps)
  }
  return replay.outcome(steps)
}

class Replay {
  readonly #options: ReplayOptions
  readonly #hostOf: Int32Array
  readonly #members: Set<number>[]
  readonly #room: NominalRoom
  readonly #demand: Float64Array
  readonly #load: Float64Array
  #energyJ = 0
  #activeS = 0
  #shortS = 0
  #asked = 0
  #lacked = 0
  #migrations = 0
  #shutdowns = 0

  constructor(options: ReplayOptions) {
    this.#options = options
    const { hosts, instances } = options.setUp
    this.#hostOf = new Int32Array(instances.count).fill(nowhere)
    this.#members = Array.from({ length: hosts.count }, () => new Set<number>())
    this.#room = new NominalRoom(hosts, instances)
    this.#demand = new Float64Array(instances.count)
    this.#load = new Float64Array(hosts.count)
  }

  step(step: number, policy: ConsolidationPolicy): void {
    const { stepS } = this.#options.loads
    const before = this.#members.map(({ size }) => size > 0)
    this.#comeAndGo(step)
    const running = this.#members.map(({ size }, host) => size > 0 || before[host] === true)
    this.#ask(step, 0)
    const arrivals = this.#decide(step, policy)
    const migrating = new Set([...arrivals.values()].flat().map(({ instance }) => instance))
    let atS = 0
    for (const endS of [...arrivals.keys(), stepS].sort((a, b) => a - b)) {
      if (endS > atS) {
        this.#ask(step, (atS + endS) / 2 / stepS)
        this.#pass(endS - atS, migrating)
      }
      atS = endS
      for (const { instance, to } of arrivals.get(endS) ?? []) {
        this.#put(instance, to)
        migrating.delete(instance)
      }
    }
    this.#members.forEach(({ size }, host) => {
      if (size === 0 && running[host] === true) this.#shutdowns++
    })
  }

  outcome(steps: number): ConsolidationOutcome {
    // Where nobody ever asks for anything, nobody lacks anything.
    const slatah = this.#activeS === 0 ? 0 : this.#shortS / this.#activeS
    const pdm = this.#asked === 0 ? 0 : this.#lacked / this.#asked
    return {
      energyKWh: this.#energyJ / joulesPerKWh,
      slatah,
      pdm,
      slav: slatah * pdm,
      migrations: this.#migrations,
      meanHosts: this.#activeS / (steps * this.#options.loads.stepS),
      shutdowns: this.#shutdowns,
    }
  }

  #comeAndGo(step: number): void {
    this.#options.loads.shares.forEach((shares, instance) => {
      const wasThere = this.#hostOf[instance] !== nowhere
      const isThere = !Number.isNaN(shares[step])
      if (wasThere && !isThere) this.#put(instance, nowhere)
      else if (!wasThere && isThere) this.#put(instance, this.#firstHostOf(instance, step))
    })
  }

  #firstHostOf(instance: number, step: number): number {
    const { hosts, instances, firstHostOf } = this.#options.setUp
    const host = firstHostOf?.[instance] ?? this.#room.hostFor(instance)
    if (host !== undefined) return host
    // Later it is the policy that has left no room, and it shall answer for that.
    if (step > 0) return this.#room.roomiestHost()
    const detail = `instance ${instance + 1} of ${instances.count} finds no room on ${hosts.count} hosts`
    throw new GleanerError('lab-option', { option: '--hosts', value: hosts.count, detail })
  }

  #put(instance: number, to: number): void {
    const from = this.#hostOf[instance] as number
    if (from !== nowhere) {
      this.#members[from]?.delete(instance)
      this.#room.leave(instance, from)
    }
    if (to !== nowhere) {
      this.#members[to]?.add(instance)
      this.#room.enter(instance, to)
    }
    this.#hostOf[instance] = to
  }

  /** The policy's moves by the second, within the step, in which they end. */
  #decide(step: number, policy: ConsolidationPolicy): Map<number, { instance: number; to: number }[]> {
    const { loads, setUp, memoryBinds } = this.#options
    const { hosts, instances } = setUp
    const fleet: FleetView = {
      hosts,
      instances,
      hostOf: this.#hostOf,
      demand: this.#demand,
      step,
      pastDemand: (instance, lag) =>
        ((loads.shares[instance] as Float64Array)[step - lag] ?? Number.NaN) * (instances.size[instance] as number),
      memoryBinds,
    }
    const arrivals = new Map<number, { instance: number; to: number }[]>()
    for (const { instance, to } of policy.decide(fleet)) {
      if (to === this.#hostOf[instance]) continue
      const endS = Math.min(loads.stepS, (instances.memoryMiB[instance] as number) / migrationMiBPerS)
      const list = arrivals.get(endS)
      if (list === undefined) arrivals.set(endS, [{ instance, to }])
      else list.push({ instance, to })
      this.#migrations++
    }
    return arrivals
  }

  /** What everybody asks for at a point of the step: 0 is its start, 1 its end. */
  #ask(step: number, point: number): void {
    const { loads, setUp } = this.#options
    this.#load.fill(0)
    for (let i = 0; i < this.#demand.length; i++) {
      const host = this.#hostOf[i] as number
      if (host === nowhere) {
        this.#demand[i] = 0
        continue
      }
      const shares = loads.shares[i] as Float64Array
      const now = shares[step] as number
      const next = shares[step + 1] as number
      const share = Number.isNaN(next) ? now : now * (1 - point) + next * point
      const demand = share * (setUp.instances.size[i] as number)
      this.#demand[i] = demand
      this.#load[host] = (this.#load[host] as number) + demand
    }
  }

  #pass(lengthS: number, migrating: ReadonlySet<number>): void {
    const { hosts } = this.#options.setUp
    this.#members.forEach((members, host) => {
      const load = this.#load[host] as number
      if (members.size === 0 || load === 0) return
      const capacity = hosts.capacity[host] as number
      const perCore = hosts.coreCapacity[host] as number
      this.#energyJ += powerAtW(hosts.curves[host] as PowerCurve, load / capacity) * lengthS
      this.#activeS += lengthS
      const share = Math.min(1, capacity / load)
      let isShort = false
      for (const instance of members) {
        const asked = this.#demand[instance] as number
        const given = Math.min(asked, perCore) * share
        if (given < asked - tolerance) isShort = true
        this.#asked += asked * lengthS
        if (migrating.has(instance)) this.#lacked += (asked - given * shareWhileMigrating) * lengthS
      }
      if (isShort) this.#shortS += lengthS
    })
  }
}
