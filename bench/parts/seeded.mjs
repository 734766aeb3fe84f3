// Numbers that look random and are the same every time: generators with a seed. Each answers 0 <= x < 1.

/** Mulberry32. */
export function mulberry(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** The linear congruential one of Numerical Recipes: one multiplication, for loops in which more would be measured. */
export function congruential(seed) {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** Whole numbers from low to high, both included. */
export const wholeOf = (random) => (low, high) => low + Math.floor(random() * (high - low + 1))
