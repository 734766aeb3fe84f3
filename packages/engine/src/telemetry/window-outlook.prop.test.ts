// What is foreseen comes true: whatever newer samples come, every answer up to the end of an outlook lies between its two
// ends, as long as nothing else happened to the subject. And outlooks are of use: most questions get one.
import fc from 'fast-check'
import { type Metric, metrics } from '@gleaner/model'
import { describe, expect, test } from 'vitest'
import type { TelemetryQuestion } from './telemetry-question.ts'
import { TelemetryWindows } from './telemetry-windows.ts'
import { loadKinds, loadValue, seededRandom } from './testing/random-load.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
const foreseeable = ['average', 'minimum', 'maximum', 'shareBelow', 'coverage'] as const
const lengthsMs = [10, 30, 60, 150, 6 * 60, 30 * 60, 4 * 24 * 60, 7 * 24 * 60 + 10, 14 * 24 * 60]

interface Life {
  readonly seed: number
  readonly stepMs: number
  readonly metric: Metric
  readonly kinds: readonly (typeof loadKinds)[number][]
  readonly days: number
  readonly gaps: number
}

const lives = fc.record<Life>({
  seed: fc.integer(),
  stepMs: fc.constantFrom(minuteMs, 2 * minuteMs, 5 * minuteMs),
  metric: fc.constantFrom('cpu', 'cpu', 'networkRx', 'idle'),
  kinds: fc.array(fc.constantFrom(...loadKinds), { minLength: 1, maxLength: 3 }),
  days: fc.double({ min: 0.05, max: 15.5, noNaN: true }),
  gaps: fc.constantFrom(0, 0.05, 0.5),
})

interface Promise {
  readonly question: TelemetryQuestion
  readonly slot: number
  readonly rewritten: number
  readonly fromMs: number
  /** Last step of the windows it is about. */
  readonly toStep: number
  readonly least: number
  readonly most: number
  readonly isMissing: boolean
}

const lastStep = (windows: TelemetryWindows, nowMs: number) => Math.ceil(nowMs / windows.layout.stepMs) - 1

function foresee(windows: TelemetryWindows, nowMs: number, random: () => number, metric: Metric): Promise {
  const slot = windows.slotOf('s')
  const lengthMs = (lengthsMs[Math.floor(random() * lengthsMs.length)] ?? 10) * minuteMs
  const steps = windows.horizons(lengthMs)[Math.floor(random() * 3)] ?? 1
  const question: TelemetryQuestion = {
    fn: foreseeable[Math.floor(random() * foreseeable.length)] ?? 'average',
    metric,
    argument: [0, 1e-7, 0.02, 2.05, 3, 700][Math.floor(random() * 6)] ?? 0,
    lengthMs,
    leastCoverage: [0, 0.5, 0.9][Math.floor(random() * 3)] ?? 0,
  }
  const { least, most, isMissing } = windows.foresee(slot, question, { toMs: nowMs, steps })
  const toStep = lastStep(windows, nowMs) + steps
  return { question, slot, rewritten: windows.rewritten(slot, nowMs), fromMs: nowMs, toStep, least, most, isMissing }
}

function holds(promise: Promise, windows: TelemetryWindows, nowMs: number): boolean {
  const rewritten = windows.rewritten(promise.slot, nowMs)
  return (
    rewritten === promise.rewritten &&
    rewritten !== 0 &&
    nowMs >= promise.fromMs &&
    lastStep(windows, nowMs) <= promise.toStep
  )
}

describe('an outlook', () => {
  test('comes true', () => {
    const kept = { least: 0, most: 0, missing: 0, open: 0 }
    fc.assert(
      fc.property(lives, (life) => {
        const random = seededRandom(life.seed)
        const windows = new TelemetryWindows({ stepMs: life.stepMs })
        const values = new Float64Array(metrics.length)
        let n = 0
        let clock = 1_780_000_000_000 + Math.floor(random() * 2 * dayMs)
        const send = (atMs: number, nowMs: number) => {
          const kind = life.kinds[Math.floor(n / 300) % life.kinds.length] ?? 'steady'
          for (let metric = 0; metric < metrics.length; metric++)
            values[metric] = random() < life.gaps / 4 ? Number.NaN : loadValue(kind, n, random)
          n++
          windows.ingest({ subjects: ['s'], atMs: Float64Array.of(atMs), values }, nowMs)
        }
        send(clock, clock)
        let promises: Promise[] = []
        for (const endMs = clock + life.days * dayMs; clock < endMs; ) {
          // A stretch of samples that nobody asks about, then two hours of cycles.
          for (const untilMs = clock + random() * dayMs; clock < untilMs; clock += life.stepMs)
            if (random() >= life.gaps) send(clock, clock)
          if (random() < 0.1) clock += random() * 3 * hourMs
          for (const untilMs = clock + 2 * hourMs; clock < untilMs; clock += life.stepMs * (0.7 + 0.6 * random())) {
            const chance = random()
            if (chance >= life.gaps) send(clock - random() * life.stepMs, clock)
            if (chance > 0.8) send(clock, clock)
            if (chance > 0.97) send(clock + random() * life.stepMs, clock)
            if (chance > 0.98) send(clock - random() * 2 * hourMs, clock)
            // The clock of the one who samples may be ahead for a while.
            if (chance > 0.995) for (let ahead = 0; ahead < 20; ahead++) send(clock + ahead * minuteMs, clock + hourMs)
            // At times the newest sample is of this very moment, and so not in the windows that end now.
            const isOnStep = random() < 0.3
            const nowMs = isOnStep ? Math.ceil(clock / life.stepMs) * life.stepMs : clock + random() * life.stepMs
            if (isOnStep && random() < 0.7) send(nowMs, nowMs)
            promises = promises.filter((promise) => holds(promise, windows, nowMs))
            for (const promise of promises) {
              const { question, least, most, isMissing } = promise
              const answer = windows.query(promise.slot, question, nowMs)
              const isKept = isMissing ? Number.isNaN(answer) : answer >= least && answer <= most
              const promised = isMissing || least > Number.NEGATIVE_INFINITY || most < Number.POSITIVE_INFINITY
              if (promised && !isKept) expect.fail(`${JSON.stringify(promise)} at ${nowMs}: ${answer}`)
            }
            for (let more = 0; more < 3 && promises.length < 20; more++) {
              const promise = foresee(windows, nowMs, random, life.metric)
              promises.push(promise)
              if (promise.isMissing) kept.missing++
              else if (promise.least > 0) kept.least++
              else if (promise.most < Number.POSITIVE_INFINITY) kept.most++
              else kept.open++
            }
          }
        }
      }),
      { numRuns: 20 },
    )
    for (const count of Object.values(kept)) expect(count, JSON.stringify(kept)).toBeGreaterThan(100)
  })

  test('of a busy instance says that it stays busy, and of an idle one that it stays idle within its margin', () => {
    const windows = new TelemetryWindows()
    const startMs = 1_780_000_000_000
    for (const [name, cpu] of Object.entries({ busy: 1, idle: 0.01 }))
      for (let minute = 0; minute < 8 * 24 * 60; minute++) {
        const atMs = startMs + minute * minuteMs
        windows.record(name, { atMs, values: { cpu } }, atMs)
      }
    const toMs = startMs + 8 * dayMs
    const ask = (name: string, fn: TelemetryQuestion['fn'], lengthMs: number, steps: number) =>
      windows.foresee(
        windows.slotOf(name),
        { fn, metric: 'cpu', argument: 0.03, lengthMs, leastCoverage: 0.5 },
        { toMs, steps },
      )
    // Within the ring: of ten minutes three leave, one has no sample yet and one may be written again.
    expect({ ...ask('busy', 'average', 10 * minuteMs, 3) }.least).toBeCloseTo(0.5, 3)
    expect({ ...ask('busy', 'shareBelow', 10 * minuteMs, 3) }.most).toBeCloseTo(0.5, 3)
    expect({ ...ask('idle', 'shareBelow', 10 * minuteMs, 3) }.least).toBeCloseTo(0.5, 3)
    // Beyond: an hour of a week is little.
    expect({ ...ask('busy', 'average', 7 * dayMs, 60) }.least).toBeGreaterThan(0.8)
    expect({ ...ask('busy', 'shareBelow', 7 * dayMs, 60) }.most).toBeLessThan(0.02)
    expect({ ...ask('idle', 'shareBelow', 7 * dayMs, 60) }.least).toBeGreaterThan(0.98)
    expect({ ...ask('idle', 'average', 7 * dayMs, 60) }.most).toBe(Number.POSITIVE_INFINITY)
    // Nothing is certain of a window that is not a whole number of steps.
    expect({ ...ask('idle', 'shareBelow', 7 * dayMs + 1, 60) }.least).toBe(Number.NEGATIVE_INFINITY)
    // Nor is less certain with a sample of this very moment, which no window that ends now has in it.
    for (const [name, cpu] of Object.entries({ busy: 1, idle: 0.01 }))
      windows.record(name, { atMs: toMs, values: { cpu } }, toMs)
    expect({ ...ask('busy', 'average', 7 * dayMs, 60) }.least).toBeGreaterThan(0.8)
    expect({ ...ask('busy', 'shareBelow', 7 * dayMs, 60) }.most).toBeLessThan(0.02)
    expect({ ...ask('idle', 'shareBelow', 7 * dayMs, 60) }.least).toBeGreaterThan(0.98)
  })

  test('reaches over midnight, where the start of every long window moves on to another tile', () => {
    const windows = new TelemetryWindows()
    const midnightMs = 20_600 * dayMs
    for (const [name, cpu] of Object.entries({ busy: 1, idle: 0.01 }))
      for (let atMs = midnightMs - 15 * dayMs; atMs < midnightMs - 20 * minuteMs; atMs += minuteMs)
        windows.record(name, { atMs, values: { cpu } }, atMs)
    const ask = (name: string, fn: TelemetryQuestion['fn'], days: number) =>
      windows.foresee(
        windows.slotOf(name),
        { fn, metric: 'cpu', argument: 0.03, lengthMs: days * dayMs, leastCoverage: 0.5 },
        { toMs: midnightMs - 20 * minuteMs, steps: 60 },
      )
    for (const days of [2, 3, 7, 13]) {
      // Of so many steps no more than these sixty and one are unknown, and the edges of two tiles of a day or two.
      const unknown = (61 + 2 * 60) / (days * 24 * 60)
      expect({ ...ask('busy', 'shareBelow', days) }.most, `${days} days`).toBeLessThan(unknown)
      expect({ ...ask('idle', 'shareBelow', days) }.least, `${days} days`).toBeGreaterThan(1 - unknown)
      expect({ ...ask('busy', 'average', days) }.least, `${days} days`).toBeGreaterThan(0.3)
      expect({ ...ask('idle', 'coverage', days) }.least, `${days} days`).toBeGreaterThan(0.3)
    }
  })
})
