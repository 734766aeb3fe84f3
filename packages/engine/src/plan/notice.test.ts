import { actionKinds } from '@gleaner/model'
import { aJournalEntry, aProposal, aVerdict, testStartMs } from '@gleaner/testkit'
import { describe, expect, test } from 'vitest'
import { announce, callOff, conclude, tell } from './notice.ts'

const proposal = aProposal({ dueAtMs: testStartMs + 600_000, verdict: aVerdict({ sentence: 'The rule was changed.' }) })
const about = {
  proposalId: 'proposal_1',
  instanceId: proposal.instanceId,
  instanceName: 'web-1',
  projectId: proposal.projectId,
  capability: 'idleness',
  action: 'suspend',
  cause: 'idle-hour',
  reason: proposal.reason,
  decisionId: undefined,
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
    'given its memory back',
    'moved to another host',
    'deleted',
  ])
})

describe('what came of it', () => {
  const entry = aJournalEntry({
    proposalId: 'proposal_1',
    instanceId: proposal.instanceId,
    targetName: 'web-1',
    projectId: proposal.projectId,
    cause: 'idle-hour',
    reason: proposal.reason,
    action: 'suspend',
    state: 'done',
    outcome: 'the instance is suspended',
  })

  test('is told when it was done, and why when it was not', () => {
    const done = { ...about, kind: 'done', dueAtMs: undefined }
    expect(conclude(entry)).toEqual({
      ...done,
      sentence: 'web-1 was suspended ("idle-hour"): It used 0.01 cores for an hour.',
    })
    for (const state of ['failed', 'timed-out'] as const)
      expect(conclude({ ...entry, state, outcome: 'the cloud refused' })).toMatchObject({
        kind: 'failed',
        sentence: 'web-1 could not be suspended ("idle-hour"): the cloud refused.',
      })
  })

  test('names the decision to evict', () => {
    const reason = aVerdict({ facts: { decision: 'dec_1' } })
    expect(conclude({ ...entry, reason })).toMatchObject({ decisionId: 'dec_1' })
  })

  test('is not told to whoever did it, of hosts, or before it has ended', () => {
    const commanded = aVerdict({ code: 'commanded' })
    expect(conclude({ ...entry, reason: commanded })).toBeUndefined()
    expect(conclude({ ...entry, instanceId: undefined, projectId: undefined, action: 'close' })).toBeUndefined()
    expect(conclude({ ...entry, state: 'accepted' })).toBeUndefined()
    expect(conclude({ ...entry, proposalId: undefined })).toBeUndefined()
  })
})
