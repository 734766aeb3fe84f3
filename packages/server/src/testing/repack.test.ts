// Leases to come on a whole server: where they follow each other they come to stand on one host, in the mode enforce only.
import { SimulatedCloud } from '@gleaner/driver-simulated'
import { type Lease, projectId } from '@gleaner/model'
import type { Clock } from '@gleaner/ports'
import { afterEach, expect, it } from 'vitest'
import { acceleratedClock } from '../clock/accelerated-clock.ts'
import { operator, startTestServer, type TestServer, testStartMs } from './test-server.ts'

const hourMs = 3_600_000
let server: TestServer
afterEach(async () => server.stop())

async function start(more = '', rest = ''): Promise<void> {
  server = await startTestServer({
    clock: acceleratedClock(testStartMs, 120),
    config: `policy: { snapshotMaxAge: 600m, telemetryMaxAge: 600m }\npower: { idlePowerW: 100, boot: 30m, shutdown: 10m${more} }\n${rest}`,
    makeClouds: (clock: Clock) => [
      new SimulatedCloud({ clock, id: 'sim', seed: 11, hosts: 4, instances: 1, projects: 1, desktops: 0, activity: 0 }),
    ],
  })
  await server.until('a leader that has read the cloud', () =>
    server.app.state.fence !== undefined &&
    server.app.state.ready &&
    server.app.state.clouds.get(server.cloud.id)?.snapshot
      ? true
      : undefined,
  )
}

async function reserve(name: string, fromHour: number, hours: number, count = 1): Promise<Lease> {
  const startMs = testStartMs + fromHour * hourMs
  return server.app.commands.makeLease(
    {
      name,
      cloudId: server.cloud.id,
      projectId: projectId(server.cloud.id, 'web-shop'),
      window: { startMs, endMs: startMs + hours * hourMs },
      durationMs: undefined,
      reservations: [{ wish: { kind: 'hosts', min: count, max: count }, filter: undefined }],
      endAction: 'nothing',
      noticeMs: 0,
      holdMs: undefined,
    },
    operator,
  )
}

const hostsOf = ({ reservations }: Lease) => reservations.flatMap(({ shares }) => shares.map(({ host }) => host))
const stored = async ({ id }: Lease) => (await server.app.store.leases.find(id)) as Lease

/** Two that follow each other on two hosts, because others were there when they were made. */
async function apart(fromHour: number): Promise<readonly [Lease, Lease]> {
  const others = await reserve(`others ${fromHour}`, fromHour + 4, 2, 3)
  const first = await reserve(`first ${fromHour}`, fromHour, 4)
  const second = await reserve(`second ${fromHour}`, fromHour + 4, 2)
  await server.app.commands.endLease(others.id, operator)
  expect(hostsOf(first)).not.toEqual(hostsOf(second))
  return [first, second]
}

it('leases that follow each other come to stand on one host; soon ones, and any in another mode, stay where they are', {
  timeout: 300_000,
}, async () => {
  await start()
  const late = await apart(40)
  const soon = await apart(12)
  const beganMs = server.clock.nowMs()
  // Longer than the repacker's period, in a mode that only observes.
  await server.until('twenty minutes', () => (server.clock.nowMs() > beganMs + 1_200_000 ? true : undefined))
  for (const lease of [...late, ...soon]) expect(hostsOf(await stored(lease))).toEqual(hostsOf(lease))

  await server.app.commands.setMode('energy', 'enforce', operator)
  const packed = await server.until('one host for both', async () => {
    const now = await Promise.all(late.map(stored))
    const hosts = new Set(now.flatMap(hostsOf))
    return hosts.size === 1 ? now : undefined
  })
  const moved = packed.filter(({ swaps }) => swaps !== undefined)
  expect(moved.length).toBeGreaterThan(0)
  for (const { swaps } of moved) expect(swaps?.[0]?.because).toMatch(/^it saves 0\.\d\d kWh: fewer wake-ups/)
  for (const lease of soon) expect(hostsOf(await stored(lease))).toEqual(hostsOf(lease))
  const { items } = await server.app.store.audit.list({ limit: 100, offset: 0, search: 'repack' })
  const told = items.map(({ by, what, object }) => `${by}: ${what} ${object}`)
  expect(new Set(told)).toEqual(new Set(moved.map(({ id, name }) => `gleaner: repack lease ${name} (${id})`)))
})

it('nothing is moved where the operator does not want it', { timeout: 300_000 }, async () => {
  await start(', repack: false')
  await server.app.commands.setMode('energy', 'enforce', operator)
  const late = await apart(40)
  const beganMs = server.clock.nowMs()
  await server.until('half an hour', () => (server.clock.nowMs() > beganMs + 1_800_000 ? true : undefined))
  for (const lease of late) expect(hostsOf(await stored(lease))).toEqual(hostsOf(lease))
})

it('where work per watt is weighed, they go to the host that does the most of it', { timeout: 300_000 }, async () => {
  const figures = ['hv-01', 'hv-02', 'hv-03', 'hv-04'].map(
    (name, nth) => `{ name: ${name}, operationsPerS: ${nth === 2 ? 900 : 300} }`,
  )
  await start(`, hosts: [${figures.join(', ')}]`, 'placement: { weighers: { EfficiencyWeigher: 1 } }\n')
  // The fast one is taken by somebody who gives it up.
  const others = await reserve('others', 40, 4)
  expect(hostsOf(others)).toEqual(['hv-03'])
  const lease = await reserve('lease', 40, 4)
  await server.app.commands.endLease(others.id, operator)
  await server.app.commands.setMode('energy', 'enforce', operator)
  const moved = await server.until('another host', async () => {
    const now = await stored(lease)
    return now.swaps === undefined ? undefined : now
  })
  expect(hostsOf(moved)).toEqual(['hv-03'])
  expect(moved.swaps?.[0]?.because).toMatch(
    /^it saves 0\.\d\d kWh: fewer wake-ups, or a host that does more work per watt$/,
  )
})
