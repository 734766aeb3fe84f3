// How long does a restart with the state of 100,000 instances and 10,000 hosts last? Limit: 10 s from opening the state
// directory (the private PostgreSQL starts in it) until every telemetry window and every instance's last known state is in
// memory: Gleaner acts on nothing before. The state is two weeks of all seven metrics for every subject (three different
// ones made sample by sample, the others in their stored form), written through the store into a PostgreSQL of its own, which
// is shut down before the restart begins. The files are in the cache of the operating system, as after any restart that is
// not the machine's. Whole means: every subject came back, and a sample of them byte for byte.
// Usage: npm run bench restart [subjects]
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TelemetryWindows } from '@gleaner/engine'
import { metrics } from '@gleaner/model'
import { openStore } from '@gleaner/store'
import { congruential } from './parts/seeded.mjs'

const subjects = Number(process.argv[2] ?? 110_000)
const instances = Math.round((subjects * 10) / 11)
const limitMs = 10_000
const minuteMs = 60_000
const startMs = Date.UTC(2026, 5, 1)
const rows = 14 * 1440
const cloudId = 'cloud-a'

const random = congruential(7)
const cpuOf = [
  () => 0.01 + 0.02 * random(),
  (row) => (row % 1440 < 600 ? 0.05 : 1.5) * Math.exp(2 * random() - 2),
  () => 1 + random(),
]
const source = new TelemetryWindows()
const atMs = Float64Array.from({ length: rows }, (_, row) => startMs + row * minuteMs)
const stored = cpuOf.map((cpu, kind) => {
  const values = new Float64Array(rows * metrics.length)
  for (let row = 0; row < rows; row++) {
    const cores = cpu(row)
    const busy = cores > 0.05
    values.set(
      [
        cores,
        1000 + 500 * cores,
        busy ? 1e6 * random() : 900 * random(),
        300,
        4e5 * random() * cores,
        Number(busy),
        60,
      ],
      row * metrics.length,
    )
  }
  const slot = source.add(`kind-${kind}`)
  source.ingest({ slots: new Int32Array(rows).fill(slot), atMs, values }, startMs + rows * minuteMs)
  return source.dump(slot)
})
const blobOf = (nth) => stored[nth % stored.length]
const nameOf = (nth) => `${cloudId}:instance-${nth}`
const storedMiB = (stored.reduce((sum, bytes) => sum + bytes.length, 0) / stored.length) * (subjects / 2 ** 20)

const stateDirectory = await mkdtemp(join(tmpdir(), 'gleaner-bench-'))
const open = () => openStore({ stateDirectory, databaseUrl: undefined, nowMs: Date.now() })
const cpuMs = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
const watch = () => {
  const began = [performance.now(), cpuMs()]
  return () => ({ wallMs: performance.now() - began[0], cpuMs: cpuMs() - began[1] })
}
const shown = ({ wallMs, cpuMs }) => `${(wallMs / 1000).toFixed(2)} s (${(cpuMs / 1000).toFixed(2)} s of CPU)`

let ok = false
let opened
try {
  opened = await open()
  const saving = watch()
  for (let from = 0; from < subjects; from += 5000) {
    const length = Math.min(5000, subjects - from)
    await opened.store.telemetry.save(
      Array.from({ length }, (_, i) => ({ subject: nameOf(from + i), bytes: blobOf(from + i) })),
    )
  }
  const led = await opened.store.leadership.tryLead('main', 'bench')
  await opened.store.instances.remember(
    led.fence,
    cloudId,
    Array.from({ length: instances }, (_, nth) => ({
      instanceId: nameOf(nth),
      state: 'running',
      stateSinceMs: startMs,
      firstSeenMs: startMs,
      lastSeenMs: startMs,
    })),
  )
  await led.release()
  await opened.close()
  opened = undefined
  console.log(`saved: ${subjects} subjects, ${storedMiB.toFixed(0)} MiB, ${shown(saving())}, the shutdown included`)

  globalThis.gc?.()
  const whole = watch()
  const starting = watch()
  opened = await open()
  console.log(`database open: ${shown(starting())}`)
  const loading = watch()
  const windows = new TelemetryWindows({ maxSubjects: subjects })
  let restored = 0
  for await (const slice of opened.store.telemetry.loadAll(2000))
    for (const { subject, bytes } of slice) if (windows.load(subject, bytes).loaded) restored++
  console.log(`telemetry loaded: ${shown(loading())}`)
  const remembering = watch()
  const memories = new Map((await opened.store.instances.memories(cloudId)).map((each) => [each.instanceId, each]))
  console.log(`states of the instances loaded: ${shown(remembering())}`)
  const total = whole()

  let different = 0
  for (let nth = 0; nth < subjects; nth += 97)
    if (Buffer.compare(windows.dump(windows.slotOf(nameOf(nth))), blobOf(nth)) !== 0) different++
  const isWhole = restored === subjects && memories.size === instances && different === 0
  console.log(
    `restart: ${shown(total)}, limit ${(limitMs / 1000).toFixed(1)} s; ${restored} of ${subjects} subjects, ` +
      `${memories.size} of ${instances} instances, ${different} different from what was saved`,
  )
  ok = isWhole && total.wallMs <= limitMs
  console.log(ok ? 'within the limit' : isWhole ? 'OVER the limit' : 'NOT WHOLE')
} finally {
  await opened?.close()
  await rm(stateDirectory, { recursive: true, force: true })
}
process.exit(ok ? 0 : 1)
