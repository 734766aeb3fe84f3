// How much memory does the telemetry of 100,000 instances and 10,000 hosts take, and how long does a restart with it last?
// Limits: 10,000 bytes a subject, 1.25 GB resident for everything, 5 s of CPU to load all of it. Every subject has 14 days
// of all seven metrics in it; sixty different ones are made sample by sample and the others loaded from their stored form.
// Usage: npm run bench telemetry-memory [subjects]
import { TelemetryWindows } from '@gleaner/engine'
import { metrics } from '@gleaner/model'
import { congruential } from './parts/seeded.mjs'

const subjects = Number(process.argv[2] ?? 110_000)
const limits = {
  bytesPerSubject: 10_000,
  residentBytes: (1.25e9 * subjects) / 110_000,
  loadMs: (5000 * subjects) / 110_000,
}
const minuteMs = 60_000
const startMs = Date.UTC(2026, 5, 1)
const rows = 15 * 1440

const random = congruential(7)
const cpuOf = [
  () => 0.01 + 0.02 * random(),
  () => (random() < 0.05 ? 4 * random() : 0.02 * random()),
  (row) => (row % 1440 < 600 ? 0.05 : 1.5) * Math.exp(2 * random() - 2),
  () => 1 + random(),
]
const cpuMs = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

const source = new TelemetryWindows()
const stored = []
const atMs = Float64Array.from({ length: rows }, (_, row) => startMs + row * minuteMs)
for (let profile = 0; profile < 60; profile++) {
  const values = new Float64Array(rows * metrics.length)
  for (let row = 0; row < rows; row++) {
    const cpu = cpuOf[profile % cpuOf.length](row)
    const busy = cpu > 0.05
    values.set(
      [
        cpu,
        1000 + 500 * cpu,
        busy ? 1e6 * random() : 900 * random(),
        busy ? 1e5 * random() : 300,
        4e5 * random() * cpu,
        busy ? 1 : 0,
        busy ? 0 : row % 7200,
      ],
      row * metrics.length,
    )
  }
  const slot = source.add(`profile-${profile}`)
  source.ingest({ slots: new Int32Array(rows).fill(slot), atMs, values }, startMs + rows * minuteMs)
  stored.push(source.dump(slot))
}
const storedBytes = stored.reduce((sum, bytes) => sum + bytes.length, 0) / stored.length

const windows = new TelemetryWindows({ maxSubjects: subjects })
globalThis.gc?.()
const before = process.memoryUsage().rss
const started = cpuMs()
for (let i = 0; i < subjects; i++) {
  const outcome = windows.load(`cloud-a:instance-${i}`, stored[i % stored.length])
  if (!outcome.loaded) throw new Error(outcome.reason)
}
const loadMs = cpuMs() - started
globalThis.gc?.()
const residentBytes = process.memoryUsage().rss - before
const { bytes, bytesPerSubject } = windows.memory
const dumpStarted = cpuMs()
for (let slot = 0; slot < 10_000; slot++) windows.dump(slot)
const dumpMs = cpuMs() - dumpStarted

console.log(`arrays: ${bytesPerSubject} bytes a subject, ${(bytes / 1e9).toFixed(3)} GB for ${windows.size} subjects`)
console.log(`resident: ${(residentBytes / 1e9).toFixed(3)} GB more than without, keys and slots included`)
console.log(`load: ${loadMs.toFixed(0)} ms of CPU for all (${((loadMs / subjects) * 1000).toFixed(0)} µs each)`)
console.log(
  `stored form: ${storedBytes.toFixed(0)} bytes on average, ${(dumpMs / 10).toFixed(0)} µs of CPU to make one`,
)
const ok = bytesPerSubject <= limits.bytesPerSubject && residentBytes <= limits.residentBytes && loadMs <= limits.loadMs
console.log(ok ? 'within the limits' : 'OVER a limit')
process.exit(ok ? 0 : 1)
