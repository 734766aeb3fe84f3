// Whether the forecast is right as often as it says. The truth is made up here and unknown to it: every host has a rate of its
// own, the busiest many times that of the calm ones; its instances leave at that rate, and come back or are replaced
// after a while. Each forecast is then held against what the truth says of an instance that is there: exp(-rate x t).
import { aHost, anInstance, aSnapshot, testStartMs } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { freezeSnapshot } from '../snapshot/freeze-snapshot.ts'
import { forecastSurvival } from './forecast-survival.ts'

const hourMs = 3_600_000
const windowMs = 24 * hourMs
const hostCount = 40
const slots = 5
const clouds = 60
const spans = ['1', '6', '24'] as const
type Span = (typeof spans)[number]

/** Mulberry32. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

interface Judged {
  readonly rate: number
  readonly span: Span
  readonly said: number
  readonly truth: number
  /** 1 or 0: whether one instance that was drawn was still there. */
  readonly came: number
}

/** A week of one cloud, and the forecast at its end. */
function judge(seed: number): Judged[] {
  const random = seeded(seed)
  const waitH = (rate: number) => -Math.log(1 - random()) / rate
  const hosts = Array.from({ length: hostCount }, (_, nth) => aHost({ name: `h${nth}` }))
  // Evictions an instance and hour: from one in 500 hours to one in an hour and a half.
  const rates = hosts.map(() => 0.002 * 333 ** random())
  const instances = []
  const evictions = []
  for (const [nth, host] of hosts.entries()) {
    for (let slot = 0; slot < slots; slot++) {
      let atH = -7 * 24 + 8 * random()
      for (;;) {
        const leavesH = atH + waitH(rates[nth] ?? 1)
        const sinceMs = testStartMs + atH * hourMs
        if (leavesH >= 0) {
          if (atH < 0)
            instances.push(
              anInstance({ name: `i${nth}-${slot}`, hostId: host.id, firmness: 'preemptible', stateSinceMs: sinceMs }),
            )
          break
        }
        const evictedAtMs = testStartMs + leavesH * hourMs
        evictions.push({ hostId: host.id, evictedAtMs, runningSinceMs: sinceMs, kind: 'room' as const })
        atH = leavesH + waitH(0.5)
      }
    }
  }
  const reading = aSnapshot({ hosts, instances })
  const snapshot = freezeSnapshot(reading, reading)
  return forecastSurvival({ snapshot, evictions, nowMs: testStartMs, windowMs }).flatMap(({ hostId, survival }) => {
    const rate = rates[hosts.findIndex(({ id }) => id === hostId)] ?? 0
    return spans.map((span) => {
      const truth = Math.exp(-rate * Number(span))
      return { rate, span, said: survival[span], truth, came: random() < truth ? 1 : 0 }
    })
  })
}

const all = Array.from({ length: clouds }, (_, nth) => judge(nth + 1)).flat()
const mean = (rows: readonly Judged[], of: (row: Judged) => number) =>
  rows.reduce((sum, row) => sum + of(row), 0) / rows.length

describe('the forecast of survival', () => {
  it.each(spans)('in %s h comes true as often as it says, whatever it says', (span) => {
    for (let from = 0; from < 10; from++) {
      const rows = all.filter(({ span: of, said }) => of === span && said >= from / 10 && said < (from + 1) / 10)
      if (rows.length < 100) continue
      const said = mean(rows, (row) => row.said)
      expect(Math.abs(said - mean(rows, (row) => row.truth)), `of those near ${said.toFixed(2)}`).toBeLessThan(0.07)
    }
  })

  it.each([
    ['busy', 0.2, 1],
    ['in between', 0.02, 0.2],
    ['calm', 0, 0.02],
  ])('on hosts that are %s errs neither low nor high', (_, from, to) => {
    for (const span of spans) {
      const rows = all.filter((row) => row.span === span && row.rate >= from && row.rate < to)
      expect(rows.length).toBeGreaterThan(300)
      expect(Math.abs(mean(rows, (row) => row.said - row.truth)), `in ${span} h`).toBeLessThan(0.06)
    }
  })

  it('is nearly as sharp as the truth itself: its Brier score is at most 0.015 above', () => {
    for (const span of spans) {
      const rows = all.filter((row) => row.span === span)
      const score = mean(rows, ({ said, came }) => (said - came) ** 2)
      const best = mean(rows, ({ truth, came }) => (truth - came) ** 2)
      expect(score - best, `in ${span} h`).toBeLessThan(0.015)
    }
  })
})
