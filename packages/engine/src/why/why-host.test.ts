// The story of a host as a whole: what is wanted of it comes first, then what was refused, what holds it, what was done last.
import { freshPowerRecord, type Host, type HostId } from '@gleaner/model'
import { aHold, aHost, aHostEntry, aHostProposal, aProposal, aSnapshot, aVerdict, testStartMs } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { noPromise } from '../energy/power/host-promise.ts'
import { takeLedger } from '../ledger/take-ledger.ts'
import { factsOf } from '../testing/a-world.ts'
import { whyHost } from './why-host.ts'
import type { WhyWorld } from './why-instance.ts'

const nowMs = testStartMs
const id = aHost().id

function why(overrides: Partial<WhyWorld> = {}, host: Partial<Host> = {}, about: HostId = id) {
  const reading = aSnapshot({ hosts: [aHost(host)], takenAtMs: nowMs })
  const facts = factsOf({ reading, rules: [], nowMs })
  const [snapshot] = facts.snapshots.values()
  if (snapshot === undefined) throw new Error('no snapshot')
  const ledger = takeLedger({ ...facts, snapshot })
  return whyHost({ ...facts, proposals: [], ledger, refused: [], ...overrides }, about)
}
const nothing = 'Nothing is wanted of hv-1 as a whole.'

describe('what is wanted of a host', () => {
  const proposal = aHostProposal({
    state: 'due',
    reason: aVerdict({ sentence: 'It uses 2 of 16 cores.' }),
  })
  const raising = '"estimate" is about to raise the ratio of hv-1. It uses 2 of 16 cores.'

  it('is told with its reason, its checks and its ledger', () => {
    const story = why({ proposals: [aProposal(), proposal] })
    expect(story.summary).toBe(raising)
    expect(story.proposals).toEqual([proposal])
    expect(story.gate.length).toBeGreaterThan(5)
    expect(story.ledger?.hostId).toBe(id)
    expect(story.timeline).toEqual([
      { atMs: testStartMs, kind: 'proposal', sentence: 'raise-ratio was proposed by "estimate".' },
    ])
  })

  it('is no longer wanted when the proposal has ended, and nothing is checked for it', () => {
    const story = why({ proposals: [{ ...proposal, state: 'cancelled' }] })
    expect(story).toMatchObject({ summary: nothing, gate: [], proposals: [{ state: 'cancelled' }] })
  })

  it('comes before what was refused, and that before a hold, and that before what was done', () => {
    const verdict = aVerdict({ code: 'host-promised', sentence: 'It is leased.' })
    const refused = [{ instanceId: undefined, hostId: id, action: 'sleep', cause: 'power', verdict } as const]
    const hold = aHold({ instanceId: undefined, hostId: id, untilMs: nowMs + 60_000 })
    const done = aHostEntry({ state: 'done', intendedAtMs: nowMs - 9_000_000, finishedAtMs: nowMs - 8_000_000 })
    expect(why({ proposals: [proposal], refused, holds: [hold], journal: [done] }).summary).toBe(raising)
    const second = why({ refused, holds: [hold], journal: [done] })
    expect(second.summary).toBe('"power" asks to switch off hv-1, but: It is leased.')
    expect(second.refused).toEqual(refused)
    const third = why({ holds: [hold], journal: [done] })
    expect(third.summary).toBe('hv-1 is left alone until 2025-06-02T08:01:00Z: demo tomorrow')
    expect(third.holds).toEqual([hold])
  })

  it('is not kept by a hold that is over, to the millisecond', () => {
    const until = (untilMs: number) => why({ holds: [aHold({ instanceId: undefined, hostId: id, untilMs })] }).summary
    expect(until(nowMs)).toBe(nothing)
    expect(until(nowMs + 1)).toContain('left alone')
  })

  it('is nothing where nothing is, with the last step that has ended', () => {
    expect(why()).toMatchObject({ summary: nothing, gate: [], holds: [], history: [], timeline: [] })
    const step = (nth: number, state: 'done' | 'failed' | 'accepted') =>
      aHostEntry({
        id: `a${nth}`,
        state,
        intendedAtMs: nowMs - 90_000_000 + nth,
        finishedAtMs: nowMs - 80_000_000,
        reason: aVerdict({ sentence: `Step ${nth}.` }),
      })
    expect(why({ journal: [step(2, 'failed'), step(1, 'done'), step(3, 'accepted')] }).summary).toBe(
      'Nothing is wanted of hv-1 as a whole. The last step, raise-ratio for "estimate" at 2025-06-01T07:00:00Z, ended as failed: Step 2.',
    )
  })

  it('is not known of a host that the reading does not have', () => {
    const gone = aHost({ name: 'gone' }).id
    expect(why({}, {}, gone)).toMatchObject({
      host: undefined,
      ledger: undefined,
      summary: 'test:gone is not in the last reading of its cloud.',
    })
    expect(why({ snapshots: new Map() }).summary).toBe('test:hv-1 is not in the last reading of its cloud.')
    expect(why({ powerRecordOf: freshPowerRecord }, {}, gone).summary).toContain('not in the last reading')
  })
})

describe('what consolidation says of a host', () => {
  it('is told in its own words where guests are moved, else as a reason why none are', () => {
    const says = (code: 'host-emptied' | 'host-overloaded' | 'host-promised') =>
      why({ consolidationOf: () => aVerdict({ code, sentence: 'So it is.' }) }).summary
    expect(says('host-emptied')).toBe(`${nothing} So it is.`)
    expect(says('host-overloaded')).toBe(`${nothing} So it is.`)
    expect(says('host-promised')).toBe(`${nothing} Nobody is moved off it to save energy: So it is.`)
  })
})

describe('how a host stands', () => {
  const asleep = { state: 'asleep' } as const
  const record = { ...freshPowerRecord(id), closedAtMs: nowMs - 2000, sleptAtMs: nowMs - 1000 }
  const sleeps = { powerRecordOf: () => record }

  it('is all there is to tell of one that sleeps, unless something is wanted of it', () => {
    const quiet = why(sleeps, asleep).summary
    expect(quiet).toBe('hv-1 sleeps since 2025-06-02T07:59:59Z. It is not known whether it is leased, so it is woken.')
    const hostUse = () => ({ isHeld: false, promise: noPromise, leadMs: 0 })
    expect(why({ ...sleeps, hostUse }, asleep).summary).toContain('no lease of it is known.')
    const wake = aHostProposal({ action: 'wake', setting: undefined, state: 'due' })
    expect(why({ ...sleeps, proposals: [wake] }, asleep).summary).toBe(
      `${quiet} "estimate" is about to wake hv-1. It used 0.01 cores for an hour.`,
    )
  })

  it('is told before the rest of one that was put to sleep and does not answer', () => {
    expect(why(sleeps, { state: 'down' }).summary).toBe(`hv-1 was put to sleep and does not answer. ${nothing}`)
    expect(why(sleeps).summary).toBe(nothing)
  })

  it('is told of a desktop, whether it may have guests or not, and of no other host', () => {
    const desktop = { kind: 'desktop' } as const
    const verdict = aVerdict({ sentence: 'Nobody is there.' })
    const says = (
      presence: { standing: 'lendable' | 'in-use' | undefined; lendable: boolean },
      host: Partial<Host> = desktop,
    ) => why({ presenceOf: () => ({ sinceMs: 0, verdict, ...presence }) }, host).summary
    expect(says({ standing: 'lendable', lendable: true })).toBe(
      `hv-1 may have guests (lendable): Nobody is there. ${nothing}`,
    )
    expect(says({ standing: 'in-use', lendable: false })).toBe(
      `hv-1 may have no guests now (in-use): Nobody is there. ${nothing}`,
    )
    expect(says({ standing: undefined, lendable: false })).toBe(`hv-1 may have no guests. Nobody is there. ${nothing}`)
    expect(says({ standing: 'lendable', lendable: true }, {})).toBe(nothing)
    expect(why({}, desktop).summary).toBe(nothing)
  })
})
