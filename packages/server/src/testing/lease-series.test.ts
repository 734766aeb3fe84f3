// Series of leases over HTTP on a whole server: all of them or none, those for which there is a place, and calling them off.
import { type LeaseSeriesView, type LeaseView, projectId } from '@gleaner/model'
import { afterEach, expect, it } from 'vitest'
import { hashSecret, newSecret } from '../auth/token-secret.ts'
import { acceleratedClock } from '../clock/accelerated-clock.ts'
import { callApi } from './call-api.ts'
import { startTestServer, type TestServer, testStartMs } from './test-server.ts'

const patient = { timeout: 120_000 }
const hourMs = 3_600_000
let server: TestServer
const tokens: Record<string, string> = {}
afterEach(async () => server.stop())

async function start(reservations = ''): Promise<void> {
  server = await startTestServer({
    clock: acceleratedClock(testStartMs, 1),
    config: `policy: { snapshotMaxAge: 600m, telemetryMaxAge: 600m }\n${reservations}`,
  })
  await server.until('a leader that has read the cloud', () =>
    server.app.state.fence !== undefined && server.app.state.clouds.get(server.cloud.id)?.snapshot !== undefined
      ? true
      : undefined,
  )
  for (const [name, role, projects] of [
    ['olga', 'operator', []],
    ['mia', 'member', [projectId(server.cloud.id, 'build-farm')]],
  ] as const) {
    const secret = newSecret()
    const made = { name, role, projects, createdAtMs: 0, createdBy: 'test', expiresAtMs: undefined }
    await server.app.store.tokens.create(made, hashSecret(secret))
    tokens[name] = secret
  }
}

const http = <T>(method: string, path: string, body?: object, who = 'olga') =>
  callApi<T>({ url: server.url, token: tokens[who] }, { method, path, body })

type Fault = { readonly detail: string; readonly code: string }
const iso = (hours: number) => new Date(testStartMs + hours * hourMs).toISOString()
const hosts = () => server.app.state.clouds.get(server.cloud.id)?.snapshot?.hosts.length ?? 0
/** From the day after tomorrow on, two hours of each day. */
const daily = (count: number, more: object = {}) => ({
  name: 'backup',
  project: 'web-shop',
  start: iso(48),
  duration: '2h',
  reservations: [{ min: 2 }],
  recurrence: { rule: `FREQ=DAILY;COUNT=${count}`, timeZone: 'UTC' },
  ...more,
})
const day = (nth: number) => iso(48 + 24 * nth).slice(0, 10)
const open = async () => (await server.app.store.leases.open()).map(({ name }) => name).toSorted()

async function occupy(name: string, nth: number): Promise<string> {
  const { status, body } = await http<LeaseView>('POST', 'leases', {
    name,
    project: 'build-farm',
    start: iso(48 + 24 * nth),
    duration: '1h',
    reservations: [{ min: hosts() }],
  })
  expect(status).toBe(201)
  return body.id
}

it('a series is a lease for each of its times, with the rule and the name of the day', patient, async () => {
  await start()
  const planned = await http<LeaseSeriesView>('POST', 'lease-series-plans', daily(3))
  expect(planned.status).toBe(200)
  expect(planned.body.times.map(({ name, hosts: on, refusal }) => [name, on.length, refusal])).toEqual(
    [0, 1, 2].map((nth) => [`backup ${day(nth)}`, 2, undefined]),
  )
  expect(await open()).toEqual([])

  const { status, body } = await http<LeaseSeriesView>('POST', 'lease-series', daily(3))
  expect(status).toBe(201)
  expect(body.times.map(({ start: at, end }) => [at, end])).toEqual(
    [0, 1, 2].map((nth) => [iso(48 + 24 * nth), iso(50 + 24 * nth)]),
  )
  expect(await open()).toEqual([0, 1, 2].map((nth) => `backup ${day(nth)}`))
  const shown = await http<LeaseView>('GET', `leases/${body.times[1]?.lease}`)
  expect(shown.body).toMatchObject({
    state: 'pending',
    series: { id: body.id, rule: 'FREQ=DAILY;COUNT=3', timeZone: 'UTC' },
  })
  const { items } = await server.app.store.audit.list({ limit: 10, offset: 0, search: 'series' })
  expect(items.map(({ by, what }) => `${by}: ${what}`)).toEqual(Array(3).fill('olga: make lease of series'))

  // One is ended by itself; the rest of the series from a moment on; then what is left.
  await http('DELETE', `leases/${body.times[0]?.lease}`)
  const later = await http<{ items: LeaseView[] }>('DELETE', `lease-series/${body.id}?from=${iso(80)}`)
  expect(later.body.items.map(({ name, state }) => [name, state])).toEqual([[`backup ${day(2)}`, 'cancelled']])
  expect(await open()).toEqual([`backup ${day(1)}`])
  expect((await http<Fault>('DELETE', `lease-series/${body.id}`, undefined, 'mia')).status).toBe(404)
  expect((await http('DELETE', `lease-series/${body.id}`)).status).toBe(200)
  expect(await open()).toEqual([])
  expect((await http<Fault>('DELETE', `lease-series/${body.id}`)).body.code).toBe('not-found')
})

it(
  'a time that clashes is told with its day: none is made, or the others are where that was asked for',
  patient,
  async () => {
    await start()
    await occupy('exam', 1)
    const refused = await http<Fault>('POST', 'lease-series', daily(3))
    expect(refused.status).toBe(409)
    expect(refused.body.detail).toContain(`1 of 3 times cannot be had. ${day(1)}: `)
    expect(await open()).toEqual(['exam'])

    const { status, body } = await http<LeaseSeriesView>('POST', 'lease-series', daily(3, { skipClashes: true }))
    expect(status).toBe(201)
    expect(body.times.map(({ lease, refusal }) => [lease === undefined, refusal === undefined])).toEqual([
      [false, true],
      [true, false],
      [false, true],
    ])
    expect(await open()).toEqual([`backup ${day(0)}`, `backup ${day(2)}`, 'exam'])
    // The names are taken, so that nothing is left of a second one; what there was stays.
    const again = await http<Fault>('POST', 'lease-series', daily(3, { skipClashes: true }))
    expect([again.status, again.body.code]).toEqual([409, 'lease-no-slot'])
    expect(await open()).toEqual([`backup ${day(0)}`, `backup ${day(2)}`, 'exam'])
  },
)

it('what was made is called off again when the last cannot be made after all', patient, async () => {
  await start()
  // The name of the third is taken, which only the store says.
  const taken = {
    name: `backup ${day(2)}`,
    project: 'web-shop',
    start: iso(400),
    duration: '1h',
    reservations: [{ min: 1 }],
  }
  expect((await http('POST', 'leases', taken)).status).toBe(201)
  const refused = await http<Fault>('POST', 'lease-series', daily(3))
  expect(refused.body.detail).toMatch(/^1 of 3 times cannot be had\. .*The project has a lease/)
  expect(await open()).toEqual([`backup ${day(2)}`])
  const { items } = await server.app.store.audit.list({ limit: 10, offset: 0, search: 'call off' })
  expect(items.map(({ by }) => by)).toEqual(['gleaner', 'gleaner'])
})

it('its times together stay within the host-hours of the project, in the plan already', patient, async () => {
  await start('reservations: { period: year, limits: { hostHours: 10 } }')
  // 4 host-hours each.
  const planned = await http<LeaseSeriesView>('POST', 'lease-series-plans', daily(3))
  expect(planned.body.times.map(({ refusal }) => refusal === undefined)).toEqual([true, true, false])
  expect(planned.body.times[2]?.refusal).toContain('host-hours')
  const some = await http<LeaseSeriesView>('POST', 'lease-series', daily(3, { skipClashes: true }))
  expect(some.body.times.filter(({ lease }) => lease !== undefined)).toHaveLength(2)
})

it.each([
  [{ recurrence: { rule: 'FREQ=DAILY' } }, 'request-invalid', /recurrence: give COUNT or UNTIL/],
  [
    { recurrence: { rule: 'FREQ=DAILY;COUNT=2', timeZone: 'Mars/Olympus' } },
    'request-invalid',
    /there is no time zone/,
  ],
  [{ duration: '30h' }, 'request-invalid', /is not over when the next one begins/],
  [{ start: '2020-01-01T00:00:00Z' }, 'request-invalid', /past/],
  [{ holdFor: '1h' }, 'request-invalid', /holdFor/],
  [{ openEnded: true }, 'request-invalid', /openEnded/],
])('%j is refused, and nothing is made', patient, async (more, code, detail) => {
  await start()
  const { status, body } = await http<Fault>('POST', 'lease-series', daily(2, more))
  expect([status, body.code]).toEqual([400, code])
  expect(JSON.stringify(body)).toMatch(detail)
  expect(await open()).toEqual([])
})
