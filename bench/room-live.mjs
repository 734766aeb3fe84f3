// How long does a question about room take on a live cloud of 10,000 hosts and 50,000 instances, as the API and the front ask
// it, on a cloud that is full: with what is promised, with the reasons of the hosts, and with the reading kept up to date? Between two questions 50
// instances have come and gone and there is a new reading; every question that makes somebody leave is a decision that the
// next ones respect, and ends ten questions later. Once with the room kept from question to question, once made anew.
// Limit: p99 under 50 ms of CPU, so that a request that waits is not what a front's users notice.
// Usage: npm run bench room-live [hosts]
import { freezeSnapshot, indexSupports, KeptRoom, makeDecision, planEviction } from '@gleaner/engine'
import { actionKinds, defaultPolicy, defaultPreemptionPolicy } from '@gleaner/model'
import { aHost, anInstance, aProject, aSnapshot, testCloud, testStartMs } from '@gleaner/testkit'
import { mulberry, wholeOf } from './parts/seeded.mjs'

const hostCount = Number(process.argv[2] ?? 10_000)
const limitMs = 50
const questions = 300
const warmUp = 40

let random = mulberry(7)
const whole = (low, high) => wholeOf(random)(low, high)
const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]

const projects = Array.from({ length: 50 }, (_, nth) => aProject({ name: `p${nth}` }))
const hosts = Array.from({ length: hostCount }, (_, nth) =>
  aHost({ name: `h${nth}`, cores: 16, reservedCores: 0, coreRatio: 1, memoryMiB: 65_536, reservedMemoryMiB: 0 }),
)
let made = 0
const sizes = [2, 3, 3, 4, 4]
const newInstance = (hostId, vcpus, nowMs) =>
  anInstance({
    name: `i${made++}`,
    hostId,
    projectId: projects[whole(0, 49)].id,
    firmness: random() < 0.5 ? 'preemptible' : 'firm',
    vcpus,
    memoryMiB: 4096,
    stateSinceMs: nowMs - whole(0, 900_000) * 1000,
    createdAtMs: nowMs - 900_000_000,
  })
const supports = indexSupports([
  {
    id: testCloud,
    actions: actionKinds.map((action) => ({
      action,
      givesBack: { physicalCores: true, physicalMemory: true, sellable: true },
    })),
    ratioControl: {},
    hostControl: {},
  },
])

function measure(kept) {
  random = mulberry(7)
  made = 0
  const instances = hosts.flatMap((host) => sizes.map((vcpus) => newInstance(host.id, vcpus, testStartMs)))
  let snapshot
  let decisions = []
  const took = []
  const counts = { free: 0, evicting: 0, refused: 0 }
  for (let nth = 0; nth < questions + warmUp; nth++) {
    const nowMs = testStartMs + nth * 10_000
    for (let change = 0; change < 50; change++) {
      const at = whole(0, instances.length - 1)
      instances[at] = newInstance(instances[at].hostId, instances[at].vcpus, nowMs)
    }
    const reading = aSnapshot({ hosts, instances, projects, version: nth + 1, takenAtMs: nowMs })
    snapshot = freezeSnapshot(reading, reading, snapshot)
    decisions = decisions.slice(-10)
    const world = {
      nowMs,
      snapshot,
      support: supports.get(testCloud),
      policy: { ...defaultPolicy, modes: { ...defaultPolicy.modes, preemption: 'enforce' } },
      preemption: { ...defaultPreemptionPolicy, action: 'stop' },
      holds: [],
      decisions,
      evictions: [],
      ...(kept === undefined ? {} : { kept }),
    }
    const wish = {
      projectId: projects[0].id,
      name: 'wanted',
      flavor: 'wanted',
      firmness: random() < 0.8 ? 'firm' : 'preemptible',
      count: random() < 0.9 ? 1 : 3,
      hints: {},
      vcpus: [2, 4, 8, 12][whole(0, 3)],
      memoryMiB: 4096,
      diskGiB: 20,
    }
    const start = process.cpuUsage()
    const plan = planEviction({ world, wish, mayEvict: true })
    const { user, system } = process.cpuUsage(start)
    if (nth >= warmUp) {
      took.push((user + system) / 1000)
      counts[plan.feasible ? (plan.victims.length > 0 ? 'evicting' : 'free') : 'refused']++
    }
    if (plan.feasible && plan.victims.length > 0) {
      const order = { id: `dec_${nth}`, requestId: `req_${nth}`, kind: 'room', mode: 'enforce', by: 'bench', wish }
      decisions = [...decisions, makeDecision(order, plan, world)]
    }
  }
  took.sort((a, b) => a - b)
  return { took, counts }
}

const results = { kept: measure(new KeptRoom()), anew: measure(undefined) }
for (const [name, { took, counts }] of Object.entries(results)) {
  const figures = [0.5, 0.9, 0.99].map((share) => `p${share * 100} ${quantile(took, share).toFixed(1)}`).join(', ')
  console.log(
    `${name === 'kept' ? 'kept from question to question' : 'made anew for each'}: ${figures} ms of CPU; ${counts.free} into free room, ${counts.evicting} by eviction, ${counts.refused} refused`,
  )
}
const p99 = quantile(results.kept.took, 0.99)
console.log(`\n${hostCount} hosts, ${hostCount * 5} instances; p99 ${p99.toFixed(1)} ms; limit ${limitMs} ms`)
process.exit(p99 <= limitMs ? 0 : 1)
