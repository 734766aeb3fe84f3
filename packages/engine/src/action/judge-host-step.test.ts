import type { Host, JournalEntry } from '@gleaner/model'
import { aHost, aHostEntry, testStartMs } from '@gleaner/testkit'
import { describe, expect, test } from 'vitest'
import { hostFigures, judgeHostStep } from './judge-host-step.ts'

const at = testStartMs
const intended = aHostEntry({ intendedAtMs: at, attempts: 1 })
const accepted: JournalEntry = { ...intended, state: 'accepted', acceptedAtMs: at + 1000 }
const wanted = aHost({ coreRatio: 2.5 })

function judge(
  entry: JournalEntry,
  host: Host | undefined,
  seen: { readAtMs?: number | undefined; nowMs?: number } = {},
) {
  return judgeHostStep(entry, { host, readAtMs: at + 5000, nowMs: at + 6000, ...seen })
}

describe('a step the cloud took', () => {
  test('is done when a reading that began afterwards shows it', () => {
    expect(judge(accepted, wanted)).toEqual({ kind: 'done', outcome: 'the host is at core ratio 2.5, memory ratio 1' })
    // What was read before the call tells nothing, even if it looks right.
    expect(judge(accepted, wanted, { readAtMs: at + 1000 }).kind).toBe('wait')
    expect(judge(accepted, wanted, { readAtMs: undefined }).kind).toBe('wait')
  })

  test('waits while the host is as before, and is timed out at the deadline', () => {
    expect(judge(accepted, aHost()).kind).toBe('wait')
    expect(judge(accepted, aHost(), { nowMs: accepted.deadlineMs })).toEqual({
      kind: 'timed-out',
      outcome: 'the host is still at core ratio 2, memory ratio 1 after 5m',
    })
    expect(judge(accepted, undefined, { readAtMs: undefined, nowMs: accepted.deadlineMs }).kind).toBe('timed-out')
  })

  test('tells a state as one says it', () => {
    const sleeping: JournalEntry = { ...accepted, action: 'sleep', setting: undefined }
    expect(judge(sleeping, aHost({ state: 'asleep' }))).toEqual({ kind: 'done', outcome: 'the host is asleep' })
    expect(judge(sleeping, aHost(), { nowMs: accepted.deadlineMs })).toMatchObject({
      outcome: 'the host is still up after 5m',
    })
  })

  test('has failed when the host is gone', () => {
    expect(judge(accepted, undefined)).toEqual({ kind: 'failed', outcome: 'the host is no longer there' })
  })
})

describe('a step that may or may not have been called', () => {
  test('is called again while the host is as before', () => {
    expect(judge(intended, aHost()).kind).toBe('call')
    expect(judge({ ...intended, attempts: 3 }, aHost())).toMatchObject({
      kind: 'failed',
      outcome: 'the call got no answer 3 times',
    })
    expect(judge(intended, aHost(), { nowMs: intended.deadlineMs }).kind).toBe('timed-out')
  })

  test('is done when the call got through', () => {
    expect(judge(intended, wanted).kind).toBe('done')
  })

  test('is not called over what somebody else did', () => {
    expect(judge(intended, aHost({ coreRatio: 8 }))).toMatchObject({
      kind: 'failed',
      outcome: 'not called: somebody changed the host to core ratio 8, memory ratio 1 meanwhile',
    })
  })
})

test('closing and opening are judged by the state', () => {
  const close = aHostEntry({
    action: 'close',
    setting: undefined,
    state: 'accepted',
    acceptedAtMs: at,
    stateBefore: 'up',
  })
  expect(judge(close, aHost({ state: 'disabled' })).kind).toBe('done')
  expect(judge(close, aHost({ state: 'maintenance' })).kind).toBe('done')
  expect(judge(close, aHost()).kind).toBe('wait')
  const open = aHostEntry({
    action: 'open',
    setting: undefined,
    state: 'accepted',
    acceptedAtMs: at,
    stateBefore: 'disabled',
  })
  expect(judge(open, aHost()).kind).toBe('done')
  expect(judge(open, aHost({ state: 'disabled' })).kind).toBe('wait')
})

test('ratios that the cloud rounds are the same, absent ones are told as none', () => {
  expect(judge(accepted, aHost({ coreRatio: 2.4996 })).kind).toBe('done')
  expect(judge(accepted, aHost({ coreRatio: 2.49 })).kind).toBe('wait')
  expect(hostFigures(aHost({ coreRatio: 1 / 3, memoryRatio: undefined }), 'raise-ratio')).toBe(
    'core ratio 0.333, memory ratio none',
  )
})

test('an entry about an instance is never judged as a host', () => {
  expect(judge({ ...accepted, action: 'suspend' }, wanted).kind).toBe('failed')
})

test('what is waited for has not begun to move, and every end says which it was', () => {
  expect(judge(accepted, aHost())).toEqual({ kind: 'wait', moving: false })
  expect(judge(accepted, wanted, { readAtMs: undefined })).toEqual({ kind: 'wait', moving: false })
  expect(judge(accepted, wanted, { readAtMs: undefined, nowMs: accepted.deadlineMs })).toEqual({
    kind: 'timed-out',
    outcome: 'the cloud was not read again in time',
  })
  expect(judge(intended, aHost(), { nowMs: intended.deadlineMs })).toEqual({
    kind: 'timed-out',
    outcome: 'the cloud did not take the call in time',
  })
  expect(judge({ ...accepted, action: 'suspend' }, wanted)).toEqual({ kind: 'failed', outcome: 'not a step on a host' })
})

test('the journal keeps of a host what the step would change: its state or its ratios', () => {
  const host = aHost({ state: 'disabled', coreRatio: 4, memoryRatio: 1.5 })
  expect(hostFigures(host, 'close')).toBe('disabled')
  expect(hostFigures(host, 'open')).toBe('disabled')
  expect(hostFigures(host, 'lower-ratio')).toBe('core ratio 4, memory ratio 1.5')
})

test('a ratio is lowered as it is raised; what is not set counts as reached, what the cloud does not tell does not', () => {
  const lower: JournalEntry = { ...accepted, action: 'lower-ratio', setting: { coreRatio: 1.5 } }
  expect(judge(lower, aHost({ coreRatio: 1.5 })).kind).toBe('done')
  expect(judge(lower, aHost({ coreRatio: 2 })).kind).toBe('wait')
  expect(judge(lower, aHost({ coreRatio: undefined })).kind).toBe('wait')
  expect(judge({ ...lower, setting: undefined }, aHost()).kind).toBe('done')
})
