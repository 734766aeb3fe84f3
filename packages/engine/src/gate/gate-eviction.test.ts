// An eviction before the gate, stage by stage: nobody is told to leave before the room is held, nor leaves before the decision
// was checked once more when the notice is over.
import type { EvictionStage, Proposal } from '@gleaner/model'
import { anInstance, aProposal, aSnapshot, testStartMs } from '@gleaner/testkit'
import { expect, test } from 'vitest'
import { factsOf } from '../testing/a-world.ts'
import { passGate } from './gate.ts'
import { openGateWorld } from './gate-world.ts'

const nowMs = testStartMs
const told: Partial<Proposal> = { noticeAtMs: nowMs - 60_000, dueAtMs: nowMs - 30_000, graceMs: 30_000 }

function verdict(stage: EvictionStage, step: Partial<Proposal>) {
  const reading = aSnapshot({
    version: 7,
    takenAtMs: nowMs - 20_000,
    instances: [anInstance({ firmness: 'preemptible' })],
  })
  const proposal = aProposal({
    capability: 'preemption',
    claim: 'firm-instance',
    cause: 'room for db-1',
    ruleId: undefined,
    ruleRevision: undefined,
    confirmedVersion: 7,
    eviction: { decisionId: 'dec_1', stage },
    ...step,
  })
  const answer = passGate(openGateWorld(factsOf({ reading, rules: [], nowMs })), proposal)
  return answer.passed ? undefined : answer.verdict
}

test('nobody is told before the room is held', () => {
  expect(verdict('planned', told)).toEqual({
    code: 'room-not-held',
    sentence: 'The room that is made by this (room for db-1) is not held yet.',
    facts: { decision: 'dec_1' },
  })
})

test('the notice runs once it is', () => {
  expect(verdict('reserved', { noticeAtMs: undefined })?.code).toBe('in-grace')
  expect(verdict('reserved', { ...told, noticeAtMs: nowMs - 10_000, dueAtMs: nowMs + 20_000 })?.code).toBe('in-grace')
})

test('when it is over the decision is checked once more, and only then the instance leaves', () => {
  expect(verdict('reserved', told)).toEqual({
    code: 'not-validated',
    sentence: 'The notice is over; whether it is still needed (room for db-1) is checked on a new reading.',
    facts: { decision: 'dec_1' },
  })
  expect(verdict('validated', told)).toBeUndefined()
})
