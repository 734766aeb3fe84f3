// Random streams with gaps, late and repeated samples, restarts and clock jumps, held against an oracle that keeps every
// sample: the bounds of every answer contain the exact one, and the value is the bound on the busy side.
import fc from 'fast-check'
import { type Metric, metrics } from '@gleaner/model'
import { expect, test } from 'vitest'
import { loadKinds, loadValue, seededRandom } from './testing/random-load.ts'
import { TelemetryOracle } from './testing/telemetry-oracle.ts'
import { TelemetryWindows } from './telemetry-windows.ts'
import { telemetryFunctions, type TelemetryQuestion } from './telemetry-question.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
const retentionMs = 14 * dayMs

interface Stream {
  readonly seed: number
  readonly kinds: readonly (typeof loadKinds)[number][]
  readonly metric: Metric
  readonly stepMs: number
  readonly recentMs: number
  readonly days: number
  /** How likely it is that a sample is missing; longer gaps come with it. */
  readonly gaps: number
  /** How likely it is, at each sample, that the clock is set ahead. */
  readonly jumps: number
}

const streams = fc.record<Stream>({
  seed: fc.integer(),
  kinds: fc.array(fc.constantFrom(...loadKinds), { minLength: 1, maxLength: 3 }),
  metric: fc.constantFrom(...metrics),
  stepMs: fc.constantFrom(minuteMs, 2 * minuteMs, 5 * minuteMs, 15 * minuteMs),
  recentMs: fc.constantFrom(1.3 * hourMs, 2 * hourMs),
  days: fc.double({ min: 0.02, max: 17, noNaN: true }),
  gaps: fc.constantFrom(0, 0.001, 0.02, 0.2),
  jumps: fc.constantFrom(0, 0, 1e-4),
})

/** Plays a stream; calls `check` now and then and at the end. */
function play(
  stream: Stream,
  check: (state: { windows: TelemetryWindows; oracle: TelemetryOracle; nowMs: number; random: () => number }) => void,
) {
  const options = { stepMs: stream.stepMs, recentMs: stream.recentMs }
  const random = seededRandom(stream.seed)
  const oracle = new TelemetryOracle(stream.stepMs)
  let windows = new TelemetryWindows(options)
  windows.add('other subject, so that the slot is not always the first')
  const startMs = 1_780_000_000_000 + Math.floor(random() * 2 * dayMs)
  const endMs = startMs + stream.days * dayMs
  const values = new Float64Array(metrics.length).fill(Number.NaN)
  const metric = metrics.indexOf(stream.metric)
  const nextCheck = () => Math.floor(50 + random() * 3000)
  let untilCheck = nextCheck()
  const send = (atMs: number, value: number, nowMs: number) => {
    values[metric] = value
    const outcome = windows.ingest({ subjects: ['s'], atMs: Float64Array.of(atMs), values }, nowMs)
    if (outcome.accepted === 1) oracle.set(atMs, value)
  }
  let n = 0
  let nowMs = startMs
  for (; nowMs < endMs; nowMs += stream.stepMs * (0.9 + 0.2 * random())) {
    const kind = stream.kinds[Math.floor((nowMs - startMs) / (5 * hourMs)) % stream.kinds.length] ?? 'steady'
    const value = loadValue(kind, n++, random)
    const chance = random()
    if (chance < stream.gaps) continue
    if (random() < stream.gaps / 20) nowMs += random() * (random() < 0.1 ? 30 * hourMs : 20 * minuteMs)
    if (random() < stream.jumps) nowMs += random() * 20 * dayMs
    send(nowMs - random() * stream.stepMs, value, nowMs)
    if (chance > 0.95) send(nowMs - random() * 2.2 * hourMs, value * random(), nowMs)
    if (chance > 0.995) for (let i = 0; i < 50; i++) send(nowMs - random() * 2 * hourMs, value, nowMs)
    if (chance > 0.99) send(nowMs - 3 * hourMs * random(), value, nowMs - 3 * hourMs * random())
    if (chance > 0.998) {
      const bytes = windows.dump(windows.slotOf('s')) ?? new Uint8Array()
      windows = new TelemetryWindows(options)
      for (let other = Math.floor(random() * 40); other > 0; other--) windows.add(`${other}`)
      expect(windows.load('s', bytes).loaded).toBe(true)
      expect(windows.dump(windows.slotOf('s'))).toEqual(bytes)
    }
    if (untilCheck-- === 0) {
      check({ windows, oracle, nowMs, random })
      untilCheck = nextCheck()
    }
  }
  check({ windows, oracle, nowMs, random })
}

const slack = (bound: number) => Math.abs(bound) * 1e-12

test('bounds contain the exact answer, and the value is the one on the busy side', () => {
  fc.assert(
    fc.property(streams, (stream) => {
      play(stream, ({ windows, oracle, nowMs, random }) => {
        const slot = windows.slotOf('s')
        for (const lengthMs of [
          10 * minuteMs,
          hourMs,
          2 * hourMs,
          10 ** (5.8 + 3.28 * random()),
          7 * dayMs,
          retentionMs,
        ]) {
          const pastMs = random() < 0.3 ? random() * Math.max(0, retentionMs - lengthMs) : 0
          const toMs = nowMs - pastMs
          const some = oracle.within(toMs - lengthMs, toMs)
          for (const fn of telemetryFunctions) {
            const sample = some[Math.floor(random() * some.length)] ?? 0
            const argument =
              fn === 'percentile' ? ([0, 5, 50, 95, 99.9, 100, random() * 100][Math.floor(random() * 7)] ?? 50) : sample
            const question: TelemetryQuestion = { fn, metric: stream.metric, argument, lengthMs }
            const exact = oracle.answer(question, toMs)
            const answer = windows.explain(slot, question, toMs)
            const what = `${fn}(${argument}) over ${lengthMs} ms to now - ${pastMs} ms: ${JSON.stringify(answer)} of ${exact}`
            if (answer === undefined) {
              const most = oracle.answer({ ...question, fn: 'count' }, toMs)
              if (most > 0) expect(windows.query(slot, { ...question, fn: 'count' }, toMs), what).toBe(0)
              continue
            }
            expect(answer.errorLow - slack(answer.errorLow), what).toBeLessThanOrEqual(exact)
            expect(answer.errorHigh + slack(answer.errorHigh), what).toBeGreaterThanOrEqual(exact)
            expect(windows.query(slot, question, toMs), what).toBe(answer.value)
            const busyHigh = (stream.metric === 'idle') === (fn === 'shareBelow') && fn !== 'count' && fn !== 'coverage'
            expect(answer.value, what).toBe(busyHigh ? answer.errorHigh : answer.errorLow)
            expect(answer.samples, what).toBeLessThanOrEqual(some.length)
            const recent =
              lengthMs + pastMs <= stream.recentMs - 2 * stream.stepMs && toMs <= windows.lastAtMs(slot) + stream.stepMs
            if (recent && fn !== 'shareBelow') {
              expect(answer.errorHigh - answer.errorLow, what).toBeLessThanOrEqual(answer.errorHigh * 1e-6)
              expect(answer.samples, what).toBe(some.length)
            }
          }
        }
      })
    }),
    { numRuns: 15 },
  )
})

test('a quiet run never begins earlier than it did, and its earliest start is no later', () => {
  fc.assert(
    fc.property(streams, (stream) => {
      play(stream, ({ windows, oracle, nowMs, random }) => {
        const slot = windows.slotOf('s')
        const values = oracle.within(nowMs - dayMs, nowMs)
        for (const maxGapMs of [10 * minuteMs, 3 * hourMs, 40 * hourMs, 1000 * dayMs]) {
          const below =
            Math.max(...values.slice(-Math.ceil(random() * 500)), 0) *
            (1 + (random() < 0.5 ? -1 : 1) * (1e-6 + random() * 1e-4))
          const answer = windows.quietSince(slot, { metric: stream.metric, below, maxGapMs }, nowMs)
          const exact = oracle.quietSince({ below, maxGapMs }, nowMs)
          const what = `below ${below}, gap ${maxGapMs}: ${JSON.stringify(answer)} of ${exact} at ${nowMs}`
          if (Number.isNaN(exact)) expect(answer.sinceMs, what).toBeNaN()
          else if (exact < nowMs - retentionMs) expect(answer.sinceMs, what).toBeGreaterThanOrEqual(exact)
          else {
            expect(answer.sinceMs, what).toBeGreaterThanOrEqual(exact)
            expect(answer.earliestMs, what).toBeLessThanOrEqual(exact)
          }
        }
      })
    }),
    { numRuns: 15 },
  )
})
