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
  /** Looks back through all minutes and hours until it finds a busy one. */
  quiet: 200,
} as const

/** Recent minutes lie in rings, older hours in sketches; every question asks for the coverage of its window as well. */
export function windowCost(windowMs: number): number {
  const minutes = Math.min(windowMs, 2 * hourMs) / 60_000
  const hours = Math.max(0, windowMs - 2 * hourMs) / hourMs
  return Math.ceil(2 * (10 + minutes / 4 + hours / 4))
}

/** What one expression may cost. Twenty windows of 14 days. */
export const costLimit = 5000

const hourMs = 3_600_000
