// Decisions over a whole random history: requests come, victims leave or turn out to stay, requests take their room, give it
// up or are called off, budgets fill and empty. Whatever happens in whatever order:
//   - nobody is chosen by two decisions at once, and nobody by one decision twice;
//   - nobody leaves when there is room without it, nor when all of them together would not make room;
//   - the room of a host is never promised twice: what is on it, less who leaves, plus all promises, fits;
//   - no project loses more than its disruption budget within the window;
//   - who has opted out, is protected, or is too young is never chosen.
import {
  type CloudSnapshot,
  defaultPreemptionPolicy,
  type Eviction,
  type EvictionDecision,
  type Instance,
  isGoing,
  type PreemptionPolicy,
} from '@gleaner/model'
import { aHost, anInstance, aProject, aSnapshot, testStartMs } from '@gleaner/testkit'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aRoomWorld, aWish } from '../testing/a-room-world.ts'
import { fits } from './check-eviction.ts'
import { roomOfDecision } from './hosts-now.ts'
import { makeDecision, planAnew } from './make-decision.ts'
import { makeEviction } from './make-eviction.ts'
import { planEviction } from './plan-eviction.ts'
import type { RoomWorld } from './room-world.ts'

const hours = 3_600_000
const cores = 8

interface Ask {
  readonly kind: 'ask'
  readonly vcpus: number
  readonly count: number
}
interface Turn {
  readonly kind: 'leave' | 'stay' | 'take' | 'call-off' | 'tick'
  readonly nth: number
}

const steps = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('ask' as const),
        vcpus: fc.integer({ min: 1, max: 9 }),
        count: fc.integer({ min: 1, max: 3 }),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constantFrom(...(['leave', 'leave', 'leave', 'stay', 'take', 'call-off', 'tick'] as const)),
        nth: fc.nat(5),
      }),
    },
  ),
  { minLength: 5, maxLength: 40 },
)

const clouds = fc.record({
  hosts: fc.integer({ min: 1, max: 3 }),
  instances: fc.array(
    fc.record({
      host: fc.nat(2),
      vcpus: fc.integer({ min: 1, max: 3 }),
      project: fc.constantFrom('a', 'b'),
      firmness: fc.constantFrom(...(['firm', 'preemptible', 'preemptible', 'preemptible'] as const)),
      mark: fc.constantFrom(...(['none', 'none', 'none', 'none', 'none', 'opted-out', 'protected', 'young'] as const)),
    }),
    { minLength: 4, maxLength: 16 },
  ),
  budget: fc.integer({ min: 0, max: 6 }),
})
type Cloud = typeof clouds extends fc.Arbitrary<infer T> ? T : never

/** A cloud in which what is decided happens at once, and everything the decisions remember of it. */
class History {
  readonly policy: PreemptionPolicy
  instances: Instance[]
  decisions: EvictionDecision[] = []
  evictions: Eviction[] = []
  nowMs = testStartMs
  #made = 0
  readonly #hosts

  constructor({ hosts, instances, budget }: Cloud) {
    this.#hosts = Array.from({ length: hosts }, (_, nth) =>
      aHost({
        name: `h${nth}`,
        cores,
        reservedCores: 0,
        coreRatio: 1,
        memoryMiB: 1e6,
        reservedMemoryMiB: 0,
        diskGiB: 1e6,
      }),
    )
    this.policy = {
      ...defaultPreemptionPolicy,
      action: 'stop',
      minimumRunMs: hours,
      budget: { evictions: budget, windowMs: hours },
    }
    const used = new Map<number, number>()
    this.instances = instances.flatMap(({ host, vcpus, project, firmness, mark }, nth) => {
      const at = host % hosts
      if ((used.get(at) ?? 0) + vcpus > cores) return []
      used.set(at, (used.get(at) ?? 0) + vcpus)
      return [
        anInstance({
          name: `i${nth}`,
          hostId: this.#hosts[at]?.id,
          projectId: aProject({ name: project }).id,
          vcpus,
          memoryMiB: 1,
          diskGiB: 1,
          firmness,
          tags: mark === 'opted-out' ? [this.policy.optOutTag] : [],
          protectedBy: mark === 'protected' ? 'lock' : undefined,
          stateSinceMs: mark === 'young' ? testStartMs - hours / 2 : testStartMs - 10 * hours,
        }),
      ]
    })
  }

  world(): RoomWorld {
    const reading: CloudSnapshot = aSnapshot({
      hosts: this.#hosts,
      instances: this.instances,
      projects: ['a', 'b', 'web-shop'].map((name) => aProject({ name })),
      takenAtMs: this.nowMs,
    })
    const { policy, decisions, evictions } = this
    return aRoomWorld(reading, this.nowMs, { preemption: policy, decisions, evictions })
  }

  step(step: Ask | Turn): void {
    if (step.kind === 'ask') return this.#ask(step)
    if (step.kind === 'tick') {
      this.nowMs += hours / 4
      return
    }
    const open = this.decisions
    const decision = open[step.nth % Math.max(1, open.length)]
    if (decision === undefined) return
    const going = decision.victims.find(isGoing)
    if (step.kind === 'leave' && going !== undefined) this.#leave(decision, going.instanceId)
    else if (step.kind === 'stay' && going !== undefined) this.#stay(decision, going.instanceId)
    else if (step.kind === 'take' && going === undefined) this.#take(decision)
    else if (step.kind === 'call-off') this.#replace(decision, undefined)
    this.#verify()
  }

  #ask({ vcpus, count }: Ask): void {
    const world = this.world()
    const wish = aWish({ vcpus, count, memoryMiB: 1, diskGiB: 1 })
    const plan = planEviction({ world, wish, mayEvict: true })
    const free = planEviction({ world, wish, mayEvict: false })
    if (free.feasible) expect(plan.victims).toEqual([])
    if (!plan.feasible) return expect(plan.victims).toEqual([])
    expect(plan.placements).toHaveLength(count)
    const id = `dec_${++this.#made}`
    const order = { id, requestId: id, kind: 'room', mode: 'enforce', by: 'test', wish } as const
    const decision = makeDecision(order, plan, world)
    this.#checkVictims(decision, this.decisions)
    this.#checkNeeded(decision, world)
    this.decisions = [...this.decisions, decision]
  }

  #checkVictims(decision: EvictionDecision, others: readonly EvictionDecision[]): void {
    const victims = decision.victims.filter(isGoing)
    const spoken = others.flatMap((each) => each.victims.filter(isGoing).map(({ instanceId }) => instanceId))
    const ids = victims.map(({ instanceId }) => instanceId)
    expect(new Set([...spoken, ...ids]).size).toBe(spoken.length + ids.length)
    for (const id of ids) {
      const instance = this.instances.find((each) => each.id === id)
      expect(instance).toMatchObject({ firmness: 'preemptible', protectedBy: undefined })
      expect(instance?.tags).not.toContain(this.policy.optOutTag)
      expect(this.nowMs - (instance?.stateSinceMs ?? this.nowMs)).toBeGreaterThanOrEqual(hours)
    }
  }

  /** Without any one of its victims the room would not be there. */
  #checkNeeded(decision: EvictionDecision, world: RoomWorld): void {
    const { wish } = decision
    if (wish === undefined) return
    const before = this.#free(world.decisions)
    for (const spared of decision.victims) {
      const free = new Map(before)
      for (const { hostId, vcpus, instanceId } of decision.victims)
        if (instanceId !== spared.instanceId) free.set(hostId, (free.get(hostId) ?? 0) + vcpus)
      for (const { hostId } of decision.placements) free.set(hostId, (free.get(hostId) ?? 0) - wish.vcpus)
      expect(Math.min(...free.values())).toBeLessThan(0)
    }
  }

  /** Cores of each host that nobody has and nobody was promised, once everybody has left who is to leave. */
  #free(decisions: readonly EvictionDecision[]): Map<string, number> {
    const leaving = new Set(
      decisions.flatMap(({ victims }) => victims.filter(isGoing).map(({ instanceId }) => instanceId)),
    )
    const free = new Map<string, number>(this.#hosts.map(({ id }) => [id, cores]))
    const take = (hostId: string | undefined, vcpus: number) => {
      if (hostId !== undefined) free.set(hostId, (free.get(hostId) ?? 0) - vcpus)
    }
    for (const { id, hostId, vcpus, state } of this.instances)
      if (state === 'running' && !leaving.has(id)) take(hostId, vcpus)
    for (const decision of decisions) for (const [hostId, room] of roomOfDecision(decision)) take(hostId, room.vcpus)
    return free
  }

  check(): void {
    expect(Math.min(...this.#free(this.decisions).values())).toBeGreaterThanOrEqual(0)
    for (const project of ['a', 'b'].map((name) => aProject({ name }).id)) {
      const gone = this.evictions.filter((each) => each.projectId === project && each.evictedAtMs > this.nowMs - hours)
      const going = this.decisions.flatMap(({ victims }) =>
        victims.filter((each) => each.projectId === project && isGoing(each)),
      )
      expect(gone.length + going.length).toBeLessThanOrEqual(this.policy.budget.evictions)
    }
  }

  #leave(decision: EvictionDecision, id: string): void {
    const { nowMs, policy } = this
    const victim = decision.victims.find(({ instanceId }) => instanceId === id)
    if (victim === undefined) return
    this.instances = this.instances.map((each) =>
      each.id === id ? { ...each, state: 'stopped', hostId: undefined } : each,
    )
    const eviction = { id: `evi_${id}_${nowMs}`, nowMs, hostName: victim.hostId, policy, earlier: this.evictions }
    this.evictions = [...this.evictions, makeEviction(decision, victim, eviction)]
    const victims = decision.victims.map((each) => (each === victim ? { ...each, state: 'left' as const } : each))
    this.#replace(decision, { ...decision, victims })
  }

  /** Those who counted on room that is not made after all find that out before anybody leaves for them, and give up. */
  #verify(): void {
    for (;;) {
      const world = this.world()
      const lost = this.decisions.findLast((decision) => !fits(decision, world))
      if (lost === undefined) return
      this.#replace(lost, undefined)
    }
  }

  /** It turns out not to leave: others are found for it, or the request is given up. */
  #stay(decision: EvictionDecision, id: Instance['id']): void {
    const { wish } = decision
    this.instances = this.instances.map((each) => (each.id === id ? { ...each, protectedBy: 'lock' } : each))
    const victims = decision.victims.map((each) =>
      each.instanceId === id ? { ...each, state: 'stayed' as const } : each,
    )
    const own = { ...decision, victims }
    this.#replace(decision, own)
    if (wish === undefined) return
    const world = this.world()
    const plan = planEviction({ world, wish, mayEvict: true, own, stays: new Set([id]) })
    const because = { code: 'victim-stays', sentence: 'It stays.', facts: {} } as const
    const next = plan.feasible ? planAnew(own, plan, { world, because }) : undefined
    this.#replace(own, next)
    if (next === undefined) return
    this.#checkVictims(
      next,
      this.decisions.filter((each) => each !== next),
    )
    expect(next.victims.filter((each) => each.instanceId === id)).toMatchObject([{ state: 'stayed' }])
  }

  #take(decision: EvictionDecision): void {
    const { wish } = decision
    this.#replace(decision, undefined)
    for (const { hostId, index } of decision.placements)
      this.instances = [
        ...this.instances,
        anInstance({ name: `${decision.id}-${index}`, hostId, vcpus: wish?.vcpus ?? 0, memoryMiB: 1, diskGiB: 1 }),
      ]
  }

  #replace(decision: EvictionDecision, next: EvictionDecision | undefined): void {
    this.decisions = this.decisions.flatMap((each) => (each !== decision ? [each] : next === undefined ? [] : [next]))
  }
}

describe('a history of decisions', () => {
  it('loses nobody for nothing, evicts nobody twice, promises no room twice, and keeps every budget', () => {
    let asked = 0
    let evicted = 0
    fc.assert(
      fc.property(clouds, steps, (cloud, turns) => {
        const history = new History(cloud)
        history.check()
        for (const turn of turns) {
          history.step(turn)
          history.check()
        }
        asked += turns.filter(({ kind }) => kind === 'ask').length
        evicted += history.evictions.length
      }),
      { numRuns: 400, seed: 20 },
    )
    // The histories are worth looking at.
    expect(asked).toBeGreaterThan(1000)
    expect(evicted).toBeGreaterThan(100)
  })
})
