// The static cost of an expression: an upper bound of the work that one evaluation does for one instance, whatever the
// data are. Loops do not exist in the language, so the sum over the tree is a bound. The unit is about ten nanoseconds,
// the read of a plain field; window functions dominate by their length. Operands of && and || are tried in ascending
// order of this figure.

export const costs = {
  read: 1,
  compare: 1,
  text: 3,
  /** Tags are walked, each against a pattern. */
  tags: 30,
  glob: 20,
  latest: 8,
  history: 10,
} as const

/** Recent minutes lie in rings, older hours in sketches; every question asks for the coverage of its window as well. */
export function windowCost(windowMs: number): number {
  const minutes = Math.min(windowMs, 2 * hourMs) / 60_000
  const hours = Math.max(0, windowMs - 2 * hourMs) / hourMs
  return Math.ceil(2 * (10 + minutes / 4 + hours / 4))
}

/** quietFor asks for windows that double from a minute to 14 days, then five in between and the last one again. */
export function quietCost(longestMs: number): number {
  let cost = 6 * windowCost(longestMs)
  for (let lengthMs = 60_000; lengthMs < longestMs; lengthMs *= 2) cost += windowCost(lengthMs)
  return cost + windowCost(longestMs)
}

/** What one expression may cost. Fourteen windows of 14 days, or one quietFor and more. */
export const costLimit = 5000

const hourMs = 3_600_000
