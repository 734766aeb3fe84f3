// Randomness that is a function of its inputs: the same seed and the same coordinates always give the same number,
// whatever was asked before. The mixer chains the 32-bit finaliser of MurmurHash3 (Austin Appleby, public domain).

export function hash32(seed: number, a: number, b = 0): number {
  let h = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h ^ a, 0xc2b2ae35)
  h ^= h >>> 16
  h = Math.imul(h ^ b, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** Uniform in [0, 1). */
export function unit(seed: number, a: number, b = 0): number {
  return hash32(seed, a, b) / 0x1_0000_0000
}

/** Smooth noise in [0, 1) over time: hashed values at multiples of the period, joined without corners. */
export function noise(seed: number, atMs: number, periodMs: number): number {
  const x = atMs / periodMs
  const step = Math.floor(x)
  const f = x - step
  const from = unit(seed, step)
  return from + (unit(seed, step + 1) - from) * f * f * (3 - 2 * f)
}

/** A sequence of draws for making one thing: each draw depends on the seed, the thing and its place in the sequence. */
export class Draws {
  readonly #seed: number
  readonly #thing: number
  #count = 0

  constructor(seed: number, thing: number) {
    this.#seed = seed
    this.#thing = thing
  }

  unit(): number {
    return unit(this.#seed, this.#thing, this.#count++)
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.unit()
  }

  pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.unit() * items.length)]
    if (item === undefined) throw new RangeError('nothing to pick from')
    return item
  }

  /** One of the items, each as likely as its weight says. */
  weighted<T extends { readonly weight: number }>(items: readonly T[]): T {
    let rest = this.unit() * items.reduce((sum, item) => sum + item.weight, 0)
    for (const item of items) {
      rest -= item.weight
      if (rest < 0) return item
    }
    return this.pick(items)
  }
}
