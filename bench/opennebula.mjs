// How dear is one refresh (inventory and usage) of an OpenNebula with 10,000 instances on 300 hosts? Limits: 3 s of CPU of this
// process, its threads included; 50 ms in which the event loop does not give way; 512 MiB resident. The server is the fake one
// of the tests, in a process of its own; its documents are those of a real server.
//
// What the loop's thread computes without giving way is told in CPU time where the system tells it (Linux), in runs of their
// own, because watching costs CPU; how long others really waited depends on what else the machine does, and is told beside it.
// Usage: npm run bench opennebula [instances]
import { fork } from 'node:child_process'
import { openSync, readSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { OpenNebulaCloud } from '@gleaner/driver-opennebula'
import { FakeOpenNebula } from '@gleaner/driver-opennebula/testing'

const [, , first = '10000'] = process.argv
const clock = { nowMs: () => Date.now(), speed: 1, sleep: (ms, signal) => sleep(ms, signal) }

function sleep(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal?.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason)
    })
  })
}

if (first === 'serve') {
  const fake = await FakeOpenNebula.start(clock)
  for (let id = 0; id < 300; id++) fake.addHost({ id, cores: 64, memoryMiB: 524_288 })
  for (let n = 0; n < Number(process.argv[3]); n++) {
    const vm = fake.addVm({ id: n * 3, hostId: n % 300, vcpus: (n % 8) + 1, memoryMiB: 4096 })
    vm.monitoring.set('IDLE', `v=1 seq=${n} up=900000 every=15 cpu=0.01 users=0 idle=${n}`)
    vm.user.set('GLEANER_TAGS', 'batch,night').set('DESCRIPTION', 'Made for a bench: a text of ordinary length')
  }
  process.send(fake.endpoint)
} else {
  await measure(Number(first))
}

async function measure(instances) {
  const server = fork(new URL(import.meta.url), ['serve', String(instances)])
  const endpoint = await new Promise((resolve) => server.once('message', resolve))
  const cloud = new OpenNebulaCloud({
    id: 'one',
    clock,
    endpoints: [endpoint],
    session: 'oneadmin:PASSWORD',
    callTimeoutMs: 300_000,
  })
  let rssMiB = 0
  const watch = setInterval(() => (rssMiB = Math.max(rssMiB, process.memoryUsage().rss / 2 ** 20)), 20)
  const loop = monitorEventLoopDelay({ resolution: 2 })
  loop.enable()
  const spent = []
  for (let run = 0; run < 6; run++) {
    const before = process.cpuUsage()
    await refresh(cloud, instances, run > 0)
    const { user, system } = process.cpuUsage(before)
    spent.push((user + system) / 1000)
  }
  loop.disable()
  const busyMs = []
  for (let run = 0; run < 4; run++) busyMs.push(await longestTurn(() => refresh(cloud, instances, true)))
  clearInterval(watch)
  await cloud.close()
  server.kill()
  const [firstMs, ...later] = spent
  const median = later.sort((a, b) => a - b)[Math.floor(later.length / 2)]
  const turn = Math.max(...busyMs)
  console.log(`first refresh (finds the ids, starts the thread): ${firstMs.toFixed(0)} ms of CPU`)
  console.log(`later ones: ${median.toFixed(0)} ms of CPU (worst ${Math.max(...later).toFixed(0)})`)
  console.log(
    `longest turn of the event loop: ${turn.toFixed(0)} ms of CPU; longest wait for it: ${(loop.max / 1e6).toFixed(0)} ms`,
  )
  console.log(`resident: ${rssMiB.toFixed(0)} MiB at most`)
  const ok = Math.max(...spent) < 3000 && turn < 50 && rssMiB < 512
  console.log(
    `${ok ? 'within' : 'OVER'} the limits of 3000 ms of CPU, 50 ms a turn, 512 MiB for ${instances} instances`,
  )
  process.exit(ok ? 0 : 1)
}

async function refresh(cloud, instances, isLater) {
  // A record counts once: the next refresh waits for the next.
  if (isLater) await sleep(1100)
  const never = new AbortController().signal
  const inventory = await cloud.observe(never)
  const batch = await cloud.sample(never)
  if (inventory.instances.length !== instances || inventory.gaps.length > 0) throw new Error('it was not read whole')
  if (isLater && batch.subjects.length < instances) throw new Error(`only ${batch.subjects.length} samples`)
}

/** CPU time of this thread between two turns of the loop, the longest while `run` runs. */
async function longestTurn(run) {
  const usedMs = threadClock()
  let longest = 0
  let last = usedMs()
  let isOver = false
  const turn = () => {
    const now = usedMs()
    longest = Math.max(longest, now - last)
    last = now
    if (!isOver) setImmediate(turn)
  }
  setImmediate(turn)
  await run()
  isOver = true
  return longest
}

function threadClock() {
  try {
    const file = openSync('/proc/self/schedstat')
    const text = Buffer.alloc(64)
    return () => {
      const length = readSync(file, text, 0, text.length, 0)
      return Number(text.toString('latin1', 0, length).split(' ')[0]) / 1e6
    }
  } catch {
    return () => performance.now()
  }
}
