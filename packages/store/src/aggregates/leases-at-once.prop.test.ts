// No host is promised twice, whatever many write at the same time.
import { isError, type Lease } from '@gleaner/model'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createStore } from '../create-store.ts'
import { openDatabase } from '../database/database.ts'
import { fault, instances, lease, room, span } from '../testing/lease-scene.ts'
import { nowMs } from '../testing/samples.ts'
import { openTestStore, type TestStore } from '../testing/test-store.ts'

let opened: TestStore
beforeAll(async () => {
  opened = await openTestStore()
})
afterAll(() => opened.close())

/** Many rounds against a real database, on a machine that has other things to do. */
const patient = { timeout: 120_000 }
const rooms = ['x1', 'x2', 'w1', 'w2'].map(room)
const save = (one: Lease) => opened.store.leases.save(opened.fence, [{ lease: one, rooms }])

describe('hosts', () => {
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
