import { journalStates } from '@gleaner/model'
import { aJournalEntry, aProposal, testStartMs } from '@gleaner/testkit'
import { expect, test } from 'vitest'
import { reconcile } from './reconcile.ts'

const due = aProposal({ state: 'due' })

test('a proposal whose action is under way is acting', () => {
  for (const state of ['intended', 'accepted'] as const)
    expect(reconcile(due, aJournalEntry({ state }))).toEqual({
      ...due,
      state: 'acting',
      verdict: {
        code: 'in-flight',
        sentence: 'suspend of web-1 is under way.',
        facts: { journal: 'action_1', sinceMs: testStartMs },
      },
    })
})

test('a proposal whose action ended has ended the same way, and says how', () => {
  for (const state of ['done', 'failed', 'timed-out'] as const)
    expect(reconcile(due, aJournalEntry({ state, finishedAtMs: testStartMs + 5, outcome: 'no space left' }))).toEqual({
      ...due,
      state,
      verdict: {
        code: 'passed',
        sentence: `suspend of web-1 ended as ${state}: no space left.`,
        facts: { journal: 'action_1', state, finishedAtMs: testStartMs + 5 },
      },
    })
})

test('an end without an outcome or a time is told without them', () => {
  expect(reconcile(due, aJournalEntry({ state: 'done' })).verdict).toEqual({
    code: 'passed',
    sentence: 'suspend of web-1 ended as done.',
    facts: { journal: 'action_1', state: 'done', finishedAtMs: null },
  })
})

test('what is in line already stays as it is', () => {
  for (const state of journalStates) {
    const entry = aJournalEntry({ state })
    const once = reconcile(due, entry)
    expect(reconcile(once, entry)).toBe(once)
  }
})
