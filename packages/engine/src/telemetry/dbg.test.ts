// Random streams with gaps, late and repeated samples, restarts and clock jumps, held against an oracle that keeps every
// sample: the bounds of every answer contain the exact one, and the value is the bound on the busy side.
import { type Metric, metrics } from '@gleaner/model'
import { expect, test } from 'vitest'
import { loadKinds, loadValue, seededRandom } from './testing/random-load.ts'
import { TelemetryOracle } from './testing/telemetry-oracle.ts'
import { TelemetryWindows } from './telemetry-windows.ts'
import { type TelemetryQuestion } from './window-reader.ts'

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
}

/** Plays a stream; calls `check` now and then and at the end. */
function play(stream: Stream, check: (state: { windows: TelemetryWindows; oracle: TelemetryOracle; nowMs: number; random: () => number }) => void) {
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
  for (let nowMs = startMs; nowMs < endMs; nowMs += stream.stepMs * (0.9 + 0.2 * random())) {
    const kind = stream.kinds[Math.floor((nowMs - startMs) / (5 * hourMs)) % stream.kinds.length] ?? 'steady'
    const value = loadValue(kind, n++, random)
    const chance = random()
    if (chance < 0.02) continue
    if (chance < 0.03) nowMs += random() * (random() < 0.1 ? 30 * hourMs : 20 * minuteMs)
    if (chance < 0.0305) nowMs += random() * 20 * dayMs
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
  check({ windows, oracle, nowMs: endMs, random })
}


test('dbg', () => {
  play({"seed":-369873713,"kinds":["bursty"],"metric":"cpu","stepMs":60000,"recentMs":4500000,"days":9.115936724538452}, ({ windows, oracle, nowMs }) => {
    const slot = windows.slotOf('s')
    const all = windows.explain(slot, { fn: 'count', metric: 'cpu', argument: 0, lengthMs: 14 * dayMs }, nowMs)
    const exact = oracle.answer({ fn: 'count', argument: 0, lengthMs: 14 * dayMs }, nowMs)
    console.log(new Date(nowMs).toISOString(), all, exact, new Date(windows.lastAtMs(slot)).toISOString())
    for (const fn of ['count','sum','average','maximum'] as const)
    for (const lengthMs of [1015604765.5091796])
      console.log(fn, lengthMs, windows.explain(slot, { fn, metric: 'cpu', argument: 0, lengthMs }, nowMs), oracle.answer({ fn, argument: 0, lengthMs }, nowMs))
  })
})
