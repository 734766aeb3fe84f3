// Collects what could not be read or made no sense. At most a hundred gaps are spelled out, so that a hundred thousand
// broken rows make one readable list; how many more there were is said in the last.
import type { InventoryGap } from '@gleaner/model'

const spelledOut = 100

export interface GapList {
  add(scope: string, reason: string): void
  take(): readonly InventoryGap[]
}

export function createGapList(): GapList {
  const gaps: InventoryGap[] = []
  let left = 0
  return {
    add(scope, reason) {
      if (gaps.length < spelledOut)
        gaps.push(Object.freeze({ scope: scope.slice(0, 300), reason: reason.slice(0, 500) }))
      else left++
    },
    take() {
      if (left > 0) gaps.push(Object.freeze({ scope: 'reading', reason: `${left} more gaps are not listed` }))
      return Object.freeze(gaps)
    },
  }
}
