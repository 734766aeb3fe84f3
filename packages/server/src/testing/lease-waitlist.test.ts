// The waitlist on a whole server: who waits, in which order, what gives a place, who is told, and what ends the wait.
import type { HostState, LeasePlanView, LeaseQuotaView, LeaseView } from '@gleaner/model'
import { createTestDatabase } from '@gleaner/store/testing'
import { afterEach, expect, it } from 'vitest'
import { hostCount, http, post, start, toldOf, wish, withHostStates } from './lease-scene.ts'
import { endsToo, patient, reading, server, stopAll, stopLast } from './scene.ts'
import { testStartMs } from './test-server.ts'

const hourMs = 3_600_000
afterEach(stopAll)

const iso = (hours: number) => new Date(testStartMs + hours * hourMs).toISOString()
const reserve = (name: string, hosts: number, more: object = {}) =>
  post(wish(name, { duration: '2h', reservations: [{ min: hosts }], ...more }))
const show = async (name: string) => (await http('GET', `leases/${name}`)).body
const placed = (name: string) =>
  server.until(`${name} to have a place`, async () => {
    const lease = await show(name)
    return lease.state === 'waiting' ? undefined : lease
  })

/** Everything is promised from now on for ten days. */
async function fill(): Promise<void> {
  const { status, body } = await reserve('full', hostCount(), { duration: '240h' })
  expect(status, JSON.stringify(body)).toBe(201)
}

it(
  'who finds no place waits in the order of priorities, and gets one as soon as something ends early',
  patient,
  async () => {
    await start({ config: 'reservations: { limitsByProject: { data-science: { priority: 5 } } }\n' })
    await fill()
    expect((await reserve('refused', 1)).body.code).toBe('lease-no-slot')
    // What a request that waits would be given at once is known beforehand.
    const plan = async (waitFor: string) => {
      const { name: _, ...asked } = wish('', { duration: '2h', waitFor })
      return (await http<LeasePlanView>('POST', 'lease-plans', asked)).body
    }
    expect((await plan('24h')).feasible).toBe(false)
    expect((await plan('300h')).slot?.start).toBe((await show('full')).end)
    const first = await reserve('first', 2, { waitFor: '24h' })
    expect([first.status, first.body.state], JSON.stringify(first.body)).toEqual([201, 'waiting'])
    // Two hours within a day from now, and it waits for a day.
    const { waiting, start: from, end, reservations } = first.body
    expect(Date.parse(end) - Date.parse(from)).toBe(26 * hourMs)
    expect(waiting).toMatchObject({ position: 1, of: 1, priority: 0 })
    // As things are the first moment is that at which the whole of it ends.
    expect(waiting?.earliest).toBe((await show('full')).end)
    expect(reservations[0]?.hosts).toEqual([])
    await reserve('second', hostCount(), { waitFor: '24h' })
    await reserve('ahead', 1, { waitFor: '24h', project: 'data-science' })
    const line = async () => (await http<{ items: readonly LeaseView[] }>('GET', 'leases?state=waiting')).body
    const positions = new Map((await line()).items.map(({ name, waiting: at }) => [name, `${at?.position}/${at?.of}`]))
    expect(Object.fromEntries(positions)).toEqual({ ahead: '1/3', first: '2/3', second: '3/3' })
    expect((await reserve('first', 1, { waitFor: '1h' })).status).toBe(409)
    const other = await http('PUT', 'leases/second', { end: iso(90) })
    expect([other.status, other.body.detail]).toEqual([409, expect.stringMatching(/waits for a place/)])
    expect((await http('POST', 'leases/second/confirm')).status).toBe(409)

    await http('DELETE', 'leases/full')
    const ahead = await placed('ahead')
    const mine = await placed('first')
    expect(ahead.state).toMatch(/pending|active/)
    // It may have begun since.
    expect(Date.parse(mine.promotedAt ?? '')).toBeLessThanOrEqual(Date.parse(mine.updatedAt))
    expect(Date.parse(mine.promotedAt ?? '')).toBeGreaterThan(Date.parse(mine.createdAt))
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
    const said = items.filter(({ object }) => object === `first (${mine.id})`).map(({ by, what }) => `${by}: ${what}`)
    expect(said.toSorted()).toEqual(['gleaner: give lease a place', 'olga: put lease on the waitlist'])
  },
)

it(
  'a place comes from what is shortened, and from a host that comes back; nobody who comes later is given it',
  patient,
  async () => {
    await start()
    const [host] = reading()?.hosts ?? []
    if (host === undefined) throw new Error('no host')
    const only = { reservations: [{ min: 1, filter: `name == "${host.name}"` }] }
    await reserve('holds', 1, { ...only, duration: '48h' })
    const waits = await reserve('waits', 1, { ...only, waitFor: '4h', holdFor: '30m' })
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

it('a project has no more on the waitlist than its limit, and others are not kept off it', patient, async () => {
  await start({
    config: 'reservations: { limits: { waiting: 2 }, limitsByProject: { data-science: { waiting: 1 } } }\n',
  })
  await fill()
  const wait = (name: string, project = 'web-shop') => reserve(name, 1, { project, waitFor: '24h' })
  for (const name of ['one', 'two']) expect((await wait(name)).status).toBe(201)
  const third = await wait('three')
  expect([third.status, third.body.code, third.body.detail]).toEqual([
    403,
    'lease-refused',
    'waitFor: 2 leases of the project wait already, and it may have 2 on the waitlist at once.',
  ])
  expect((await wait('other', 'data-science')).status).toBe(201)
  expect((await wait('more', 'data-science')).body.detail).toContain(
    '1 lease of the project waits already, and it may have 1 on',
  )
  expect((await http<LeaseQuotaView>('GET', 'lease-quota?project=web-shop')).body.waiting).toEqual({
    used: 2,
    limit: 2,
  })
  await http('DELETE', 'leases/one')
  expect((await wait('three')).status).toBe(201)
})

it('a place that is there at once is held before it begins: there is time to confirm it', patient, async () => {
  await start()
  await fill()
  await reserve('waits', 1, { waitFor: '24h', holdFor: '3h' })
  await http('DELETE', 'leases/full')
  const got = await placed('waits')
  expect(got.state).toBe('proposed')
  // A moment passes between the look at the window and the promise.
  expect(Date.parse(got.start) - Date.parse(got.promotedAt ?? '')).toBeGreaterThan(2.8 * hourMs)
  expect(Date.parse(got.heldUntil ?? '')).toBeGreaterThan(Date.parse(got.promotedAt ?? '') + 2.8 * hourMs)
  expect((await http('POST', 'leases/waits/confirm')).body.state).toBe('pending')
})

it('a place comes from a host that is back', patient, async () => {
  const states = new Map<string, HostState>()
  await start({ speed: 120, makeClouds: (clock) => [withHostStates(clock, states)] })
  const [host] = reading()?.hosts ?? []
  if (host === undefined) throw new Error('no host')
  states.set(host.name, 'down')
  const seen = (state: string) =>
    server.until(`the host to be ${state}`, () =>
      reading()?.hosts.find(({ id }) => id === host.id)?.state === state ? true : undefined,
    )
  await seen('down')
  const only = { reservations: [{ min: 1, filter: `name == "${host.name}"` }] }
  const waits = await reserve('waits', 1, { ...only, waitFor: '2000h' })
  expect(waits.body).toMatchObject({ state: 'waiting', waiting: { position: 1, of: 1 } })
  // Nobody knows when it will be back.
  expect(waits.body.waiting?.earliest).toBeUndefined()
  states.delete(host.name)
  expect((await placed('waits')).reservations[0]?.hosts).toEqual([host.name])
})

it('who has waited long enough is told, and called off is called off; both survive a restart', patient, async () => {
  const database = await createTestDatabase('empty')
  endsToo(() => database.drop())
  await start({ databaseUrl: database.url })
  await fill()
  await reserve('patient', 1, { waitFor: '200h', duration: '24h' })
  const hasty = (await reserve('hasty', 1, { waitFor: '30m' })).body
  const fixed = (await reserve('fixed', 1, { start: iso(5), end: iso(8), duration: undefined, waitFor: '100h' })).body
  expect(fixed.waiting?.until).toBe(iso(5))
  await reserve('gone', 1, { waitFor: '200h' })
  expect((await http('DELETE', 'leases/gone')).body.state).toBe('cancelled')
  await stopLast()

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
  await start({ config: 'reservations: { limits: { longest: 20h } }\n' })
  const all = hostCount()
  for (let nth = 0; nth < 3; nth++) await reserve(`full-${nth}`, all, { start: iso(nth * 20), duration: '20h' })
  const refused = async (more: object) => {
    const { status, body } = await reserve('x', 1, { waitFor: '1h', ...more })
    return `${status} ${body.code}: ${body.detail}`
  }
  expect(await refused({ duration: '21h' })).toMatch(/^403 lease-refused: end/)
  expect(await refused({ end: iso(4), duration: undefined })).toMatch(/^400 request-invalid: waitFor/)
  expect(await refused({ waitFor: 'soon' })).toMatch(/^400/)
  expect(await refused({ waitFor: '0s' })).toMatch(/^400 request-invalid: waitFor: it would wait for no time/)
  expect(await refused({ reservations: [{ min: 3, max: 2 }] })).toMatch(/^400 request-invalid: min/)
  expect(await refused({ bestEffort: true })).toMatch(/^400 request-invalid: bestEffort/)
  expect((await server.app.store.leases.open()).map(({ state }) => state)).not.toContain('waiting')
})

it('a lease takes what is there now, and says how much of what it would have liked', patient, async () => {
  await start()
  const all = hostCount()
  await reserve('some', all - 2, {})
  const got = await reserve('best', all, { bestEffort: true })
  expect(got.status, JSON.stringify(got.body)).toBe(201)
  expect(got.body.reservations[0]).toMatchObject({
    min: 1,
    max: all,
    asked: all,
    hosts: [expect.anything(), expect.anything()],
  })
  expect(Math.abs(Date.parse(got.body.start) - server.clock.nowMs())).toBeLessThan(60_000)
  const none = await reserve('none', 1, { bestEffort: true })
  expect([none.status, none.body.code]).toEqual([409, 'lease-no-slot'])
  // At least so many of what is asked for.
  await http('DELETE', 'leases/best')
  const least = await reserve('least', 3, { bestEffort: true, reservations: [{ min: 3, max: 4 }] })
  expect(least.body.code).toBe('lease-no-slot')
  const room = await reserve('room', 1, { bestEffort: true, reservations: [{ instances: { amount: 5000, vcpus: 1 } }] })
  expect(room.status, JSON.stringify(room.body)).toBe(201)
  const { asked, instances } = room.body.reservations[0] ?? {}
  expect(asked).toBe(5000)
  expect(instances?.amount).toBeGreaterThan(1)
  expect(instances?.amount).toBe((instances?.on ?? []).reduce((sum, { instances: count }) => sum + count, 0))
  const more = await reserve('more', 1, { reservations: [{ instances: { amount: 1, vcpus: 1 } }] })
  expect(more.body.code).toBe('lease-no-slot')
  await http('DELETE', 'leases/room')
  // On one host as many as the largest of those that are free can have.
  const amount = Math.max(...(instances?.on ?? []).map(({ instances: count }) => count))
  const together = { amount: 5000, vcpus: 1, affinity: 'together' }
  const near = await reserve('near', 1, { bestEffort: true, reservations: [{ instances: together }] })
  expect(near.status, JSON.stringify(near.body)).toBe(201)
  const placed = near.body.reservations[0]?.instances
  expect(placed?.on).toHaveLength(1)
  expect(placed?.amount).toBe(amount)
  const nearer = await reserve('nearer', 1, { reservations: [{ instances: { ...together, amount: amount + 1 } }] })
  expect(nearer.body.code).toBe('lease-no-slot')
  await http('DELETE', 'leases/near')
  const later = await reserve('later', 1, { bestEffort: true, start: iso(2) })
  expect([later.status, later.body.detail]).toEqual([400, expect.stringMatching(/begins now/)])
})
