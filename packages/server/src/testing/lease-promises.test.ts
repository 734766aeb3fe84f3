// What a lease is promised on a whole server, and what it never is: a host, or room, to two at once.
import { projectId } from '@gleaner/model'
import { afterEach, describe, expect, it } from 'vitest'
import { hostCount, http, inState, placedOn, post, request, start, wish } from './lease-scene.ts'
import { patient, reading, server, stopAll } from './scene.ts'
import { operator } from './test-server.ts'

const minuteMs = 60_000
afterEach(stopAll)

describe('promises', patient, () => {
  it('are given to exactly as many of a hundred requests at once as there are hosts', async () => {
    await start()
    const began = performance.now()
    const took: number[] = []
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, nth) =>
        server.app.commands
          .makeLease(request(`race-${nth}`, { projectId: projectId(server.cloud.id, 'web-shop') }), operator)
          .then(
            (lease) => lease.reservations[0]?.shares[0]?.hostId,
            (error: { code: string }) => error.code,
          )
          .finally(() => took.push(performance.now() - began)),
      ),
    )
    const hosts = reading()?.hosts ?? []
    const won = answers.filter((answer) => answer !== 'lease-no-slot')
    expect(won.length).toBe(hosts.length)
    expect(new Set(won)).toEqual(new Set(hosts.map(({ id }) => id)))
    expect(await server.app.store.leases.open()).toHaveLength(hosts.length)
  })

  it('hold for a proposal until it is confirmed or its time is up', async () => {
    await start({ speed: 120 })
    const all = hostCount()
    const start_ = new Date(server.clock.nowMs() + 600 * minuteMs).toISOString()
    const held = await post(wish('held', { start: start_, reservations: [{ min: all }], holdFor: '20m' }))
    expect(held.body).toMatchObject({ state: 'proposed', heldUntil: expect.any(String) as string })
    expect((await post(wish('too-late', { start: start_ }))).body.code).toBe('lease-no-slot')
    await inState(held.body.id, 'lapsed')
    const second = await post(wish('second', { start: start_, holdFor: '90m' }))
    expect(second.status).toBe(201)
    const confirmed = await http('POST', 'leases/second/confirm')
    expect(confirmed.body).toMatchObject({ state: 'pending' })
    expect((await http('POST', `leases/${held.body.id}/confirm`)).status).toBe(409)
    const atOnce = await post(wish('at-once', { start: undefined, holdFor: '20m' }))
    expect(atOnce.body).toMatchObject({ code: 'request-invalid', detail: expect.stringContaining('holdFor') as string })
    expect((await http('GET', 'leases/at-once')).status).toBe(404)
    const { name: _, ...asked } = wish('', { holdFor: '20m' })
    expect((await http('POST', 'lease-plans', asked)).body.detail).toContain('holdFor')
    const forNoTime = await post(wish('for-no-time', { start: start_, holdFor: '0m' }))
    expect(forNoTime.body).toMatchObject({
      code: 'request-invalid',
      detail: expect.stringContaining('no time') as string,
    })
  })

  it('are extended as far as nobody comes after, moved before they begin, and ended early', async () => {
    await start()
    const nowMs = server.clock.nowMs()
    const iso = (minutes: number) => new Date(nowMs + minutes * minuteMs).toISOString()
    const all = hostCount()
    const one = await post(wish('one', { start: iso(0), end: iso(60), duration: undefined }))
    const everyone = await post(wish('everyone', { start: iso(180), reservations: [{ min: all }] }))
    expect(everyone.status, JSON.stringify(everyone.body)).toBe(201)
    await inState(one.body.id, 'active')
    const put = (name: string, body: object) => http('PUT', `leases/${name}`, body)
    const shown = (await http('GET', 'leases/one')).body
    expect(shown.longestUntil).toBe(iso(180))
    expect((await put('one', { end: iso(181) })).body.detail).toContain(`the longest it can be is until ${iso(180)}`)
    expect((await put('one', { end: iso(180) })).body.end).toBe(iso(180))
    expect((await put('one', { start: iso(5) })).status).toBe(409)
    expect((await put('everyone', { start: iso(200), end: iso(300), name: 'all' })).body).toMatchObject({
      name: 'all',
      start: iso(200),
    })
    const ended = (await http('DELETE', 'leases/one')).body
    expect(Date.parse(ended.end)).toBeLessThan(nowMs + 60 * minuteMs)
    await inState(one.body.id, 'ended')
    expect((await http('DELETE', 'leases/all')).body).toMatchObject({ state: 'cancelled' })
    expect(await server.app.store.leases.open()).toEqual([])
    const audit = await server.app.store.audit.list({ limit: 20, offset: 0 })
    // Found by the name that people know, and by the id that stays.
    for (const search of ['everyone', 'one (', everyone.body.id])
      expect((await server.app.store.audit.list({ limit: 20, offset: 0, search })).total).toBeGreaterThan(0)
    expect(audit.items.map(({ what }) => what)).toEqual(
      expect.arrayContaining(['make lease', 'change lease', 'end lease']),
    )
  })
})

describe('room for instances', patient, () => {
  const room = (name: string, instances: object, more: object = {}) =>
    wish(name, { reservations: [{ instances }], ...more })

  it('adds up on hosts, leaves whole hosts to others, and is kept for its project while the lease runs', async () => {
    await start()
    const { hosts = [], projects = [] } = reading() ?? {}
    const [first] = hosts
    if (first === undefined) throw new Error('the simulated cloud has no host')
    const filter = `name == "${first.name}"`
    const capacity = Math.floor((first.cores - first.reservedCores) * (first.coreRatio ?? 1))
    const made = await post(
      wish('half', { reservations: [{ instances: { amount: 2, vcpus: 1, memoryMiB: 16 }, filter }] }),
    )
    expect(made.status, JSON.stringify(made.body)).toBe(201)
    expect(made.body.reservations[0]).toMatchObject({
      min: 2,
      hosts: [first.name],
      instances: { amount: 2, vcpus: 1, memoryMiB: 16, diskGiB: 0, on: [{ host: first.name, instances: 2 }] },
    })
    // The host is not whole any more, and has just as much room left as was not promised.
    expect((await post(wish('whole', { reservations: [{ min: 1, filter }] }))).body.code).toBe('lease-no-slot')
    const most = { amount: capacity - 2, vcpus: 1 }
    expect(
      (
        await post(
          room(
            'over',
            { ...most, amount: capacity - 1 },
            { reservations: [{ instances: { ...most, amount: capacity - 1 }, filter }] },
          ),
        )
      ).body.code,
    ).toBe('lease-no-slot')
    expect((await post(wish('rest', { reservations: [{ instances: most, filter }] }))).status).toBe(201)
    await inState(made.body.id, 'active')
    // All of it is promised now: a stranger finds nothing there, the project finds its own with the hint.
    const others = hosts.filter(({ id }) => id !== first.id).map(({ name }) => name)
    const stranger = projects.find(({ name }) => name !== 'web-shop')?.name ?? ''
    expect(placedOn(stranger, undefined, others)).toMatch(/^nowhere/)
    await http('DELETE', 'leases/rest')
    const read = reading()
    const used = (read?.instancesOfHost.get(first.id) ?? []).reduce((sum, { vcpus }) => sum + vcpus, 0)
    // Where firm instances of others fill the host already the lease cannot drive them out; the seed leaves room for two.
    if (used + 2 <= capacity) expect(placedOn('web-shop', 'half')).toBe(first.name)
    await http('DELETE', 'leases/half')
    await inState(made.body.id, 'ended')
  })

  it('is on one host, or on hosts of its own', async () => {
    await start()
    const all = hostCount()
    const together = await post(room('near', { amount: 3, vcpus: 1, affinity: 'together' }))
    expect(together.body.reservations[0]?.instances?.on).toEqual([{ host: expect.any(String) as string, instances: 3 }])
    const apart = await post(room('far', { amount: all, vcpus: 1, affinity: 'apart' }))
    expect(new Set(apart.body.reservations[0]?.hosts).size).toBe(all)
    const refused = await post(room('too-far', { amount: all + 1, vcpus: 1, affinity: 'apart' }))
    expect(refused.body).toMatchObject({ code: 'lease-no-slot' })
    expect(refused.body.detail).toContain('on hosts of their own')
  })
})
