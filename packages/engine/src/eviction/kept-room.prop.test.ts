// Whatever happens to a cloud and to what is promised on it, in whatever order: who keeps its room from question to question
// gets the plan that somebody gets who looks at it for the first time.
import { defaultPreemptionPolicy, type EvictionDecision, type Host, type HostId, type Instance } from '@gleaner/model'
import { aHost, anInstance, aProject, aSnapshot, testStartMs } from '@gleaner/testkit'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { freezeSnapshot } from '../snapshot/freeze-snapshot.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { aRoomWorld, aWish } from '../testing/a-room-world.ts'
import { KeptRoom } from './kept-room.ts'
import { makeDecision } from './make-decision.ts'
import { type EvictionPlan, planEviction } from './plan-eviction.ts'
import type { RoomWorld } from './room-world.ts'

const hours = 3_600_000
const projects = ['a', 'b']

const happenings = [
  'come',
  'come',
  'come',
  'go',
  'move',
  'stop',
  'change-firmness',
  'rank',
  'protect',
  'lend',
  'lease',
  'hold-room',
  'benchmark',
  'benchmark',
  'close-host',
  'add-host',
  'drop-host',
  'swap-hosts',
  'same-name',
  'victims-leave',
  'decision-ends',
  'rank-project',
  'step-back',
] as const

const steps = fc.array(
  fc.record({
    happenings: fc.array(fc.record({ what: fc.constantFrom(...happenings), nth: fc.nat(40) }), { maxLength: 3 }),
    passedMs: fc.constantFrom(0, 1, 999, 1000, 60_000, hours),
    readAnew: fc.boolean(),
    wish: fc.record({
      vcpus: fc.constantFrom(1, 1, 2, 2, 3, 5, 8),
      count: fc.constantFrom(1, 1, 2),
      firmness: fc.constantFrom('firm' as const, 'firm' as const, 'preemptible' as const),
      memoryMiB: fc.constantFrom(1, 1024),
    }),
    mayEvict: fc.constantFrom(true, true, true, false),
    decides: fc.constantFrom(true, true, false),
    stays: fc.nat(40),
  }),
  { minLength: 3, maxLength: 25 },
)

class Cloud {
  readonly kept = new KeptRoom()
  hosts: Host[] = []
  instances: Instance[] = []
  decisions: EvictionDecision[] = []
  nowMs = testStartMs
  #snapshot: Snapshot | undefined
  #made = 0
  #lent = new Map<string, number>()
  #leased = new Map<string, string>()
  #room = new Map<string, number>()
  #efficiency: ReadonlyMap<HostId, number> = new Map()
  #ranked = 0

  constructor() {
    for (let nth = 0; nth < 3; nth++) this.happen('add-host', nth)
    for (let nth = 0; nth < 9; nth++) this.happen('come', nth)
    this.read()
  }

  read(): void {
    const reading = aSnapshot({
      hosts: this.hosts,
      instances: this.instances,
      projects: projects.map((name) => aProject({ name })),
      takenAtMs: this.nowMs,
    })
    this.#snapshot = freezeSnapshot(reading, reading, this.#snapshot)
  }

  world(): RoomWorld {
    const snapshot = this.#snapshot as Snapshot
    const lendable = [...this.#lent].flatMap(([id, vcpus]) => {
      const host = snapshot.hosts.find((each) => each.id === id)
      const room = { vcpus, ramMiB: 1e6 }
      return host === undefined ? [] : [[host.id, { ...room, unsold: room, basis: 'estimate' as const }] as const]
    })
    const leased = snapshot.hosts.filter(({ id }) => this.#leased.has(id))
    const leasedRoom = snapshot.hosts.flatMap(({ id: hostId }) => {
      const vcpus = this.#room.get(hostId)
      return vcpus === undefined ? [] : [{ leaseId: 'lease', hostId, vcpus, memoryMiB: 1, diskGiB: 1 }]
    })
    const whole = aRoomWorld(snapshot, this.nowMs, {
      snapshot,
      decisions: this.decisions,
      preemption: {
        ...defaultPreemptionPolicy,
        action: 'stop',
        minimumRunMs: hours,
        objective: 'least-work',
        priorityOfProject: this.#ranked === 0 ? {} : { a: this.#ranked },
      },
      leasedTo: new Map(leased.map(({ id }) => [id, 'lease'])),
      leasedRoom,
      efficiency: this.#efficiency,
      multipliers: { EfficiencyWeigher: 5000 },
    })
    return lendable.length === 0 ? whole : { ...whole, lendable: new Map(lendable) }
  }

  happen(what: (typeof happenings)[number], nth: number): void {
    const host = this.hosts[nth % this.hosts.length]
    const at = nth % Math.max(1, this.instances.length)
    const change = (over: Partial<Instance>) => {
      const instance = this.instances[at]
      if (instance !== undefined) this.instances[at] = { ...instance, ...over }
    }
    if (what === 'add-host') this.hosts.push(this.#aHost())
    if (host === undefined) return
    if (what === 'come') this.instances.push(this.#anInstance(host, nth))
    if (what === 'go') this.instances.splice(at, 1)
    if (what === 'move') change({ hostId: host.id })
    if (what === 'stop') change({ state: nth % 2 === 0 ? 'stopped' : 'running', stateSinceMs: this.nowMs })
    if (what === 'change-firmness') change({ firmness: nth % 2 === 0 ? 'firm' : 'preemptible' })
    if (what === 'rank') change({ tags: [`gleaner-priority=${nth % 3}`] })
    if (what === 'protect') change({ protectedBy: nth % 2 === 0 ? 'lock' : undefined })
    if (what === 'lend') turn(this.#lent, host.id, nth % 8)
    if (what === 'lease') turn(this.#leased, host.id, 'lease')
    if (what === 'benchmark') {
      const measured = new Map(this.#efficiency)
      turn(measured, host.id, 1 + (nth % 5))
      this.#efficiency = measured
    }
    if (what === 'hold-room') turn(this.#room, host.id, 1 + (nth % 4))
    if (what === 'close-host') this.#change(nth, { state: nth % 2 === 0 ? 'disabled' : 'up' })
    if (what === 'same-name') this.#change(nth, { name: 'twin' })
    if (what === 'drop-host' && this.hosts.length > 2) {
      this.hosts.splice(nth % this.hosts.length, 1)
      this.instances = this.instances.filter(({ hostId }) => hostId !== host.id)
    }
    if (what === 'swap-hosts') this.hosts.push(...this.hosts.splice(0, 1))
    if (what === 'victims-leave')
      this.decisions = this.decisions.map((decision) => ({
        ...decision,
        victims: decision.victims.map((victim) => ({ ...victim, state: nth % 2 === 0 ? 'left' : 'stayed' })),
      }))
    if (what === 'decision-ends') this.decisions.splice(0, 1)
    if (what === 'rank-project') this.#ranked = nth % 3
    if (what === 'step-back') this.nowMs -= 5000
  }

  #change(nth: number, over: Partial<Host>): void {
    const at = nth % this.hosts.length
    this.hosts[at] = { ...(this.hosts[at] as Host), ...over }
  }

  #aHost(): Host {
    return aHost({
      name: `h${this.#made++}`,
      cores: 8,
      reservedCores: 0,
      coreRatio: 1,
      memoryMiB: 1e6,
      reservedMemoryMiB: 0,
      diskGiB: 1e6,
    })
  }

  #anInstance(host: Host, nth: number): Instance {
    return anInstance({
      name: `i${this.#made++}`,
      hostId: host.id,
      projectId: aProject({ name: projects[nth % 2] as string }).id,
      vcpus: 1 + (nth % 7),
      memoryMiB: 1,
      diskGiB: 1,
      firmness: nth % 4 === 0 ? 'firm' : 'preemptible',
      // Some have just begun, of some nobody knows when, some begin in the future.
      stateSinceMs: nth % 7 === 0 ? undefined : this.nowMs + 2000 - (nth % 5) * 40 * 60_000 - nth,
      createdAtMs: nth % 7 === 0 ? undefined : this.nowMs,
    })
  }
}

function turn<K, T>(map: Map<K, T>, key: K, value: T): void {
  if (!map.delete(key)) map.set(key, value)
}

it('plans as from a first look', () => {
  const met = { free: 0, evicting: 0, refused: 0, waits: 0 }
  fc.assert(
    fc.property(steps, (steps) => {
      const cloud = new Cloud()
      for (const [at, step] of steps.entries()) {
        for (const { what, nth } of step.happenings) cloud.happen(what, nth)
        cloud.nowMs += step.passedMs
        if (step.readAnew) cloud.read()
        const world = cloud.world()
        const stays = new Set(cloud.instances.slice(step.stays, step.stays + 1).map(({ id }) => id))
        const question = { world, wish: aWish({ ...step.wish, diskGiB: 1 }), mayEvict: step.mayEvict, stays }
        const plan = planEviction({ ...question, world: { ...world, kept: cloud.kept } })
        expect(plan).toEqual(planEviction(question))
        met[kindOf(plan)]++
        if (!step.decides || !plan.feasible) continue
        const order = { id: `dec_${at}`, requestId: `req_${at}`, kind: 'room', mode: 'enforce', by: 'front' } as const
        cloud.decisions = [...cloud.decisions, makeDecision({ ...order, wish: question.wish }, plan, world)]
      }
    }),
    { numRuns: 200 },
  )
  // The histories are such that it means something.
  expect(Math.min(...Object.values(met))).toBeGreaterThan(5)
})

function kindOf(plan: EvictionPlan): 'free' | 'evicting' | 'refused' | 'waits' {
  if (plan.waits === true) return 'waits'
  if (!plan.feasible) return 'refused'
  return plan.victims.length > 0 ? 'evicting' : 'free'
}

it('goes by another figure of a host within one reading', () => {
  const hosts = ['a', 'b'].map((name) => aHost({ name }))
  const base = aRoomWorld(aSnapshot({ hosts, instances: [], projects: [aProject()] }), testStartMs, {
    multipliers: { EfficiencyWeigher: 10 },
    kept: new KeptRoom(),
  })
  const chosen = (...figures: readonly number[]) => {
    const efficiency = new Map(figures.map((figure, nth) => [(hosts[nth] as Host).id, figure]))
    return planEviction({ world: { ...base, efficiency }, wish: aWish(), mayEvict: true }).placements[0]?.hostId
  }
  const [a, b] = hosts.map(({ id }) => id)
  expect([chosen(1, 2), chosen(3, 2), chosen(3, 4), chosen(3)]).toEqual([b, a, b, a])
})

it('goes by another forecast of a desktop within one reading, and asks policy whether firm instances go there at all', () => {
  const hosts = ['a', 'b'].map((name) => aHost({ name, kind: 'desktop' }))
  const base = aRoomWorld(aSnapshot({ hosts, instances: [], projects: [aProject()] }), testStartMs, {
    multipliers: { AvailabilityWeigher: 10 },
    kept: new KeptRoom(),
  })
  const plan = (firmOnDesktops: boolean, shares: readonly number[]) => {
    const availability = new Map(shares.map((share, nth) => [(hosts[nth] as Host).id, share]))
    return planEviction({ world: { ...base, availability, firmOnDesktops }, wish: aWish(), mayEvict: true })
  }
  const chosen = (...shares: readonly number[]) => plan(true, shares).placements[0]?.hostId
  const [a, b] = hosts.map(({ id }) => id)
  expect([chosen(0.1, 0.2), chosen(0.3, 0.2), chosen(0.3, 0.9), chosen(0.3)]).toEqual([b, a, b, a])
  expect([plan(false, [1, 1]), plan(true, [1, 1]), plan(false, [1, 1])].map(({ feasible }) => feasible)).toEqual([
    false,
    true,
    false,
  ])
})
