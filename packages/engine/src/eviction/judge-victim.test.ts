// What has become of a victim: above all, that nobody else is taken for one that may have left after all.
import { type DecisionVictim, type JournalEntry, noYield, type Verdict } from '@gleaner/model'
import { aJournalEntry, aProposal, anInstance, aVerdict, testStartMs } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { judgeVictim } from './judge-victim.ts'
import type { SeenVictim } from './saga-seen.ts'

const instance = anInstance({ name: 'batch-1', firmness: 'preemptible' })
const victim: DecisionVictim = {
  instanceId: instance.id,
  name: instance.name,
  projectId: instance.projectId,
  flavor: undefined,
  tags: [],
  hostId: 'test:hv-1' as DecisionVictim['hostId'],
  priority: 0,
  action: 'stop',
  noticeMs: 0,
  state: 'told',
  labelled: false,
  toldAtMs: testStartMs,
  leftAtMs: undefined,
  outcome: undefined,
  vcpus: 2,
  memoryMiB: 4096,
  diskGiB: 20,
}

const entry = (state: JournalEntry['state'], finishedAtMs?: number) =>
  aJournalEntry({ capability: 'preemption', action: 'stop', state, finishedAtMs, gives: noYield })

function is(seen: Partial<SeenVictim>): string {
  const all = { proposal: undefined, entry: undefined, refused: undefined, now: undefined, nowAtMs: undefined, ...seen }
  return judgeVictim(victim, all).kind
}

const endMs = testStartMs + 60_000
const seenAt = (now: SeenVictim['now'], nowAtMs: number) => ({ now, nowAtMs })
const stopped = { ...instance, state: 'stopped' } as const

describe('a victim', () => {
  it('has yet to go while nothing is known of it', () => expect(is({})).toBe('waits'))

  it('is leaving while its action is under way', () => {
    expect(is({ entry: entry('intended') })).toBe('leaving')
    expect(is({ entry: entry('accepted') })).toBe('leaving')
  })

  it('has left when its action has ended well, whatever an older reading shows', () =>
    expect(is({ entry: entry('done', endMs), ...seenAt(instance, endMs - 1) })).toBe('left'))

  it.each(['failed', 'timed-out'] as const)('whose action has %s stays only when a later reading shows it', (state) => {
    const ended = { entry: entry(state, endMs) }
    expect(is(ended)).toBe('leaving')
    expect(is({ ...ended, ...seenAt(instance, endMs - 1) })).toBe('leaving')
    expect(is({ ...ended, ...seenAt(instance, endMs) })).toBe('stays')
    expect(is({ ...ended, ...seenAt(stopped, endMs) })).toBe('left')
    expect(is({ ...ended, ...seenAt('gone', endMs) })).toBe('left')
  })

  it('left by itself when it is gone, or rests already', () => {
    expect(is(seenAt('gone', endMs))).toBe('left')
    expect(is(seenAt(stopped, endMs))).toBe('left')
    expect(is(seenAt(instance, endMs))).toBe('waits')
  })

  it.each([
    ['protected', 'stays'],
    ['vetoed', 'stays'],
    ['instance-gone', 'left'],
    ['outranked', 'waits'],
  ] as const)('that the plan refuses as %s %s', (code, expected) => {
    const verdict: Verdict = aVerdict({ code })
    expect(is({ refused: verdict })).toBe(expected)
    expect(is({ proposal: aProposal({ state: 'cancelled', verdict }) })).toBe(expected)
    expect(is({ proposal: aProposal({ state: 'notified', verdict }) })).toBe('waits')
  })
})
