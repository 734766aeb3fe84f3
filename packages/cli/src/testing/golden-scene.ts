// The scene of the golden texts: a real server with a simulated cloud of a fixed seed, a clock that the test turns, PostgreSQL; and
// the command line as a person calls it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseConfig, type RunningGleaner, startGleaner } from '@gleaner/server'
import { createTestDatabase, type TestDatabase } from '@gleaner/store/testing'
import { VirtualClock } from '@gleaner/testkit'
import { expect, vi } from 'vitest'
import { run } from '../run.ts'

const config = (database: string) => `
listen: 127.0.0.1:0
databaseUrl: ${database}
anonymous: viewer
log: error
clouds:
  - { id: sim, kind: simulated, seed: 7, hosts: 6, desktops: 1, instances: 40, projects: 3, owners: false }
modes: { idleness: advise }
notices:
  webhooks:
    - { id: ops, url: 'http://127.0.0.1:9/secret', capabilities: [energy], kinds: [announced, failed] }
rules:
  - name: forgotten
    description: Nothing has happened on it for half a day.
    expression: >-
      instance.state == "running" && instance.ageS > 86400 && coverage(cpu, "12h") > 0.9 &&
      shareBelow(cpu, 0.05, "12h") >= 0.97
    action: suspend
    grace: 3m
    mode: enforce
  - name: oversized
    expression: instance.vcpus >= 4 && coverage(cpu, "7d") > 0.9 && percentile(cpu, 95, "7d") < 0.1 * instance.vcpus
    action: notify
    grace: 1d
    priority: 50
`

export const clock = new VirtualClock(Date.UTC(2026, 2, 4, 9, 30))
export let folder: string
let database: TestDatabase
export let server: RunningGleaner
let admin: string
let sleepersAtRest: number

export async function begin(): Promise<void> {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-golden-'))
  const large = { preemptible: false, vcpus: 16, ramMiB: 65_536, diskGiB: 40, count: 4 }
  writeFileSync(join(folder, 'request.json'), JSON.stringify(large))
  database = await createTestDatabase()
  const file = join(folder, 'gleaner.yaml')
  const parsed = parseConfig(config(database.url), file, {
    environment: { GLEANER_STATE_DIR: join(folder, 'state') },
    directory: folder,
  })
  server = await startGleaner({ config: parsed, clock })
  // All loops, and the simulated cloud, which waits for what happens next in it.
  sleepersAtRest = server.application.loops().length + 1
  await turnUntil(() => (server.application.state.plan?.proposals.length ?? 0) > 0)
  await turn(3)
  const made = await gleaner('tokens create --role administrator --name golden --quiet', { local: true })
  admin = made.out.trim()
}

export async function end(): Promise<void> {
  await server?.stop()
  await database?.drop()
  rmSync(folder, { recursive: true, force: true })
}

/**
 * Minutes in steps of a second, so that no loop sleeps past its time; before and after each step every loop has done in
 * real time what it had to and sleeps again, so that the same minutes always bring the same.
 */
export async function turn(minutes: number): Promise<void> {
  await settled()
  for (let second = 0; second < minutes * 60; second++) {
    await clock.advance(1000)
    await settled()
  }
}

async function settled(): Promise<void> {
  const asleep = () => expect(clock.sleepers).toBeGreaterThanOrEqual(sleepersAtRest)
  await vi.waitFor(asleep, { timeout: 10_000, interval: 1 })
}

export async function turnUntil(condition: () => boolean): Promise<void> {
  for (let minute = 0; minute < 10 && !condition(); minute++) await turn(1)
  expect(condition()).toBe(true)
}

interface Call {
  readonly columns?: number
  readonly colour?: boolean
  readonly token?: string | undefined
  /** With the token that the server left in its state directory. */
  readonly local?: boolean
  readonly url?: string
}

export async function gleaner(words: string, call: Call = {}) {
  let out = ''
  let err = ''
  const token = 'token' in call ? call.token : admin
  const code = await run(words.match(/"[^"]*"|\S+/g)?.map((word) => word.replaceAll('"', '')) ?? [], {
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    columns: call.columns ?? 100,
    isTerminal: call.colour ?? false,
    environment: {
      GLEANER_URL: call.url ?? server.url,
      ...(call.local === true
        ? { GLEANER_STATE_DIR: join(folder, 'state') }
        : { GLEANER_STATE_DIR: '/nowhere', ...(token === undefined ? {} : { GLEANER_TOKEN: token }) }),
      TERM: 'xterm',
    },
    directory: folder,
    timeZone: 'Europe/Berlin',
    signal: new AbortController().signal,
  })
  return { out, err, code }
}

/** The words, both outputs and the exit code, without what differs from run to run. */
export async function transcript(words: string, call: Call = {}): Promise<string> {
  const { out, err, code } = await gleaner(words, call)
  const text = `$ gleaner ${words}\n${out}${err === '' ? '' : `--- standard error\n${err}`}--- exit code ${code}\n`
  return text
    .replaceAll(server.application.replica, 'host:1')
    .replaceAll(server.url, 'http://127.0.0.1:7878')
    .replaceAll(folder, '/here')
    .replace(/\b([a-z]+)_[0-9a-f]{8}-[0-9a-f-]{27}/g, '$1_00000000-0000-7000-8000-000000000000')
    .replace(/\bgln_[\w-]{43}/g, 'gln_SECRET')
}

export function golden(name: string, text: string): Promise<void> {
  return expect(text).toMatchFileSnapshot(`./golden/${name}.txt`)
}

/** Names that the seed gives, found by what they are, so that a change of the simulation shows as such. */
export function idleInstance(): string {
  const { state } = server.application
  const proposal = state.plan?.proposals.find(({ action }) => action === 'suspend')
  const instance = [...state.clouds.values()]
    .flatMap(({ snapshot }) => snapshot?.instances ?? [])
    .find(({ id }) => id === proposal?.instanceId)
  return instance?.name ?? 'none'
}

/** As if a meter had seen the work of the instance draw 24 W in the hour before it was suspended, 8:00 to 9:00. */
export async function meterHourBefore(name: string): Promise<void> {
  const { state, store } = server.application
  const instance = [...state.clouds.values()]
    .flatMap(({ snapshot }) => snapshot?.instances ?? [])
    .find((each) => each.name === name)
  const entry = (await store.journal.since(0)).find(({ instanceId }) => instanceId === instance?.id)
  if (state.fence === undefined || instance === undefined || entry?.hostId === undefined)
    throw new Error(`${name} was not suspended on any host`)
  const hour = { hostId: entry.hostId, cloudId: instance.cloudId, atMs: Date.UTC(2026, 2, 4, 8), estimatedJ: 0 }
  await store.energy.add(state.fence, {
    id: 'the hour before',
    hosts: [{ ...hour, energyJ: 100 * 3600, measuredMs: 3_600_000, bridgedJ: 0 }],
    tenants: [
      { ...hour, instanceId: instance.id, projectId: instance.projectId, idleJ: 76 * 3600, dynamicJ: 24 * 3600 },
    ],
  })
}
