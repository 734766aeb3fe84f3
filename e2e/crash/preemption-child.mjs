// A Gleaner on a simulated cloud that outlives it in a file, with a firm request that only an eviction can help; it kills
// itself (SIGKILL, no chance to clean up) at one chosen step of the saga. Settings come as JSON in the first argument:
// { directory, databaseUrl, point } with point = "claim:1:after" and so on, or "none". When all has come to rest it prints
// what is there as "DONE <JSON>".
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { SimulatedCloud } from '@gleaner/driver-simulated'
import { projectId } from '@gleaner/model'
import { acceleratedClock, parseConfig, startGleaner } from '@gleaner/server'
import { deadlyAt } from './deadly.mjs'

const { directory, databaseUrl, point } = JSON.parse(process.argv[2])
const speed = 60
const never = new AbortController().signal
const stateFile = `${directory}/cloud.json`
const saved = existsSync(stateFile) ? JSON.parse(readFileSync(stateFile, 'utf8')) : undefined

/** When the process before this one died: time does not go back by that. */
const clockFile = `${directory}/clock.json`
const diedMs = existsSync(clockFile) ? JSON.parse(readFileSync(clockFile, 'utf8')) : Number.NEGATIVE_INFINITY
const originMs = Math.max(saved?.nowMs ?? Date.UTC(2026, 2, 4, 12), diedMs)
const clock = acceleratedClock(originMs, speed)

const cloud = new SimulatedCloud({
  clock,
  id: 'sim',
  seed: 3,
  hosts: 2,
  desktops: 0,
  instances: 0,
  projects: 1,
  activity: 0,
})
const size = { vcpus: 16, memoryMiB: 32 * 1024, diskGiB: 40 }
const request = (name, firmness, hostId) => ({
  ...size,
  name,
  projectId: projectId(cloud.id, 'web-shop'),
  hostId,
  flavor: 'block',
  firmness,
  tags: [],
  idempotencyKey: `setup-${name}`,
})

if (saved === undefined) await fill()
else cloud.importState(saved)

async function fill() {
  const { hosts } = await cloud.observe(never)
  let count = 0
  for (const host of hosts) {
    while (
      await cloud.creation.create(request(`batch-${++count}`, 'preemptible', host.id), never).catch(() => undefined)
    ) {
      // until nothing of the size fits any more
    }
  }
  await cloud.creation.create(request('big', 'firm', undefined), never)
  keep()
}

/** What the cloud has come to outlives the process from here on. */
function keep() {
  writeFileSync(`${stateFile}.new`, JSON.stringify(cloud.exportState()))
  renameSync(`${stateFile}.new`, stateFile)
}

const { counts, deadly, deadlyJournal } = deadlyAt(point, () => writeFileSync(clockFile, JSON.stringify(clock.nowMs())))

const nothingToNote = async () => async () => undefined

/** What is done to the cloud outlives the process; what it changed is noted once, by the line that `noted` makes of it. */
const kept =
  (noted = nothingToNote) =>
  async (call, ...args) => {
    const note = await noted(...args)
    const result = await call()
    const line = await note(result)
    if (line !== undefined) appendFileSync(`${directory}/effects.log`, `${line}\n`)
    keep()
    return result
  }

const stateOf = async (id) => (await cloud.look(id, never)).instance?.state ?? 'gone'
deadly(
  cloud,
  'act',
  'act',
  kept(async ({ action, instanceId }) => {
    const before = await stateOf(instanceId)
    const name = (await cloud.look(instanceId, never)).instance?.name ?? instanceId
    return async () => ((await stateOf(instanceId)) === before ? undefined : `${action} ${name}`)
  }),
)
cloud.creation = { ...cloud.creation }
deadly(
  cloud.creation,
  'create',
  'create',
  kept(async (order) => {
    const known = new Set((await cloud.observe(never)).instances.map(({ id }) => id))
    return async (id) => (known.has(id) ? undefined : `create ${order.name}`)
  }),
)
cloud.claims = { ...cloud.claims }
deadly(cloud.claims, 'claim', 'claim', kept())
deadly(cloud.claims, 'release', 'release', kept())
deadly(cloud.claims, 'giveBack', 'give-back', kept())
cloud.labels = { ...cloud.labels }
deadly(cloud.labels, 'setMetadata', 'label', kept())

const yaml = `
listen: 127.0.0.1:0
periods: { observe: 12s, sample: 60s, decide: 12s }
modes: { preemption: enforce }
policy: { snapshotMaxAge: 60m, telemetryMaxAge: 60m, budgets: { actionsPerMinute: 100 } }
preemption: { notice: 30s, hold: 10h, backOff: 100h, longestBackOff: 100h }
log: error
`
const config = parseConfig(yaml, 'crash.yaml', {
  environment: { ...process.env, GLEANER_STATE_DIR: `${directory}/state`, DATABASE_URL: databaseUrl },
  directory,
})
const { application: app, stop } = await startGleaner({
  config,
  clock,
  makeClouds: () => [cloud],
  wrapStore: (store) => {
    deadlyJournal(store)
    deadly(store.evictions, 'decide', 'decide')
    deadly(store.evictions, 'save', 'save')
    return store
  },
})
console.log('READY')

for (;;) {
  const page = { limit: 100, offset: 0 }
  const { items: decisions } = await app.store.evictions.decisions({}, page)
  const { instances } = await cloud.observe(never)
  const atRest = decisions.length > 0 && decisions.every(({ state }) => ['done', 'failed', 'cancelled'].includes(state))
  if (atRest && instances.every(({ state }) => state === 'running' || state === 'stopped')) {
    const { items: evictions } = await app.store.evictions.evictions({}, page)
    const claims = await cloud.claims.claims(never)
    console.log(`DONE ${JSON.stringify({ decisions, evictions, instances, claims, counts: [...counts] })}`)
    break
  }
  await new Promise((resolve) => setTimeout(resolve, 100))
}
await stop()
process.exit(0)
