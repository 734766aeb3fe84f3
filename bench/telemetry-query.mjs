// How long does one question about a window take? Limits: 1 µs of CPU over an hour, 6 µs over 14 days, for every function, on
// average over 2000 instances of four kinds of load. Usage: npm run bench telemetry-query
import { TelemetryWindows } from '@gleaner/engine'
import { metrics } from '@gleaner/model'
import { congruential } from './parts/seeded.mjs'

const hourMs = 3_600_000
const rows = 15 * 1440
const subjects = 2000
const startMs = Date.UTC(2026, 5, 1)
const nowMs = startMs + rows * 60_000

const random = congruential(11)
const cpuOf = [
  () => 0.01 + 0.02 * random(),
  () => (random() < 0.05 ? 4 * random() : 0.02 * random()),
  (row) => (row % 1440 < 600 ? 0.05 : 1.5) * Math.exp(2 * random() - 2),
  () => 1 + random(),
]
const windows = new TelemetryWindows()
const atMs = Float64Array.from({ length: rows }, (_, row) => startMs + row * 60_000)
const stored = cpuOf.map((cpu, kind) => {
  const values = new Float64Array(rows * metrics.length).fill(Number.NaN)
  for (let row = 0; row < rows; row++) values[row * metrics.length] = cpu(row)
  const slot = windows.add(`kind-${kind}`)
  windows.ingest({ slots: new Int32Array(rows).fill(slot), atMs, values }, nowMs)
  return windows.dump(slot)
})
const slots = Array.from({ length: subjects }, (_, i) => windows.load(`instance-${i}`, stored[i % stored.length]).slot)

const cpuMs = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
const questions = [
  ['average', 0],
  ['maximum', 0],
  ['shareBelow', 0.05],
  ['percentile', 95],
  ['coverage', 0],
]
let ok = true
let sink = 0
for (const hours of [1, 24, 14 * 24]) {
  const limitUs = hours === 1 ? 1 : 6
  const figures = questions.map(([fn, argument]) => {
    const question = { fn, metric: 'cpu', argument, lengthMs: hours * hourMs }
    const round = () => {
      for (const slot of slots) sink += windows.query(slot, question, nowMs)
    }
    for (let i = 0; i < 10; i++) round()
    const started = cpuMs()
    for (let i = 0; i < 100; i++) round()
    const us = ((cpuMs() - started) * 1000) / (100 * subjects)
    if (us > limitUs) ok = false
    return `${fn} ${us.toFixed(2)}`
  })
  console.log(`${String(hours).padStart(4)} h: ${figures.join(', ')} µs of CPU`)
}
console.log(ok && sink > 0 ? 'within the limits' : 'OVER a limit')
process.exit(ok ? 0 : 1)
