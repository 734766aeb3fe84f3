// How long after the nth failure in a row it is tried again: twice as long each time up to a quarter of an hour, shortened
// by chance to between half and all of it, so that what failed together does not come back together.
const firstMs = 5000
const longestMs = 900_000

/** `chance` is from [0, 1). */
export function backOffMs(failures: number, chance: number): number {
  const fullMs = Math.min(longestMs, firstMs * 2 ** Math.min(Math.max(failures, 1) - 1, 20))
  return fullMs / 2 + (fullMs / 2) * chance
}
