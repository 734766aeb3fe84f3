// Firm requests that a cloud took and could find no host for: room is looked for, made where the mode allows it, and the
// request made anew there. What was refused is tried again after a while, as soon as the mode changes, and when a host was woken.
import { makeDecision, planEviction } from '@gleaner/engine'
import { type EvictionDecision, type InstanceId, isDecisionOpen, type Mode } from '@gleaner/model'
import type { Cloud, Fence, UnplacedInstance } from '@gleaner/ports'
import { newId } from '@gleaner/store'
import { type Runtime, cloudCallTimeoutMs } from '../runtime.ts'
import { roomWorldNow } from './room-world-now.ts'

const periodMs = 10_000
const againMs = 600_000

interface Attempt {
  readonly number: number
  readonly atMs: number
  readonly mode: Mode
  readonly state: EvictionDecision['state']
  readonly newId: InstanceId | undefined
}

export class UnplacedWatch {
  readonly #runtime: Runtime
  readonly #attempts = new Map<InstanceId, Attempt>()
  /** What was made anew for others: their request is looked at, not what became of it. */
  readonly #made = new Set<InstanceId>()
  #lastMs = Number.NEGATIVE_INFINITY

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  async run(fence: Fence, signal: AbortSignal): Promise<void> {
    const { config, state, clock, clouds } = this.#runtime
    if (!config.preemption.watchUnplaced || state.modes.preemption === 'off' || state.killSwitch !== undefined) return
    const nowMs = clock.nowMs()
    if (nowMs - this.#lastMs < periodMs) return
    this.#lastMs = nowMs
    for (const cloud of clouds.values()) {
      if (cloud.creation === undefined) continue
      const subject = `unplaced requests of ${cloud.id}`
      try {
        const limited = AbortSignal.any([signal, AbortSignal.timeout(cloudCallTimeoutMs)])
        const unplaced = await cloud.creation.unplaced(limited)
        const firm = unplaced.filter(({ firmness }) => firmness === 'firm')
        for (const { instanceId } of firm) await this.#lastAttempt(instanceId)
        for (const each of firm) if (!this.#made.has(each.instanceId)) await this.#consider(fence, cloud, each)
        await this.#runtime.problems.settle(subject)
      } catch (error) {
        if (!signal.aborted) await this.#runtime.problems.reportError(subject, error)
      }
    }
  }

  async #consider(fence: Fence, cloud: Cloud, unplaced: UnplacedInstance): Promise<void> {
    const { evictions, state, clock } = this.#runtime
    if (evictions.decisionOfVictim(unplaced.instanceId) !== undefined) return
    const last = await this.#lastAttempt(unplaced.instanceId)
    const nowMs = clock.nowMs()
    if (last !== undefined) {
      if (last.state === 'done' || this.#mayRunYet(cloud.id, last.newId)) return
      const mode = state.modes.preemption
      const isSameWorld = last.mode === mode && !this.#runtime.power.openedSince(cloud.id, last.atMs)
      if (isSameWorld && (last.state === 'observed' || nowMs - last.atMs < againMs)) return
    }
    const number = (last?.number ?? 0) + 1
    await evictions.planning.run(async () => {
      const { world } = roomWorldNow(this.#runtime, cloud.id)
      if (world === undefined) return
      const { instanceId, name, projectId, flavor, vcpus, memoryMiB, diskGiB, tags, native } = unplaced
      const wish = {
        name,
        projectId,
        flavor,
        vcpus,
        memoryMiB,
        diskGiB,
        firmness: 'firm',
        count: 1,
        hints: {},
      } as const
      const plan = planEviction({ world, wish, mayEvict: true })
      const decision = makeDecision(
        {
          id: newId('dec', nowMs),
          requestId: requestIdOf(instanceId, number),
          kind: 'room',
          mode: state.modes.preemption,
          by: 'Gleaner',
          wish,
          recreation: { instanceId, tags, native, newId: undefined, runs: false, told: false },
        },
        plan,
        world,
      )
      // Whether or not anybody has to leave: a host that is woken would do as well, and hurts nobody.
      if (!plan.feasible || plan.victims.length > 0) {
        this.#runtime.power.want(
          { key: instanceId, cloudId: cloud.id, name, count: 1, vcpus, memoryMiB, diskGiB },
          nowMs,
        )
        this.#runtime.wake('decide')
      } else this.#runtime.power.unwant(instanceId)
      await evictions.decide(fence, decision)
      this.#remember(instanceId, number, decision)
    })
  }

  /** A second one beside it would be one too many for its owner. */
  #mayRunYet(cloudId: Cloud['id'], newId: InstanceId | undefined): boolean {
    if (newId === undefined) return false
    const now = this.#runtime.state.clouds.get(cloudId)?.snapshot?.instanceById.get(newId)
    return now !== undefined && now.state !== 'error'
  }

  async #lastAttempt(instanceId: InstanceId): Promise<Attempt | undefined> {
    const { evictions, store } = this.#runtime
    const known = this.#attempts.get(instanceId)
    if (known !== undefined) {
      const decision = await store.evictions.decisionOf(requestIdOf(instanceId, known.number))
      return decision === undefined ? known : this.#remember(instanceId, known.number, decision)
    }
    let last: Attempt | undefined
    for (let number = 1; ; number++) {
      const decision = await store.evictions.decisionOf(requestIdOf(instanceId, number))
      if (decision === undefined) return last
      last = this.#remember(instanceId, number, evictions.find(decision.id) ?? decision)
      if (isDecisionOpen(decision)) return last
    }
  }

  #remember(instanceId: InstanceId, number: number, decision: EvictionDecision): Attempt {
    const newId = decision.recreation?.newId
    if (newId !== undefined) this.#made.add(newId)
    const attempt = { number, atMs: decision.updatedAtMs, mode: decision.mode, state: decision.state, newId }
    this.#attempts.set(instanceId, attempt)
    return attempt
  }
}

function requestIdOf(instanceId: InstanceId, number: number): string {
  return `unplaced:${instanceId}:${number}`
}
