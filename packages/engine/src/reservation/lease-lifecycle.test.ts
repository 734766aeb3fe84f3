import {
  cloudId,
  isLeaseOpen,
  type Lease,
  type LeaseEventKind,
  type LeaseId,
  leaseEventKinds,
  projectId,
} from '@gleaner/model'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { afterEvent, confirmLease, dueEvents, effectOf, endLease, eventsFor, moved } from './lease-lifecycle.ts'

const cloud = cloudId('c')
function aLease(more: Partial<Lease> & { heldUntilMs?: number } = {}): Lease {
  const { noticeMs = 10, heldUntilMs, ...change } = more
  const span = change.span ?? { startMs: 100, endMs: 200 }
  return {
    id: 'l' as LeaseId,
    name: 'l',
    cloudId: cloud,
    projectId: projectId(cloud, 'p'),
    by: 'anna',
    state: heldUntilMs === undefined ? 'pending' : 'proposed',
    createdAtMs: 0,
    updatedAtMs: 0,
    endAction: 'stop',
    reservations: [],
    noticeMs,
    events: eventsFor({ span, noticeMs, heldUntilMs }),
    ...change,
    span,
  }
}

const leased = (transition: ReturnType<typeof endLease>): Lease => {
  if ('refused' in transition) throw new Error(transition.refused)
  return transition
}
const nextEvent = (lease: Lease, nowMs: number) => dueEvents([lease], nowMs)[0]?.event
/** Everything that is due at this moment, one after the other. */
function caughtUp(lease: Lease, nowMs: number): { lease: Lease; did: LeaseEventKind[] } {
  const did: LeaseEventKind[] = []
  for (let event = nextEvent(lease, nowMs); event !== undefined; event = nextEvent(lease, nowMs)) {
    did.push(event.kind)
    lease = afterEvent(lease, event.kind, { nowMs, outcome: 'x' })
  }
  return { lease, did }
}

describe('the course of a lease', () => {
  it('is start, notice, end, each at its time', () => {
    let lease = aLease()
    expect(nextEvent(lease, 99)).toBeUndefined()
    expect(nextEvent(lease, 100)?.kind).toBe('start')
    lease = caughtUp(lease, 100).lease
    expect(lease.state).toBe('active')
    expect(nextEvent(lease, 189)).toBeUndefined()
    expect(caughtUp(lease, 190).did).toEqual(['before-end'])
    lease = caughtUp(lease, 190).lease
    expect(caughtUp(lease, 200)).toMatchObject({ did: ['end'], lease: { state: 'ended' } })
  })

  it('is caught up in order after an outage, without a notice for what is over', () => {
    const { lease, did } = caughtUp(aLease(), 5000)
    expect(did).toEqual(['start', 'before-end', 'end'])
    expect(lease.events.map(({ kind, state }) => [kind, state])).toEqual([
      ['start', 'done'],
      ['before-end', 'skipped'],
      ['end', 'done'],
    ])
  })

  it('lets the one end before the other begins, whoever comes first in the list', () => {
    const first = {
      ...aLease(),
      id: 'a' as LeaseId,
      state: 'active' as const,
      events: eventsFor({ span: { startMs: 0, endMs: 100 }, noticeMs: 0, heldUntilMs: undefined }).map((event) =>
        event.kind === 'start' ? { ...event, state: 'done' as const } : event,
      ),
    }
    const due = dueEvents([aLease(), first], 150)
    expect(due.map(({ lease, event }) => [lease.id, event.kind])).toEqual([
      ['a', 'end'],
      ['l', 'start'],
    ])
    // After an outage as well: the whole course of the one, before the other that follows it.
    const late = dueEvents(
      [aLease(), { ...aLease({ span: { startMs: 10, endMs: 100 }, noticeMs: 0 }), id: 'a' as LeaseId }],
      150,
    )
    expect(late.map(({ lease, event }) => `${lease.id} ${event.kind}`)).toEqual(['a start', 'a end', 'l start'])
  })

  it('has no notice longer than the lease itself', () => {
    expect(aLease({ noticeMs: 5000 }).events.find(({ kind }) => kind === 'before-end')?.dueAtMs).toBe(100)
    expect(aLease({ noticeMs: 0 }).events.map(({ kind }) => kind)).toEqual(['start', 'end'])
  })

  it('clears hosts only at the end of a lease that had begun and wants it', () => {
    const active = caughtUp(aLease(), 100).lease
    const end = active.events.find(({ kind }) => kind === 'end') as Lease['events'][number]
    expect(effectOf(active, end, 200)).toBe('clear')
    expect(effectOf({ ...active, endAction: 'nothing' }, end, 200)).toBeUndefined()
    const notice = active.events.find(({ kind }) => kind === 'before-end') as Lease['events'][number]
    expect(effectOf(active, notice, 195)).toBe('tell')
    expect(effectOf(active, notice, 200)).toBeUndefined()
  })
})

describe('a proposal', () => {
  it('becomes a lease when it is confirmed in time, and lapses otherwise', () => {
    const proposal = aLease({ heldUntilMs: 50 })
    const confirmed = leased(confirmLease(proposal, 49))
    expect(caughtUp(confirmed, 60)).toMatchObject({ did: [], lease: { state: 'pending' } })
    expect(confirmLease(proposal, 50)).toMatchObject({ refused: expect.stringMatching(/has lapsed/) as string })
    expect(caughtUp(proposal, 50)).toMatchObject({ did: ['lapse'], lease: { state: 'lapsed' } })
    expect(leased(confirmLease(confirmed, 51))).toBe(confirmed)
  })

  it('that is held beyond its start lapses at the start', () => {
    const proposal = aLease({ heldUntilMs: 150 })
    expect(caughtUp(proposal, 100)).toMatchObject({ did: ['lapse'], lease: { state: 'lapsed' } })
    const lapseOf = ({ events }: Lease) => events.find(({ kind }) => kind === 'lapse')?.dueAtMs
    expect(lapseOf(proposal)).toBe(100)
    expect(lapseOf(moved(proposal, { startMs: 70, endMs: 200 }, 50))).toBe(70)
  })
})

describe('ending', () => {
  it('cancels what has not begun, and moves the end of what has', () => {
    expect(leased(endLease(aLease(), 50)).state).toBe('cancelled')
    const active = caughtUp(aLease(), 100).lease
    const ending = leased(endLease(active, 130))
    expect(ending).toMatchObject({ state: 'active', span: { startMs: 100, endMs: 130 } })
    expect(caughtUp(ending, 130).lease.state).toBe('ended')
    expect(leased(endLease(active, 100)).span).toEqual({ startMs: 100, endMs: 101 })
    expect(endLease(caughtUp(active, 300).lease, 310)).toEqual({ refused: 'The lease "l" is ended already.' })
  })

  it('moves the notice along with the end', () => {
    const active = caughtUp(aLease(), 100).lease
    const longer = moved(active, { startMs: 100, endMs: 500 }, 110)
    expect(longer.events.map(({ kind, dueAtMs }) => [kind, dueAtMs])).toEqual([
      ['start', 100],
      ['before-end', 490],
      ['end', 500],
    ])
  })

  it('gives a notice longer than the lease its whole length once the lease is long enough, and clips it again', () => {
    const short = caughtUp(aLease({ noticeMs: 300 }), 110).lease
    expect(short.events[1]).toMatchObject({ kind: 'before-end', dueAtMs: 100, state: 'done' })
    const longer = moved(short, { startMs: 100, endMs: 1000 }, 150)
    expect(longer.events[1]).toMatchObject({ dueAtMs: 700, state: 'waiting' })
    const shorter = moved(longer, { startMs: 100, endMs: 350 }, 160)
    expect(shorter.events[1]?.dueAtMs).toBe(100)
    expect(moved(shorter, { startMs: 100, endMs: 900 }, 170).events[1]?.dueAtMs).toBe(600)
    // One of before this was kept goes on with what its event says.
    const { noticeMs: _, ...old } = short
    expect(moved(old, { startMs: 100, endMs: 1000 }, 150).events[1]?.dueAtMs).toBe(900)
  })

  it('tells of the term of a lease without an end only when its next one should be there', () => {
    const renewal = { termMs: 100, renewedAtMs: 0 }
    const span = { startMs: 100, endMs: 200 }
    const events = eventsFor({ span, noticeMs: 80, heldUntilMs: undefined, termMs: renewal.termMs })
    const endless = { ...aLease({ noticeMs: 80, renewal }), events }
    expect(endless.events[1]).toMatchObject({ kind: 'before-end', dueAtMs: 150 })
    const renewed = moved(caughtUp(endless, 149).lease, { startMs: 100, endMs: 300 }, 150)
    expect(caughtUp(renewed, 249).did).toEqual([])
    expect(renewed.events[1]).toMatchObject({ dueAtMs: 250, state: 'waiting' })
    // Given an end it is told as early as was asked for.
    const { renewal: _, ...ending } = renewed
    expect(moved(ending, { startMs: 100, endMs: 400 }, 160).events[1]?.dueAtMs).toBe(320)
  })

  it('tells those who were told of one end of the other one as well', () => {
    const told = caughtUp(aLease(), 190).lease
    const longer = moved(told, { startMs: 100, endMs: 500 }, 195)
    expect(caughtUp(longer, 489).did).toEqual([])
    expect(caughtUp(longer, 490).did).toEqual(['before-end'])
    const shorter = moved(caughtUp(longer, 490).lease, { startMs: 100, endMs: 495 }, 491)
    expect(caughtUp(shorter, 491).did).toEqual(['before-end'])
    // Ended now, or only given another name: what was told stays told.
    expect(leased(endLease(told, 195)).events[1]).toBe(told.events[1])
    expect(moved(told, told.span, 195).events).toEqual(told.events)
  })
})

it('whatever happens in whatever order, no event happens twice for the same end and what is over stays over', () => {
  const step = fc.oneof(
    fc.constantFrom(...leaseEventKinds).map((kind) => ({ kind })),
    fc.constantFrom('confirm' as const, 'end' as const).map((call) => ({ call })),
    fc.integer({ min: 101, max: 400 }).map((endMs) => ({ endMs })),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), fc.boolean(), (steps, held) => {
      let lease = aLease(held ? { heldUntilMs: 60 } : {})
      let nowMs = 40
      const doneAt = new Map<string, number>()
      for (const one of steps) {
        nowMs += 20
        const before = lease
        if ('kind' in one) lease = afterEvent(lease, one.kind, { nowMs, outcome: '' })
        else if ('endMs' in one)
          lease = isLeaseOpen(lease) ? moved(lease, { ...lease.span, endMs: one.endMs }, nowMs) : lease
        else {
          const next = one.call === 'confirm' ? confirmLease(lease, nowMs) : endLease(lease, nowMs)
          if (!('refused' in next)) lease = next
        }
        if (!isLeaseOpen(before)) expect(lease.state).toBe(before.state)
        if (before.span.endMs !== lease.span.endMs) doneAt.delete('before-end')
        for (const { kind, state, doneAtMs } of lease.events) {
          if (state !== 'done' || doneAtMs === undefined) continue
          expect(doneAt.get(kind) ?? doneAtMs).toBe(doneAtMs)
          doneAt.set(kind, doneAtMs)
        }
        if (lease.state === 'active') expect(lease.events.find(({ kind }) => kind === 'start')?.state).toBe('done')
      }
    }),
    { numRuns: 300 },
  )
})
