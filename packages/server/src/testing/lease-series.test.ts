// Series of leases over HTTP on a whole server: all of them or none, those for which there is a place, and calling them off.
import { GleanerError, type LeaseSeriesView, type LeaseView, projectId } from '@gleaner/model'
import { afterEach, expect, it } from 'vitest'
import { openReceiver } from '../notices/testing/hook-receiver.ts'
import { asBearer, hostCount, http, start, tokenFor } from './lease-scene.ts'
import { endsToo, patient, server, stopAll } from './scene.ts'
import { testStartMs } from './test-server.ts'

const hourMs = 3_600_000
let miasToken = ''
afterEach(stopAll)

async function begin(config = ''): Promise<void> {
  await start({ config })
  miasToken = await tokenFor('mia', 'member', [projectId(server.cloud.id, 'build-farm')])
}

const iso = (hours: number) => new Date(testStartMs + hours * hourMs).toISOString()
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
  const { status, body } = await http('POST', 'leases', {
    name,
    project: 'build-farm',
    start: iso(48 + 24 * nth),
    duration: '1h',
    reservations: [{ min: hostCount() }],
  })
  expect(status).toBe(201)
  return body.id
}

it('a series is a lease for each of its times, with the rule and the name of the day', patient, async () => {
  await begin()
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
  const shown = await http('GET', `leases/${body.times[1]?.lease}`)
  expect(shown.body).toMatchObject({
    state: 'pending',
    series: { id: body.id, rule: 'FREQ=DAILY;COUNT=3', timeZone: 'UTC' },
  })
  const { items } = await server.app.store.audit.list({ limit: 10, offset: 0, search: 'series' })
  expect(items.map(({ by, what }) => `${by}: ${what}`)).toEqual(Array(3).fill('olga: make lease of series'))

  // One is ended by itself; the rest of the series from a moment on; then what is left.
  await http('DELETE', `leases/${body.times[0]?.lease}`)
  const later = await http<{ items: readonly LeaseView[] }>('DELETE', `lease-series/${body.id}?from=${iso(80)}`)
  expect(later.body.items.map(({ name, state }) => [name, state])).toEqual([[`backup ${day(2)}`, 'cancelled']])
  expect(await open()).toEqual([`backup ${day(1)}`])
  expect((await asBearer(miasToken)('DELETE', `lease-series/${body.id}`)).status).toBe(404)
  expect((await http('DELETE', `lease-series/${body.id}`)).status).toBe(200)
  expect(await open()).toEqual([])
  expect((await http('DELETE', `lease-series/${body.id}`)).body.code).toBe('not-found')
})

it(
  'a time that clashes is told with its day: none is made, or the others are where that was asked for',
  patient,
  async () => {
    await begin()
    await occupy('exam', 1)
    const refused = await http('POST', 'lease-series', daily(3))
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
    const again = await http('POST', 'lease-series', daily(3, { skipClashes: true }))
    expect([again.status, again.body.code]).toEqual([409, 'lease-no-slot'])
    expect(await open()).toEqual([`backup ${day(0)}`, `backup ${day(2)}`, 'exam'])
  },
)

it('a name that the project has already is told by a dry run as it is by the creation', patient, async () => {
  await begin()
  const taken = `backup ${day(2)}`
  const once = { project: 'web-shop', start: iso(400), duration: '1h', reservations: [{ min: 1 }] }
  expect((await http('POST', 'leases', { name: taken, ...once })).status).toBe(201)
  const planned = await http<LeaseSeriesView>('POST', 'lease-series-plans', daily(3))
  expect(planned.body.times.map(({ refusal }) => refusal)).toEqual([
    undefined,
    undefined,
    `The project has a lease "${taken}" already.`,
  ])
  const refused = await http('POST', 'lease-series', daily(3))
  expect(refused.body.detail).toMatch(/^1 of 3 times cannot be had\. .*The project has a lease/)
  expect(await open()).toEqual([taken])
  for (const path of ['lease-plans', 'leases']) {
    const again = await http('POST', path, { name: taken, ...once })
    expect([again.status, again.body.detail]).toEqual([409, `The project has a lease "${taken}" already.`])
  }
  // Other projects have names of their own, and a name that is free again is one for everybody.
  const farm = { name: taken, ...once, project: 'build-farm' }
  expect((await http('POST', 'lease-plans', farm)).status).toBe(200)
  expect((await http('PUT', `leases/${taken}`, { name: 'renamed' })).status).toBe(200)
  expect((await http('POST', 'lease-plans', { name: taken, ...once })).status).toBe(200)
  expect((await http('POST', 'lease-plans', { name: 'renamed', ...once })).status).toBe(409)
  expect((await http('DELETE', 'leases/renamed')).status).toBe(200)
  expect((await http('POST', 'lease-series', daily(3))).status).toBe(201)
})

it('nothing is made when whoever approves says no to the last', patient, async () => {
  // Whoever approves is asked only when leases are made.
  const approval = await openReceiver((response, { body }) =>
    response.writeHead(body.includes(`backup ${day(2)}`) ? 403 : 204).end(),
  )
  endsToo(() => approval.close())
  await begin(`reservations: { approval: { url: "${approval.url}" } }`)
  const refused = await http('POST', 'lease-series', daily(3))
  expect(refused.body.detail).toMatch(/^1 of 3 times cannot be had\. .*approves leases says no/)
  expect(await open()).toEqual([])
  const { total } = await server.app.store.audit.list({ limit: 10, offset: 0, search: 'series' })
  expect(total).toBe(0)
  const some = await http<LeaseSeriesView>('POST', 'lease-series', daily(3, { skipClashes: true }))
  expect(some.body.times.map(({ refusal }) => refusal?.includes('says no') ?? false)).toEqual([false, false, true])
  expect(await open()).toEqual([0, 1].map((nth) => `backup ${day(nth)}`))
})

it('a store that is gone after the first write leaves no part of a series', patient, async () => {
  await begin()
  const { leases } = server.app.store
  const { save } = leases
  let isGone = false
  Object.assign(leases, {
    save: async (...[fence, writes]: Parameters<typeof save>) => {
      const hasSeries = writes.some(({ lease }) => lease.series !== undefined)
      if (isGone && hasSeries) throw new GleanerError('store-unavailable', { detail: 'no answer' })
      await save(fence, writes)
      isGone ||= hasSeries
    },
  })
  const count = 130
  const { status } = await http('POST', 'lease-series', daily(count))
  Object.assign(leases, { save })
  expect([status, (await open()).length]).toEqual([201, count])
})

it('of two series that want the same hosts at once one is made whole, and nothing of the other', patient, async () => {
  await begin()
  const all = { reservations: [{ min: hostCount() }] }
  const [first, second] = await Promise.all([
    http('POST', 'lease-series', daily(60, all)),
    http('POST', 'lease-series', daily(60, { ...all, name: 'other' })),
  ])
  expect(new Set([first.status, second.status])).toEqual(new Set([201, 409]))
  const { detail } = first.status === 409 ? first.body : second.body
  expect(detail).toMatch(/of 60 times cannot be had/)
  const names = await open()
  expect(names).toHaveLength(60)
  expect(new Set(names.map((name) => name.split(' ')[0])).size).toBe(1)
})

it(
  'a length is that of the wall clock, also when the first time is in the night that is an hour longer',
  patient,
  async () => {
    await begin()
    // Berlin's clocks are put back in the night to 31 October 2027; eight hours from 22:00 on are nine.
    const first = Date.UTC(2027, 9, 30, 20)
    const planned = await http<LeaseSeriesView>('POST', 'lease-series-plans', {
      ...daily(2, { start: new Date(first).toISOString(), duration: '8h' }),
      recurrence: { rule: 'FREQ=DAILY;COUNT=2', timeZone: 'Europe/Berlin' },
    })
    expect(planned.body.times.map(({ start: from, end }) => [from, end])).toEqual([
      ['2027-10-30T20:00:00.000Z', '2027-10-31T05:00:00.000Z'],
      ['2027-10-31T21:00:00.000Z', '2027-11-01T05:00:00.000Z'],
    ])
  },
)

it('its times together stay within the host-hours of the project, in the plan already', patient, async () => {
  await begin('reservations: { period: year, limits: { hostHours: 10 } }')
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
  await begin()
  const { status, body } = await http('POST', 'lease-series', daily(2, more))
  expect([status, body.code]).toEqual([400, code])
  expect(JSON.stringify(body)).toMatch(detail)
  expect(await open()).toEqual([])
})
