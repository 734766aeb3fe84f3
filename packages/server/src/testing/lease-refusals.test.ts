// What the API says to those who ask for what is not theirs, is over, or makes no sense.
import type { LeaseCalendarView, LeasePlanView } from '@gleaner/model'
import { afterEach, describe, expect, it } from 'vitest'
import { asBearer, http, inState, post, start, tokenFor, wish } from './lease-scene.ts'
import { patient, server, stopAll } from './scene.ts'

const minuteMs = 60_000
afterEach(stopAll)

describe('what a caller may see', patient, () => {
  it('of foreign leases is nothing but that the host is taken', async () => {
    await start()
    const secret = await tokenFor('mia', 'member', ['data-science'])
    const member = asBearer(secret)
    const made = await post(wish('secret-plans'))
    expect(made.status).toBe(201)
    const path = `leases/${made.body.id}`
    for (const [method, at, body] of [
      ['GET', path],
      ['GET', 'leases/secret-plans'],
      ['DELETE', path],
      ['POST', `${path}/confirm`],
      ['PUT', path, { name: 'x' }],
    ] as const) {
      const answer = await member(method, at, body)
      expect([method, answer.status, answer.body.code]).toEqual([method, 404, 'not-found'])
    }
    expect((await member('GET', 'leases')).body).toEqual({ items: [], total: 0 })
    const { body: calendar } = await member<LeaseCalendarView>('GET', 'lease-calendar')
    const busy = calendar.hosts.flatMap((host) => host.busy)
    expect(busy).toHaveLength(1)
    expect(JSON.stringify(busy)).not.toMatch(/secret-plans|web-shop/)
    const feed = async (authorization?: string) => {
      const headers: Record<string, string> = authorization === undefined ? {} : { authorization }
      const answer = await fetch(`${server.url}/api/v1/leases.ics`, { headers })
      return { status: answer.status, asks: answer.headers.get('www-authenticate'), text: await answer.text() }
    }
    const basic = (password: string) => `Basic ${Buffer.from(`calendar:${password}`).toString('base64')}`
    expect((await feed(basic(await tokenFor('otto', 'operator')))).text).toContain('SUMMARY:secret-plans (web-shop)')
    expect((await feed(`Bearer ${secret}`)).text).not.toMatch(/VEVENT|secret-plans/)
    expect(await feed(basic('guess'))).toMatchObject({ status: 401, asks: expect.stringMatching(/^Basic /) as string })
    // Its own project needs no name, and another's is not there.
    const own = await post({ ...wish('mine'), project: undefined }, secret)
    expect([own.status, own.body.project]).toEqual([201, 'data-science'])
    expect((await post(wish('theirs'), secret)).body).toMatchObject({ code: 'not-found' })
  })
})

describe('bad input', patient, () => {
  it('in a name that nobody could read or write is refused wherever a name is given', async () => {
    await start()
    const { body: made } = await post(wish('exam'))
    const once = wish('x')
    const recurrence = { rule: 'FREQ=DAILY;COUNT=2' }
    for (const [name, words] of [
      [' ', /^name: it is empty, or begins or ends with a blank/],
      [' exam', /^name: it is empty, or begins/],
      ['ex\nam', /^name: it has a line break/],
      ['ex\u0000am', /^name: it has a line break/],
    ] as const)
      for (const [method, path, body] of [
        ['POST', 'leases', { ...once, name }],
        ['POST', 'leases', { ...once, name, waitFor: '2h' }],
        ['POST', 'lease-plans', { ...once, name }],
        ['POST', 'lease-series-plans', { ...once, name, recurrence }],
        ['POST', 'lease-series', { ...once, name, recurrence }],
        ['PUT', `leases/${made.id}`, { name }],
      ] as const) {
        const answer = await http(method, path, body)
        expect([path, answer.status, answer.body.detail]).toEqual([path, 400, expect.stringMatching(words)])
      }
    expect((await server.app.store.leases.open()).map(({ name }) => name)).toEqual(['exam'])
    const twice = await http('PUT', 'leases/exam', { sizes: [{ min: 2 }, { min: 1 }] })
    expect([twice.status, twice.body.detail]).toEqual([400, 'sizes: one of the reservations is named twice.'])
    const unknown = await http('POST', 'leases', { ...once, reservations: [{ min: 1, fliter: 'vcpus > 1' }] })
    expect([unknown.status, unknown.body.detail]).toEqual([400, 'The body field "reservations.0.fliter" is unknown.'])
    const when = await http('POST', 'leases', { ...once, start: 'tomorrow' })
    expect(when.body.detail).toContain('"start" must be a time such as 2026-12-24T18:00:00Z; it is "tomorrow"')
  })

  it('on a lease that is over changes nothing, whatever is asked', async () => {
    await start()
    const iso = (minutes: number) => new Date(server.clock.nowMs() + minutes * minuteMs).toISOString()
    const { id: ended } = (await post(wish('ended'))).body
    const { id: cancelled } = (await post(wish('cancelled', { start: iso(60) }))).body
    await inState(ended, 'active')
    for (const id of [ended, cancelled]) expect((await http('DELETE', `leases/${id}`)).status).toBe(200)
    await inState(ended, 'ended')
    // Where it was stays to be seen, what was called off is nowhere.
    const past = `lease-calendar?from=${iso(-10_000)}&to=${iso(10_000)}`
    const busy = (await http<LeaseCalendarView>('GET', past)).body.hosts.flatMap((host) => host.busy)
    expect(busy.map(({ id, state }) => ({ id, state }))).toEqual([{ id: ended, state: 'ended' }])
    const { audit, leases } = server.app.store
    const told = (await audit.list({ limit: 1, offset: 0 })).total
    for (const [id, words] of [
      [ended, /^The lease "ended" is ended/],
      [cancelled, /^The lease "cancelled" is cancelled/],
    ] as const) {
      const before = await leases.find(id)
      for (const [method, path, body] of [
        ['PUT', '', { end: iso(240) }],
        ['PUT', '', { start: iso(120), end: iso(240) }],
        ['PUT', '', { name: 'again' }],
        ['PUT', '', { sizes: [{ min: 2 }] }],
        ['POST', '/confirm', undefined],
        ['POST', '/swap', { host: before?.reservations[0]?.shares[0]?.host }],
        ['DELETE', '', undefined],
      ] as const) {
        const answer = await http(method, `leases/${id}${path}`, body)
        const { code, detail } = answer.body
        const asked = `${method} ${path}`
        expect([asked, answer.status, code, detail]).toEqual([asked, 409, 'conflict', expect.stringMatching(words)])
      }
      const wrong = await http('PUT', `leases/${id}`, { end: 'tomorrow' })
      expect(wrong.status).toBe(400)
      expect(await leases.find(id)).toEqual(before)
    }
    expect((await audit.list({ limit: 1, offset: 0 })).total).toBe(told)
    expect(await leases.open()).toEqual([])
  })

  it('is refused with the field named, and nothing is made', async () => {
    await start()
    const nowMs = server.clock.nowMs()
    const iso = (minutes: number) => new Date(nowMs + minutes * minuteMs).toISOString()
    expect((await post(wish('taken', { reservations: [{ min: 1 }] }))).status).toBe(201)
    const cases: readonly (readonly [object, number, RegExp])[] = [
      [wish('a', { start: iso(60), end: iso(0), duration: undefined }), 400, /end .* is not after start/],
      [wish('a', { start: iso(-60) }), 400, /start .* is in the past/],
      [wish('a', { end: iso(10) }), 400, /duration \(1h\) is longer than the window/],
      [wish('a', { duration: undefined }), 400, /Give an end or a duration/],
      [wish('a', { duration: '1 hour' }), 400, /duration/],
      [wish('a', { duration: '3000w' }), 400, /^duration: .* more than five years away/],
      [wish('a', { waitFor: '3000w' }), 400, /^waitFor: .* more than five years away/],
      [wish('a', { start: '2027-02-29T00:00:00Z', duration: '1h' }), 400, /start/],
      // Whose half past two?
      [wish('a', { start: '2026-03-29T02:30:00' }), 400, /start/],
      [wish('a', { start: '2026-03-29T02:30:00+01:00[Europe/Berlin]' }), 400, /start is no time/],
      [wish('a', { start: '2026-12-31T23:59:60Z' }), 400, /start is no time/],
      [wish('a', { start: '2026-03-29T24:00:00Z' }), 400, /start/],
      [wish('a', { start: '2026-03-29T02:30:00+24:00' }), 400, /start/],
      [wish('a', { reservations: [{ min: 0 }] }), 400, /min/],
      [wish('a', { reservations: [{ min: -1 }] }), 400, /min/],
      [wish('a', { reservations: [{}] }), 400, /give min \(hosts\), or instances/],
      [wish('a', { reservations: [{ min: 1, instances: { amount: 1, vcpus: 1 } }] }), 400, /not both/],
      [wish('a', { reservations: [{ instances: { amount: 0, vcpus: 1 } }] }), 400, /amount/],
      [wish('a', { reservations: [{ instances: { amount: 1 } }] }), 400, /no size needs no reservation/],
      [wish('a', { reservations: [{ instances: { amount: 1, vcpus: 1e5 } }] }), 409, /4 too small/],
      [wish('a', { reservations: [{ min: 3, max: 2 }] }), 400, /min \(3\) is larger than max \(2\)/],
      [wish('a', { reservations: [] }), 400, /reservations/],
      [
        wish('a', { reservations: [{ min: 99 }] }),
        409,
        /99 hosts are not free together within the window: 3 of 99 at most/,
      ],
      [wish('a', { reservations: [{ min: 1, filter: '["=", "$vcpus"]' }] }), 400, /filter: "=" needs two operands/],
      [
        wish('a', { reservations: [{ min: 1, filter: 'vcpu > 1' }] }),
        400,
        /no host has a property "vcpu"; did you mean "vcpus"\?/,
      ],
      [
        wish('a', { reservations: [{ min: 1, filter: ['>', '$vcpus', 'many'] }] }),
        400,
        /compares \$vcpus, a number, with "many"/,
      ],
      [wish('a', { reservations: [{ min: 1, filter: 'vcpus > 100000' }] }), 409, /4 without the properties/],
      [wish('a', { cloud: 'moon' }), 404, /moon/],
      [wish('a', { project: 'nobody' }), 404, /project "nobody"/],
      [wish('a', { project: undefined }), 400, /Name the project/],
      [wish(''), 400, /name/],
      [wish('taken'), 409, /has a lease "taken" already/],
      [wish('a', { holdFor: 'long' }), 400, /holdFor/],
      [wish('a', { surprise: 1 }), 400, /surprise/],
    ]
    for (const [body, status, words] of cases) {
      const answer = await post(body)
      expect([JSON.stringify(body), answer.status, answer.body.detail]).toEqual([
        JSON.stringify(body),
        status,
        expect.stringMatching(words),
      ])
    }
    // Where the server hangs up before all of it is sent, that is its no.
    const huge = await http('POST', 'leases', { name: 'x'.repeat(50_000_000) }).catch(() => ({ status: 413 }))
    expect(huge.status).toBe(413)
    expect((await server.app.store.leases.open()).map(({ name }) => name)).toEqual(['taken'])
    const { body: dry } = await http<LeasePlanView>('POST', 'lease-plans', {
      project: 'web-shop',
      duration: '1h',
      reservations: [{ min: 4 }],
    })
    expect(dry.feasible).toBe(false)
    expect(dry.refusal?.alternatives.map(({ kind, hosts }) => [kind, hosts])).toEqual([
      ['fewer', 3],
      ['later', 4],
    ])
    expect(dry.refusal?.out.filter(({ code }) => code === 'booked')).toHaveLength(1)
  })
})
