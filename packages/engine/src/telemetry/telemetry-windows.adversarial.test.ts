import { metrics } from '@gleaner/model'
import { describe, expect, test } from 'vitest'
import { seededRandom } from './testing/random-load.ts'
import { TelemetryWindows } from './telemetry-windows.ts'
import type { TelemetryQuestion } from './telemetry-question.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
const startMs = Date.UTC(2026, 5, 3, 10, 17)
const count: TelemetryQuestion = { fn: 'count', metric: 'cpu', argument: 0, lengthMs: 14 * dayMs }
const average: TelemetryQuestion = { ...count, fn: 'average' }

describe('poisoned samples', () => {
  test.each([
    [Number.NaN, {}],
    [Number.POSITIVE_INFINITY, { 'not-finite': 1 }],
    [Number.NEGATIVE_INFINITY, { 'not-finite': 1 }],
    [-1e-300, { negative: 1 }],
    [-1, { negative: 1 }],
    [1e308, { 'too-large': 1 }],
    [1.2e15, { 'too-large': 1 }],
  ])('%d is refused and leaves a gap; the other metrics are taken', (value, refused) => {
    const windows = new TelemetryWindows()
    const outcome = windows.record('s', { atMs: startMs, values: { cpu: value, memory: 7 } }, startMs)
    expect(outcome).toMatchObject({ accepted: 1, refused })
    expect(Object.values(outcome.refused).reduce((sum, n) => sum + n, 0)).toBe(Object.keys(refused).length)
    expect(windows.latest(0, 'cpu', startMs)).toBeNaN()
    expect(windows.latest(0, 'memory', startMs)).toBe(7)
  })

  test.each([0, -0, Number.MIN_VALUE, 1e-40, 2 ** -20, 2 ** 50])('%d is a sample', (value) => {
    const windows = new TelemetryWindows()
    for (let minute = 0; minute < 300; minute++) {
      const nowMs = startMs + minute * minuteMs
      expect(windows.record('s', { atMs: nowMs, values: { cpu: value } }, nowMs).accepted).toBe(1)
    }
    const nowMs = startMs + 300 * minuteMs
    for (const fn of ['average', 'minimum', 'maximum', 'percentile'] as const) {
      const answer = windows.explain(0, { ...count, fn, argument: 50 }, nowMs)
      expect(answer?.errorLow).toBeLessThanOrEqual(value)
      // Less than any single-precision number can say precisely is 0.
      expect(answer?.errorHigh).toBeGreaterThanOrEqual(value < 2 ** -126 ? 0 : value)
      expect(answer?.value).toBeLessThanOrEqual(value * 1.001)
    }
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('a sample at %d is refused', (atMs) => {
    const windows = new TelemetryWindows()
    expect(windows.record('s', { atMs, values: { cpu: 1 } }, startMs)).toMatchObject({
      accepted: 0,
      refused: { 'not-finite': 1 },
    })
    expect(windows.lastAtMs(0)).toBeNaN()
  })

  test('samples from the future, from before the ring and from before all time are refused', () => {
    const windows = new TelemetryWindows({ futureToleranceMs: 5000 })
    const at = (atMs: number) => windows.record('s', { atMs, values: { cpu: 1 } }, startMs)
    expect(at(startMs + 5000).accepted).toBe(1)
    expect(at(startMs + 5001).refused.future).toBe(1)
    expect(at(startMs - 119 * minuteMs).accepted).toBe(1)
    expect(at(startMs - 120 * minuteMs).refused['too-old']).toBe(1)
    expect(at(-1).refused['too-old']).toBe(1)
    expect(windows.record('t', { atMs: startMs - 15 * dayMs, values: { cpu: 1 } }, startMs).refused['too-old']).toBe(1)
    expect(windows.refusals).toMatchObject({ future: 1, 'too-old': 3 })
  })

  test('a batch that is shorter than it says is refused whole, and so is a time that is none', () => {
    const windows = new TelemetryWindows()
    const batch = { subjects: ['s', 't'], atMs: new Float64Array(2), values: new Float64Array(metrics.length) }
    expect(() => windows.ingest(batch, startMs)).toThrow(/too few/)
    expect(windows.size).toBe(0)
    const whole = { ...batch, values: new Float64Array(2 * metrics.length) }
    for (const nowMs of [Number.NaN, -1, Number.POSITIVE_INFINITY, 1e30]) {
      expect(() => windows.ingest(whole, nowMs)).toThrow(/is no time/)
    }
  })

  test('slots that do not exist are counted, not written', () => {
    const windows = new TelemetryWindows()
    windows.add('s')
    const slots = Int32Array.of(-1, 1, 255, 1_000_000, 0)
    const values = new Float64Array(slots.length * metrics.length).fill(1)
    const atMs = new Float64Array(slots.length).fill(startMs)
    expect(windows.ingest({ slots, atMs, values }, startMs)).toMatchObject({
      accepted: 1,
      refused: { 'unknown-subject': 4 },
    })
  })

  test('beyond the allowed number of subjects there is no room', () => {
    const windows = new TelemetryWindows({ maxSubjects: 2 })
    const sample = { atMs: startMs, values: { cpu: 1 } }
    for (const subject of ['a', 'b']) expect(windows.record(subject, sample, startMs).accepted).toBe(1)
    expect(windows.record('c', sample, startMs).refused['no-room']).toBe(1)
    expect(windows.add('c')).toBe(-1)
    const bytes = windows.dump(0) ?? new Uint8Array()
    expect(windows.load('c', bytes)).toEqual({ loaded: false, reason: 'no-room' })
    expect(windows.load('b', bytes).loaded).toBe(true)
  })
})

describe('clocks', () => {
  const record = (windows: TelemetryWindows, atMs: number, cpu = 1) =>
    windows.record('s', { atMs, values: { cpu } }, atMs)

  test('set ahead leaves a gap; what is older than the retention is gone', () => {
    const windows = new TelemetryWindows()
    for (let minute = 0; minute < 200; minute++) record(windows, startMs + minute * minuteMs)
    for (const aheadMs of [5 * hourMs, 3 * dayMs, 8 * dayMs]) {
      const nowMs = windows.lastAtMs(0) + aheadMs
      record(windows, nowMs)
      expect(windows.query(0, { ...count, lengthMs: hourMs }, nowMs + minuteMs)).toBe(1)
    }
    const nowMs = windows.lastAtMs(0) + minuteMs
    expect(windows.explain(0, count, nowMs)?.errorHigh).toBe(203)
    record(windows, nowMs + 400 * dayMs)
    expect(windows.explain(0, count, nowMs + 400 * dayMs + minuteMs)).toMatchObject({ value: 1, errorHigh: 1 })
    expect(windows.explain(0, { ...count, lengthMs: 500 * dayMs }, nowMs + 400 * dayMs + minuteMs)?.errorHigh).toBe(1)
  })

  test('set back refuses until it has caught up, and changes nothing', () => {
    const windows = new TelemetryWindows()
    for (let minute = 0; minute < 200; minute++) record(windows, startMs + minute * minuteMs)
    const lastMs = startMs + 199 * minuteMs
    const before = windows.dump(0)
    for (let backMs = 2 * minuteMs; backMs < 40 * dayMs; backMs *= 2) {
      expect(record(windows, lastMs - backMs, 100)).toMatchObject({ accepted: 0, refused: { 'backwards-clock': 1 } })
    }
    expect(windows.dump(0)).toEqual(before)
    expect(record(windows, lastMs - minuteMs, 1).accepted).toBe(1)
    expect(record(windows, lastMs + minuteMs, 1).accepted).toBe(1)
  })

  test('after a clock that was years ahead a subject can be cleared, and goes on', () => {
    const windows = new TelemetryWindows()
    record(windows, startMs + 3000 * dayMs)
    expect(record(windows, startMs).refused['backwards-clock']).toBe(1)
    const revision = windows.revision(0)
    windows.clear(0)
    expect(windows.revision(0)).toBeGreaterThan(revision)
    expect(record(windows, startMs).accepted).toBe(1)
  })

  test('near the beginning of time', () => {
    const windows = new TelemetryWindows()
    for (let minute = 0; minute < 300; minute++) expect(record(windows, minute * minuteMs).accepted).toBe(1)
    expect(windows.query(0, count, 300 * minuteMs)).toBe(300)
    expect(windows.query(0, average, 300 * minuteMs)).toBeCloseTo(1, 4)
  })

  test('samples in any order give the same answers as in order, as long as they are within the ring', () => {
    const random = seededRandom(5)
    const minutes = Array.from({ length: 119 }, (_, minute) => minute)
    const shuffled = minutes.map((minute) => ({ minute, key: random() })).toSorted((a, b) => a.key - b.key)
    const ordered = new TelemetryWindows()
    const mixed = new TelemetryWindows()
    const nowMs = startMs + 119 * minuteMs
    const send = (windows: TelemetryWindows, minute: number) =>
      windows.record('s', { atMs: startMs + minute * minuteMs, values: { cpu: (minute * 7) % 31 } }, nowMs)
    for (const minute of minutes) send(ordered, minute)
    for (const { minute } of shuffled) expect(send(mixed, minute).accepted).toBe(1)
    for (const fn of ['average', 'sum', 'minimum', 'maximum', 'percentile', 'count'] as const) {
      for (const lengthMs of [10 * minuteMs, hourMs, 3 * hourMs]) {
        const question: TelemetryQuestion = { fn, metric: 'cpu', argument: 60, lengthMs }
        const exact = ordered.explain(0, question, nowMs)?.value ?? Number.NaN
        const answer = mixed.explain(0, question, nowMs)
        expect(answer?.errorLow).toBeLessThanOrEqual(exact)
        expect(answer?.errorHigh).toBeGreaterThanOrEqual(exact)
      }
    }
  })
})

test('subjects that come and go take no more room than those that are there at once', () => {
  const windows = new TelemetryWindows()
  const random = seededRandom(9)
  const alive: string[] = []
  for (let i = 0; i < 5000; i++) {
    const nowMs = startMs + i * minuteMs
    if (alive.length < 300) {
      const subject = `s${i}`
      alive.push(subject)
      expect(windows.record(subject, { atMs: nowMs, values: { cpu: i % 100 } }, nowMs).accepted).toBe(1)
      const slot = windows.slotOf(subject)
      expect(windows.explain(slot, count, nowMs + minuteMs)).toMatchObject({ value: 1, errorHigh: 1 })
      expect(windows.query(slot, { ...count, fn: 'maximum' }, nowMs + minuteMs)).toBe(i % 100)
    }
    if (alive.length === 300 || random() < 0.3) {
      const [gone] = alive.splice(Math.floor(random() * alive.length), 1)
      expect(windows.remove(gone ?? '')).toBe(true)
    }
  }
  expect(windows.size).toBe(alive.length)
  expect(windows.memory.blocks).toBe(2)
})
