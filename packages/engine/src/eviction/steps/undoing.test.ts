// The undo, in its order: who is leaving comes to the end, who is not is spared, claims go back, labels come off, and only
// then does it end.
import type { DecisionVictim, EvictionDecision } from '@gleaner/model'
import { aVerdict } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import {
  acted,
  aClaim,
  aDecision,
  aVictim,
  gone,
  idOf,
  leftWith,
  lookedAtMs,
  secondHost,
  seen,
  vetoed,
} from '../../testing/a-saga.ts'
import { nextStep } from '../next-step.ts'

const verdict = aVerdict({ code: 'request-withdrawn', sentence: 'It is no longer wanted.', facts: {} })
const a = aVictim({ state: 'leaving' })
const b = aVictim({ name: 'batch-2' })
const undoing = (overrides: Partial<EvictionDecision> = {}) =>
  aDecision({ state: 'undoing', endsAs: 'cancelled', verdict, victims: [a, b], ...overrides })
const changedTo = (decision: EvictionDecision, change: Partial<EvictionDecision>, left: readonly string[] = []) => ({
  kind: 'become',
  decision: { ...decision, ...change, updatedAtMs: lookedAtMs },
  left,
})
const spared = (victim: DecisionVictim): DecisionVictim => ({ ...victim, state: 'spared', outcome: verdict.sentence })
const underWay = { 'batch-1': acted('accepted') }

describe('a decision that is undone', () => {
  it.each([
    ['has yet to go', {}],
    ['would have stayed', { 'batch-2': vetoed }],
  ])('spares who %s, also behind one who is leaving', (_, other) => {
    const look = seen({ victims: { ...underWay, ...other } })
    expect(nextStep(undoing(), look)).toEqual(changedTo(undoing(), { victims: [a, spared(b)] }))
  })

  it('waits for who is leaving before it gives anything back', () => {
    const decision = undoing({ victims: [a, spared(b)] })
    expect(nextStep(decision, seen({ victims: underWay }))).toEqual({ kind: 'wait', untilMs: undefined })
  })

  it('notes who has left, as evicted only when it was by Gleaner', () => {
    const decision = undoing({ victims: [a, spared(b)] })
    const byUs = changedTo(decision, { victims: [{ ...a, ...leftWith('the cloud says done') }, spared(b)] }, [
      idOf('batch-1'),
    ])
    expect(nextStep(decision, seen({ victims: { 'batch-1': acted('done') } }))).toEqual(byUs)
    const itself = changedTo(decision, { victims: [{ ...a, ...leftWith('it was gone already') }, spared(b)] })
    expect(nextStep(decision, seen({ victims: { 'batch-1': gone } }))).toEqual(itself)
  })

  it.each(['wanted', 'held', 'ending'] as const)('gives a claim that is %s back to who did not leave', (state) => {
    const claim = aClaim({ claimId: 'claim-2', hostId: secondHost, state, from: [idOf('batch-1'), idOf('batch-2')] })
    const victims = [{ ...a, ...leftWith('done') }, spared(b)]
    expect(nextStep(undoing({ victims, claims: [aClaim({ state: 'ended' }), claim] }), seen())).toEqual({
      kind: 'end-claim',
      claim,
      backTo: [idOf('batch-2')],
    })
  })

  it('takes labels off when all claims have ended, and then ends', () => {
    const claims = [aClaim({ state: 'ended' })]
    const victims = [{ ...a, ...leftWith('done') }, spared(b)]
    expect(nextStep(undoing({ victims, claims }), seen())).toEqual({ kind: 'untell', victim: spared(b) })
    const clean = undoing({ claims, victims: victims.map((victim) => ({ ...victim, labelled: false })) })
    expect(nextStep(clean, seen())).toEqual(changedTo(clean, { state: 'cancelled' }))
  })

  it.each([
    ['failed', 'failed'],
    ['cancelled', 'cancelled'],
    [undefined, 'cancelled'],
  ] as const)('ends as it was to: %s', (endsAs, state) => {
    const decision = undoing({ endsAs, victims: [], claims: [] })
    expect(nextStep(decision, seen())).toEqual(changedTo(decision, { state }))
  })

  it('goes on in every mode, paused, without a reading, and whatever else stood against it', () => {
    const look = seen({ mode: 'off', paused: true, reading: undefined })
    const claim = aClaim()
    expect(nextStep(undoing({ victims: [spared(b)], claims: [claim], planAgain: verdict }), look)).toEqual({
      kind: 'end-claim',
      claim,
      backTo: [idOf('batch-1')],
    })
  })

  it('has no claim to end on a cloud that holds no room', () => {
    const decision = undoing({ victims: [] })
    expect(nextStep(decision, seen({ facets: { claims: false, labels: true } }))).toEqual(
      changedTo(decision, { state: 'cancelled' }),
    )
  })
})
