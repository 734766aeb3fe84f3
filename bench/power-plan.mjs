// How long do a power plan and a ranking of 10,000 hosts take? Limit: 50 ms of CPU together (median). A third of the hosts run
// something, a third is empty and awake, a third sleeps; every second host has leases to come.
// Usage: npm run bench power-plan
import {
  defaultPowerOptions,
  EmptySince,
  freezeSnapshot,
  efficiencyScore,
  hostEfficiency,
  indexSupports,
  planPower,
  rankHosts,
} from '@gleaner/engine'

const hosts = 10_000
const rounds = 60
const hour = 3_600_000
const nowMs = Date.UTC(2026, 0, 5, 12)

const inventory = {
  hosts: Array.from({ length: hosts }, (_, nth) => ({
    id: `c:h${nth}`,
    cloudId: 'c',
    name: `h${nth}`,
    kind: 'hypervisor',
    state: nth % 3 === 2 ? 'asleep' : 'up',
    cores: 32 + (nth % 5) * 16,
    memoryMiB: 262_144,
    diskGiB: 1000,
    reservedCores: 1,
    reservedMemoryMiB: 2048,
    coreRatio: 2,
    memoryRatio: 1,
    idlePowerW: 90 + (nth % 50),
    fullPowerW: 250 + (nth % 97),
  })),
  instances: Array.from({ length: Math.ceil(hosts / 3) * 10 }, (_, nth) => ({
    id: `c:i${nth}`,
    cloudId: 'c',
    name: `i${nth}`,
    projectId: 'c:p',
    hostId: `c:h${Math.floor(nth / 10) * 3}`,
    flavor: 'm',
    state: 'running',
    stateSinceMs: undefined,
    vcpus: 2,
    memoryMiB: 4096,
    diskGiB: 20,
    createdAtMs: undefined,
    firmness: 'firm',
    tags: [],
    protectedBy: undefined,
  })),
  projects: [{ id: 'c:p', cloudId: 'c', name: 'p' }],
  gaps: [],
}
const snapshot = freezeSnapshot(inventory, { cloudId: 'c', version: 1, takenAtMs: nowMs - 2 * hour })
const emptySince = new EmptySince()
emptySince.see(snapshot)

const records = new Map()
const promises = new Map()
for (const [nth, { id }] of snapshot.hosts.entries()) {
  if (nth % 3 === 2)
    records.set(id, {
      hostId: id,
      closedAtMs: nowMs - 30 * hour,
      sleptAtMs: nowMs - 29 * hour,
      wokeAtMs: undefined,
      bootsMs: [240_000],
      failures: 0,
      failedAtMs: undefined,
      fault: undefined,
      wish: undefined,
      foldedToMs: nowMs - 29 * hour,
    })
  promises.set(id, {
    isActive: false,
    nextStartMs: nth % 2 === 0 ? nowMs + (nth % 200) * hour : Number.POSITIVE_INFINITY,
  })
}
const input = {
  snapshots: [snapshot],
  supports: indexSupports([{ id: 'c', actions: [], hostControl: {}, powerControl: {} }]),
  isPowered: () => true,
  recordOf: (id) => records.get(id),
  promiseOf: ({ id }) => promises.get(id),
  isHeld: () => false,
  isWaking: () => false,
  emptySinceMs: (id) => emptySince.sinceMs(id),
  efficiencyOf: (host) => efficiencyScore(hostEfficiency(host, undefined)),
  demands: Array.from({ length: 50 }, (_, nth) => ({
    key: `r${nth}`,
    cloudId: 'c',
    name: `r${nth}`,
    count: 4,
    vcpus: 16,
    memoryMiB: 65_536,
    diskGiB: 10,
    untilMs: nowMs + hour,
  })),
  maySleep: true,
  options: { ...defaultPowerOptions, sleepsPerHour: 500 },
  nowMs,
}

function timed(work) {
  const took = []
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(before)
    took.push((user + system) / 1000)
  }
  took.sort((a, b) => a - b)
  return { p50: took[rounds >> 1], p99: took[rounds - 1] }
}

const { candidates, refused } = planPower(input)
console.log(`${hosts} hosts: ${candidates.length} steps wanted, ${refused.length} refused with a reason`)
const plan = timed(() => planPower(input))
const ranking = timed(() => rankHosts(snapshot.hosts, () => undefined))
const show = (name, { p50, p99 }) => console.log(`${name}: p50 ${p50.toFixed(1)} ms, worst ${p99.toFixed(1)} ms of CPU`)
show('power plan', plan)
show('ranking', ranking)
const together = plan.p50 + ranking.p50
console.log(`together ${together.toFixed(1)} ms (limit 50): ${together < 50 ? 'kept' : 'MISSED'}`)
if (together >= 50) process.exitCode = 1
