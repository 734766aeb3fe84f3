// What happened and what is foreseen, in the order of time.
import { aHold, aJournalEntry, anInstance, aProposal, aVerdict, testStartMs } from '@gleaner/testkit'
import { expect, it } from 'vitest'
import { anEviction } from '../testing/an-eviction.ts'
import { type TimelineParts, timelineOf } from './timeline.ts'

const none: TimelineParts = { instance: undefined, holds: [], proposals: [], history: [] }
const told = (parts: Partial<TimelineParts>) =>
  timelineOf({ ...none, ...parts }).map(({ atMs, kind, sentence }) => [(atMs - testStartMs) / 1000, kind, sentence])

it('tells an instance from its creation, and nothing of what the cloud does not tell', () => {
  const instance = anInstance({ createdAtMs: testStartMs - 9000, stateSinceMs: testStartMs - 3000 })
  expect(told({ instance })).toEqual([
    [-9, 'state', 'It was created.'],
    [-3, 'state', 'It is running since then.'],
  ])
  expect(told({ instance: { ...instance, createdAtMs: undefined, stateSinceMs: Number.NaN } })).toEqual([])
})

it('tells what was done and how it ended, of what is under way only its beginning', () => {
  const finishedAtMs = testStartMs + 2000
  const open = aJournalEntry({ finishedAtMs })
  const failed = aJournalEntry({ state: 'failed', intendedAtMs: testStartMs + 1000, finishedAtMs, outcome: 'no disk' })
  const done = aJournalEntry({ state: 'done', intendedAtMs: testStartMs + 3000, finishedAtMs: testStartMs + 4000 })
  expect(told({ history: [done, open, failed] })).toEqual([
    [0, 'action', 'suspend for "idle-hour": It used 0.01 cores for an hour.'],
    [1, 'action', 'suspend for "idle-hour": It used 0.01 cores for an hour.'],
    [2, 'action', 'suspend ended as failed: no disk.'],
    [3, 'action', 'suspend for "idle-hour": It used 0.01 cores for an hour.'],
    [4, 'action', 'suspend ended as done.'],
  ])
})

it('tells holds with their end; of those that follow from the journal the end alone', () => {
  const hold = aHold({ createdAtMs: testStartMs, untilMs: testStartMs + 5000 })
  const derived = aHold({ id: 'journal:1', kind: 'cool-down', by: 'Gleaner', untilMs: testStartMs + 6000 })
  expect(told({ holds: [derived, hold, aHold({ id: 'x', untilMs: Number.POSITIVE_INFINITY })] })).toEqual([
    [0, 'hold', 'keep by alice: demo tomorrow'],
    [0, 'hold', 'keep by alice: demo tomorrow'],
    [5, 'foreseen', 'keep by alice ends.'],
    [6, 'foreseen', 'cool-down by Gleaner ends.'],
  ])
})

it('foresees only what is still open', () => {
  const proposal = aProposal({ state: 'notified', noticeAtMs: testStartMs + 1000, dueAtMs: testStartMs + 2000 })
  const past = [
    [0, 'proposal', 'suspend was proposed by "idle-hour".'],
    [1, 'notice', 'The owner was told of suspend.'],
  ]
  expect(told({ proposals: [proposal] })).toEqual([...past, [2, 'foreseen', 'suspend may happen from then on.']])
  expect(told({ proposals: [{ ...proposal, state: 'cancelled' }] })).toEqual(past)
})

it('tells evictions, how often there were any, and what became of them', () => {
  const eviction = anEviction({ evictedAtMs: testStartMs, notBeforeMs: testStartMs + 300_000, times: 1 })
  expect(told({ evictions: [eviction] })).toEqual([
    [0, 'eviction', 'It left its host by stop: big is firm.'],
    [300, 'foreseen', 'It may come back from then on. It waits 5m before it comes back.'],
  ])
  const verdict = aVerdict({ code: 'came-back', sentence: 'batch-1 runs again.' })
  const back = { ...eviction, times: 3, state: 'returned', verdict, updatedAtMs: testStartMs + 400_000 } as const
  expect(told({ evictions: [back] })).toEqual([
    [0, 'eviction', 'It left its host by stop: big is firm. It was evicted 3 times within a day.'],
    [400, 'eviction', 'batch-1 runs again.'],
  ])
})
