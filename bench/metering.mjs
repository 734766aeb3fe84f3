// How much of a core does it take to take in and share out 10,000 outlets at one sample a second? Limit: half a core. 10,000
// hosts with one outlet each and 100,000 instances on them: each second every outlet has a reading that is judged, integrated
// and kept in its history; each minute what was drawn is shared out among the instances by size and usage, and put together
// for the store. Shown apart: the seconds, the minutes, and what is held in memory.
// Usage: npm run bench metering [outlets]
import { EnergyBook, defaultShareRules } from '@gleaner/engine'
import { cloudId, hostId, instanceId, outletId, projectId } from '@gleaner/model'
import { congruential } from './parts/seeded.mjs'

const outlets = Number(process.argv[2] ?? 10_000)
const instancesPerHost = 10
const minutes = 5
const limitShare = 0.5
const cloud = cloudId('lab')

const random = congruential(1)
const hosts = Array.from({ length: outlets }, (_, nth) => ({ hostId: hostId(cloud, `h${nth}`), cloudId: cloud }))
const ids = hosts.map((_, nth) => outletId('strip', `${nth}`))
const tenants = hosts.map((_, host) =>
  Array.from({ length: instancesPerHost }, (__, nth) => ({
    instanceId: instanceId(cloud, `i${host}-${nth}`),
    projectId: projectId(cloud, `p${(host + nth) % 200}`),
    vcpus: 1 + (nth % 4),
    usedCores: random() * 2,
  })),
)
const tenancies = new Map(
  hosts.map(({ hostId: id }, nth) => [
    id,
    { cores: 32, idlePowerW: 100, awake: true, leasedTo: undefined, tenants: tenants[nth] },
  ]),
)
const heapBefore = process.memoryUsage().rss
const book = new EnergyBook(defaultShareRules)
book.wire(
  hosts.map((host, nth) => ({
    outlet: ids[nth],
    hosts: [host],
    share: 'equal',
    longestStepMs: 3000,
    maxPowerW: 3680,
    stuckAfterMs: 21_600_000,
    isEstimate: false,
  })),
)
const cpuMs = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
const readings = ids.map((outlet) => ({ outlet, atMs: 0, powerW: 0, energyJ: undefined, fault: undefined }))
let nowMs = Date.UTC(2026, 5, 1)
let expectedJ = 0
let taking = 0
let sharing = 0
let dearestSecond = 0
let dearestMinute = 0
let sharedJ = 0
const before = new Float64Array(outlets).fill(Number.NaN)
function minute(counts) {
  for (let second = 0; second < 60; second++) {
    nowMs += 1000
    for (let nth = 0; nth < outlets; nth++) {
      const powerW = 100 + 200 * random()
      readings[nth].atMs = nowMs
      readings[nth].powerW = powerW
      if (!Number.isNaN(before[nth])) expectedJ += (before[nth] + powerW) / 2
      before[nth] = powerW
    }
    const began = cpuMs()
    for (let nth = 0; nth < outlets; nth++) book.take(ids[nth], readings[nth])
    const took = cpuMs() - began
    if (counts) taking += took
    if (counts) dearestSecond = Math.max(dearestSecond, took)
  }
  const began = cpuMs()
  book.settle(nowMs, (id) => tenancies.get(id))
  const batch = book.drain()
  const took = cpuMs() - began
  if (counts) sharing += took
  if (counts) dearestMinute = Math.max(dearestMinute, took)
  for (const { idleJ, dynamicJ } of batch.tenants) sharedJ += idleJ + dynamicJ
  return batch
}
book.settle(nowMs, (id) => tenancies.get(id))
minute(false)
let lines = 0
for (let nth = 0; nth < minutes; nth++) lines = minute(true).tenants.length
const share = (taking + sharing) / (minutes * 60_000)
const off = Math.abs(sharedJ / expectedJ - 1)
console.log(
  `${outlets} outlets at one sample a second: ${(100 * share).toFixed(1)} % of a core (a second ${(taking / minutes / 60).toFixed(1)} ms, dearest ${dearestSecond.toFixed(0)} ms; sharing out and putting together a minute ${(sharing / minutes).toFixed(0)} ms, dearest ${dearestMinute.toFixed(0)} ms, ${lines} lines)`,
)
console.log(
  `memory: ${((process.memoryUsage().rss - heapBefore) / 2 ** 20).toFixed(0)} MiB for ${outlets} outlets with their history`,
)
console.log(`what was shared out differs from what was measured by ${off.toExponential(1)}`)
const ok = share < limitShare && off < 1e-3
console.log(`${ok ? 'within' : 'OVER'} the limit of ${100 * limitShare} % of a core and 0.1 %`)
process.exit(ok ? 0 : 1)
