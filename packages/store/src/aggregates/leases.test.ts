import {
  cloudId,
  hostId,
  isError,
  type Lease,
  type LeaseId,
  type LeaseReservation,
  projectId,
  type ReservationId,
} from '@gleaner/model'
import type { AuditEntry, HostRoom } from '@gleaner/ports'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createStore } from '../create-store.ts'
import { openDatabase } from '../database/database.ts'
import { nowMs, sampleLease } from '../testing/samples.ts'
import { openTestStore, type TestStore } from '../testing/test-store.ts'

let opened: TestStore
beforeAll(async () => {
  opened = await openTestStore()
})
afterAll(() => opened.close())

const page = { limit: 10, offset: 0 }
/** Many rounds against a real database, on a machine that has other things to do. */
const patient = { timeout: 120_000 }
const fault = (running: Promise<unknown>) => running.then(() => undefined).catch((error: unknown) => error)
/** As it is read back: what is undefined is not there. */
const stored = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
const host = (name: string) => hostId(cloudId('lab'), name)
const room = (name: string): HostRoom => ({ hostId: host(name), capacity: [16, 64_000, Number.POSITIVE_INFINITY] })
const rooms = ['node-1', 'node-2', 'node-3', 'a', 'b', 'c', 'd', 'e'].map(room)
const save = (lease: Lease, { store, fence } = opened) => store.leases.save(fence, [{ lease, rooms }])
const lease = (id: string, more: Parameters<typeof sampleLease>[0] = {}) => sampleLease({ id: id as LeaseId, ...more })
const span = (from: number, to: number) => ({ startMs: nowMs + from, endMs: nowMs + to })
const instances = (id: string, on: string, units: number): Pick<Lease, 'reservations'> => ({
  reservations: [
    {
      id: `${id}/0` as ReservationId,
      wish: { kind: 'instances', amount: units, size: [5, 10_000, 3] },
      filter: undefined,
      shares: [{ hostId: host(on), host: on, units }],
    },
  ],
})

describe('leases', () => {
  it('are read back as they were written, until they are over', async () => {
    const { store } = opened
    const first = lease('lea_1')
    await save(first)
    expect(stored(await store.leases.open())).toEqual([stored(first)])
    const done = { state: 'done', doneAtMs: nowMs + 5, outcome: 'begun' } as const
    const active: Lease = {
      ...first,
      state: 'active',
      updatedAtMs: nowMs + 5,
      events: first.events.map((event) => (event.kind === 'start' ? { ...event, ...done } : event)),
    }
    await save(active)
    expect(stored(await store.leases.find('lea_1'))).toEqual(stored(active))
    await save({ ...active, state: 'ended' })
    expect(await store.leases.open()).toEqual([])
    expect((await store.leases.list({ states: ['ended'] }, page)).items.map(({ id }) => id)).toEqual(['lea_1'])
    expect(await store.leases.find('lea_none')).toBeUndefined()
  })

  it('that touch a span are those of the project that are open or have ended', async () => {
    const project = projectId(cloudId('lab'), 'spans')
    const one = (id: string, from: number, to: number) =>
      lease(id, { name: id, on: 'c', span: span(from, to), projectId: project })
    for (const made of [one('lea_s1', 0, 10), one('lea_s2', 10, 20), one('lea_s3', 20, 30)]) await save(made)
    await save({ ...one('lea_s1', 0, 10), state: 'active' })
    await save({ ...one('lea_s1', 0, 10), state: 'ended' })
    await save({ ...one('lea_s3', 20, 30), state: 'cancelled' })
    await save(
      lease('lea_s4', { name: 's4', on: 'd', span: span(0, 30), projectId: projectId(cloudId('lab'), 'else') }),
    )
    const within = async (from: number, to: number) =>
      (await opened.store.leases.within(project, span(from, to))).map(({ id }) => id)
    expect(await within(0, 30)).toEqual(['lea_s1', 'lea_s2'])
    // Half-open on both sides.
    expect(await within(10, 11)).toEqual(['lea_s2'])
    expect(await within(-5, 0)).toEqual([])
    for (const id of ['lea_s2', 'lea_s4'])
      await save({ ...((await opened.store.leases.find(id)) as Lease), state: 'cancelled' })
  })

  it('are listed by project, state and name, the latest start first', async () => {
    await save(lease('lea_x', { name: 'x', on: 'a', span: span(0, 10), projectId: projectId(cloudId('lab'), 'p') }))
    await save(lease('lea_y', { name: 'y', on: 'a', span: span(20, 30), projectId: projectId(cloudId('lab'), 'p') }))
    const ids = async (filter: Parameters<typeof opened.store.leases.list>[0]) =>
      (await opened.store.leases.list(filter, page)).items.map(({ id }) => id)
    expect(await ids({ projectIds: ['lab:p'] })).toEqual(['lea_y', 'lea_x'])
    expect(await ids({ projectIds: ['lab:p'], name: 'x' })).toEqual(['lea_x'])
    expect(await ids({ projectIds: [] })).toEqual([])
  })

  it('that wait keep their name and hold nothing; with a place they never wait again', async () => {
    const placed = lease('lea_v', { name: 'waits', on: 'a', span: span(700, 710) })
    const reservations = placed.reservations.map((reservation) => ({ ...reservation, shares: [] }))
    const waits: Lease = { ...placed, state: 'waiting', reservations, events: [] }
    await save(waits)
    expect((await opened.store.leases.open()).map(({ id }) => id)).toContain('lea_v')
    const other = lease('lea_v2', { name: 'waits', on: 'b', span: span(700, 710) })
    expect(String(await fault(save(other)))).toMatch(/has a lease "waits" already/)
    await save(lease('lea_v3', { name: 'w3', on: 'a', span: span(705, 715) }))
    expect(String(await fault(save(placed)))).toMatch(/promised to another/)
    expect((await opened.store.leases.find('lea_v'))?.state).toBe('waiting')
    await save({ ...lease('lea_v3', { name: 'w3', on: 'a', span: span(705, 715) }), state: 'cancelled' })
    await save(placed)
    expect(String(await fault(save(waits)))).toMatch(/has gone on meanwhile/)
    await save({ ...placed, state: 'cancelled' })
  })

  it('never go back: what is over stays over, what has begun has begun, what is done is not done again', async () => {
    const first = lease('lea_f', { on: 'b' })
    await save(first)
    const done = first.events.map((event) => ({ ...event, state: 'done' as const, doneAtMs: nowMs }))
    await save({ ...first, state: 'active', events: done })
    const again = done.map((event) => ({ ...event, doneAtMs: nowMs + 1 }))
    expect(isError(await fault(save({ ...first, state: 'active', events: again })), 'conflict')).toBe(true)
    expect(isError(await fault(save({ ...first, state: 'pending', events: done })), 'conflict')).toBe(true)
    await save({ ...first, state: 'ended', events: done })
    const error = await fault(save({ ...first, state: 'active', events: done }))
    expect(String(error)).toMatch(/has gone on meanwhile/)
  })

  it('keep a name to one open lease of a project', async () => {
    await save(lease('lea_n1', { name: 'same', on: 'c', span: span(0, 10) }))
    const twice = lease('lea_n2', { name: 'same', on: 'c', span: span(10, 20) })
    expect(String(await fault(save(twice)))).toMatch(/has a lease "same" already/)
    await save({ ...twice, projectId: projectId(cloudId('lab'), 'other') })
    await save({ ...lease('lea_n1', { name: 'same', on: 'c', span: span(0, 10) }), state: 'cancelled' })
    await save({ ...twice, id: 'lea_n3' as LeaseId, span: span(20, 30) })
  })

  it('are written with the line of who did it, or neither is', async () => {
    const { store, fence } = opened
    const line = (object: string): AuditEntry => ({
      atMs: nowMs,
      by: 'anna',
      from: 'test',
      what: 'make lease',
      object,
      before: 'none',
      after: { name: object },
    })
    const kept = lease('lea_l1', { name: 'l1', on: 'a', span: span(500, 510) })
    const lost = lease('lea_l2', { name: 'l2', on: 'a', span: span(505, 515) })
    await store.leases.save(fence, [{ lease: kept, rooms, line: line(kept.id) }])
    expect(
      isError(await fault(store.leases.save(fence, [{ lease: lost, rooms, line: line(lost.id) }])), 'conflict'),
    ).toBe(true)
    const { items } = await store.audit.list({ limit: 10, offset: 0, search: 'lea_l' })
    expect(items).toEqual([line(kept.id)])
  })

  it('are written several at once, with their lines: all of them, or none', async () => {
    const { store, fence } = opened
    const line = (object: string): AuditEntry => ({
      atMs: nowMs,
      by: 'ben',
      from: 'test',
      what: 'make lease',
      object,
      before: undefined,
      after: undefined,
    })
    const write = (one: Lease) => ({ lease: one, rooms, line: line(one.id) })
    const first = lease('lea_g1', { name: 'g1', on: 'a', span: span(600, 610) })
    const second = lease('lea_g2', { name: 'g2', on: 'b', span: span(600, 610) })
    await store.leases.save(fence, [first, second].map(write))
    expect(await store.leases.find('lea_g1')).toEqual(first)
    expect(await store.leases.find('lea_g2')).toEqual(second)

    // One ends and another takes its host and its name; a third is new beside it.
    const ended: Lease = { ...first, state: 'cancelled' }
    const next = lease('lea_g3', { name: 'g1', on: 'a', span: span(605, 615) })
    await store.leases.save(fence, [ended, next].map(write))
    expect((await store.leases.find('lea_g1'))?.state).toBe('cancelled')
    expect(await store.leases.find('lea_g3')).toEqual(next)

    const free = lease('lea_g4', { name: 'g4', on: 'a', span: span(700, 710) })
    const clash = lease('lea_g5', { name: 'g5', on: 'b', span: span(605, 606) })
    expect(isError(await fault(store.leases.save(fence, [free, clash].map(write))), 'conflict')).toBe(true)
    expect(await store.leases.find('lea_g4')).toBeUndefined()
    const { items } = await store.audit.list({ limit: 10, offset: 0, search: 'lea_g' })
    expect(items.map(({ object }) => object).sort()).toEqual(['lea_g1', 'lea_g1', 'lea_g2', 'lea_g3'])
  })

  it('are written by the leader only', async () => {
    const { store, fence } = opened
    const late = { scope: fence.scope, term: fence.term - 1 }
    expect(isError(await fault(store.leases.save(late, [{ lease: lease('lea_late'), rooms }])), 'not-leader')).toBe(
      true,
    )
    expect(await store.leases.find('lea_late')).toBeUndefined()
  })
})

describe('hosts', () => {
  it('are given to the next from the moment the one before is over', async () => {
    await save(lease('lea_h1', { on: 'd', span: span(0, 100) }))
    expect(String(await fault(save(lease('lea_h2', { on: 'd', span: span(99, 200) }))))).toMatch(
      /was promised to another meanwhile/,
    )
    expect(await opened.store.leases.find('lea_h2')).toBeUndefined()
    await save(lease('lea_h2', { on: 'd', span: span(100, 200) }))
    // Ended early, the rest is free; and its own time can be moved over itself.
    await save({ ...lease('lea_h1', { on: 'd', span: span(0, 100) }), state: 'cancelled' })
    await save(lease('lea_h2', { on: 'd', span: span(50, 150) }))
    expect(String(await fault(save(lease('lea_h3', { on: 'd', span: span(140, 160) }))))).toMatch(/promised/)
  })

  it('are given on all or on none', async () => {
    await save(lease('lea_o', { on: 'e', span: span(0, 10) }))
    const [reservation] = lease('lea_all').reservations as [LeaseReservation]
    const both = { ...reservation, shares: ['d', 'e'].map((on) => ({ hostId: host(on), host: on, units: 1 })) }
    expect(isError(await fault(save(lease('lea_all', { span: span(0, 10), reservations: [both] }))), 'conflict')).toBe(
      true,
    )
    await save(lease('lea_d', { on: 'd', span: span(0, 10) }))
  })

  it('are as many as may be asked for, more than one statement takes', async () => {
    const names = Array.from({ length: 8000 }, (_, nth) => `m${nth}`)
    const [reservation] = lease('lea_m').reservations as [LeaseReservation]
    const shares = names.map((on) => ({ hostId: host(on), host: on, units: 1 }))
    const large = lease('lea_m', { name: 'm', reservations: [{ ...reservation, shares }] })
    const { store, fence } = opened
    await store.leases.save(fence, [{ lease: large, rooms: names.map(room) }])
    // The last of them is as taken as the first.
    for (const on of ['m0', 'm7999']) {
      const late = lease(`lea_${on}`, { name: on, on, span: large.span })
      expect(isError(await fault(store.leases.save(fence, [{ lease: late, rooms: [room(on)] }])), 'conflict')).toBe(
        true,
      )
    }
    await store.leases.save(fence, [{ lease: { ...large, state: 'cancelled' }, rooms: names.map(room) }])
  })

  it('have room for as many instances as fit at every moment, beside no lease of the whole host', async () => {
    const on = 'node-2'
    await save(lease('lea_i1', { span: span(0, 100), ...instances('lea_i1', on, 2) }))
    await save(lease('lea_i2', { span: span(50, 150), ...instances('lea_i2', on, 1) }))
    // Three of five vcpus are in sixteen; from 50 to 100 a fourth does not fit, and before and after it does.
    const late = (id: string, from: number, to: number) => lease(id, { span: span(from, to), ...instances(id, on, 1) })
    expect(String(await fault(save(late('lea_i3', 0, 51))))).toMatch(/promised/)
    expect(String(await fault(save(late('lea_i3', 99, 200))))).toMatch(/promised/)
    await save(late('lea_i3', 0, 50))
    await save(late('lea_i4', 100, 200))
    expect(String(await fault(save(lease('lea_w', { on, span: span(149, 300) }))))).toMatch(/promised/)
    await save(lease('lea_w', { on, span: span(200, 300) }))
    expect(String(await fault(save(late('lea_i5', 250, 260))))).toMatch(/promised/)
    expect(String(await fault(save(lease('lea_i6', { span: span(900, 901), ...instances('lea_i6', on, 4) }))))).toMatch(
      /promised/,
    )
  })

  it('are never promised twice, whatever two replicas write at the same time', async () => {
    // The other one has connections of its own; that it believes to lead as well is the worst that can be.
    const other = openDatabase(opened.test.address)
    const both = [opened.store, createStore(other)] as const
    let nth = 0
    const request = fc.record({
      on: fc.constantFrom('x1', 'x2'),
      from: fc.integer({ min: 0, max: 12 }),
      length: fc.integer({ min: 1, max: 6 }),
      units: fc.constantFrom(0, 0, 1, 2, 3),
    })
    const xs = ['x1', 'x2'].map(room)
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(request, { minLength: 2, maxLength: 14 }), async (requests) => {
          const made = requests.map(({ on, from, length, units }) => {
            const id = `lea_p${++nth}`
            const more = units === 0 ? { on } : instances(id, on, units)
            return { on, units, lease: lease(id, { span: span(from, from + length), ...more }) }
          })
          const faults = await Promise.all(
            made.map((one, at) =>
              fault((both[at % 2] ?? both[0]).leases.save(opened.fence, [{ lease: one.lease, rooms: xs }])),
            ),
          )
          const won = made.filter((_, at) => faults[at] === undefined)
          const lost = faults.filter((error) => error !== undefined)
          const broken: string[] = []
          for (const on of ['x1', 'x2'])
            for (let moment = 0; moment < 20; moment++) {
              const now = won.filter(
                (one) =>
                  one.on === on && one.lease.span.startMs <= nowMs + moment && nowMs + moment < one.lease.span.endMs,
              )
              const used = now.reduce((sum, { units }) => sum + units, 0)
              if (used > 3 || (now.length > 1 && now.some(({ units }) => units === 0)))
                broken.push(`${on} at ${moment}`)
            }
          for (const one of won) await save({ ...one.lease, state: 'cancelled' })
          expect(broken).toEqual([])
          expect(won.length).toBeGreaterThan(0)
          expect(lost.filter((error) => !isError(error, 'conflict'))).toEqual([])
        }),
        { numRuns: 40, seed: 5 },
      )
    } finally {
      await other.close()
    }
  })

  it('are never promised twice, whoever leaves the waitlist on two replicas at the same time', patient, async () => {
    const other = openDatabase(opened.test.address)
    const both = [opened.store, createStore(other)] as const
    const xs = ['w1', 'w2'].map(room)
    let nth = 0
    const step = fc.record({
      on: fc.constantFrom('w1', 'w2'),
      from: fc.integer({ min: 0, max: 12 }),
      length: fc.integer({ min: 1, max: 6 }),
      /** Waits first; the second replica gives it a place on the other host in the same moment; is called off in it. */
      waits: fc.boolean(),
      twice: fc.boolean(),
      calledOff: fc.boolean(),
    })
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 12 }), async (steps) => {
          const made = steps.map(({ on, from, length, waits, ...how }) => {
            const id = `lea_w${++nth}`
            const placed = lease(id, { on, span: span(from, from + length) })
            const lapse = { kind: 'lapse', dueAtMs: nowMs, doneAtMs: undefined, outcome: undefined } as const
            const before: Lease = {
              ...placed,
              state: 'waiting',
              reservations: placed.reservations.map((reservation) => ({ ...reservation, shares: [] })),
              events: [{ ...lapse, state: 'waiting' }],
            }
            if (!waits) return { placed, before: undefined, elsewhere: undefined, twice: false, calledOff: false }
            const promoted: Lease = { ...placed, events: [{ ...lapse, state: 'skipped' }, ...placed.events] }
            const { reservations } = lease(id, { on: on === 'w1' ? 'w2' : 'w1' })
            return { ...how, before, placed: promoted, elsewhere: { ...promoted, reservations } }
          })
          // On the waitlist nobody is in anybody's way.
          for (const { before } of made) if (before !== undefined) await save(before)
          const faults = await Promise.all(
            made.flatMap(({ placed, before, elsewhere, twice, calledOff }, at) => {
              const [mine, others] = at % 2 === 0 ? both : ([both[1], both[0]] as const)
              const write = (store: (typeof both)[number], one: Lease) =>
                fault(store.leases.save(opened.fence, [{ lease: one, rooms: xs }]))
              return [
                write(mine, placed),
                ...(twice && elsewhere !== undefined ? [write(others, elsewhere)] : []),
                ...(calledOff && before !== undefined ? [write(others, { ...before, state: 'cancelled' })] : []),
              ]
            }),
          )
          const ids = new Set<string>(made.map(({ placed }) => placed.id))
          const open = (await opened.store.leases.open()).filter(({ id }) => ids.has(id))
          const broken: string[] = []
          for (const on of ['w1', 'w2'])
            for (let moment = 0; moment < 20; moment++) {
              const there = open.filter(
                ({ span: { startMs, endMs }, reservations }) =>
                  startMs <= nowMs + moment &&
                  nowMs + moment < endMs &&
                  reservations.some(({ shares }) => shares.some(({ host: name }) => name === on)),
              )
              if (there.length > 1) broken.push(`${on} at ${moment}: ${there.map(({ id }) => id).join(', ')}`)
            }
          const calledOff = made.filter((one) => one.calledOff)
          const alive = (await Promise.all(calledOff.map(({ placed }) => opened.store.leases.find(placed.id)))).filter(
            (one) => one !== undefined && one.state !== 'cancelled',
          )
          for (const one of open) await save({ ...one, state: 'cancelled' })
          expect(broken).toEqual([])
          // Called off stays called off, whichever of the two came first.
          expect(alive).toEqual([])
          expect(faults.filter((error) => error !== undefined && !isError(error, 'conflict'))).toEqual([])
        }),
        { numRuns: 25, seed: 7 },
      )
    } finally {
      await other.close()
    }
  })

  it('go to exactly as many of a hundred at once as there are', async () => {
    const names = ['l1', 'l2', 'l3']
    const last = names.map(room)
    const { store, fence } = opened
    const asked = Array.from({ length: 100 }, (_, nth) =>
      lease(`lea_c${nth}`, { on: names[nth % 3] ?? 'l1', span: span(nth % 5, 10) }),
    )
    const faults = await Promise.all(asked.map((one) => fault(store.leases.save(fence, [{ lease: one, rooms: last }]))))
    expect(faults.filter((error) => error === undefined)).toHaveLength(3)
    expect(faults.filter((error) => isError(error, 'conflict'))).toHaveLength(97)
  })
})
