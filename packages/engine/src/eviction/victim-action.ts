// What is done to a victim on a given cloud. It must give back what the request needs: what the cloud's scheduler can
// sell, or, on a cloud without a scheduler of its own, the memory and cores themselves. `gentlest` is the first of suspend,
// stop and shelve that does; it never deletes, because what is deleted does not come back as it was.
import type { ActionKind, VictimAction, Verdict } from '@gleaner/model'
import type { StepSupports } from '../ledger/action-support.ts'

export type ChosenAction =
  | { readonly action: ActionKind; readonly refusal: undefined }
  | { readonly action: undefined; readonly refusal: Verdict }

/** Gentlest first. */
const gentle = ['suspend', 'stop', 'shelve'] as const

export function victimAction(
  wanted: VictimAction,
  { cloud, support, sells }: { readonly cloud: string; readonly support: Support; readonly sells: boolean },
): ChosenAction {
  const frees = (action: ActionKind) => {
    const gives = support?.get(action)
    if (gives === undefined) return false
    return sells ? gives.sellable : gives.physicalCores && gives.physicalMemory
  }
  if (wanted !== 'gentlest' && frees(wanted)) return { action: wanted, refusal: undefined }
  const found = wanted === 'gentlest' ? gentle.find(frees) : undefined
  if (found !== undefined) return { action: found, refusal: undefined }
  const would = [...gentle, 'delete' as const].filter(frees)
  const what = sells ? 'what its scheduler can sell' : 'cores and memory'
  const instead = would.length === 0 ? 'Nothing it knows does.' : `These would: ${would.join(', ')}.`
  const which = wanted === 'gentlest' ? 'no action short of delete gives' : `${wanted} does not give`
  return {
    action: undefined,
    refusal: {
      code: 'frees-nothing',
      sentence: `On ${cloud} ${which} back ${what}. ${instead}`,
      facts: { action: wanted, cloud, wouldFree: would.join(', ') },
    },
  }
}

type Support = StepSupports | undefined
