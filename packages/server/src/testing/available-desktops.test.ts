// Where a preemptible instance goes on a whole server when it matters how long desktops will be there: real PostgreSQL with weeks of their
// past, a simulated cloud, time that runs faster. The pasts are the same at every hour, so that the answer does not hang on the time.
import { SimulatedCloud } from '@gleaner/driver-simulated'
import type { LivePlacement, PhaseChange } from '@gleaner/model'
import { createTestDatabase, type TestDatabase } from '@gleaner/store/testing'
import { afterEach, expect, it } from 'vitest'
import { acceleratedClock } from '../clock/accelerated-clock.ts'
import { joinTestDesktop } from './test-desktop.ts'
import { startTestServer, type TestServer, testStartMs } from './test-server.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const weeksMs = 3 * 7 * 24 * hourMs
let database: TestDatabase | undefined
let server: TestServer | undefined
afterEach(async () => {
  await server?.stop()
  server = undefined
  await database?.drop()
  database = undefined
})

async function start(databaseUrl: string, { weigher, atMs }: { readonly weigher: number; readonly atMs: number }) {
  const started = await startTestServer({
    databaseUrl,
    clock: acceleratedClock(atMs, 60),
    config: `
anonymous: administrator
modes: { idleness: 'off', opportunism: enforce }
policy: { snapshotMaxAge: 600m, telemetryMaxAge: 600m, actionTimeout: 60m }
opportunism: { contract: 10m, lostAfter: 20, beat: 15s, freeAfter: 2h }
placement: { weighers: { AvailabilityWeigher: ${weigher} } }
`,
    makeClouds: (clock) => [
      new SimulatedCloud({
        clock,
        id: 'sim',
        seed: 11,
        desktopAgents: false,
        hosts: 4,
        instances: 0,
        projects: 1,
        desktops: 3,
        activity: 0,
      }),
    ],
  })
  server = started
  await started.until('a plan', () =>
    started.app.state.fence !== undefined && started.app.state.ready ? true : undefined,
  )
  const hosts = () => [...started.app.state.clouds.values()].flatMap(({ snapshot }) => snapshot?.hosts ?? [])
  const names = hosts()
    .filter(({ kind }) => kind === 'desktop')
    .map(({ name }) => name)
    .sort()
  return { ...started, hosts, names }
}

/** Of each hour of the last weeks the user is there for so many minutes. */
function past(minutes: number): readonly PhaseChange[] {
  const changes: PhaseChange[] = []
  for (let atMs = testStartMs - weeksMs; atMs < testStartMs; atMs += hourMs) {
    changes.push({ atMs, phase: 'in-use', verdict: { code: 'user-input', sentence: 'keyboard: typed.', facts: {} } })
    const verdict = { code: 'lendable', sentence: 'Nobody is there.', facts: {} } as const
    changes.push({ atMs: atMs + minutes * minuteMs, phase: 'lendable', verdict })
  }
  return changes
}

/** Desktops in the order in which a small preemptible instance would go to them, and where it goes without a word about desktops. */
async function order({ url, names, hosts, app }: Awaited<ReturnType<typeof start>>) {
  const project = [...app.state.clouds.values()][0]?.snapshot?.projects[0]?.id
  const hypervisors = hosts().flatMap(({ kind, name }) => (kind === 'hypervisor' ? [name] : []))
  const place = async (hints: object, more: object = {}) => {
    const request = { preemptible: true, vcpus: 1, ramMiB: 256, diskGiB: 1, count: 1, hints: { project, ...hints } }
    const answer = await fetch(`${url}/api/v1/placements`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: url },
      body: JSON.stringify({ request, ...more }),
    })
    expect(answer.status, await answer.clone().text()).toBe(200)
    return (await answer.json()) as LivePlacement
  }
  const chosen: string[] = []
  while (chosen.length < names.length) {
    const { answer } = await place({ avoidHosts: [...hypervisors, ...chosen] })
    chosen.push(answer.placements[0]?.host ?? 'none')
  }
  const free = await place({})
  const held = await place({ avoidHosts: hypervisors }, { dryRun: false, requestId: 'in earnest' })
  return { chosen, free: free.answer.placements[0]?.host, held: held.room?.placements[0]?.host }
}

async function allLent(of: Awaited<ReturnType<typeof start>>): Promise<void> {
  const desktops = await Promise.all(of.names.map((name) => joinTestDesktop(of.app, name)))
  await of.until('every desktop is open', async () => {
    for (const desktop of desktops) await desktop.says('lendable')
    return of.hosts().every(({ state }) => state === 'up') ? true : undefined
  })
}

/** The last by name is there most, so that no order of names gives the same. */
async function write(url: string): Promise<void> {
  const { app, names, stop } = await start(url, { weigher: 0, atMs: testStartMs - hourMs })
  for (const [nth, minutes] of [50, 25, 2].entries()) {
    const { id } = await joinTestDesktop(app, names[nth] ?? '')
    const desktop = await app.store.desktops.find(id)
    if (desktop === undefined) throw new Error('is not known')
    const after = { ...desktop, sequence: desktop.sequence + 1, lastBeatMs: testStartMs - minuteMs }
    expect(await app.store.desktops.beat(desktop.sequence, { desktop: after, changes: past(minutes) })).toBe(true)
  }
  await stop()
}

async function ordered(weigher: number) {
  database = await createTestDatabase('empty')
  await write(database.url)
  const started = await start(database.url, { weigher, atMs: testStartMs })
  await allLent(started)
  const hypervisor = started.hosts().find(({ kind }) => kind === 'hypervisor')?.name
  return { ...(await order(started)), names: started.names, hypervisor }
}

it('a preemptible instance goes to the desktop that will be there longest, and to a hypervisor before all', {
  timeout: 300_000,
}, async () => {
  const { chosen, free, held, names, hypervisor } = await ordered(1000)
  expect(chosen).toEqual(names.toReversed())
  expect([free, held]).toEqual([hypervisor, names.at(-1)])
})

it('without the weigher the past of desktops decides nothing', { timeout: 300_000 }, async () => {
  const { chosen, names } = await ordered(0)
  expect(new Set(chosen)).toEqual(new Set(names))
  expect(chosen).not.toEqual(names.toReversed())
})
