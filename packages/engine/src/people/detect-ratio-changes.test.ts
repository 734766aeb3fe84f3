// Whose doing a changed ratio is: Gleaner's only if a step of it that was under way since sets just this figure.
import { type Host, hostId, type JournalEntry } from '@gleaner/model'
import { aHost, aHostEntry, testCloud, testStartMs } from '@gleaner/testkit'
import { describe, expect, test } from 'vitest'
import { detectRatioChanges, type KnownRatios } from './detect-ratio-changes.ts'

const seenAtMs = testStartMs
const before: KnownRatios = { coreRatio: 2, memoryRatio: 1, seenAtMs }
const after = { coreRatio: 2.5, memoryRatio: 1 }

function changedBy(
  is: Partial<Host>,
  journal: readonly JournalEntry[] = [],
  known: KnownRatios | undefined = before,
): boolean {
  const host = aHost({ ...before, ...is })
  const changes = detectRatioChanges({ hosts: [host], known: () => known, journal })
  if (changes.length > 0) expect(changes).toEqual([{ host, before: known }])
  return changes.length > 0
}

const done = (overrides: Partial<JournalEntry> = {}) =>
  aHostEntry({ state: 'done', finishedAtMs: seenAtMs + 5000, setting: { coreRatio: 2.5 }, ...overrides })

describe('somebody else’s', () => {
  test('a ratio that nobody of Gleaner set', () => {
    expect(changedBy(after)).toBe(true)
    expect(changedBy({ memoryRatio: 1.2 })).toBe(true)
  })

  test('a ratio that appears or vanishes', () => {
    expect(changedBy({ coreRatio: undefined })).toBe(true)
    expect(changedBy({ coreRatio: 2 }, [], { ...before, coreRatio: undefined })).toBe(true)
    // Not even beside a step: no step takes a ratio away.
    expect(changedBy({ coreRatio: undefined }, [done()])).toBe(true)
  })

  test('a figure other than the one that was set', () => {
    expect(changedBy({ coreRatio: 2.6 }, [done()])).toBe(true)
  })

  test('the other ratio, changed at the same time', () => {
    expect(changedBy({ ...after, memoryRatio: 1.2 }, [done()])).toBe(true)
    expect(changedBy({ coreRatio: 2.5, memoryRatio: 1.2 }, [done({ setting: { memoryRatio: 1.2 } })])).toBe(true)
  })

  test('a step of Gleaner that had ended before the ratio was last seen', () => {
    expect(changedBy(after, [done({ finishedAtMs: seenAtMs - 1 })])).toBe(true)
    expect(changedBy(after, [done({ finishedAtMs: undefined, deadlineMs: seenAtMs - 1 })])).toBe(true)
  })

  test('a step on another host, on an instance, or one that sets nothing', () => {
    expect(changedBy(after, [done({ hostId: hostId(testCloud, 'else') })])).toBe(true)
    expect(changedBy(after, [done({ hostId: undefined })])).toBe(true)
    expect(changedBy(after, [done({ action: 'suspend' })])).toBe(true)
    expect(changedBy(after, [done({ setting: undefined })])).toBe(true)
  })
})

describe('nobody’s or Gleaner’s', () => {
  test('what did not change, or by less than the cloud rounds', () => {
    expect(changedBy({})).toBe(false)
    expect(changedBy({ coreRatio: 2.0004 })).toBe(false)
    expect(changedBy({ coreRatio: undefined }, [], { ...before, coreRatio: undefined })).toBe(false)
  })

  test('a host that was not known before', () => {
    expect(changedBy(after, [], undefined)).toBe(true)
    const fresh = detectRatioChanges({ hosts: [aHost()], known: () => undefined, journal: [] })
    expect(fresh).toEqual([])
  })

  test('what a step sets that is under way, or ended after the last look', () => {
    expect(changedBy(after, [aHostEntry({ state: 'accepted', setting: { coreRatio: 2.5 } })])).toBe(false)
    expect(changedBy(after, [done()])).toBe(false)
    expect(changedBy(after, [done({ finishedAtMs: seenAtMs })])).toBe(false)
    expect(changedBy(after, [done({ finishedAtMs: undefined, deadlineMs: seenAtMs + 1 })])).toBe(false)
  })

  test('both ratios, each by its step', () => {
    const steps = [done(), done({ id: 'action_memory', setting: { memoryRatio: 1.2 } })]
    expect(changedBy({ coreRatio: 2.5, memoryRatio: 1.2 }, steps)).toBe(false)
    expect(
      changedBy({ coreRatio: 2.5, memoryRatio: 1.2 }, [done({ setting: { coreRatio: 2.5, memoryRatio: 1.2 } })]),
    ).toBe(false)
  })
})
