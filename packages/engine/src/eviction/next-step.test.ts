// What holds for a decision in every state: what stops it, that a plan comes before anything else, and that a step repeated
// on the same inputs is the same step.
import {
  type DecisionState,
  decisionStates,
  endedDecisionStates,
  type EvictionDecision,
  evictionKinds,
  type Mode,
  modes,
} from '@gleaner/model'
import { anInstance, aVerdict } from '@gleaner/testkit'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
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
  notified,
  seen,
  stillThere,
  vetoed,
} from '../testing/a-saga.ts'
import { nextStep } from './next-step.ts'
import type { SagaSeen } from './saga-seen.ts'

const openStates = decisionStates.filter((state) => !endedDecisionStates.includes(state))
const leavingStates = ['awaiting-approval', 'planned', 'reserved', 'evicting'] as const
const settledStates = openStates.filter((state) => !leavingStates.some((each) => each === state))
const because = aVerdict({ code: 'room-lost', sentence: 'Somebody was faster.', facts: {} })

const undone = (decision: EvictionDecision, verdict: EvictionDecision['verdict']) => ({
  kind: 'become',
  left: [],
  decision: { ...decision, state: 'undoing', endsAs: 'cancelled', verdict, updatedAtMs: lookedAtMs },
})

describe('a decision', () => {
  it.each(endedDecisionStates)('that is %s takes no step any more', (state) => {
    const decision = aDecision({ state, planAgain: because })
    expect(nextStep(decision, seen({ mode: 'off' }))).toEqual({ kind: 'wait', untilMs: undefined })
  })

  const lowered = leavingStates.flatMap((state) => [
    [state, 'off', 'mode-off'] as const,
    [state, 'observe', 'mode-observe'] as const,
  ])
  it.each(lowered)('that is %s is undone when the mode becomes %s', (state, mode, code) => {
    const decision = aDecision({ state, planAgain: because })
    const sentence = `The mode of preemption is ${mode} now; nobody leaves any more.`
    expect(nextStep(decision, seen({ mode, paused: true }))).toEqual(
      undone(decision, { code, sentence, facts: { mode } }),
    )
  })

  it.each(leavingStates)('that is %s goes on in mode advise; a test goes on in every mode', (state) => {
    const look = (mode: Mode) => seen({ mode, victims: { 'batch-1': notified({ approvedBy: 'alice' }) } })
    const room = aDecision({ state })
    expect(nextStep(room, look('advise'))).not.toMatchObject({ decision: { state: 'undoing' } })
    const test = aDecision({ state, kind: 'test', wish: undefined, claims: [] })
    for (const mode of modes) expect(nextStep(test, look(mode))).toEqual(nextStep(test, look('advise')))
  })

  it.each(leavingStates)('that is %s is undone when what asked for the room was deleted', (state) => {
    const decision = aDecision({ state, recreation: aRecreation() })
    const facts = { instance: idOf('big-failed') }
    const look = seen({ failed: aSeenVictim(gone) })
    expect(nextStep(decision, look)).toEqual(
      undone(decision, { code: 'request-gone', sentence: 'big was deleted; nobody has to leave for it.', facts }),
    )
    const nameless = { ...decision, wish: undefined }
    const sentence = 'The request was deleted; nobody has to leave for it.'
    expect(nextStep(nameless, look)).toMatchObject({ decision: { verdict: { sentence } } })
    const there = nextStep(decision, seen({ failed: aSeenVictim(stillThere) }))
    expect(there).not.toMatchObject({ decision: { state: 'undoing' } })
  })

  it.each(settledStates)('that is %s is stopped by no mode: nobody has to leave for it any more', (state) => {
    const decision = aDecision({ state, victims: [aVictim({ state: 'left' })], heldUntilMs: lookedAtMs + 1 })
    expect(nextStep(decision, seen({ mode: 'off' }))).toEqual(nextStep(decision, seen({ mode: 'enforce' })))
  })

  it.each(openStates.filter((state) => state !== 'undoing'))('that is %s is planned anew first of all', (state) =>
    expect(nextStep(aDecision({ state, planAgain: because }), seen())).toEqual({ kind: 'plan', because }),
  )
})

const ways = {
  unknown: {},
  notified: notified(),
  approved: notified({ approvedBy: 'alice' }),
  vetoed,
  there: stillThere,
  gone,
  accepted: acted('accepted'),
  done: acted('done'),
  failed: acted('failed', stillThere),
  'failed-unseen': acted('failed'),
  'timed-out': acted('timed-out', gone),
}
const names = ['batch-1', 'batch-2']

const aCase = fc.record({
  state: fc.constantFrom(...openStates),
  kind: fc.constantFrom(...evictionKinds),
  mode: fc.constantFrom(...modes),
  wished: fc.boolean(),
  paused: fc.boolean(),
  reads: fc.boolean(),
  holds: fc.boolean(),
  later: fc.boolean(),
  again: fc.boolean(),
  heldFor: fc.constantFrom(undefined, -1, 1000),
  victims: fc.array(
    fc.record({
      state: fc.constantFrom('planned', 'told', 'leaving', 'left', 'stayed', 'spared'),
      labelled: fc.boolean(),
      way: fc.constantFrom(...Object.values(ways)),
    }),
    { maxLength: 2 },
  ),
  claims: fc.array(fc.constantFrom('wanted', 'held', 'ending', 'ended'), { maxLength: 2 }),
  recreated: fc.constantFrom(undefined, {}, { newId: idOf('new') }, { newId: idOf('new'), runs: true, told: true }),
  failed: fc.constantFrom(...Object.values(ways)),
  made: fc.constantFrom(undefined, 'gone', 'running', 'error', 'starting'),
})

type Case = typeof aCase extends fc.Arbitrary<infer T> ? T : never

function madeOf({ made }: Case): SagaSeen['made'] {
  if (made === undefined) return undefined
  return { instance: made === 'gone' ? 'gone' : anInstance({ name: 'new', state: made }), fault: undefined }
}

function sceneOf(drawn: Case): { readonly decision: EvictionDecision; readonly look: SagaSeen } {
  const { state, kind, victims, claims, recreated, heldFor } = drawn
  const decision = aDecision({
    state,
    kind,
    ...(drawn.wished ? {} : { wish: undefined }),
    victims: victims.map((victim, nth) =>
      aVictim({ name: names[nth] ?? '', state: victim.state, labelled: victim.labelled }),
    ),
    claims: claims.map((claim, nth) => aClaim({ claimId: `claim-${nth}`, state: claim })),
    recreation: recreated === undefined ? undefined : aRecreation(recreated),
    planAgain: drawn.again ? because : undefined,
    heldUntilMs: heldFor === undefined ? undefined : lookedAtMs + heldFor,
  })
  const look = seen({
    mode: drawn.mode,
    paused: drawn.paused,
    facets: { claims: drawn.holds, labels: true },
    ...(drawn.reads ? {} : { reading: undefined }),
    later: drawn.later ? aVerdict({ code: 'room-later', sentence: 'Later.' }) : undefined,
    victims: Object.fromEntries(victims.map(({ way }, nth) => [names[nth] ?? '', way])),
    failed: recreated === undefined ? undefined : aSeenVictim(drawn.failed),
    made: madeOf(drawn),
  })
  return { decision, look }
}

/** More changes than this one after the other, with nothing new seen, would be a circle. */
const mostChanges = 12
const beginning: readonly string[] = ['claim', 'tell', 'create', 'validate']
const ending: readonly DecisionState[] = ['done', 'failed', 'cancelled']

describe('whatever is decided and seen', () => {
  it('the same step comes again; changes come to an end; nothing begins while paused; nobody is there when it is over', () => {
    fc.assert(
      fc.property(aCase, (drawn) => {
        const { look, ...scene } = sceneOf(drawn)
        let { decision } = scene
        for (let count = 0; ; count++) {
          expect(count).toBeLessThan(mostChanges)
          const step = nextStep(decision, look)
          expect(nextStep(structuredClone(decision), look)).toEqual(step)
          if (look.paused) expect(beginning).not.toContain(step.kind)
          if (step.kind !== 'become') return
          for (const id of step.left)
            expect(step.decision.victims.find(({ instanceId }) => instanceId === id)?.state).toBe('left')
          expect({ ...step.decision, updatedAtMs: 0 }).not.toEqual({ ...decision, updatedAtMs: 0 })
          if (decision.state === 'undoing' && ending.includes(step.decision.state)) {
            const { victims, claims } = step.decision
            expect(victims.filter(({ state }) => ['planned', 'told', 'leaving'].includes(state))).toEqual([])
            if (look.facets.claims) expect(claims.filter(({ state }) => state !== 'ended')).toEqual([])
          }
          decision = step.decision
        }
      }),
      { numRuns: 1000 },
    )
  })
})
