// What keeping estimates of oversubscription costs: 10,000 hosts with 100,000 instances, samples every 60 s, one estimate an
// hour by Gleaner's own strategy, cores and memory. Counted is all the work of an hour: taking 60 samples of each into the
// rings, reading the hour out of them, estimating, and making what is stored. Limit: 5 % of one core.
// Also: how much memory the estimators take, and that it does not grow with the scopes; what asking for ratios costs a cycle.
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import {
  defaultOnlineOptions,
  defaultRatioOptions,
  freezeSnapshot,
  holdingTable,
  indexSupports,
  OnlineEstimator,
  proposeRatios,
  TelemetryWindows,
  usedSince,
} from '../packages/engine/dist/index.js'
import { hostId, instanceId, metrics, projectId } from '../packages/model/dist/index.js'

const hostCount = Number(process.env.GLEANER_BENCH_HOSTS ?? 10_000)
const perHost = 10
const minuteMs = 60_000
const hourMs = 60 * minuteMs
let seed = 1
const random = () => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648

const cloud = 'big'
const hosts = Array.from({ length: hostCount }, (_, n) => ({
  id: hostId(cloud, `h${n}`),
  cloudId: cloud,
  name: `h${n}`,
  kind: 'hypervisor',
  state: 'up',
  cores: 64,
  memoryMiB: 262_144,
  diskGiB: 1000,
  reservedCores: 2,
  reservedMemoryMiB: 8192,
  coreRatio: 1,
  memoryRatio: 1,
}))
const instances = hosts.flatMap((host, h) =>
  Array.from({ length: perHost }, (_, n) => ({
    id: instanceId(cloud, `i${h}-${n}`),
    cloudId: cloud,
    name: `i${h}-${n}`,
    projectId: projectId(cloud, 'p'),
    hostId: host.id,
    state: 'running',
    vcpus: 4,
    memoryMiB: 16_384,
    diskGiB: 10,
    firmness: 'firm',
    tags: [],
  })),
)
const projects = [{ id: projectId(cloud, 'p'), cloudId: cloud, name: 'p' }]
const startMs = Date.UTC(2026, 5, 3)
const snapshot = freezeSnapshot(
  { hosts, instances, projects, gaps: [] },
  { cloudId: cloud, version: 1, takenAtMs: startMs },
)
const windows = new TelemetryWindows()
const subjects = [...hosts.map(({ id }) => id), ...instances.map(({ id }) => id)]
const slots = Int32Array.from(subjects, (id) => windows.add(id))
const atMs = new Float64Array(subjects.length)
const values = new Float64Array(subjects.length * metrics.length).fill(Number.NaN)
const [cpu, memory] = ['cpu', 'memory'].map((name) => metrics.indexOf(name))

function fill() {
  for (let row = 0; row < hostCount; row++)
    values[row * metrics.length + cpu] = values[row * metrics.length + memory] = 0
  for (let row = hostCount; row < subjects.length; row++) {
    const host = Math.floor((row - hostCount) / perHost)
    const used = 1.5 * random()
    const kept = 4000 + 1000 * random()
    values[row * metrics.length + cpu] = used
    values[row * metrics.length + memory] = kept
    values[host * metrics.length + cpu] += used
    values[host * metrics.length + memory] += kept
  }
}

const estimator = new OnlineEstimator(defaultOnlineOptions, {
  // A copy: the buffer that zlib gives holds on to a larger one.
  pack: (text) => new Uint8Array(deflateRawSync(text, { level: 1 })),
  unpack: (bytes) => inflateRawSync(bytes).toString(),
})
const holding = holdingTable(undefined)
const cpuUs = () => {
  const { user, system } = process.cpuUsage()
  return user + system
}
const heldMB = () => {
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return (heapUsed + arrayBuffers) / 1e6
}

let nowMs = startMs
function ingestHour() {
  let spentUs = 0
  for (let minute = 0; minute < 60; minute++) {
    fill()
    atMs.fill(nowMs)
    const before = cpuUs()
    windows.ingest({ slots, atMs, values }, nowMs)
    spentUs += cpuUs() - before
    nowMs += minuteMs
  }
  return spentUs
}

function estimateAll() {
  const before = cpuUs()
  for (const host of snapshot.hosts)
    estimator.estimate({
      host,
      instances: snapshot.instancesOfHost.get(host.id),
      holding,
      rings: windows,
      placements: new Map(),
      endMs: nowMs,
      stepMs: minuteMs,
      ratios: defaultRatioOptions,
      headroomShare: 0.1,
    })
  return cpuUs() - before
}

function storeAll() {
  const before = cpuUs()
  let bytes = 0
  for (const host of snapshot.hosts) {
    JSON.stringify(estimator.estimateOf(host.id))
    bytes += estimator.stateOf(host.id).length
  }
  return { spentUs: cpuUs() - before, bytes }
}

const empty = heldMB()
ingestHour()
const withRings = heldMB()
estimateAll()
const first = heldMB()
const hours = 4
let ingestUs = 0
let estimateUs = 0
let stored = { spentUs: 0, bytes: 0 }
for (let hour = 0; hour < hours; hour++) {
  ingestUs += ingestHour()
  estimateUs += estimateAll()
  const { spentUs, bytes } = storeAll()
  stored = { spentUs: stored.spentUs + spentUs, bytes }
}
const last = heldMB()
const share = (us) => ((us / hours / (hourMs * 1000)) * 100).toFixed(2)
const total = ingestUs + estimateUs + stored.spentUs
console.log(
  `an hour of ${hostCount} hosts with ${instances.length} instances: ${share(total)} % of a core (limit 5 %): samples ${share(ingestUs)} %, estimates ${share(estimateUs)} %, stored form ${share(stored.spentUs)} %`,
)
console.log(
  `estimators ${(first - withRings).toFixed(0)} MB after the first scope, ${(last - withRings).toFixed(0)} MB after ${hours + 1} (rings ${(withRings - empty).toFixed(0)} MB); stored ${(stored.bytes / 1e6).toFixed(0)} MB`,
)
nowMs += 30 * minuteMs
const supports = indexSupports([{ id: cloud, actions: [], ratioControl: {} }])
function ask() {
  const before = cpuUs()
  const { candidates } = proposeRatios({
    snapshots: [snapshot],
    estimator,
    usedSince: (host, fromMs, bound) =>
      usedSince({
        host,
        instances: snapshot.instancesOfHost.get(host.id),
        holding,
        rings: windows,
        fromMs,
        bound,
        nowMs,
        stepMs: minuteMs,
        longestMs: 110 * minuteMs,
      }),
    supports,
    ratios: { ...defaultRatioOptions, learnScopes: 1, calmScopes: 1 },
    headroomShare: 0.1,
    nowMs,
  })
  return { spentMs: (cpuUs() - before) / 1000, steps: candidates.length }
}
ask()
const asked = ask()
console.log(`asking for the ratios of all hosts in a cycle: ${asked.spentMs.toFixed(0)} ms, ${asked.steps} steps`)
process.exitCode = total / hours / (hourMs * 1000) <= 0.05 && last - withRings < 2 * (first - withRings) ? 0 : 1
