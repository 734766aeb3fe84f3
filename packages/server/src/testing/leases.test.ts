// Leases on a whole server: from start to end, while they run, and by which clock; over HTTP where the answer to the caller is
// what matters.
import { createTestDatabase } from '@gleaner/store/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { hostCount, http, inState, placedOn, post, request, start, wish } from './lease-scene.ts'
import { endsToo, patient, reading, server, stopAll, stopLast } from './scene.ts'
import { operator } from './test-server.ts'

const minuteMs = 60_000
afterEach(stopAll)

describe('the course of a lease', patient, () => {
  it('fences its hosts from start to end, tells those who are on them, and clears them at the end', async () => {
    await start({ speed: 240 })
    const hosts = reading()?.hosts ?? []
    // The host on which the project has running instances, so that there is somebody to tell and to stop.
    const read = reading()
    const project = read?.projects[0]
    const own = read?.instances.find((instance) => instance.projectId === project?.id && instance.state === 'running')
    const host = hosts.find(({ id }) => id === own?.hostId)
    if (project === undefined || host === undefined) throw new Error('the simulated cloud has no such instance')
    const startMs = server.clock.nowMs() + 10 * minuteMs
    const made = await post({
      name: 'exam',
      project: project.name,
      start: new Date(startMs).toISOString(),
      duration: '60m',
      notice: '30m',
      endAction: 'stop',
      reservations: [{ min: 1, filter: `name == "${host.name}"` }],
    })
    expect(made.status, JSON.stringify(made.body)).toBe(201)
    expect(made.body).toMatchObject({ state: 'pending', start: new Date(startMs).toISOString() })
    expect(made.body.reservations[0]?.hosts).toEqual([host.name])
    const others = hosts.filter(({ id }) => id !== host.id).map(({ name }) => name)
    const { id } = made.body

    const active = await inState(id, 'active')
    expect(active.events.find(({ kind }) => kind === 'start')?.doneAtMs).toBeGreaterThanOrEqual(startMs)
    const stranger = read?.projects.find((one) => one.id !== project.id)?.name ?? ''
    // Only the leased host is left, and it is closed to others and to the project itself without the hint.
    expect(placedOn(stranger, undefined, others)).toMatch(/"leased"/)
    expect(placedOn(project.name, undefined, others)).toMatch(/"leased"/)
    expect(placedOn(project.name, 'exam')).toBe(host.name)
    expect(() => placedOn(stranger, 'exam')).toThrow(/does not exist/)

    const ended = await inState(id, 'ended')
    const outcomes = ended.events.map(({ kind, state, outcome }) => `${kind} ${state}: ${outcome}`)
    expect(outcomes[1]).toMatch(/^before-end done: \d+ instances? told$/)
    expect(outcomes[2]).toMatch(/^end done: stop of [1-9]/)
    const notices = await server.app.store.notices.forInstance(own?.id ?? '', 50)
    expect(notices.filter(({ sentence }) => sentence.includes('"exam" ends at'))).toHaveLength(1)
    const { items } = await server.app.store.journal.list({ instanceId: own?.id ?? '' }, { limit: 10, offset: 0 })
    expect(items[0]).toMatchObject({
      action: 'stop',
      reason: { sentence: expect.stringContaining('the lease "exam" is over') },
    })
    expect(placedOn(stranger, undefined, others)).toBe(host.name)
    expect((await http('GET', `leases/${id}`)).body.state).toBe('ended')
  })

  it('is caught up in order after an outage, each event once', async () => {
    const database = await createTestDatabase('empty')
    endsToo(() => database.drop())
    await start({ speed: 60, databaseUrl: database.url })
    const nowMs = server.clock.nowMs()
    const at = (from: number, to: number) => ({
      window: { startMs: nowMs + from * minuteMs, endMs: nowMs + to * minuteMs },
    })
    const filter = {
      notation: 'cel',
      text: `name == "${reading()?.hosts[0]?.name}"`,
    } as const
    const reservations = [{ wish: { kind: 'hosts', min: 1, max: 1 } as const, filter }]
    const first = await server.app.commands.makeLease(
      request('first', { ...at(120, 180), reservations, noticeMs: 1000 }),
      operator,
    )
    const next = await server.app.commands.makeLease(request('next', { ...at(180, 6000), reservations }), operator)
    await stopLast()
    await start({ speed: 60, databaseUrl: database.url, atMs: nowMs + 200 * minuteMs })
    const over = await inState(first.id, 'ended')
    expect(over.events.map(({ kind, state }) => `${kind} ${state}`)).toEqual([
      'start done',
      'before-end skipped',
      'end done',
    ])
    const begun = await inState(next.id, 'active')
    const endedAt = over.events.find(({ kind }) => kind === 'end')?.doneAtMs ?? Number.NaN
    const begunAt = begun.events.find(({ kind }) => kind === 'start')?.doneAtMs ?? Number.NaN
    expect(endedAt).toBeLessThanOrEqual(begunAt)
  })
})

describe('the notice before the end', patient, () => {
  it('is as early as was asked for once a lease that was shorter is long enough', async () => {
    await start()
    const startMs = server.clock.nowMs() + 60 * minuteMs
    const at = (minutes: number) => new Date(startMs + minutes * minuteMs).toISOString()
    const made = await post(wish('short', { start: at(0), notice: '1d' }))
    const told = ({ events }: typeof made.body) => events.find(({ kind }) => kind === 'before-end')?.at
    expect(told(made.body)).toBe(at(0))
    const longer = await http('PUT', 'leases/short', { end: at(3 * 1440) })
    expect(told(longer.body)).toBe(at(2 * 1440))
    expect(told((await http('GET', 'leases/short')).body)).toBe(at(2 * 1440))
    // Nobody knows of a lease without an end that it ends before its next term should be there; given an end, people do.
    const endless = await post(wish('endless', { start: at(0), duration: undefined, openEnded: true, notice: '5d' }))
    expect(told(endless.body)).toBe(at(3.5 * 1440))
    const ending = await http('PUT', 'leases/endless', { end: endless.body.end })
    expect([told(ending.body), ending.body.openEnded]).toEqual([at(2 * 1440), undefined])
  })
})

describe('a lease that runs', patient, () => {
  it('grows onto free hosts and gives back what is too much, and keeps the rest', async () => {
    await start()
    const all = hostCount()
    const made = await post(wish('team', { project: 'data-science', reservations: [{ min: 1 }] }))
    const [own = ''] = made.body.reservations[0]?.hosts ?? []
    await inState(made.body.id, 'active')
    const resize = (sizes: object) => http('PUT', 'leases/team', { sizes: [sizes] })
    const grown = await resize({ min: 3, max: 3 })
    expect(grown.status, JSON.stringify(grown.body)).toBe(200)
    expect(grown.body.reservations[0]?.hosts).toHaveLength(3)
    expect(grown.body.reservations[0]?.hosts).toContain(own)
    expect(grown.body.state).toBe('active')
    const over = await resize({ min: all + 1, max: all + 1 })
    expect([over.status, over.body.detail]).toEqual([409, expect.stringContaining('not free together')])
    const most = await resize({ min: 2, max: all + 1 })
    expect(most.body.reservations[0]?.hosts).toHaveLength(all)
    // A host with instances of the project is not taken from under them.
    const read = reading()
    const inUse = (read?.hosts ?? []).filter(({ id }) =>
      (read?.instancesOfHost.get(id) ?? []).some(
        ({ projectId: owner }) => owner === made.body.project || owner.endsWith(':data-science'),
      ),
    ).length
    const less = Math.max(1, inUse)
    const back = await resize({ min: less, max: less })
    expect(back.status, JSON.stringify(back.body)).toBe(200)
    expect(back.body.reservations[0]?.hosts).toHaveLength(less)
    if (inUse > 1) {
      const refused = await resize({ min: 1, max: 1 })
      expect([refused.status, refused.body.detail]).toEqual([409, expect.stringContaining('still has instances on')])
    }
    expect((await resize({ amount: 2 })).body.detail).toContain('amount is none of a reservation of hosts')
    const stored = await server.app.store.leases.find(made.body.id)
    expect(stored?.reservations[0]?.shares).toHaveLength(less)
  })
})

describe('a lease of several reservations that runs', patient, () => {
  it('grows in all of them at once, onto different hosts', async () => {
    await start()
    const made = await post(wish('pair', { reservations: [{ min: 1 }, { min: 1 }] }))
    await inState(made.body.id, 'active')
    const more = { min: 2, max: 2 }
    const grown = await http('PUT', 'leases/pair', { sizes: made.body.reservations.map(({ id }) => ({ id, ...more })) })
    expect(grown.status, JSON.stringify(grown.body)).toBe(200)
    const hosts = grown.body.reservations.map((reservation) => reservation.hosts)
    expect(hosts.map(({ length }) => length)).toEqual([2, 2])
    expect(new Set(hosts.flat()).size).toBe(4)
  })
})

describe('times', patient, () => {
  it('are moments, whatever the clocks on the wall do', async () => {
    await start()
    const all = hostCount()
    for (const [when, answer] of [
      // In Berlin there is no half past two that night: by the clock of winter it is what that of summer calls half past three.
      [{ start: '2026-03-29T02:30:00+01:00' }, '2026-03-29T01:30:00.000Z to 2026-03-29T02:30:00.000Z'],
      [{ start: '2026-03-29T03:30:00+02:00' }, 'lease-no-slot'],
      // The hour that comes twice is two hours: one after the other has every host.
      [{ start: '2026-10-25T02:00:00+02:00' }, '2026-10-25T00:00:00.000Z to 2026-10-25T01:00:00.000Z'],
      [{ start: '2026-10-25T02:00:00+01:00' }, '2026-10-25T01:00:00.000Z to 2026-10-25T02:00:00.000Z'],
      [
        { start: '2026-10-25T02:30:00+01:00', end: '2026-10-25T02:45:00+02:00', duration: undefined },
        'request-invalid',
      ],
      [{ start: '2028-02-29T00:00:00Z', duration: '1d' }, '2028-02-29T00:00:00.000Z to 2028-03-01T00:00:00.000Z'],
      [{ start: '2028-02-28T23:00:00Z', duration: '2h' }, 'lease-no-slot'],
      [{ start: '2028-03-01T00:00:00Z' }, '2028-03-01T00:00:00.000Z to 2028-03-01T01:00:00.000Z'],
    ] as const) {
      const { status, body } = await post(wish(when.start, { reservations: [{ min: all }], ...when }))
      expect([when, status === 201 ? `${body.start} to ${body.end}` : body.code]).toEqual([when, answer])
    }
  })
})
