// Room that waits for whoever asked for it, and room that was taken.
import type { EvictionDecision } from '@gleaner/model'
import { describe, expect, it } from 'vitest'
import { aClaim, aDecision, aVictim, idOf, lookedAtMs, secondHost, seen } from '../../testing/a-saga.ts'
import { nextStep } from '../next-step.ts'

const untilMs = lookedAtMs + 60_000
const left = aVictim({ state: 'left', leftAtMs: lookedAtMs })
const held = (overrides: Partial<EvictionDecision> = {}) =>
  aDecision({ state: 'held', victims: [left], heldUntilMs: untilMs, ...overrides })

describe('room that is held', () => {
  it('waits until its time is up, in every mode, paused or not', () => {
    const step = { kind: 'wait', untilMs }
    expect(nextStep(held(), seen({ nowMs: untilMs - 1 }))).toEqual(step)
    expect(nextStep(held(), seen({ mode: 'off' }))).toEqual(step)
    expect(nextStep(held(), seen({ mode: 'observe', paused: true, reading: undefined }))).toEqual(step)
  })

  it('is let go when nobody came for it', () => {
    expect(nextStep(held(), seen({ nowMs: untilMs }))).toEqual({
      kind: 'become',
      left: [],
      decision: {
        ...held(),
        state: 'undoing',
        endsAs: 'failed',
        updatedAtMs: untilMs,
        verdict: {
          code: 'request-expired',
          sentence: 'Nobody came for the room for big in time.',
          facts: { heldUntilMs: untilMs },
        },
      },
    })
    expect(nextStep(held({ wish: undefined }), seen({ nowMs: untilMs }))).toMatchObject({
      decision: { verdict: { sentence: 'Nobody came for the room for the request in time.' } },
    })
  })

  it('waits for ever without a time', () =>
    expect(nextStep(held({ heldUntilMs: undefined }), seen())).toEqual({ kind: 'wait', untilMs: undefined }))
})

describe('room that was taken', () => {
  const taken = (overrides: Partial<EvictionDecision> = {}) => held({ state: 'taken', ...overrides })
  const ended = [aClaim({ state: 'ended' })]
  const done = (decision: EvictionDecision, nowMs: number) => ({
    kind: 'become',
    decision: { ...decision, state: 'done', updatedAtMs: nowMs },
    left: [],
  })

  it.each(['held', 'wanted', 'ending'] as const)('is opened, also late and paused: its claim was %s', (state) => {
    const claim = aClaim({ state })
    const step = { kind: 'end-claim', claim, backTo: [] }
    expect(nextStep(taken({ claims: [claim] }), seen())).toEqual(step)
    expect(nextStep(taken({ claims: [claim] }), seen({ paused: true, mode: 'off', nowMs: untilMs }))).toEqual(step)
  })

  it('is opened host by host; who did not leave gets back what he held', () => {
    const second = aClaim({ claimId: 'claim-2', hostId: secondHost, from: [idOf('batch-2'), idOf('batch-1')] })
    const victims = [left, aVictim({ name: 'batch-2', state: 'stayed' })]
    expect(nextStep(taken({ victims, claims: [...ended, second] }), seen())).toEqual({
      kind: 'end-claim',
      claim: second,
      backTo: [idOf('batch-2')],
    })
  })

  it('is done when its time is up, or it has none', () => {
    const decision = taken({ claims: ended })
    expect(nextStep(decision, seen({ nowMs: untilMs - 1 }))).toEqual({ kind: 'wait', untilMs })
    expect(nextStep(decision, seen({ nowMs: untilMs }))).toEqual(done(decision, untilMs))
    const timeless = taken({ claims: ended, heldUntilMs: undefined })
    expect(nextStep(timeless, seen())).toEqual(done(timeless, lookedAtMs))
  })

  it('has nothing to open on a cloud that holds no room', () =>
    expect(nextStep(taken(), seen({ facets: { claims: false, labels: true } }))).toEqual({ kind: 'wait', untilMs }))
})
