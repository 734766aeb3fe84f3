// A planned decision: what was held by an earlier plan is let go first, then the room is held, then it is told to the owners.
import type { EvictionDecision, Verdict } from '@gleaner/model'
import { aVerdict } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { aClaim, aDecision, aVictim, idOf, lookedAtMs, secondHost, seen } from '../../testing/a-saga.ts'
import { nextStep } from '../next-step.ts'
import { reserving } from './planned.ts'

const untold = aVictim({ state: 'planned', labelled: false, toldAtMs: undefined })
const planned = (overrides: Partial<EvictionDecision> = {}) =>
  aDecision({ state: 'planned', victims: [untold], claims: [aClaim({ state: 'wanted' })], ...overrides })
const later: Verdict = aVerdict({ code: 'room-later', sentence: 'It will be free later.', facts: {} })
const changedTo = (decision: EvictionDecision, change: Partial<EvictionDecision>) => ({
  kind: 'become',
  decision: { ...decision, ...change, updatedAtMs: lookedAtMs },
  left: [],
})

describe('a planned decision', () => {
  it('holds the room of one host after the other', () => {
    const [first, second] = [aClaim(), aClaim({ claimId: 'claim-2', hostId: secondHost, state: 'wanted' })]
    expect(nextStep(planned(), seen())).toEqual({ kind: 'claim', claim: aClaim({ state: 'wanted' }) })
    expect(nextStep(planned({ claims: [first, second] }), seen())).toEqual({ kind: 'claim', claim: second })
  })

  it('ends what an earlier plan held before it holds anew; who has left gets nothing back', () => {
    const ending = aClaim({ state: 'ending', from: [idOf('batch-1'), idOf('batch-2')] })
    const victims = [untold, aVictim({ name: 'batch-2', state: 'left' })]
    const wanted = aClaim({ claimId: 'claim-2', state: 'wanted' })
    expect(nextStep(planned({ victims, claims: [wanted, ending] }), seen())).toEqual({
      kind: 'end-claim',
      claim: ending,
      backTo: [idOf('batch-1')],
    })
  })

  it.each(['stayed', 'spared'] as const)('takes the notice off who has %s, before it holds anew', (state) => {
    const victim = aVictim({ name: 'batch-2', state })
    expect(nextStep(planned({ victims: [untold, victim] }), seen())).toEqual({ kind: 'untell', victim })
    const untelling = planned({ victims: [untold, { ...victim, labelled: false }] })
    expect(nextStep(untelling, seen())).toMatchObject({ kind: 'claim' })
  })

  it.each(['told', 'left'] as const)('leaves the notice on who is %s', (state) =>
    expect(nextStep(planned({ victims: [aVictim({ state })] }), seen())).toMatchObject({ kind: 'claim' }),
  )

  it('holds nothing while everything is paused, or without a reading; what was held before ends all the same', () => {
    const ending = planned({ claims: [aClaim({ state: 'ending' })] })
    for (const stands of [seen({ paused: true }), seen({ reading: undefined })]) {
      expect(nextStep(planned(), stands)).toEqual({ kind: 'wait', untilMs: undefined })
      expect(nextStep(ending, stands)).toMatchObject({ kind: 'end-claim' })
    }
  })

  it('says once that its room is there later, and waits; then it says that the room is being held', () => {
    const decision = planned()
    const waits = planned({ verdict: later })
    expect(nextStep(decision, seen({ later }))).toEqual(changedTo(decision, { verdict: later }))
    expect(nextStep(waits, seen({ later }))).toEqual({ kind: 'wait', untilMs: undefined })
    expect(nextStep(waits, seen())).toEqual(
      changedTo(waits, {
        verdict: {
          code: 'room-not-held',
          sentence: 'The room for big is being held; then one instance is told to leave.',
          facts: { victims: 1 },
        },
      }),
    )
  })

  it('is reserved when all of its room is held, and says how long the longest notice runs', () => {
    const decision = planned({
      claims: [aClaim()],
      victims: [untold, { ...untold, instanceId: idOf('batch-2'), noticeMs: 5_000_000 }],
    })
    const verdict: Verdict = {
      code: 'in-grace',
      sentence: '2 instances are told to leave; the notice runs.',
      facts: { victims: 2, noticeMs: 5_000_000 },
    }
    expect(nextStep(decision, seen())).toEqual(changedTo(decision, { state: 'reserved', verdict }))
  })

  it('has its room at once when nobody has to leave any more', () => {
    const decision = planned({ claims: [aClaim()], victims: [aVictim({ state: 'left', labelled: false })] })
    expect(nextStep(decision, seen())).toEqual(changedTo(decision, { state: 'freed' }))
  })

  it('is held in the ledger alone on a cloud that holds no room: claims are held and ended by being noted so', () => {
    const facets = { claims: false, labels: true }
    const ending = aClaim({ claimId: 'claim-2', state: 'ending' })
    const decision = planned({ claims: [aClaim({ state: 'wanted' }), ending] })
    const claims = [aClaim({ state: 'held' }), aClaim({ claimId: 'claim-2', state: 'ended' })]
    expect(nextStep(decision, seen({ facets }))).toEqual(changedTo(decision, { claims }))
    expect(nextStep(planned({ claims: [ending] }), seen({ facets }))).toMatchObject({
      decision: { state: 'planned', claims: [{ state: 'ended' }] },
    })
    expect(nextStep(planned({ claims: [aClaim()] }), seen({ facets }))).toMatchObject({
      decision: { state: 'reserved' },
    })
  })
})

describe('what a planned decision says', () => {
  it.each([
    [planned({ victims: [] }), 'The room for big is being held; then nobody has to leave.', 0],
    [planned({ wish: undefined }), 'One instance is told to leave.', 1],
    [planned({ wish: undefined, victims: [untold, untold] }), '2 instances are told to leave.', 2],
  ] as const)('%#', (decision, sentence, victims) =>
    expect(reserving(decision)).toEqual({ code: 'room-not-held', sentence, facts: { victims } }),
  )
})
