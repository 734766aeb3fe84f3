// A decision that evicts: every end is noted, one at a time; who does not leave means another plan, but only when nobody is
// on his way out any more.
import type { DecisionVictim, EvictionDecision } from '@gleaner/model'
import { describe, expect, it } from 'vitest'
import {
  acted,
  aDecision,
  aVictim,
  gone,
  idOf,
  leftWith,
  lookedAtMs,
  seen,
  stillThere,
  vetoed,
} from '../../testing/a-saga.ts'
import { nextStep } from '../next-step.ts'

const a = aVictim()
const b = aVictim({ name: 'batch-2' })
const evicting = (victims: readonly DecisionVictim[] = [a, b], overrides: Partial<EvictionDecision> = {}) =>
  aDecision({ state: 'evicting', victims, ...overrides })
const waits = { kind: 'wait', untilMs: undefined }
const changedTo = (decision: EvictionDecision, change: Partial<EvictionDecision>, left: readonly string[] = []) => ({
  kind: 'become',
  decision: { ...decision, ...change, updatedAtMs: lookedAtMs },
  left,
})
const leaving = (victim: DecisionVictim): DecisionVictim => ({ ...victim, state: 'leaving' })
const failed = acted('failed', stillThere)

describe('a decision that evicts', () => {
  it('waits while nothing has begun, paused or not', () => {
    expect(nextStep(evicting(), seen())).toEqual(waits)
    expect(nextStep(evicting(), seen({ paused: true }))).toEqual(waits)
    expect(nextStep(evicting(), seen({ reading: undefined }))).toEqual(waits)
  })

  it.each(['intended', 'accepted'] as const)('notes once that one is leaving, whose action is %s', (state) => {
    const look = seen({ victims: { 'batch-2': acted(state) } })
    expect(nextStep(evicting(), look)).toEqual(changedTo(evicting(), { victims: [a, leaving(b)] }))
    expect(nextStep(evicting([a, leaving(b)]), look)).toEqual(waits)
  })

  it('notes who has left as evicted, one at a time', () => {
    const victims = [leaving(a), leaving(b)]
    const look = seen({ victims: { 'batch-1': acted('done'), 'batch-2': acted('done') } })
    const left = leftWith('the cloud says done')
    const first = evicting([{ ...a, ...left }, leaving(b)])
    expect(nextStep(evicting(victims), look)).toEqual(
      changedTo(evicting(victims), { victims: first.victims }, [idOf('batch-1')]),
    )
    expect(nextStep(first, look)).toEqual(
      changedTo(
        first,
        {
          victims: [
            { ...a, ...left },
            { ...b, ...left },
          ],
        },
        [idOf('batch-2')],
      ),
    )
  })

  it('notes who left by himself as left, and not as evicted', () =>
    expect(nextStep(evicting(), seen({ victims: { 'batch-1': gone } }))).toEqual(
      changedTo(evicting(), { victims: [{ ...a, ...leftWith('it was gone already') }, b] }),
    ))

  it('notes one as evicted who left after all when the time of the action was up', () =>
    expect(nextStep(evicting(), seen({ victims: { 'batch-1': acted('timed-out', gone) } }))).toEqual(
      changedTo(evicting(), { victims: [{ ...a, ...leftWith('left after its time was up') }, b] }, [idOf('batch-1')]),
    ))

  it('takes nobody for another whose failed action no reading has shown the end of', () => {
    const unknown = { now: undefined, nowAtMs: undefined }
    const look = seen({ victims: { 'batch-1': acted('failed', unknown) } })
    expect(nextStep(evicting([leaving(a), b]), look)).toEqual(waits)
    const older = acted('failed', { ...stillThere, nowAtMs: lookedAtMs - 60_001 })
    expect(nextStep(evicting([leaving(a), b]), seen({ victims: { 'batch-1': older } }))).toEqual(waits)
  })

  it('is planned anew when one stays, with those as they are who have not begun to leave', () => {
    const outcome = 'stop failed: the cloud says failed'
    const decision = evicting([leaving(a), b])
    expect(nextStep(decision, seen({ victims: { 'batch-1': failed } }))).toEqual(
      changedTo(decision, {
        victims: [{ ...a, state: 'stayed', outcome }, b],
        planAgain: {
          code: 'victim-stays',
          sentence: `batch-1 does not leave: ${outcome}.`,
          facts: { stays: idOf('batch-1') },
        },
      }),
    )
  })

  it('lets who is under way come to the end first when another stays', () => {
    const decision = evicting([a, leaving(b)])
    const half = { 'batch-1': vetoed, 'batch-2': acted('accepted') }
    expect(nextStep(decision, seen({ victims: half }))).toEqual(waits)
    const ended = { 'batch-1': vetoed, 'batch-2': acted('done') }
    const left = { ...b, ...leftWith('the cloud says done') }
    expect(nextStep(decision, seen({ victims: ended }))).toEqual(
      changedTo(decision, { victims: [a, left] }, [idOf('batch-2')]),
    )
    expect(nextStep(evicting([a, left]), seen({ victims: ended }))).toMatchObject({
      decision: { planAgain: { code: 'victim-stays' }, victims: [{ state: 'stayed' }, left] },
    })
  })

  it.each([
    ['One instance has left; the room for big is looked at.', evicting([{ ...a, state: 'left' }]), 1],
    [
      '2 instances have left; the room for big is looked at.',
      evicting([a, b].map((each) => ({ ...each, state: 'left' }))),
      2,
    ],
    [
      'One instance has left.',
      evicting(
        [
          { ...a, state: 'left' },
          { ...b, state: 'stayed' },
        ],
        { kind: 'shrink', wish: undefined },
      ),
      1,
    ],
    ['0 instances have left; the room for big is looked at.', evicting([{ ...a, state: 'spared' }]), 0],
  ])('is freed when nobody has to leave any more: %s', (sentence, decision, left) =>
    expect(nextStep(decision, seen())).toEqual(
      changedTo(decision, { state: 'freed', verdict: { code: 'passed', sentence, facts: { left } } }),
    ),
  )
})
