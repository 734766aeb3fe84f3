// What preemption wants of the next plan: the evictions of the decisions under way, and those who come back. The preempt loop
// lays it out, the decide loop takes it.
import { type CandidateWorld, type CapabilityAnswer, evictCandidates } from '@gleaner/engine'
import { type Candidate, type EvictionDecision, isGoing } from '@gleaner/model'

export class EvictionOffers {
  #returns: readonly Candidate[] = []
  #shown = ''

  set returns(candidates: readonly Candidate[]) {
    this.#returns = candidates
  }

  answer(open: readonly EvictionDecision[], world: CandidateWorld): CapabilityAnswer {
    const evicting = evictCandidates(open, world)
    return { ...evicting, candidates: [...evicting.candidates, ...this.#returns] }
  }

  /** Whether the plan would be asked for something else than when this was asked the last time. */
  changed(open: readonly EvictionDecision[]): boolean {
    const evicting = open.map(
      ({ id, state, victims, recreation }) =>
        `${id} ${state} ${recreation?.told === true} ${victims
          .filter(isGoing)
          .map((victim) => `${victim.instanceId}=${victim.state}`)
          .join()}`,
    )
    const shown = [...evicting, ...this.#returns.map(({ instanceId, action }) => `${action} ${instanceId}`)].join('\n')
    const changed = shown !== this.#shown
    this.#shown = shown
    return changed
  }
}
