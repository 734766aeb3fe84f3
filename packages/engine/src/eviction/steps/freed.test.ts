// A decision whose victims have left: who asked for nothing is done; else the room has to be there before it is given away.
import type { EvictionDecision } from '@gleaner/model'
import { aVerdict } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { aClaim, aDecision, aRecreation, aVictim, lookedAtMs, seen } from '../../testing/a-saga.ts'
import { nextStep } from '../next-step.ts'

const left = (leftAtMs: number, name = 'batch-1') => aVictim({ name, state: 'left', leftAtMs })
const freed = (overrides: Partial<EvictionDecision> = {}) =>
  aDecision({ state: 'freed', victims: [left(lookedAtMs - 1000)], ...overrides })
const changedTo = (decision: EvictionDecision, change: Partial<EvictionDecision>) => ({
  kind: 'become',
  decision: { ...decision, ...change, updatedAtMs: lookedAtMs },
  left: [],
})
const verdict = aVerdict({ code: 'room-held', sentence: 'The room for big is empty and held.', facts: {} })
const holdsNone = { claims: false, labels: true }

describe('a decision whose victims have left', () => {
  it.each(['watermark', 'shrink', 'expiry', 'lease', 'test'] as const)('is done without a request: %s', (kind) => {
    const decision = freed({ kind, wish: undefined, claims: [] })
    expect(nextStep(decision, seen())).toEqual(changedTo(decision, { state: 'done' }))
  })

  it('holds the room for as long as is set, where the cloud holds it, also without a reading', () => {
    const held = changedTo(freed(), { state: 'held', verdict, heldUntilMs: lookedAtMs + 77_000 })
    expect(nextStep(freed(), seen({ holdMs: 77_000, reading: undefined }))).toEqual(held)
  })

  it('places what is made anew, where the cloud holds the room', () => {
    const decision = freed({ recreation: aRecreation() })
    expect(nextStep(decision, seen())).toEqual(changedTo(decision, { state: 'placing', verdict }))
  })

  it('looks at the room where the cloud holds none, on a reading from after the last one left', () => {
    const decision = freed({ victims: [left(lookedAtMs - 10), left(lookedAtMs - 20, 'batch-2')] })
    const on = (takenAtMs: number) =>
      nextStep(decision, seen({ facets: holdsNone, reading: { version: 7, takenAtMs } }))
    expect(on(lookedAtMs - 10)).toEqual({ kind: 'verify' })
    expect(on(lookedAtMs - 11)).toEqual({ kind: 'wait', untilMs: undefined })
    expect(nextStep(decision, seen({ facets: holdsNone, reading: undefined }))).toEqual({
      kind: 'wait',
      untilMs: undefined,
    })
  })

  it('looks at the room where its claim has ended, and where nobody had to leave', () => {
    expect(nextStep(freed({ claims: [aClaim({ state: 'ended' })] }), seen())).toEqual({ kind: 'verify' })
    const nobody = freed({ victims: [aVictim({ state: 'spared' })] })
    expect(nextStep(nobody, seen({ facets: holdsNone }))).toEqual({ kind: 'verify' })
  })
})
