// What every step of an eviction needs: what is written before and after each call, and the names of things. Everything is
// written under the fence: a leader that was replaced can no longer write, and does not call without having written.
import { evictionHorizonMs, makeEviction, type SagaSeen, undo } from '@gleaner/engine'
import {
  type DecisionClaim,
  type DecisionStep,
  type Eviction,
  type EvictionDecision,
  GleanerError,
  type InstanceId,
  isDecisionOpen,
  isError,
  type Verdict,
} from '@gleaner/model'
import type { Cloud, Fence } from '@gleaner/ports'
import { newId } from '@gleaner/store'
import { cloudCallTimeoutMs, type Runtime } from '../../runtime.ts'

const keptSteps = 200

export interface Work {
  readonly fence: Fence
  readonly decision: EvictionDecision
  readonly seen: SagaSeen
  readonly signal: AbortSignal
}

/** What of a step remains to be waited for; `again` when the next can be taken at once. */
export type Outcome =
  | 'again'
  | { readonly waitsFor: 'reading' | 'cloud' | 'others'; readonly untilMs?: number | undefined }

export class SagaBook {
  readonly runtime: Runtime

  constructor(runtime: Runtime) {
    this.runtime = runtime
  }

  /** Written before the call. */
  async note({ decision, fence, seen }: Work, what: string): Promise<EvictionDecision> {
    const steps: readonly DecisionStep[] = [...decision.steps, { atMs: seen.nowMs, what, outcome: undefined }]
    const noted = { ...decision, steps: steps.slice(-keptSteps) }
    await this.save(fence, noted)
    return noted
  }

  /** The cloud does not answer: the next run is the retry, whatever became of this call. */
  async later(noted: EvictionDecision, error: unknown): Promise<Outcome> {
    await this.runtime.problems.reportError(`room on ${noted.cloudId}`, error)
    return { waitsFor: 'cloud' }
  }

  async save(fence: Fence, decision: EvictionDecision, left: readonly InstanceId[] = []): Promise<void> {
    const { evictions, clock } = this.runtime
    const nowMs = clock.nowMs()
    const noted = left.flatMap((id) => this.#evictionOf(decision, id) ?? [])
    await evictions.save(fence, { ...decision, updatedAtMs: nowMs }, noted)
    for (const { name, reason } of noted)
      this.runtime.log.info({ decision: decision.id, instance: name }, `evicted: ${reason.sentence}`)
    if (decision.state === 'failed' || decision.state === 'cancelled') await this.#bringBackFirst(fence, decision)
    if (!isDecisionOpen(decision)) this.runtime.wake('preempt')
  }

  async undo(work: Work, verdict: Verdict): Promise<Outcome> {
    const step = undo(work.decision, work.seen, { endsAs: 'failed', verdict })
    if (step.kind === 'become') await this.save(work.fence, { ...step.decision, planAgain: undefined })
    return 'again'
  }

  cloudOf({ cloudId }: EvictionDecision): Cloud {
    const cloud = this.runtime.clouds.get(cloudId)
    if (cloud === undefined) throw new GleanerError('not-found', { object: `cloud ${cloudId}` })
    return cloud
  }

  hostName({ cloudId }: EvictionDecision, hostId: DecisionClaim['hostId']): string {
    return this.runtime.state.clouds.get(cloudId)?.snapshot?.hostById.get(hostId)?.name ?? hostId
  }

  #evictionOf(decision: EvictionDecision, id: InstanceId): Eviction | undefined {
    const { clock, config, evictions } = this.runtime
    const victim = decision.victims.find(({ instanceId }) => instanceId === id)
    if (victim === undefined) return undefined
    const nowMs = clock.nowMs()
    const fromMs = nowMs - evictionHorizonMs(config.preemption)
    return makeEviction(decision, victim, {
      id: newId('evi', nowMs),
      nowMs,
      hostName: this.hostName(decision, victim.hostId),
      policy: config.preemption,
      earlier: evictions.evictionsOf(decision.cloudId).filter(({ evictedAtMs }) => evictedAtMs >= fromMs),
    })
  }

  /** Who left for nothing need not wait. */
  async #bringBackFirst(fence: Fence, decision: EvictionDecision): Promise<void> {
    const { evictions, clock } = this.runtime
    const nowMs = clock.nowMs()
    for (const eviction of evictions.onTheirWayBack()) {
      if (eviction.decisionId !== decision.id || eviction.notBeforeMs <= nowMs) continue
      const sentence = 'It left for a request that came to nothing; it comes back as soon as there is room.'
      const verdict: Verdict = { code: 'no-room-yet', sentence, facts: { decision: decision.id } }
      await evictions.follow(fence, { ...eviction, notBeforeMs: nowMs, updatedAtMs: nowMs, verdict })
    }
  }
}

export function limited(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(cloudCallTimeoutMs)])
}

/** It may be better the next time, and whether the call got through is unknown. */
export function isPassing(error: unknown): boolean {
  return !isError(error) || error.kind === 'unavailable' || error.kind === 'broken'
}

/** What came of the last step. */
export function ended(decision: EvictionDecision, outcome: string): EvictionDecision {
  const last = decision.steps.at(-1)
  return last === undefined ? decision : { ...decision, steps: [...decision.steps.slice(0, -1), { ...last, outcome }] }
}
