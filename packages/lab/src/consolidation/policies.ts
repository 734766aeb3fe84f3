// The consolidation policies of the engine as the lab compares them; chance has a seed, so that a comparison can be repeated.
import { type ConsolidationPolicy, namedConsolidation, namedConsolidations } from '@gleaner/engine/energy'
import { GleanerError } from '@gleaner/model/errors'
import { SeededRandom } from '../generate/seeded-random.ts'

export const consolidationPolicyNames = namedConsolidations

/** A new policy, without a memory of earlier runs. */
export function consolidationPolicy(name: string): ConsolidationPolicy {
  const random = new SeededRandom(1)
  const policy = namedConsolidation(name, () => random.next())
  if (policy !== undefined) return policy
  const detail = `there are ${consolidationPolicyNames.join(', ')}, or all`
  throw new GleanerError('lab-option', { option: '--policy', value: name, detail })
}
