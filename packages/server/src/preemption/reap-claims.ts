// Claims that stand in a cloud and belong to no decision under way: a process died, or the state of another day was restored.
// They are released; what they hold is nobody's. A claim that is not of preemption is not touched.
import { isPreemptionClaim } from '@gleaner/model'
import type { Cloud } from '@gleaner/ports'
import { type Runtime, cloudCallTimeoutMs } from '../runtime.ts'

const periodMs = 60_000

export class ClaimReaper {
  readonly #runtime: Runtime
  #lastMs = Number.NEGATIVE_INFINITY
  #term: number | undefined

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, clouds, state } = this.#runtime
    const nowMs = clock.nowMs()
    const term = state.fence?.term
    if (term === this.#term && nowMs - this.#lastMs < periodMs * Math.max(1, clock.speed / 60)) return
    this.#lastMs = nowMs
    this.#term = term
    for (const cloud of clouds.values()) {
      const subject = `claims on ${cloud.id}`
      try {
        await this.#reap(cloud, signal)
        await this.#runtime.problems.settle(subject)
      } catch (error) {
        if (!signal.aborted) await this.#runtime.problems.reportError(subject, error)
      }
    }
  }

  async #reap(cloud: Cloud, signal: AbortSignal): Promise<void> {
    if (cloud.claims === undefined) return
    const limited = () => AbortSignal.any([signal, AbortSignal.timeout(cloudCallTimeoutMs)])
    const standing = await cloud.claims.claims(limited())
    const ours = new Set(this.#runtime.evictions.open().flatMap(({ claims }) => claims.map(({ claimId }) => claimId)))
    for (const { claimId, hostId } of standing) {
      if (!isPreemptionClaim(claimId) || ours.has(claimId)) continue
      await cloud.claims.release(claimId, limited())
      this.#runtime.log.warn({ claim: claimId, host: hostId }, 'released a claim that belongs to no decision')
    }
  }
}
