import { metrics } from '@gleaner/model'
import { describe, expect, test } from 'vitest'
import type { UsageAccess } from '../ledger/usage-access.ts'
import type { TelemetryAccess } from '../rules/telemetry-access.ts'
import { TelemetryWindows } from './telemetry-windows.ts'
import type { TelemetryQuestion } from './telemetry-question.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
// Not at the start of an hour, on purpose.
const startMs = Date.UTC(2026, 5, 3, 10, 17)

const ask = (fn: TelemetryQuestion['fn'], lengthMs: number, argument = 0): TelemetryQuestion => ({
  fn,
  metric: 'cpu',
  argument,
  lengthMs,
})

/** One subject with a value of cpu for each minute from `startMs`; undefined is a gap. Returns the time after the last. */
function fill(windows: TelemetryWindows, minutes: number, cpu: (minute: number) => number | undefined): number {
  for (let minute = 0; minute < minutes; minute++) {
    const value = cpu(minute)
    const nowMs = startMs + minute * minuteMs
    if (value !== undefined) windows.record('s', { atMs: nowMs, values: { cpu: value } }, nowMs)
  }
  return startMs + minutes * minuteMs
}

describe('windows', () => {
  test('serve the rules and the ledger as they are', () => {
    const windows = new TelemetryWindows()
    const forRules: TelemetryAccess = windows
    const forLedger: UsageAccess = windows
    expect(forRules.slotOf('nobody')).toBe(-1)
    expect(forLedger.query(-1, { fn: 'average', metric: 'cpu', argument: 0, lengthMs: hourMs }, startMs)).toBeNaN()
    expect(
      forRules.query(-1, { fn: 'coverage', metric: 'cpu', argument: 0, lengthMs: hourMs, leastCoverage: 0 }, startMs),
    ).toBe(0)
    expect(forRules.latest(-1, 'cpu', startMs)).toBeNaN()
    expect(forLedger.lastAtMs(-1)).toBeNaN()
  })

  test('are exact within the ring', () => {
    const windows = new TelemetryWindows()
    const nowMs = fill(windows, 60, (minute) => minute)
    const slot = windows.slotOf('s')
    expect(windows.query(slot, ask('average', 10 * minuteMs), nowMs)).toBe(54.5)
    expect(windows.query(slot, ask('minimum', 10 * minuteMs), nowMs)).toBe(50)
    expect(windows.query(slot, ask('maximum', 10 * minuteMs), nowMs)).toBe(59)
    expect(windows.query(slot, ask('sum', 10 * minuteMs), nowMs)).toBe(545)
    expect(windows.query(slot, ask('count', 10 * minuteMs), nowMs)).toBe(10)
    expect(windows.query(slot, ask('percentile', 10 * minuteMs, 90), nowMs)).toBe(58)
    expect(windows.query(slot, ask('percentile', 10 * minuteMs, 0), nowMs)).toBe(50)
    expect(windows.query(slot, ask('percentile', 10 * minuteMs, 100), nowMs)).toBe(59)
    expect(windows.query(slot, ask('shareBelow', 10 * minuteMs, 53), nowMs)).toBe(0.3)
    expect(windows.query(slot, ask('coverage', 2 * hourMs), nowMs)).toBe(0.5)
    expect(windows.explain(slot, ask('maximum', 10 * minuteMs), nowMs)).toEqual({
      value: 59,
      errorLow: 59 * (1 - 2 ** -22),
      errorHigh: 59,
      samples: 10,
      coverage: 1,
    })
  })

  test('an answer without a possible argument is no data', () => {
    const windows = new TelemetryWindows()
    const nowMs = fill(windows, 10, () => 1)
    for (const argument of [-1, 101, Number.NaN]) {
      expect(windows.query(0, ask('percentile', hourMs, argument), nowMs)).toBeNaN()
      expect(windows.explain(0, ask('percentile', hourMs, argument), nowMs)).toBeUndefined()
    }
    expect(windows.query(0, ask('shareBelow', hourMs, Number.NaN), nowMs)).toBeNaN()
    expect(windows.query(0, ask('average', -hourMs), nowMs)).toBeNaN()
    expect(windows.query(0, ask('average', Number.NaN), nowMs)).toBeNaN()
    expect(windows.query(0, ask('average', hourMs), Number.POSITIVE_INFINITY)).toBeNaN()
  })

  test('a gap stays a gap', () => {
    const windows = new TelemetryWindows()
    const nowMs = fill(windows, 5 * 60, (minute) => (minute >= 60 && minute < 240 ? undefined : 1))
    const count = (lengthMs: number) => windows.query(0, ask('count', lengthMs), nowMs)
    expect(count(hourMs)).toBe(60)
    expect(count(2 * hourMs)).toBe(60)
    expect(count(5 * hourMs)).toBe(120)
    expect(windows.query(0, ask('coverage', 5 * hourMs), nowMs)).toBe(0.4)
    expect(windows.query(0, ask('average', 30 * minuteMs), nowMs - hourMs)).toBeNaN()
    expect(windows.explain(0, ask('average', 30 * minuteMs), nowMs - hourMs)).toBeUndefined()
    expect(windows.query(0, ask('coverage', 30 * minuteMs), nowMs - hourMs)).toBe(0)
  })

  test('two weeks later nothing is missing and nothing is counted twice', () => {
    const windows = new TelemetryWindows()
    const nowMs = fill(windows, 14 * 1440, (minute) => (minute % 100 === 0 ? 3 : 0.01))
    const all = windows.explain(0, ask('count', 14 * dayMs), nowMs)
    expect(all).toMatchObject({ value: 14 * 1440, errorHigh: 14 * 1440, coverage: 1 })
    const mean = windows.explain(0, ask('average', 14 * dayMs), nowMs)
    const exact = (3 + 99 * 0.01) / 100
    expect(mean?.errorLow).toBeLessThan(exact * 1.01)
    expect(mean?.value).toBeGreaterThanOrEqual(exact * 0.999)
    expect(mean?.value).toBeLessThan(exact * 1.01)
    expect(windows.query(0, ask('maximum', 14 * dayMs), nowMs)).toBe(3)
    const usual = windows.explain(0, ask('percentile', 14 * dayMs, 95), nowMs)
    expect(usual?.errorLow).toBeLessThanOrEqual(0.01)
    expect(usual?.value).toBeGreaterThanOrEqual(0.01)
    // Values from 0.01 to 3 in 24 bins collapse to level 4, where a bin is as wide as the square root of two.
    expect(usual?.value).toBeLessThan(0.01 * Math.SQRT2)
    expect(windows.query(0, ask('shareBelow', 14 * dayMs, 0.02), nowMs)).toBeGreaterThan(0.98)
  })

  test('a window that cuts a tile says how far the answer may be off, and errs towards busy', () => {
    const windows = new TelemetryWindows()
    // Busy only in the first half hour; then idle for ten days.
    const nowMs = fill(windows, 10 * 1440, (minute) => (minute < 30 ? 4 : 0.01))
    const answer = windows.explain(0, ask('maximum', 10 * dayMs - hourMs), nowMs)
    expect(answer?.errorLow).toBeCloseTo(0.01, 4)
    expect(answer?.errorHigh).toBe(4)
    expect(answer?.value).toBe(4)
    expect(answer?.samples).toBe((10 * dayMs - hourMs) / minuteMs)
    const share = windows.explain(0, ask('shareBelow', 10 * dayMs - hourMs, 0.05), nowMs)
    expect(share?.errorHigh).toBe(1)
    expect(share?.value).toBeLessThan(1)
    expect(share?.value).toBeGreaterThan(0.99)
  })

  test('samples too small to be told apart in a sketch are in doubt below a bound as small', () => {
    const windows = new TelemetryWindows()
    const nowMs = fill(windows, 300, (minute) => (minute % 2) * 2 ** -21)
    const share = windows.explain(0, ask('shareBelow', 6 * hourMs, 2 ** -22), nowMs)
    expect(share?.value).toBeLessThanOrEqual(0.5)
    expect(share?.errorHigh).toBeGreaterThanOrEqual(0.5)
    expect(windows.query(0, ask('shareBelow', 6 * hourMs, 2 ** -20), nowMs)).toBe(1)
  })

  test('idle seconds err the other way: small is busy', () => {
    const windows = new TelemetryWindows()
    for (let minute = 0; minute < 3000; minute++) {
      const nowMs = startMs + minute * minuteMs
      windows.record('s', { atMs: nowMs, values: { idle: 100 + (minute % 700) } }, nowMs)
    }
    const question = { ...ask('percentile', 2 * dayMs, 50), metric: 'idle' } as const
    const answer = windows.explain(0, question, startMs + 3000 * minuteMs)
    expect(answer?.value).toBe(answer?.errorLow)
    expect(answer?.value).toBeLessThanOrEqual(450)
    const share = windows.explain(0, { ...question, fn: 'shareBelow', argument: 300 }, startMs + 3000 * minuteMs)
    expect(share?.value).toBe(share?.errorHigh)
  })

  test('rounding to single precision never makes a sample look idle', () => {
    const windows = new TelemetryWindows()
    // 0.7 is smaller in single precision when rounded to the nearest.
    fill(windows, 1, () => 0.7)
    expect(windows.query(0, ask('average', hourMs), startMs + minuteMs)).toBeGreaterThanOrEqual(0.7)
    expect(windows.query(0, ask('shareBelow', hourMs, 0.7), startMs + minuteMs)).toBe(0)
    // And a sample that is below the bound by less than single precision can tell is told as a doubt.
    const barely = new TelemetryWindows()
    fill(barely, 300, () => 0.7 - 1e-12)
    for (const lengthMs of [hourMs, 6 * hourMs]) {
      const share = barely.explain(0, ask('shareBelow', lengthMs, 0.7), startMs + 300 * minuteMs)
      expect(share).toMatchObject({ value: 0, errorLow: 0, errorHigh: 1 })
    }
  })

  test('late samples fill gaps, also in an hour that is a sketch already', () => {
    const windows = new TelemetryWindows()
    const nowMs = fill(windows, 4 * 60, (minute) => (minute % 2 === 0 ? 1 : undefined))
    const late = (agoMs: number, cpu: number) => windows.record('s', { atMs: nowMs - agoMs, values: { cpu } }, nowMs)
    const before = windows.query(0, ask('count', 5 * hourMs), nowMs)
    expect(late(3 * minuteMs, 2).accepted).toBe(1)
    expect(late(117 * minuteMs, 5).accepted).toBe(1)
    expect(windows.query(0, ask('count', 5 * hourMs), nowMs)).toBe(before + 2)
    expect(windows.query(0, ask('maximum', 5 * hourMs), nowMs)).toBe(5)
    // The same again changes nothing; another value would have to change a sketch.
    expect(late(117 * minuteMs, 5)).toMatchObject({ accepted: 1 })
    expect(late(117 * minuteMs, 6)).toMatchObject({ accepted: 0, refused: { 'too-old': 1 } })
    expect(windows.query(0, ask('count', 5 * hourMs), nowMs)).toBe(before + 2)
    expect(late(125 * minuteMs, 1)).toMatchObject({ accepted: 0, refused: { 'too-old': 1 } })
  })

  test('a repeated sample overwrites, metric by metric', () => {
    const windows = new TelemetryWindows()
    const record = (values: { cpu?: number; users?: number }) => windows.record('s', { atMs: startMs, values }, startMs)
    record({ cpu: 1 })
    record({ users: 2 })
    record({ cpu: 3 })
    expect(windows.latest(0, 'cpu', startMs)).toBe(3)
    expect(windows.latest(0, 'users', startMs)).toBe(2)
    expect(windows.query(0, ask('count', hourMs), startMs + minuteMs)).toBe(1)
  })

  test('the past of a new subject can be taken in, in its order', () => {
    const windows = new TelemetryWindows()
    const rows = 13 * 1440
    const nowMs = startMs + rows * minuteMs
    const values = new Float64Array(rows * metrics.length).fill(Number.NaN)
    const atMs = new Float64Array(rows)
    for (let row = 0; row < rows; row++) {
      atMs[row] = startMs + row * minuteMs
      values[row * metrics.length] = 1
    }
    const outcome = windows.ingest({ subjects: Array.from(atMs, () => 's'), atMs, values }, nowMs)
    expect(outcome.accepted).toBe(rows)
    expect(windows.query(0, ask('count', 14 * dayMs), nowMs)).toBe(rows)
  })

  test('the latest value stands for the present only while it is young', () => {
    const windows = new TelemetryWindows()
    windows.record('s', { atMs: startMs, values: { cpu: 2 } }, startMs)
    expect(windows.latest(0, 'cpu', startMs + 4 * minuteMs)).toBe(2)
    expect(windows.latest(0, 'cpu', startMs + 6 * minuteMs)).toBeNaN()
    expect(windows.latest(0, 'cpu', startMs - minuteMs)).toBeNaN()
    expect(windows.latest(0, 'memory', startMs)).toBeNaN()
    expect(windows.lastAtMs(0)).toBe(startMs)
    expect(windows.lastAtMs(0, 'cpu')).toBe(startMs)
    expect(windows.lastAtMs(0, 'memory')).toBeNaN()
  })
})

describe('quiet since', () => {
  test('is exact in the ring and later than the truth beyond', () => {
    const windows = new TelemetryWindows()
    const nowMs = fill(windows, 3 * 1440, (minute) => (minute < 1440 + 7 ? 1 : 0.01))
    const answer = windows.quietSince(0, { metric: 'cpu', below: 0.05 }, nowMs)
    const truthMs = startMs + (1440 + 7) * minuteMs
    expect(answer.sinceMs).toBeGreaterThanOrEqual(truthMs)
    expect(answer.earliestMs).toBeLessThanOrEqual(truthMs)
    expect(answer.sinceMs - truthMs).toBeLessThan(12 * hourMs)
  })

  test('goes back to the first sample of a young subject, however coarse its tiles are', () => {
    const windows = new TelemetryWindows()
    const nowMs = fill(windows, 5 * 1440, () => 0.01)
    expect(windows.quietSince(0, { metric: 'cpu', below: 0.05 }, nowMs)).toMatchObject({ sinceMs: startMs })
  })

  test('busy now is quiet for no time, no data is no answer, a long gap ends the run', () => {
    const windows = new TelemetryWindows()
    const nowMs = fill(windows, 110, (minute) => (minute < 40 || (minute >= 60 && minute < 100) ? 0.01 : undefined))
    const since = (below: number, maxGapMs: number, atMs = nowMs) =>
      windows.quietSince(0, { metric: 'cpu', below, maxGapMs }, atMs).sinceMs
    expect(since(0.05, hourMs)).toBe(startMs)
    expect(since(0.05, 20 * minuteMs)).toBe(startMs)
    expect(since(0.05, 19 * minuteMs)).toBe(startMs + 60 * minuteMs)
    expect(since(0.05, 9 * minuteMs)).toBeNaN()
    expect(since(0.001, hourMs)).toBe(nowMs)
    expect(windows.quietSince(0, { metric: 'memory', below: 1 }, nowMs).sinceMs).toBeNaN()
    expect(windows.quietSince(-1, { metric: 'cpu', below: 1 }, nowMs).sinceMs).toBeNaN()
  })
})

describe('series', () => {
  test('has minimum, average and maximum of each stretch and null for gaps', () => {
    const windows = new TelemetryWindows()
    const nowMs = fill(windows, 60, (minute) => (minute >= 20 && minute < 40 ? undefined : minute))
    const series = windows.series(0, 'cpu', { fromMs: startMs, toMs: nowMs, maxPoints: 6 })
    expect(series.atMs).toEqual([0, 10, 20, 30, 40, 50].map((minute) => startMs + minute * minuteMs))
    expect(series.average).toEqual([4.5, 14.5, null, null, 44.5, 54.5])
    expect(series.minimum).toEqual([0, 10, null, null, 40, 50])
    expect(series.maximum).toEqual([9, 19, null, null, 49, 59])
  })

  test('draws each old tile once, in the order of time, and never more points than allowed', () => {
    const windows = new TelemetryWindows()
    const nowMs = fill(windows, 14 * 1440, (minute) => (minute > 5000 && minute < 11_000 ? undefined : 1))
    for (const maxPoints of [1, 2, 7, 100, 2000]) {
      const series = windows.series(0, 'cpu', { fromMs: nowMs - 14 * dayMs, toMs: nowMs, maxPoints })
      expect(series.atMs.length).toBeLessThanOrEqual(maxPoints)
      expect(series.atMs.length).toBeGreaterThan(0)
      expect(series.atMs).toEqual(series.atMs.toSorted((a, b) => a - b))
      expect(new Set(series.average.filter((value) => value !== null)).size).toBe(1)
      expect(series.average.includes(null)).toBe(maxPoints >= 7)
    }
    const fine = windows.series(0, 'cpu', { fromMs: nowMs - 14 * dayMs, toMs: nowMs, maxPoints: 2000 })
    const values = fine.average.filter((value) => value !== null)
    expect(values.length).toBeLessThan(250)
    expect(windows.series(-1, 'cpu', { fromMs: 0, toMs: nowMs, maxPoints: 10 }).atMs).toEqual([])
    expect(windows.series(0, 'cpu', { fromMs: nowMs, toMs: nowMs, maxPoints: 10 }).atMs).toEqual([])
  })
})

describe('subjects and slots', () => {
  test('a slot is used again, empty, and its revision tells', () => {
    const windows = new TelemetryWindows()
    fill(windows, 300, () => 1)
    const slot = windows.slotOf('s')
    const before = windows.revision(slot)
    expect(windows.remove('s')).toBe(true)
    expect(windows.remove('s')).toBe(false)
    expect(windows.query(slot, ask('count', dayMs), startMs + dayMs)).toBe(0)
    expect(windows.add('t')).toBe(slot)
    expect(windows.subjectOf(slot)).toBe('t')
    expect(windows.revision(slot)).toBeGreaterThan(before)
    expect(windows.query(slot, ask('count', dayMs), startMs + dayMs)).toBe(0)
    expect(windows.lastAtMs(slot)).toBeNaN()
  })

  test('the revision changes with the data and only then', () => {
    const windows = new TelemetryWindows()
    fill(windows, 1, () => 1)
    const revision = windows.revision(0)
    windows.query(0, ask('average', hourMs), startMs)
    windows.record('s', { atMs: startMs + dayMs, values: { cpu: 1 } }, startMs)
    windows.record('s', { atMs: startMs, values: { cpu: Number.NaN } }, startMs)
    expect(windows.revision(0)).toBe(revision)
    windows.record('s', { atMs: startMs + minuteMs, values: { cpu: 1 } }, startMs + minuteMs)
    expect(windows.revision(0)).toBeGreaterThan(revision)
  })

  test('what is dirty comes in turn, and stays dirty when it changed while it was saved', () => {
    const windows = new TelemetryWindows()
    const record = (subject: string, minute: number) =>
      windows.record(subject, { atMs: startMs + minute * minuteMs, values: { cpu: 1 } }, startMs + minute * minuteMs)
    for (let i = 0; i < 10; i++) record(`s${i}`, 0)
    windows.add('without data')
    expect(windows.dirtySlots(4)).toEqual([0, 1, 2, 3])
    expect(windows.dirtySlots(4)).toEqual([4, 5, 6, 7])
    const revision = windows.revision(8)
    windows.markSaved(8, revision)
    expect(windows.dirtySlots(4)).toEqual([9, 0, 1, 2])
    const old = windows.revision(0)
    record('s0', 1)
    windows.markSaved(0, old)
    expect(windows.isDirty(0)).toBe(true)
    windows.markSaved(0, windows.revision(0))
    expect(windows.isDirty(0)).toBe(false)
  })

  test('memory grows by blocks and is what is promised for each subject', () => {
    const windows = new TelemetryWindows()
    expect(windows.memory).toMatchObject({ bytes: 0, blocks: 0 })
    for (let i = 0; i < 257; i++) windows.add(`s${i}`)
    expect(windows.memory.blocks).toBe(2)
    expect(windows.memory.bytes / 512).toBe(windows.memory.bytesPerSubject)
    expect(windows.memory.bytesPerSubject).toBeLessThanOrEqual(10_000)
  })
})
