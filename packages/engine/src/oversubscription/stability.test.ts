// Labelled series are made here: what changes is known because it was put in. The detector must reach the score that the
// published net reached on its authors' labels (F 0.88); those labels are not published, so this is another set.
import { describe, expect, it } from 'vitest'
import { judgeStability } from './stability.ts'

/** Any fixed sequence does; the same as the lab's generator uses. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const capacity = 64

function makeSlice(random: () => number, level: number, spread: number, length = 60): Float64Array {
  let noise = 0
  return Float64Array.from({ length }, () => {
    noise = 0.5 * noise + (random() + random() + random() - 1.5)
    return Math.max(0, level + spread * noise)
  })
}

interface Score {
  truePositives: number
  falsePositives: number
  falseNegatives: number
}

function scoreOf(seed: number, cases: number): number {
  const random = randomFrom(seed)
  const score: Score = { truePositives: 0, falsePositives: 0, falseNegatives: 0 }
  for (let i = 0; i < cases; i++) {
    const level = 5 + 40 * random()
    const spread = 0.3 + 2 * random()
    const older = Array.from({ length: 4 }, () => makeSlice(random, level, spread))
    const isStable = random() < 0.5
    const kind = Math.floor(random() * 3)
    const newLevel =
      isStable || kind === 1 ? level : level + (random() < 0.5 ? -1 : 1) * (1.5 + 6 * random()) * Math.max(1, spread)
    const newSpread = isStable || kind !== 1 ? spread : spread * (2 + 2 * random())
    const verdict = judgeStability({ older, newest: makeSlice(random, newLevel, newSpread), capacity })
    if (verdict.isStable && isStable) score.truePositives++
    if (verdict.isStable && !isStable) score.falsePositives++
    if (!verdict.isStable && isStable) score.falseNegatives++
  }
  return (2 * score.truePositives) / (2 * score.truePositives + score.falsePositives + score.falseNegatives)
}

describe('judgeStability', () => {
  it('scores at least 0.88 on series of known change', () => {
    for (const seed of [1, 2, 3]) expect(scoreOf(seed, 600)).toBeGreaterThanOrEqual(0.88)
  })

  it('calls nothing stable before it has seen enough', () => {
    const slice = Float64Array.of(1, 1, 1)
    expect(judgeStability({ older: [slice, slice, slice], newest: slice, capacity }).isStable).toBe(false)
    expect(judgeStability({ older: [slice, slice, slice, slice], newest: slice, capacity }).isStable).toBe(true)
  })

  it('has no verdict on samples or hosts that are not there', () => {
    const slice = Float64Array.of(1, 1, 1)
    const older = [slice, slice, slice, slice]
    expect(judgeStability({ older, newest: Float64Array.of(Number.NaN), capacity }).isStable).toBe(false)
    expect(judgeStability({ older, newest: slice, capacity: 0 }).isStable).toBe(false)
  })
})
