// What estimating online costs: 10,000 hosts with 100,000 instances, samples every 60 s, one estimate an hour by Gleaner's
// own strategy, processor and memory. Measured on a part of the hosts for 30 scopes and multiplied. Limit: 5 % of one core.
// Also: the stability detector on a window of 4 × 720 samples and a new slice of 720. Limit 1 ms.
import { defaultEstimatorOptions, HostEstimator, judgeStability } from '../packages/engine/dist/index.js'

const measuredHosts = 100
const scopes = 30
const samples = 60
let seed = 1
const random = () => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648

function makeSlice(index) {
  const instances = Array.from({ length: 10 }, (_, one) => ({
    name: `i${one}`,
    cpu: { allocation: 4, usage: Float64Array.from({ length: samples }, () => 2 * random()) },
    memory: { allocation: 8000, usage: Float64Array.from({ length: samples }, () => 4000 + 100 * random()) },
  }))
  const sum = (resource) =>
    Float64Array.from({ length: samples }, (_, i) => instances.reduce((all, one) => all + one[resource].usage[i], 0))
  return {
    index,
    epochS: index * 3600,
    cpu: { capacity: 16, usage: sum('cpu') },
    memory: { capacity: 64_000, usage: sum('memory') },
    instances,
  }
}
const slices = Array.from({ length: scopes }, (_, index) => makeSlice(index))
const estimators = Array.from({ length: measuredHosts }, () => new HostEstimator(defaultEstimatorOptions))
globalThis.gc?.()
const heapBefore = process.memoryUsage()
const before = process.cpuUsage()
for (const slice of slices) for (const estimator of estimators) estimator.add(slice)
const { user, system } = process.cpuUsage(before)
globalThis.gc?.()
const heapAfter = process.memoryUsage()
const perEstimateUs = (user + system) / (measuredHosts * scopes)
const share = (perEstimateUs * 10_000) / 3.6e9
const perHostKB =
  (heapAfter.heapUsed + heapAfter.arrayBuffers - heapBefore.heapUsed - heapBefore.arrayBuffers) / 1000 / measuredHosts
console.log(
  `${perEstimateUs.toFixed(0)} µs a host and scope: 10,000 hosts take ${(share * 100).toFixed(2)} % of a core (limit 5 %); state ${perHostKB.toFixed(0)} kB a host`,
)
const window = Array.from({ length: 4 }, () => Float64Array.from({ length: 720 }, random))
const newest = Float64Array.from({ length: 720 }, random)
const runs = 2000
for (let i = 0; i < 200; i++) judgeStability({ older: window, newest, capacity: 64 })
const startedMs = performance.now()
for (let i = 0; i < runs; i++) judgeStability({ older: window, newest, capacity: 64 })
const stabilityMs = (performance.now() - startedMs) / runs
console.log(`stability: ${stabilityMs.toFixed(4)} ms a window (limit 1 ms)`)
process.exitCode = share <= 0.05 && stabilityMs <= 1 ? 0 : 1
