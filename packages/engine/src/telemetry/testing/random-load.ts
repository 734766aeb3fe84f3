// Seeded numbers and loads of many kinds, for tests and benches: steady, bursty, quiet, zero, tiny, huge, whole.

export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export const loadKinds = ['steady', 'bursty', 'quiet', 'zero', 'tiny', 'wide', 'whole', 'ramp', 'edge'] as const
export type LoadKind = (typeof loadKinds)[number]

/** The load of a kind at its n-th sample. */
export function loadValue(kind: LoadKind, n: number, random: () => number): number {
  switch (kind) {
    case 'steady':
      return 2 + 0.1 * random()
    case 'bursty':
      return random() < 0.05 ? 4 * random() : 0.01 + 0.02 * random()
    case 'quiet':
      return random() < 0.0005 ? 1 : 0.02 * random()
    case 'zero':
      return random() < 0.01 ? 1e-3 : 0
    case 'tiny':
      return random() < 0.5 ? 1e-9 * random() : 1e-6 * (1 + random())
    case 'wide':
      return 10 ** (-7 + 22 * random())
    case 'whole':
      return Math.floor(random() * 4)
    case 'ramp':
      return (n * 60) % 1_000_000
    case 'edge':
      return 2 ** Math.floor(random() * 20 - 10)
  }
}
