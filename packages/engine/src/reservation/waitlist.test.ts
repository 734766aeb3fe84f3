import { cloudId, type Lease, type LeaseId, type LeaseWait, projectId } from '@gleaner/model'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { afterEvent, dueEvents, endLease, eventsFor } from './lease-lifecycle.ts'
import { inOrder, lastStartMs, promoted, stillPossible, waitEvents } from './waitlist.ts'

const cloud = cloudId('c')
const wait: LeaseWait = {
  window: { startMs: 100, endMs: 200 },
  durationMs: 40,
  untilMs: 150,
  noticeMs: 5,
  holdMs: undefined,
}

function waiting(id: string, createdAtMs = 0, project = 'p'): Lease {
  return {
    id: id as LeaseId,
    name: id,
    cloudId: cloud,
    projectId: projectId(cloud, project),
    by: 'anna',
    span: wait.window,
    state: 'waiting',
    createdAtMs,
    updatedAtMs: createdAtMs,
    endAction: 'nothing',
    reservations: [],
    events: waitEvents(wait),
    wait,
  }
}

it('the larger priority is first, then who came first, whatever the order in which they are read', () => {
  const line = [waiting('late', 5), waiting('b', 1), waiting('a', 1), waiting('rich', 9, 'rich')]
  const priorityOf = (lease: Lease) => (lease.name === 'rich' ? 7 : 0)
  const other: Lease = { ...waiting('placed'), state: 'pending' }
  for (const read of [line, line.toReversed(), [other, ...line]])
    expect(inOrder(read, priorityOf).map(({ name }) => name)).toEqual(['rich', 'a', 'b', 'late'])
})

it('a lease of a length may begin until it would end after its window, one of fixed times at its start only', () => {
  expect(lastStartMs(wait)).toBe(160)
  expect(lastStartMs({ ...wait, durationMs: undefined })).toBe(100)
})

it('what is left of a window begins now, and is nothing from the moment at which the wait is over', () => {
  expect(stillPossible(wait, 20)).toEqual({ startMs: 100, endMs: 200 })
  expect(stillPossible(wait, 149)).toEqual({ startMs: 149, endMs: 200 })
  expect(stillPossible(wait, 150)).toBeUndefined()
})

it('what is to be confirmed first begins when it need not be held any longer, or as late as its window allows', () => {
  const held: LeaseWait = { ...wait, holdMs: 30 }
  expect(stillPossible(held, 20)).toEqual({ startMs: 100, endMs: 200 })
  expect(stillPossible(held, 90)).toEqual({ startMs: 120, endMs: 200 })
  expect(stillPossible(held, 149)).toEqual({ startMs: 160, endMs: 200 })
  expect(stillPossible({ ...held, durationMs: undefined }, 90)).toEqual({ startMs: 100, endMs: 200 })
})

it('what is left lies in the window, has room for the lease, and is not over', () => {
  const time = fc.integer({ min: 0, max: 1000 })
  fc.assert(
    fc.property(
      fc.record({ start: time, spare: time, length: fc.integer({ min: 1, max: 500 }), waits: time, now: time }),
      fc.option(fc.integer({ min: 1, max: 1000 }), { nil: undefined }),
      ({ start, spare, length, waits, now }, holdMs) => {
        const window = { startMs: start, endMs: start + length + spare }
        const asked = { ...wait, window, durationMs: length, holdMs }
        const untilMs = Math.min(lastStartMs(asked), waits)
        const left = stillPossible({ ...asked, untilMs }, now)
        expect(left === undefined).toBe(now >= untilMs)
        if (left === undefined) return
        expect(left.startMs).toBeGreaterThanOrEqual(Math.max(start, now))
        expect(left.endMs - left.startMs).toBeGreaterThanOrEqual(length)
        // A moment to confirm it, and all of the time asked for where the window has it.
        if (holdMs !== undefined)
          expect(left.startMs).toBeGreaterThanOrEqual(Math.min(now + holdMs, window.endMs - length))
        if (holdMs !== undefined) expect(left.startMs).toBeGreaterThan(now)
      },
    ),
  )
})

it('who has waited long enough gives up, once, also when that moment passed unseen', () => {
  const lease = waiting('l')
  expect(dueEvents([lease], 149)).toEqual([])
  expect(dueEvents([lease], 900).map(({ event }) => event.kind)).toEqual(['lapse'])
  const lapsed = afterEvent(lease, 'lapse', { nowMs: 900, outcome: 'no room' })
  expect(lapsed.state).toBe('lapsed')
  expect(dueEvents([lapsed], 901)).toEqual([])
})

it('who has got a place does not give up any more, and keeps since when it waited', () => {
  const span = { startMs: 120, endMs: 160 }
  const { wait: _, ...place } = waiting('l', 3)
  const placed: Lease = {
    ...place,
    span,
    state: 'pending',
    createdAtMs: 110,
    updatedAtMs: 110,
    events: eventsFor({ span, noticeMs: 5, heldUntilMs: undefined }),
  }
  const lease = promoted(waiting('l', 3), placed)
  expect(lease).toMatchObject({ state: 'pending', createdAtMs: 3, promotedAtMs: 110, span })
  expect(lease.wait).toBeUndefined()
  expect(lease.events.map(({ kind, state }) => `${kind} ${state}`)).toEqual([
    'lapse skipped',
    'start waiting',
    'before-end waiting',
    'end waiting',
  ])
  expect(dueEvents([lease], 155).map(({ event }) => event.kind)).toEqual(['start', 'before-end'])
  // As a proposal it can lapse again: there is one such event.
  const held = promoted(waiting('l'), {
    ...placed,
    state: 'proposed',
    events: eventsFor({ span, noticeMs: 0, heldUntilMs: 118 }),
  })
  expect(held.events.filter(({ kind }) => kind === 'lapse')).toMatchObject([{ dueAtMs: 118, state: 'waiting' }])
})

it('who waits can be called off', () => {
  expect(endLease(waiting('l'), 120)).toMatchObject({ state: 'cancelled', events: [{ state: 'skipped' }] })
})
