import { defaultPolicy, type InstanceState, type JournalEntry } from '@gleaner/model'
import { aHost, aJournalEntry, anInstance, anInventory, testCloud, testStartMs } from '@gleaner/testkit'
import { describe, expect, test } from 'vitest'
import { freezeSnapshot } from '../snapshot/freeze-snapshot.ts'
import { detectPersonActions, rememberState } from './detect-person-actions.ts'

const beforeMs = testStartMs
const nowMs = testStartMs + 60_000

interface Seen {
  readonly journal?: readonly JournalEntry[]
  readonly hostState?: 'up' | 'down' | 'unknown'
}

function holds(from: InstanceState | undefined, to: InstanceState, { journal = [], hostState = 'up' }: Seen = {}) {
  const inventory = anInventory({ hosts: [aHost({ state: hostState })], instances: [anInstance({ state: to })] })
  const snapshot = freezeSnapshot(inventory, { cloudId: testCloud, version: 2, takenAtMs: nowMs - 1000 })
  const known = () => (from === undefined ? undefined : { state: from, seenAtMs: beforeMs })
  return detectPersonActions({ known, snapshot, journal, policy: defaultPolicy, nowMs })
}

describe('a person acted', () => {
  const changes: readonly (readonly [InstanceState, InstanceState])[] = [
    ['running', 'suspended'],
    ['running', 'suspending'],
    ['running', 'stopped'],
    ['suspended', 'running'],
    ['suspended', 'resuming'],
    ['stopped', 'running'],
    ['paused', 'running'],
    ['shelved', 'starting'],
    ['error', 'running'],
    ['migrating', 'stopped'],
  ]
  test.each(changes)('from %s to %s', (from, to) => {
    expect(holds(from, to)).toEqual([
      {
        instanceId: anInstance().id,
        kind: 'person-acted',
        untilMs: nowMs + defaultPolicy.personWinsMs,
        by: 'a person',
        reason: `Somebody changed it from ${from} to ${to}; no action of Gleaner explains that.`,
        createdAtMs: nowMs,
      },
    ])
  })
})

describe('nobody acted', () => {
  const changes: readonly (readonly [InstanceState | undefined, InstanceState])[] = [
    [undefined, 'running'],
    ['running', 'running'],
    ['running', 'migrating'],
    ['migrating', 'running'],
    ['running', 'error'],
    ['running', 'unknown'],
    ['unknown', 'stopped'],
    ['running', 'deleting'],
    ['suspending', 'suspended'],
    ['suspending', 'running'],
    ['starting', 'running'],
  ]
  test.each(changes)('from %s to %s', (from, to) => {
    expect(holds(from, to)).toEqual([])
  })

  test('when its host is down, or nobody knows how it is', () => {
    expect(holds('running', 'stopped', { hostState: 'down' })).toEqual([])
    expect(holds('running', 'stopped', { hostState: 'unknown' })).toEqual([])
  })
})

describe('an action of Gleaner explains a change', () => {
  const entry = (overrides: Partial<JournalEntry>) => [aJournalEntry({ intendedAtMs: beforeMs - 10_000, ...overrides })]
  const acceptedAtMs = beforeMs - 9000

  test('while it is under way', () => {
    for (const state of ['intended', 'accepted'] as const) {
      expect(holds('running', 'suspended', { journal: entry({ state }) })).toEqual([])
      expect(holds('running', 'suspending', { journal: entry({ state }) })).toEqual([])
    }
  })

  test('while it is under way, however long its deadline is over', () => {
    const journal = entry({ state: 'accepted', acceptedAtMs, deadlineMs: 0 })
    expect(holds('running', 'suspended', { journal })).toEqual([])
  })

  test('when it ended after the last reading began', () => {
    const journal = entry({ state: 'done', acceptedAtMs, finishedAtMs: beforeMs + 1000 })
    expect(holds('running', 'suspended', { journal })).toEqual([])
  })

  test('also when it ended in the very moment the last reading began', () => {
    const journal = entry({ state: 'done', acceptedAtMs, finishedAtMs: beforeMs })
    expect(holds('running', 'suspended', { journal })).toEqual([])
  })

  test('when it failed and fell back', () => {
    const journal = entry({ state: 'failed', acceptedAtMs, finishedAtMs: beforeMs + 1000, action: 'stop' })
    expect(holds('paused', 'running', { journal })).toEqual([])
  })

  test('when it timed out and came late', () => {
    const journal = entry({ state: 'timed-out', acceptedAtMs, finishedAtMs: beforeMs - 1000 })
    expect(holds('running', 'suspended', { journal })).toEqual([])
  })

  test('not after it was done: then somebody resumed it', () => {
    const journal = entry({ state: 'done', acceptedAtMs, finishedAtMs: beforeMs - 1000 })
    expect(holds('suspended', 'running', { journal })).toHaveLength(1)
  })

  test('not the resume that comes while the executor still looks at the suspension that has succeeded', () => {
    expect(holds('suspended', 'running', { journal: entry({ state: 'accepted', acceptedAtMs }) })).toHaveLength(1)
  })

  test('late, for as long as a cool-down or a time-out lasts, whichever is longer', () => {
    const lateMs = Math.max(defaultPolicy.coolDownMs, defaultPolicy.actionTimeoutMs)
    const ended = (finishedAtMs: number) => entry({ state: 'timed-out', acceptedAtMs, finishedAtMs })
    expect(holds('running', 'suspended', { journal: ended(beforeMs - lateMs) })).toEqual([])
    expect(holds('running', 'suspended', { journal: ended(beforeMs - lateMs - 1) })).toHaveLength(1)
  })

  test('from its deadline on when nobody wrote down its end', () => {
    const ended = (deadlineMs: number) => entry({ state: 'done', acceptedAtMs, finishedAtMs: undefined, deadlineMs })
    expect(holds('running', 'suspended', { journal: ended(beforeMs) })).toEqual([])
    expect(holds('running', 'suspended', { journal: ended(beforeMs - 1) })).toHaveLength(1)
  })

  test('never when its end cannot be read', () => {
    const journal = entry({ state: 'failed', acceptedAtMs, finishedAtMs: Number.NaN })
    expect(holds('running', 'suspended', { journal })).toHaveLength(1)
  })

  test('any of several', () => {
    const other = entry({ id: 'action_other', state: 'accepted', action: 'stop' })
    const own = entry({ state: 'accepted' })
    expect(holds('running', 'suspended', { journal: [...other, ...own] })).toEqual([])
    expect(holds('running', 'suspended', { journal: [...own, ...other] })).toEqual([])
    expect(holds('running', 'shelved', { journal: [...own, ...other] })).toHaveLength(1)
  })

  test('not a fall back that goes elsewhere, nor one after it was done', () => {
    const failed = { state: 'failed', acceptedAtMs, finishedAtMs: beforeMs + 1000, action: 'stop' } as const
    expect(holds('paused', 'running', { journal: entry({ ...failed, stateBefore: 'suspended' }) })).toHaveLength(1)
    expect(holds('paused', 'running', { journal: entry({ ...failed, state: 'done' }) })).toHaveLength(1)
  })

  test('not another action', () => {
    expect(holds('running', 'stopped', { journal: entry({ state: 'accepted' }) })).toHaveLength(1)
    expect(holds('running', 'suspended', { journal: entry({ state: 'accepted', action: 'notify' }) })).toHaveLength(1)
  })

  test('not one on another instance', () => {
    const journal = entry({ state: 'accepted', instanceId: anInstance({ name: 'other' }).id })
    expect(holds('running', 'suspended', { journal })).toHaveLength(1)
  })
})

test('an instance on no host is judged like any other', () => {
  const inventory = anInventory({ instances: [anInstance({ state: 'stopped', hostId: undefined })] })
  const snapshot = freezeSnapshot(inventory, { cloudId: testCloud, version: 2, takenAtMs: nowMs - 1000 })
  const known = () => ({ state: 'running', seenAtMs: beforeMs }) as const
  expect(detectPersonActions({ known, snapshot, journal: [], policy: defaultPolicy, nowMs })).toHaveLength(1)
})

test('a state that says nothing leaves the last one that did', () => {
  const running = rememberState(undefined, anInstance(), 1)
  expect(rememberState(running, anInstance({ state: 'unknown' }), 2)).toEqual({ state: 'running', seenAtMs: 1 })
  expect(rememberState(running, anInstance({ state: 'stopped' }), 2)).toEqual({ state: 'stopped', seenAtMs: 2 })
  expect(rememberState(undefined, anInstance({ state: 'unknown' }), 2)).toEqual({ state: 'unknown', seenAtMs: 2 })
})
