// What is lost when instances leave, as a value that can be added and compared, and the exact order in which losses stand.
//
// The victims are counted per priority: their cost under the objective, and their number. One loss is less than another if
// it is less at the HIGHEST priority at which the two differ, first in cost, then in number of victims; none of a priority
// is less than any of it. So a victim of lower priority always goes before one of higher priority, whatever the cost;
// within a priority the objective decides; of equal cost fewer victims win, so that nobody leaves in vain even when it
// costs nothing. Adding the same to both sides never changes the order, which is what branch and bound and dynamic
// programming rest on.
//
// Costs that differ by less than a billionth of their size are equal: sums of the same numbers in another order are.

/** Triples [priority, cost, victims], highest priority first, only those with victims. Empty: nothing is lost. */
export type Loss = readonly number[]

export const noLoss: Loss = []

export function lossOf(priority: number, cost: number): Loss {
  return [priority, cost, 1]
}

export function addLoss(a: Loss, b: Loss): Loss {
  if (a.length === 0) return b
  if (b.length === 0) return a
  const sum: number[] = []
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    const p = a[i] ?? Number.NEGATIVE_INFINITY
    const q = b[j] ?? Number.NEGATIVE_INFINITY
    const priority = Math.max(p, q)
    let cost = 0
    let victims = 0
    if (p === priority) {
      cost += a[i + 1] ?? 0
      victims += a[i + 2] ?? 0
      i += 3
    }
    if (q === priority) {
      cost += b[j + 1] ?? 0
      victims += b[j + 2] ?? 0
      j += 3
    }
    sum.push(priority, cost, victims)
  }
  return sum
}

/** Below 0 when a is less than b. */
export function compareLoss(a: Loss, b: Loss): number {
  const length = Math.max(a.length, b.length)
  for (let at = 0; at < length; at += 3) {
    const priorities = compareExact(a[at], b[at])
    if (priorities !== 0) return priorities
    const costs = compareCost(a[at + 1] ?? 0, b[at + 1] ?? 0)
    if (costs !== 0) return costs
    const victims = (a[at + 2] ?? 0) - (b[at + 2] ?? 0)
    if (victims !== 0) return victims
  }
  return 0
}

function compareExact(a: number | undefined, b: number | undefined): number {
  if (a === b) return 0
  return (a ?? Number.NEGATIVE_INFINITY) < (b ?? Number.NEGATIVE_INFINITY) ? -1 : 1
}

const tolerance = 1e-9

export function compareCost(a: number, b: number): number {
  const difference = a - b
  return Math.abs(difference) <= tolerance * (1 + Math.min(Math.abs(a), Math.abs(b))) ? 0 : difference
}

/** The objective's figure over all priorities. */
export function totalCost(loss: Loss): number {
  let sum = 0
  for (let at = 1; at < loss.length; at += 3) sum += loss[at] ?? 0
  return sum
}
