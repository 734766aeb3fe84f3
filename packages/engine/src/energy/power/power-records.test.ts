import { freshPowerRecord, type HostPowerRecord, type HostState, type JournalEntry } from '@gleaner/model'
import { aHost, aHostEntry, aJournalEntry } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { defaultPowerOptions } from './power-options.ts'
import { foldPower, isPowerEntry, seePower } from './power-records.ts'

const host = aHost()
const fresh = freshPowerRecord(host.id)
const record = (change: Partial<HostPowerRecord> = {}): HostPowerRecord => ({ ...fresh, ...change })
const step = (action: JournalEntry['action'], change: Partial<JournalEntry> = {}) =>
  aHostEntry({
    capability: 'energy',
    action,
    hostId: host.id,
    state: 'done',
    intendedAtMs: 1000,
    acceptedAtMs: 2000,
    finishedAtMs: 9000,
    outcome: undefined,
    ...change,
  })

describe('which entries are steps to sleep and back', () => {
  it('those of energy on a host as a whole', () => {
    expect(isPowerEntry(step('close'))).toBe(true)
    expect(isPowerEntry(step('close', { capability: 'oversubscription' }))).toBe(false)
    expect(isPowerEntry(aJournalEntry({ capability: 'energy', action: 'migrate' }))).toBe(false)
  })
})

describe('what the journal adds to the record', () => {
  it.each<[JournalEntry['action'], Partial<HostPowerRecord>, Partial<HostPowerRecord>]>([
    ['close', {}, { closedAtMs: 9000 }],
    ['open', { closedAtMs: 500 }, { closedAtMs: undefined }],
    ['sleep', { closedAtMs: 500, wokeAtMs: 400 }, { closedAtMs: 500, sleptAtMs: 9000, wokeAtMs: undefined }],
    ['wake', { closedAtMs: 500, sleptAtMs: 600 }, { closedAtMs: 500, sleptAtMs: 600, wokeAtMs: 9000, bootsMs: [7000] }],
    ['raise-ratio', { closedAtMs: 500 }, { closedAtMs: 500 }],
  ])('a %s that is done', (action, before, after) => {
    expect(foldPower(record(before), step(action))).toEqual(record({ ...after, foldedToMs: 9000 }))
  })

  it('a wake-up that failed is counted, with what was said of it', () => {
    const failed = { state: 'timed-out', outcome: 'the host is still down' } as const
    expect(foldPower(record({ failures: 1, closedAtMs: 500 }), step('wake', failed))).toEqual(
      record({ closedAtMs: 500, foldedToMs: 9000, failures: 2, failedAtMs: 9000, fault: 'the host is still down' }),
    )
  })

  it('a sleep that failed is counted apart from it, until one has come to pass', () => {
    const failed = { state: 'timed-out', outcome: 'the host is still on' } as const
    const once = foldPower(record({ failures: 1, closedAtMs: 500 }), step('sleep', failed))
    const apart = { sleepFailures: 1, sleepFailedAtMs: 9000, sleepFault: 'the host is still on' }
    expect(once).toEqual(record({ closedAtMs: 500, foldedToMs: 9000, failures: 1, ...apart }))
    const twice = foldPower(once, step('sleep', { ...failed, finishedAtMs: 9500 }))
    expect(twice).toMatchObject({ failures: 1, sleepFailures: 2, sleepFailedAtMs: 9500 })
    expect(foldPower(twice, step('sleep', { finishedAtMs: 9900 }))).toEqual(
      record({ closedAtMs: 500, foldedToMs: 9900, failures: 1, sleptAtMs: 9900 }),
    )
  })

  it('a closing and an opening that failed change nothing but how far the journal is read', () => {
    for (const action of ['close', 'open'] as const)
      expect(foldPower(record({ closedAtMs: 500 }), step(action, { state: 'failed' }))).toEqual(
        record({ closedAtMs: 500, foldedToMs: 9000 }),
      )
  })

  it('the same entry a second time, an older one, one not over or of another kind changes nothing', () => {
    const folded = foldPower(fresh, step('wake'))
    expect(foldPower(folded, step('wake'))).toBe(folded)
    expect(foldPower(folded, step('sleep', { finishedAtMs: 8999 }))).toBe(folded)
    expect(foldPower(folded, step('sleep', { finishedAtMs: 9001 }))).not.toBe(folded)
    expect(foldPower(fresh, step('sleep', { state: 'accepted', finishedAtMs: undefined }))).toBe(fresh)
    expect(foldPower(fresh, step('sleep', { capability: 'oversubscription' }))).toBe(fresh)
  })

  it('a boot lasts from when the wake-up was taken, else from when it was meant, and never less than nothing', () => {
    const bootOf = (change: Partial<JournalEntry>) => foldPower(fresh, step('wake', change)).bootsMs
    expect(bootOf({ acceptedAtMs: undefined })).toEqual([8000])
    expect(bootOf({ acceptedAtMs: 9500 })).toEqual([0])
  })

  it('the last five boots are kept, the newest last', () => {
    const after = foldPower(record({ bootsMs: [1, 2, 3, 4, 5] }), step('wake'))
    expect(after.bootsMs).toEqual([2, 3, 4, 5, 7000])
  })
})

describe('what is seen of the host', () => {
  const nowMs = 100_000_000
  const { leastOnMs } = defaultPowerOptions
  const see = (change: Partial<HostPowerRecord>, state: HostState) =>
    seePower(record(change), aHost({ state }), { nowMs, options: defaultPowerOptions })
  const failed = { failures: 2, failedAtMs: 50, fault: 'the host is still down' }

  it('one that is up although Gleaner closed it was opened by others', () => {
    expect(see({ closedAtMs: 5 }, 'up')).toEqual(fresh)
    expect(see({}, 'up')).toEqual(fresh)
  })

  it('one that is up after failures counts from then, and has recovered after the shortest time awake', () => {
    expect(see(failed, 'up')).toEqual(record({ ...failed, wokeAtMs: nowMs }))
    const tooShort = { ...failed, wokeAtMs: nowMs - leastOnMs + 1 }
    expect(see({ ...tooShort, closedAtMs: 5 }, 'up')).toEqual(record(tooShort))
    const longEnough = nowMs - leastOnMs
    expect(see({ ...failed, wokeAtMs: longEnough }, 'up')).toEqual(record({ wokeAtMs: longEnough }))
  })

  it.each(['down', 'asleep'] as const)('one that is %s again soon after it was woken has failed', (state) => {
    expect(see({ failures: 1, wokeAtMs: nowMs - 90_000 }, state)).toEqual(
      record({ failures: 2, failedAtMs: nowMs, fault: `it was ${state} again 1m30s after it woke up` }),
    )
    expect(see({ wokeAtMs: nowMs - leastOnMs + 1 }, state).failures).toBe(1)
    expect(see({ wokeAtMs: nowMs - leastOnMs }, state)).toEqual(fresh)
    // The clock went back.
    expect(see({ wokeAtMs: nowMs + 5000 }, state).fault).toBe(`it was ${state} again 0s after it woke up`)
  })

  it('one that failed to go to sleep is not taken for one that recovered because it is up, and has slept once it sleeps', () => {
    const awake = { sleepFailures: 2, sleepFailedAtMs: 50, sleepFault: 'the host is still on' }
    expect(see({ ...awake, wokeAtMs: 5 }, 'up')).toEqual(record({ ...awake, wokeAtMs: 5 }))
    expect(see({ ...awake, closedAtMs: 5 }, 'asleep')).toEqual(record({ closedAtMs: 5 }))
    expect(see({ ...awake, closedAtMs: 5 }, 'down')).toEqual(record({ ...awake, closedAtMs: 5 }))
  })

  it('the same sight a second time changes nothing', () => {
    for (const state of ['up', 'down', 'asleep'] as const) {
      const once = see({ ...failed, closedAtMs: 5, wokeAtMs: nowMs - 90_000 }, state)
      expect(see(once, state)).toEqual(once)
    }
  })

  it('nothing is learnt of one that sleeps as it was told to, is closed, or of which nothing is known', () => {
    expect(see({ closedAtMs: 5, sleptAtMs: 6 }, 'asleep')).toEqual(record({ closedAtMs: 5, sleptAtMs: 6 }))
    for (const state of ['disabled', 'maintenance', 'unknown'] as const) {
      const known = { ...failed, closedAtMs: 5, wokeAtMs: nowMs - 1 }
      expect(see(known, state)).toEqual(record(known))
    }
  })
})
