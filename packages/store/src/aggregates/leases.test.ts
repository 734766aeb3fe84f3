import { cloudId, isError, type Lease, type LeaseId, type LeaseReservation, projectId } from '@gleaner/model'
import type { AuditEntry } from '@gleaner/ports'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fault, host, instances, lease, room, span } from '../testing/lease-scene.ts'
import { nowMs } from '../testing/samples.ts'
import { openTestStore, type TestStore } from '../testing/test-store.ts'

let opened: TestStore
beforeAll(async () => {
  opened = await openTestStore()
})
afterAll(() => opened.close())

const page = { limit: 10, offset: 0 }
/** As it is read back: what is undefined is not there. */
const stored = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
const rooms = ['node-1', 'node-2', 'node-3', 'a', 'b', 'c', 'd', 'e'].map(room)
const save = (lease: Lease, { store, fence } = opened) => store.leases.save(fence, [{ lease, rooms }])

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
    const ofAll = await opened.store.leases.within(undefined, span(0, 30))
    expect(ofAll.map(({ id }) => id)).toEqual(expect.arrayContaining(['lea_s1', 'lea_s2', 'lea_s4']))
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
    const sample = lease('lea_f', { on: 'b' })
    const notice = { kind: 'before-end', dueAtMs: nowMs + 50, state: 'waiting' } as const
    const first = { ...sample, events: [...sample.events, { ...notice, doneAtMs: undefined, outcome: undefined }] }
    await save(first)
    const done = first.events.map((event) => ({ ...event, state: 'done' as const, doneAtMs: nowMs }))
    await save({ ...first, state: 'active', events: done })
    const again = done.map((event) => ({ ...event, doneAtMs: nowMs + 1 }))
    expect(isError(await fault(save({ ...first, state: 'active', events: again })), 'conflict')).toBe(true)
    expect(isError(await fault(save({ ...first, state: 'pending', events: done })), 'conflict')).toBe(true)
    // A notice is given anew for another time, and only it.
    const waitsFor = (kind: string, dueAtMs: number): Lease => {
      const waits = { state: 'waiting' as const, dueAtMs, doneAtMs: undefined }
      return {
        ...first,
        state: 'active',
        events: done.map((event) => (event.kind === kind ? { ...event, ...waits } : event)),
      }
    }
    expect(isError(await fault(save(waitsFor('before-end', nowMs + 50))), 'conflict')).toBe(true)
    expect(isError(await fault(save(waitsFor('start', nowMs + 51))), 'conflict')).toBe(true)
    await save(waitsFor('before-end', nowMs + 51))
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
})
