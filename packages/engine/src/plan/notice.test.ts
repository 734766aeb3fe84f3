import { actionKinds } from '@gleaner/model'
import { aProposal, aVerdict, testStartMs } from '@gleaner/testkit'
import { expect, test } from 'vitest'
import { announce, callOff, tell } from './notice.ts'

const proposal = aProposal({ dueAtMs: testStartMs + 600_000, verdict: aVerdict({ sentence: 'The rule was changed.' }) })
const about = {
  proposalId: 'proposal_1',
  instanceId: proposal.instanceId,
  instanceName: 'web-1',
  projectId: proposal.projectId,
}

test('an owner is told what will be done, when, why, and how long there is to answer', () => {
  expect(announce(proposal, 'web-1')).toEqual({
    ...about,
    kind: 'announced',
    sentence:
      'web-1 will be suspended not before 2025-06-02T08:10:00Z ("idle-hour"): It used 0.01 cores for an hour. ' +
      'You have 10m to answer "keep".',
    dueAtMs: testStartMs + 600_000,
  })
})

test('without grace there is nothing to answer, without a time it is soon', () => {
  expect(announce({ ...proposal, graceMs: 0, dueAtMs: undefined }, 'web-1')).toMatchObject({
    sentence: 'web-1 will be suspended soon ("idle-hour"): It used 0.01 cores for an hour.',
    dueAtMs: undefined,
  })
})

test('a call-off says why it will not be done', () => {
  expect(callOff(proposal, 'web-1')).toEqual({
    ...about,
    kind: 'called-off',
    sentence: 'web-1 will not be suspended after all: The rule was changed.',
    dueAtMs: undefined,
  })
})

test('a notice of a rule tells what it found', () => {
  expect(tell(proposal, 'web-1')).toEqual({
    ...about,
    kind: 'told',
    sentence: 'web-1 ("idle-hour"): It used 0.01 cores for an hour.',
    dueAtMs: undefined,
  })
})

test('every action has its word', () => {
  const sentences = actionKinds.map((action) => callOff({ ...proposal, action }, 'it').sentence)
  expect(sentences.map((each) => /^it will not be (.+) after all: /.exec(each)?.[1])).toEqual([
    'told of',
    'paused',
    'suspended',
    'stopped',
    'shelved',
    'resumed',
    'started',
    'given less memory',
    'deleted',
  ])
})
