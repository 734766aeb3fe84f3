// A decision that waits for people: nothing of it begins before every victim's eviction was approved.
import type { EvictionDecision } from '@gleaner/model'
import { describe, expect, it } from 'vitest'
import {
  acted,
  aClaim,
  aDecision,
  aVictim,
  decidedAtMs,
  gone,
  idOf,
  leftWith,
  lookedAtMs,
  notified,
  seen,
  vetoed,
} from '../../testing/a-saga.ts'
import { nextStep } from '../next-step.ts'
import { approvalLifeMs } from './awaiting.ts'

const [a, b] = ['batch-1', 'batch-2'].map((name) => aVictim({ name, state: 'planned', labelled: false })) as [
  EvictionDecision['victims'][number],
  EvictionDecision['victims'][number],
]
const awaiting = (overrides: Partial<EvictionDecision> = {}) =>
  aDecision({
    state: 'awaiting-approval',
    mode: 'advise',
    victims: [a, b],
    claims: [aClaim({ state: 'wanted' })],
    ...overrides,
  })
const approved = notified({ approvedBy: 'alice' })
const both = { 'batch-1': approved, 'batch-2': approved }
const untilMs = decidedAtMs + approvalLifeMs

const goesOn = {
  kind: 'become',
  left: [],
  decision: {
    ...awaiting(),
    state: 'planned',
    updatedAtMs: lookedAtMs,
    verdict: {
      code: 'room-not-held',
      sentence: 'The room for big is being held; then 2 instances are told to leave.',
      facts: { victims: 2 },
    },
  },
}

describe('a decision that waits for approval', () => {
  it.each([
    ['nobody', {}],
    ['one of two', { 'batch-1': approved }],
    ['the other, whose proposal is not made yet', { 'batch-1': notified(), 'batch-2': approved }],
  ])('waits until its time is up when %s was approved', (_, victims) =>
    expect(nextStep(awaiting(), seen({ mode: 'advise', victims }))).toEqual({ kind: 'wait', untilMs }),
  )

  it('is planned when all were approved', () =>
    expect(nextStep(awaiting(), seen({ mode: 'advise', victims: both }))).toEqual(goesOn))

  it('is planned without approval when the mode was raised to enforce', () =>
    expect(nextStep(awaiting(), seen({ mode: 'enforce' }))).toEqual({
      ...goesOn,
      decision: { ...goesOn.decision, mode: 'enforce' },
    }))

  it('asks nobody for one who has left already', () => {
    const victims = [a, { ...b, state: 'left' as const }]
    const look = seen({ mode: 'advise', victims: { 'batch-1': approved } })
    expect(nextStep(awaiting({ victims }), look)).toMatchObject({ decision: { state: 'planned' } })
  })

  it('is undone at the moment when its time is up, not before, and by approval not even then', () => {
    const at = (nowMs: number, victims = {}) => nextStep(awaiting(), seen({ mode: 'advise', nowMs, victims }))
    expect(at(untilMs - 1)).toEqual({ kind: 'wait', untilMs })
    expect(at(untilMs)).toEqual({
      kind: 'become',
      left: [],
      decision: {
        ...awaiting(),
        state: 'undoing',
        endsAs: 'failed',
        updatedAtMs: untilMs,
        verdict: {
          code: 'request-expired',
          sentence: 'Nobody approved within 1h.',
          facts: { lifeMs: approvalLifeMs },
        },
      },
    })
    expect(at(untilMs, both)).toMatchObject({ decision: { state: 'planned' } })
  })

  it('leaves as much time again to those who are asked about another plan', () => {
    const takenAtMs = untilMs + 60_000
    const decision = awaiting({ attempt: 2, basis: { version: 9, takenAtMs } })
    const at = (nowMs: number) => nextStep(decision, seen({ mode: 'advise', nowMs }))
    expect(at(takenAtMs)).toEqual({ kind: 'wait', untilMs: takenAtMs + approvalLifeMs })
    expect(at(takenAtMs + approvalLifeMs)).toMatchObject({ decision: { state: 'undoing', endsAs: 'failed' } })
  })

  it('is planned anew when one of them will not leave, though the others were approved', () => {
    const look = seen({ mode: 'advise', victims: { 'batch-1': approved, 'batch-2': vetoed } })
    expect(nextStep(awaiting(), look)).toMatchObject({
      kind: 'become',
      left: [],
      decision: {
        state: 'awaiting-approval',
        victims: [a, { ...b, state: 'stayed', outcome: 'Its owner has refused it.' }],
        planAgain: { code: 'victim-stays', facts: { stays: idOf('batch-2') } },
      },
    })
  })

  it('notes who left by himself, and evicted nobody by that', () => {
    const look = seen({ mode: 'advise', victims: { 'batch-1': gone } })
    expect(nextStep(awaiting(), look)).toEqual({
      kind: 'become',
      left: [],
      decision: {
        ...awaiting(),
        updatedAtMs: lookedAtMs,
        victims: [{ ...a, ...leftWith('it was gone already') }, b],
      },
    })
  })

  it('ends what an earlier plan held and takes notices off before anything else', () => {
    const ending = aClaim({ claimId: 'claim-0', state: 'ending' })
    const spared = aVictim({ name: 'batch-3', state: 'spared' })
    const look = seen({ mode: 'advise', victims: both })
    const decision = awaiting({ claims: [ending], victims: [a, b, spared] })
    expect(nextStep(decision, look)).toEqual({ kind: 'end-claim', claim: ending, backTo: [idOf('batch-1')] })
    expect(nextStep({ ...decision, claims: [] }, look)).toEqual({ kind: 'untell', victim: spared })
  })
})

describe('the mode lowered to advise', () => {
  const told = aVictim({ name: 'batch-2' })
  const under = (state: EvictionDecision['state'], overrides: Partial<EvictionDecision> = {}) =>
    aDecision({ state, victims: [a, told], ...overrides })
  const advise = (victims: NonNullable<Parameters<typeof seen>[0]>['victims'] = {}) => seen({ mode: 'advise', victims })

  it.each(['planned', 'reserved', 'evicting'] as const)('while it is %s asks people from then on', (state) => {
    expect(nextStep(under(state), advise())).toEqual({
      kind: 'become',
      left: [],
      decision: {
        ...under(state),
        state: 'awaiting-approval',
        mode: 'advise',
        askedAtMs: lookedAtMs,
        updatedAtMs: lookedAtMs,
        victims: [a, { ...told, state: 'planned', toldAtMs: undefined }],
        verdict: {
          code: 'awaiting-approval',
          sentence: 'The mode of preemption is advise now: that 2 instances leave waits for a person to approve.',
          facts: { victims: 2 },
        },
      },
    })
  })

  it('asks nobody about who was approved, is on his way, or is tested, and not while the mode is enforce', () => {
    expect(nextStep(under('evicting'), advise(both))).not.toMatchObject({ decision: { mode: 'advise' } })
    const underWay = { 'batch-1': acted('accepted'), 'batch-2': acted('accepted') }
    expect(nextStep(under('evicting'), advise(underWay))).toMatchObject({ decision: { state: 'evicting' } })
    const test = under('reserved', { kind: 'test', wish: undefined, claims: [] })
    expect(nextStep(test, advise())).toMatchObject({ kind: 'tell' })
    expect(nextStep(under('reserved'), seen())).toMatchObject({ kind: 'tell' })
  })

  it('asks again about an approval that the plan has lost, and about no other', () => {
    const lost = notified({ state: 'awaiting-approval' })
    const advised = under('evicting', { mode: 'advise' })
    expect(nextStep(advised, advise({ 'batch-1': lost, 'batch-2': approved }))).toMatchObject({
      decision: { state: 'awaiting-approval' },
    })
    expect(nextStep(advised, advise({ 'batch-1': notified(), 'batch-2': approved }))).toEqual({
      kind: 'wait',
      untilMs: undefined,
    })
  })

  it('takes notices back, keeps what is held, and leaves the whole time to those who are asked', () => {
    const asked = awaiting({
      claims: [aClaim()],
      victims: [a, { ...told, state: 'planned', toldAtMs: undefined }],
      askedAtMs: lookedAtMs,
    })
    expect(nextStep(asked, advise())).toMatchObject({ kind: 'untell', victim: { name: 'batch-2' } })
    const bare = { ...asked, victims: [a, b] }
    expect(nextStep(bare, advise())).toEqual({ kind: 'wait', untilMs: lookedAtMs + approvalLifeMs })
    expect(nextStep(bare, advise(both))).toMatchObject({ decision: { state: 'planned', claims: [{ state: 'held' }] } })
  })
})
