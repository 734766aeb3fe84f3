// The waitlist on a whole server: who waits, in which order, what gives a place, who is told, and what ends the wait.
import { SimulatedCloud } from '@gleaner/driver-simulated'
import type { LeaseView } from '@gleaner/model'
import type { Clock, Cloud } from '@gleaner/ports'
import { createTestDatabase } from '@gleaner/store/testing'
import { afterEach, expect, it } from 'vitest'
import { hashSecret, newSecret } from '../auth/token-secret.ts'
import { acceleratedClock } from '../clock/accelerated-clock.ts'
import { callApi } from './call-api.ts'
import { startTestServer, type TestServer, type TestServerOptions, testStartMs } from './test-server.ts'

const patient = { timeout: 300_000 }
const hourMs = 3_600_000
let server: TestServer
let token = ''
const stopAll: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const stop of stopAll.splice(0).toReversed()) await stop()
})

interface Start {
  readonly speed?: number
  readonly reservations?: string
  readonly databaseUrl?: string
  readonly atMs?: number
  readonly makeClouds?: TestServerOptions['makeClouds']
}

async function start({
  speed = 1,
  reservations = '',
  databaseUrl,
  atMs = testStartMs,
  makeClouds,
}: Start = {}): Promise<void> {
  server = await startTestServer({
    clock: acceleratedClock(atMs, speed),
    config: `policy: { snapshotMaxAge: 600m, telemetryMaxAge: 600m }\n${reservations}`,
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    ...(makeClouds === undefined ? {} : { makeClouds }),
  })
  stopAll.push(() => server.stop())
  await server.until('a leader that has read the cloud', () =>
    server.app.state.fence !== undefined && server.app.state.clouds.get(server.cloud.id)?.snapshot !== undefined
      ? true
      : undefined,
  )
  token = newSecret()
  const made = { name: `olga-${atMs}`, role: 'operator', projects: [], createdAtMs: 0, createdBy: 'test' } as const
  await server.app.store.tokens.create({ ...made, expiresAtMs: undefined }, hashSecret(token))
}

/** The cloud of every test server, with some hosts down whatever they are. */
function withHostsDown(clock: Clock, down: ReadonlySet<string>): Cloud {
  const cloud = new SimulatedCloud({
    clock,
    id: 'sim',
    seed: 11,
    hosts: 4,
    instances: 24,
    projects: 3,
    desktops: 0,
    activity: 0,
  })
  return new Proxy(cloud, {
    get: (target, name) => {
      if (name === 'observe')
        return async (signal: AbortSignal) => {
          const read = await target.observe(signal)
          return { ...read, hosts: read.hosts.map((host) => (down.has(host.name) ? { ...host, state: 'down' } : host)) }
        }
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

type Answer = LeaseView & { readonly detail: string; readonly code: string }

const http = (method: string, path: string, body?: object) =>
  callApi<Answer>({ url: server.url, token }, { method, path, body })

const iso = (hours: number) => new Date(testStartMs + hours * hourMs).toISOString()
const post = async (name: string, hosts: number, more: object = {}) =>
  http('POST', 'leases', { name, project: 'web-shop', duration: '2h', reservations: [{ min: hosts }], ...more })
const show = async (name: string) => (await http('GET', `leases/${name}`)).body
const placed = (name: string) =>
  server.until(`${name} to have a place`, async () => {
    const lease = await show(name)
    return lease.state === 'waiting' ? undefined : lease
  })
const toldOf = async ({ id, cloud }: LeaseView) =>
  (await server.app.store.notices.forInstance(`${cloud}:${id}`, 10)).map(({ sentence }) => sentence)
const allHosts = () => server.app.state.clouds.get(server.cloud.id)?.snapshot?.hosts.length ?? 0

/** Everything is promised from now on for ten days. */
async function fill(): Promise<void> {
  const { status, body } = await post('full', allHosts(), { duration: '240h' })
  expect(status, JSON.stringify(body)).toBe(201)
}

it(
  'who finds no place waits in the order of priorities, and gets one as soon as something ends early',
  patient,
  async () => {
    await start({ reservations: 'reservations: { limitsByProject: { data-science: { priority: 5 } } }\n' })
    await fill()
    expect((await post('refused', 1)).body.code).toBe('lease-no-slot')
    const first = await post('first', 2, { waitFor: '24h' })
    expect([first.status, first.body.state], JSON.stringify(first.body)).toEqual([201, 'waiting'])
    // Two hours within a day from now, and it waits for a day.
    const { waiting, start: from, end, reservations } = first.body
    expect(Date.parse(end) - Date.parse(from)).toBe(26 * hourMs)
    expect(waiting).toMatchObject({ position: 1, of: 1, priority: 0 })
    // As things are the first moment is that at which the whole of it ends.
    expect(waiting?.earliest).toBe((await show('full')).end)
    expect(reservations[0]?.hosts).toEqual([])
    await post('second', allHosts(), { waitFor: '24h' })
    await post('ahead', 1, { waitFor: '24h', project: 'data-science' })
    const line = async () =>
      (
        await callApi<{ items: readonly LeaseView[] }>(
          { url: server.url, token },
          { method: 'GET', path: 'leases?state=waiting' },
        )
      ).body
    const positions = new Map((await line()).items.map(({ name, waiting: at }) => [name, `${at?.position}/${at?.of}`]))
    expect(Object.fromEntries(positions)).toEqual({ ahead: '1/3', first: '2/3', second: '3/3' })
    expect((await post('first', 1, { waitFor: '1h' })).status).toBe(409)
    const other = await http('PUT', 'leases/second', { end: iso(90) })
    expect([other.status, other.body.detail]).toEqual([409, expect.stringMatching(/waits for a place/)])
    expect((await http('POST', 'leases/second/confirm')).status).toBe(409)

    await http('DELETE', 'leases/full')
    const ahead = await placed('ahead')
    const mine = await placed('first')
    expect(ahead.state).toMatch(/pending|active/)
    expect(mine.promotedAt).toBe(mine.updatedAt)
    expect(mine.reservations[0]?.hosts).toHaveLength(2)
    // Who needs all hosts gets them when those before it are over: within its window that is known now.
    const last = await placed('second')
    expect(Date.parse(last.start)).toBeGreaterThanOrEqual(Math.max(Date.parse(ahead.end), Date.parse(mine.end)))
    expect(new Set([...(ahead.reservations[0]?.hosts ?? []), ...(mine.reservations[0]?.hosts ?? [])]).size).toBe(3)
    await server.until('its project to be told', async () => ((await toldOf(mine)).length > 0 ? true : undefined))
    expect(await toldOf(mine)).toEqual([
      `The lease "first" has got a place: from ${mine.start} to ${mine.end} on ${mine.reservations[0]?.hosts.join(', ')}.`,
    ])
    const { items } = await server.app.store.audit.list({ limit: 50, offset: 0 })
    const said = items.filter(({ object }) => object === mine.id).map(({ by, what }) => `${by}: ${what}`)
    expect(said.toSorted()).toEqual(['gleaner: give lease a place', `olga-${testStartMs}: put lease on the waitlist`])
  },
)

it(
  'a place comes from what is shortened, and from a host that comes back; nobody who comes later is given it',
  patient,
  async () => {
    await start()
    const [host] = server.app.state.clouds.get(server.cloud.id)?.snapshot?.hosts ?? []
    if (host === undefined) throw new Error('no host')
    const only = { reservations: [{ min: 1, filter: `name == "${host.name}"` }] }
    await post('holds', 1, { ...only, duration: '48h' })
    const waits = await post('waits', 1, { ...only, waitFor: '4h', holdFor: '30m' })
    expect(waits.body.state).toBe('waiting')
    expect((await http('PUT', 'leases/holds', { end: iso(3) })).status).toBe(200)
    const got = await placed('waits')
    // It asked to be held for it only.
    expect(got).toMatchObject({
      state: 'proposed',
      start: iso(3),
      end: iso(5),
      heldUntil: expect.any(String) as string,
    })
    expect((await http('POST', 'leases/waits/confirm')).body.state).toBe('pending')
  },
)

it('a place comes from a host that is back', patient, async () => {
  const down = new Set<string>()
  await start({ speed: 120, makeClouds: (clock) => [withHostsDown(clock, down)] })
  const [host] = server.app.state.clouds.get(server.cloud.id)?.snapshot?.hosts ?? []
  if (host === undefined) throw new Error('no host')
  down.add(host.name)
  const seen = (state: string) =>
    server.until(`the host to be ${state}`, () =>
      server.app.state.clouds.get(server.cloud.id)?.snapshot?.hosts.find(({ id }) => id === host.id)?.state === state
        ? true
        : undefined,
    )
  await seen('down')
  const only = { reservations: [{ min: 1, filter: `name == "${host.name}"` }] }
  const waits = await post('waits', 1, { ...only, waitFor: '2000h' })
  expect(waits.body).toMatchObject({ state: 'waiting', waiting: { position: 1, of: 1 } })
  // Nobody knows when it will be back.
  expect(waits.body.waiting?.earliest).toBeUndefined()
  down.delete(host.name)
  expect((await placed('waits')).reservations[0]?.hosts).toEqual([host.name])
})

it('who has waited long enough is told, and called off is called off; both survive a restart', patient, async () => {
  const database = await createTestDatabase('empty')
  stopAll.push(() => database.drop())
  await start({ databaseUrl: database.url })
  await fill()
  await post('patient', 1, { waitFor: '200h', duration: '24h' })
  const hasty = (await post('hasty', 1, { waitFor: '30m' })).body
  const fixed = (await post('fixed', 1, { start: iso(5), end: iso(8), duration: undefined, waitFor: '100h' })).body
  expect(fixed.waiting?.until).toBe(iso(5))
  await post('gone', 1, { waitFor: '200h' })
  expect((await http('DELETE', 'leases/gone')).body.state).toBe('cancelled')
  await stopAll.pop()?.()

  await start({ databaseUrl: database.url, atMs: testStartMs + 6 * hourMs })
  for (const lease of [hasty, fixed]) {
    await server.until('it to give up', async () => ((await show(lease.id)).state === 'lapsed' ? true : undefined))
    expect(await toldOf(lease)).toEqual([expect.stringMatching(/^No room came free for the lease/)])
  }
  expect((await show('patient')).waiting).toMatchObject({ position: 1, of: 1 })
  await http('DELETE', 'leases/full')
  const patientOne = await placed('patient')
  expect(Date.parse(patientOne.promotedAt ?? '')).toBeGreaterThan(Date.parse(patientOne.createdAt))
  expect((await show('gone')).state).toBe('cancelled')
})

it('nobody waits for what cannot be, or is not allowed', patient, async () => {
  await start({ reservations: 'reservations: { limits: { longest: 20h } }\n' })
  const all = allHosts()
  for (let nth = 0; nth < 3; nth++) await post(`full-${nth}`, all, { start: iso(nth * 20), duration: '20h' })
  const refused = async (more: object) => {
    const { status, body } = await post('x', 1, { waitFor: '1h', ...more })
    return `${status} ${body.code}: ${body.detail}`
  }
  expect(await refused({ duration: '21h' })).toMatch(/^403 lease-refused: end/)
  expect(await refused({ end: iso(4), duration: undefined })).toMatch(/^400 request-invalid: waitFor/)
  expect(await refused({ waitFor: 'soon' })).toMatch(/^400/)
  expect(await refused({ reservations: [{ min: 3, max: 2 }] })).toMatch(/^400 request-invalid: min/)
  expect(await refused({ bestEffort: true })).toMatch(/^400 request-invalid: bestEffort/)
  expect((await server.app.store.leases.open()).map(({ state }) => state)).not.toContain('waiting')
})

it('a lease takes what is there now, and says how much of what it would have liked', patient, async () => {
  await start()
  const all = allHosts()
  await post('some', all - 2, {})
  const got = await post('best', all, { bestEffort: true })
  expect(got.status, JSON.stringify(got.body)).toBe(201)
  expect(got.body.reservations[0]).toMatchObject({
    min: 1,
    max: all,
    asked: all,
    hosts: [expect.anything(), expect.anything()],
  })
  expect(Math.abs(Date.parse(got.body.start) - server.clock.nowMs())).toBeLessThan(60_000)
  const none = await post('none', 1, { bestEffort: true })
  expect([none.status, none.body.code]).toEqual([409, 'lease-no-slot'])
  // At least so many of what is asked for.
  await http('DELETE', 'leases/best')
  const least = await post('least', 3, { bestEffort: true, reservations: [{ min: 3, max: 4 }] })
  expect(least.body.code).toBe('lease-no-slot')
  const room = await post('room', 1, { bestEffort: true, reservations: [{ instances: { amount: 5000, vcpus: 1 } }] })
  expect(room.status, JSON.stringify(room.body)).toBe(201)
  const { asked, instances } = room.body.reservations[0] ?? {}
  expect(asked).toBe(5000)
  expect(instances?.amount).toBeGreaterThan(1)
  expect(instances?.amount).toBe((instances?.on ?? []).reduce((sum, { instances: count }) => sum + count, 0))
  const more = await post('more', 1, { reservations: [{ instances: { amount: 1, vcpus: 1 } }] })
  expect(more.body.code).toBe('lease-no-slot')
  const later = await post('later', 1, { bestEffort: true, start: iso(2) })
  expect([later.status, later.body.detail]).toEqual([400, expect.stringMatching(/begins now/)])
})
