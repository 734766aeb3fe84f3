// A request that is made anew: the new one first, then the end of the failed one, so that a crash leaves both and never neither.
import type { EvictionDecision, InstanceState, Recreation } from '@gleaner/model'
import { anInstance } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import type { SagaSeen } from '../saga-seen.ts'
import {
  acted,
  aClaim,
  aDecision,
  aRecreation,
  aSeenVictim,
  aVictim,
  gone,
  idOf,
  lookedAtMs,
  seen,
  stillThere,
  vetoed,
} from '../../testing/a-saga.ts'
import { nextStep } from '../next-step.ts'
import { approvalLifeMs } from './awaiting.ts'
import { arrivalLifeMs, asVictim } from './placing.ts'

const left = aVictim({ state: 'left', leftAtMs: lookedAtMs })
const newId = idOf('big-again')
const ended = [aClaim({ state: 'ended' })]
const placing = (recreation: Partial<Recreation> = {}, overrides: Partial<EvictionDecision> = {}) =>
  aDecision({ state: 'placing', victims: [left], claims: ended, recreation: aRecreation(recreation), ...overrides })
const changedTo = (decision: EvictionDecision, change: Partial<EvictionDecision>) => ({
  kind: 'become',
  decision: { ...decision, ...change, updatedAtMs: lookedAtMs },
  left: [],
})
const waits = { kind: 'wait', untilMs: undefined }
const made = (state: InstanceState, fault?: string): Pick<SagaSeen, 'made'> => ({
  made: { instance: anInstance({ name: 'big-again', state }), fault },
})

describe('a request that is to be made anew', () => {
  const [placement] = placing().placements

  it.each(['held', 'wanted', 'ending'] as const)('has its room opened right before: the claim was %s', (state) => {
    const claim = aClaim({ state })
    expect(nextStep(placing({}, { claims: [claim] }), seen())).toEqual({ kind: 'end-claim', claim, backTo: [] })
  })

  it('is made where the room is, in whatever mode by now', () => {
    expect(nextStep(placing(), seen())).toEqual({ kind: 'create', placement })
    expect(nextStep(placing(), seen({ mode: 'off', reading: undefined }))).toEqual({ kind: 'create', placement })
    expect(nextStep(placing(), seen({ failed: aSeenVictim(stillThere) }))).toEqual({ kind: 'create', placement })
    const facets = { claims: false, labels: false }
    expect(nextStep(placing({}, { claims: [aClaim()] }), seen({ facets }))).toEqual({ kind: 'create', placement })
  })

  it('is neither made nor has its room opened while everything is paused; what was made is followed all the same', () => {
    expect(nextStep(placing(), seen({ paused: true }))).toEqual(waits)
    expect(nextStep(placing({}, { claims: [aClaim()] }), seen({ paused: true }))).toEqual(waits)
    const decision = placing({ newId })
    expect(nextStep(decision, seen({ paused: true, ...made('running') }))).toEqual(
      changedTo(decision, { recreation: aRecreation({ newId, runs: true }) }),
    )
  })

  it('is not made, and its room is given back, when its owner has deleted it meanwhile, paused or not', () => {
    const decision = placing({}, { claims: [aClaim()] })
    const undone = changedTo(decision, {
      state: 'undoing',
      endsAs: 'cancelled',
      verdict: { code: 'request-gone', sentence: 'big was deleted meanwhile.', facts: {} },
    })
    expect(nextStep(decision, seen({ failed: aSeenVictim(gone) }))).toEqual(undone)
    expect(nextStep(decision, seen({ failed: aSeenVictim(gone), paused: true }))).toEqual(undone)
  })

  it('is planned anew when its creation was refused for want of room', () => {
    const because = { code: 'room-lost', sentence: 'big could not be created on hv-1.', facts: {} } as const
    expect(nextStep(placing({}, { planAgain: because }), seen())).toEqual({ kind: 'plan', because })
  })

  it.each([
    ['nothing is to be made', placing({}, { recreation: undefined })],
    ['it has no place', placing({}, { placements: [] })],
  ])('is done when %s', (_, decision) =>
    expect(nextStep(decision, seen())).toEqual(changedTo(decision, { state: 'done' })),
  )
})

describe('what was made in its place', () => {
  const decision = placing({ newId })

  it.each([
    ['nobody looked', {}, undefined],
    ['it is being built', made('starting'), decision.updatedAtMs + arrivalLifeMs],
    ['nobody knows its state', made('unknown'), decision.updatedAtMs + arrivalLifeMs],
  ])('is waited for while %s', (_, look, untilMs) =>
    expect(nextStep(decision, seen(look))).toEqual({ kind: 'wait', untilMs }),
  )

  it.each([
    ['starting', made('starting')],
    ['unknown', made('unknown')],
    ['unknown', {}],
  ] as const)('that is %s is waited for so long and no longer, and nothing is deleted', (state, look) => {
    const overdue = placing({ newId, madeAtMs: lookedAtMs })
    const at = (nowMs: number) => nextStep(overdue, seen({ nowMs, ...look }))
    expect(at(lookedAtMs + arrivalLifeMs - 1)).toMatchObject({ kind: 'wait' })
    expect(at(lookedAtMs + arrivalLifeMs)).toEqual({
      kind: 'become',
      left: [],
      decision: {
        ...overdue,
        updatedAtMs: lookedAtMs + arrivalLifeMs,
        state: 'undoing',
        endsAs: 'failed',
        verdict: {
          code: 'request-not-running',
          sentence: `big was made anew as ${newId}, which does not run after 30m: it is ${state}. Both it and the failed one stay as they are.`,
          facts: { made: newId, state, lifeMs: arrivalLifeMs },
        },
      },
    })
    const undoing = { ...overdue, state: 'undoing', endsAs: 'failed' } as const
    expect(nextStep(undoing, seen({ nowMs: lookedAtMs + arrivalLifeMs, ...look }))).toMatchObject({
      decision: { state: 'failed' },
    })
  })

  it('that runs at the last moment has arrived', () =>
    expect(nextStep(decision, seen({ nowMs: lookedAtMs + 10 * arrivalLifeMs, ...made('running') }))).toMatchObject({
      decision: { recreation: { runs: true } },
    }))

  it('runs, and is then told as what was asked for', () => {
    const runs = aRecreation({ newId, runs: true })
    expect(nextStep(decision, seen(made('running')))).toEqual(changedTo(decision, { recreation: runs }))
    expect(nextStep(placing(runs), seen())).toEqual({ kind: 'tell-made', instanceId: newId })
  })

  it.each([
    [made('error', 'No valid host'), 'error', ': No valid host'],
    [made('error'), 'error', ''],
    [made('stopped'), 'stopped', ''],
    [{ made: { instance: 'gone', fault: undefined } } as const, 'gone', ''],
  ])('that cannot run means that the decision has failed: %#', (look, state, why) =>
    expect(nextStep(decision, seen(look))).toEqual(
      changedTo(decision, {
        state: 'undoing',
        endsAs: 'failed',
        verdict: {
          code: 'room-lost',
          sentence: `big was made anew as ${newId}, which is ${state}${why}.`,
          facts: { made: newId, state },
        },
      }),
    ),
  )
})

describe('the failed one', () => {
  const decision = placing({ newId, runs: true, told: true })
  const facts = { made: newId, replaced: idOf('big-failed') }
  const done = (sentence: string) =>
    changedTo(decision, { state: 'done', verdict: { code: 'request-replaced', sentence, facts } })
  const failed = (is: Parameters<typeof aSeenVictim>[0]) => seen({ failed: aSeenVictim(is) })

  it('is waited for while its end has not begun, or is under way', () => {
    expect(nextStep(decision, seen())).toEqual(waits)
    expect(nextStep(decision, failed(stillThere))).toEqual(waits)
    expect(nextStep(decision, failed(acted('accepted', stillThere)))).toEqual(waits)
  })

  it('is gone, by whomever: the decision is done', () => {
    expect(nextStep(decision, failed(gone))).toEqual(done(`big runs as ${newId}.`))
    expect(nextStep(decision, failed(acted('done')))).toEqual(done(`big runs as ${newId}.`))
  })

  it('stays: the decision is done all the same, and says why', () => {
    expect(nextStep(decision, failed(vetoed))).toEqual(
      done(`big runs as ${newId}; the failed one stays: Its owner has refused it.`),
    )
    expect(nextStep(decision, failed(acted('failed', stillThere)))).toEqual(
      done(`big runs as ${newId}; the failed one stays: stop failed: the cloud says failed.`),
    )
  })

  it.each(['observe', 'off'] as const)('stays where the mode has become %s', (mode) => {
    const words = `the failed one stays: the mode of preemption is ${mode} now.`
    expect(nextStep(decision, seen({ mode, failed: aSeenVictim(stillThere) }))).toEqual(
      done(`big runs as ${newId}; ${words}`),
    )
    expect(nextStep(decision, seen({ mode, failed: aSeenVictim(acted('accepted', stillThere)) }))).toEqual(waits)
  })

  it('stays where the mode is advise and nobody approves for an hour', () => {
    const at = (nowMs: number) => seen({ mode: 'advise', nowMs, failed: aSeenVictim(stillThere) })
    const endMs = decision.updatedAtMs + approvalLifeMs
    expect(nextStep(decision, at(endMs - 1))).toEqual(waits)
    expect(nextStep(decision, at(endMs))).toMatchObject({
      decision: {
        state: 'done',
        verdict: { sentence: `big runs as ${newId}; the failed one stays: nobody approved that it goes within 1h.` },
      },
    })
  })

  it('is deleted like a victim: without notice, as large as what was asked for', () => {
    expect(asVictim(decision, aRecreation({ tags: ['gleaner-priority=3'] }))).toMatchObject({
      instanceId: idOf('big-failed'),
      name: 'big',
      action: 'delete',
      noticeMs: 0,
      state: 'told',
      tags: ['gleaner-priority=3'],
      hostId: decision.placements[0]?.hostId,
      projectId: decision.wish?.projectId,
      vcpus: 2,
      memoryMiB: 4096,
      diskGiB: 20,
    })
    const unknown = asVictim({ ...decision, wish: undefined, placements: [] }, aRecreation())
    expect(unknown).toMatchObject({ name: 'The request', vcpus: 0, memoryMiB: 0, diskGiB: 0 })
  })
})
