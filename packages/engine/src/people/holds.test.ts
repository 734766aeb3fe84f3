import { defaultPolicy } from '@gleaner/model'
import { aHold, aHost, aJournalEntry, anInstance, aVerdict, testStartMs } from '@gleaner/testkit'
import { describe, expect, test } from 'vitest'
import { holdFromEntry, journalHorizonMs } from './journal-holds.ts'
import { keepHold, vetoHold } from './make-hold.ts'
import { isActiveHold, winningHold } from './winning-hold.ts'

const nowMs = testStartMs
const allKinds = ['keep', 'veto', 'person-acted', 'cool-down'] as const

describe('the hold that wins', () => {
  test('is the one that ends last', () => {
    const holds = [aHold({ id: 'a', untilMs: nowMs + 1 }), aHold({ id: 'b', kind: 'cool-down', untilMs: nowMs + 2 })]
    expect(winningHold(holds, allKinds, nowMs)?.id).toBe('b')
    expect(winningHold(holds, ['keep'], nowMs)?.id).toBe('a')
  })

  test('among equals is a keep, then a veto, then a person’s action, then a cool-down', () => {
    const holds = allKinds.toReversed().map((kind) => aHold({ id: kind, kind, untilMs: nowMs + 1 }))
    for (const [at, kind] of allKinds.entries()) {
      expect(winningHold(holds, allKinds.slice(at), nowMs)?.kind).toBe(kind)
      expect(winningHold(holds.toReversed(), allKinds.slice(at), nowMs)?.kind).toBe(kind)
    }
  })

  test('among equals in all but the id has the smaller one, however they are listed', () => {
    const holds = ['b', 'a', 'c'].map((id) => aHold({ id, untilMs: nowMs + 1 }))
    expect(winningHold(holds, allKinds, nowMs)?.id).toBe('a')
    expect(winningHold(holds.toReversed(), allKinds, nowMs)?.id).toBe('a')
  })

  test('has not ended', () => {
    expect(winningHold([aHold({ untilMs: nowMs })], allKinds, nowMs)).toBeUndefined()
    expect(isActiveHold(aHold({ untilMs: nowMs + 1 }), nowMs)).toBe(true)
    expect(isActiveHold(aHold({ untilMs: Number.POSITIVE_INFINITY }), nowMs)).toBe(true)
  })

  test('may have an end nobody can read: doubt never acts', () => {
    const holds = [aHold({ id: 'a', untilMs: nowMs + 1 }), aHold({ id: 'b', untilMs: Number.NaN })]
    expect(winningHold(holds, allKinds, nowMs)?.id).toBe('b')
    expect(winningHold(holds.toReversed(), allKinds, nowMs)?.id).toBe('b')
  })
})

describe('the journal', () => {
  const ended = { state: 'done', acceptedAtMs: nowMs, finishedAtMs: nowMs + 5 } as const

  test('cools down after every ended action, however it ended', () => {
    for (const state of ['done', 'failed', 'timed-out'] as const)
      expect(holdFromEntry(aJournalEntry({ ...ended, id: 'action_7', state }), defaultPolicy)).toEqual({
        id: 'journal:action_7',
        instanceId: anInstance().id,
        kind: 'cool-down',
        untilMs: nowMs + 5 + defaultPolicy.coolDownMs,
        by: 'Gleaner',
        reason: `Gleaner did suspend for "idle-hour"; it ended as ${state}.`,
        createdAtMs: nowMs + 5,
      })
  })

  test('counts from the deadline of an action whose end nobody wrote down', () => {
    const entry = aJournalEntry({ ...ended, finishedAtMs: undefined, deadlineMs: nowMs + 9 })
    expect(holdFromEntry(entry, defaultPolicy)?.untilMs).toBe(nowMs + 9 + defaultPolicy.coolDownMs)
  })

  test('lets a person’s command win', () => {
    const reason = aVerdict({ code: 'commanded' })
    const commanded = aJournalEntry({ ...ended, action: 'resume', reason, cause: 'alice' })
    expect(holdFromEntry(commanded, defaultPolicy)).toMatchObject({
      kind: 'person-acted',
      by: 'alice',
      untilMs: nowMs + 5 + defaultPolicy.personWinsMs,
      reason: 'alice asked Gleaner to resume it.',
    })
    const neverTaken = { ...commanded, state: 'failed' as const, acceptedAtMs: undefined }
    expect(holdFromEntry(neverTaken, defaultPolicy)).toBeUndefined()
  })

  test('holds nothing for what is under way, or was only a notice', () => {
    expect(holdFromEntry(aJournalEntry(), defaultPolicy)).toBeUndefined()
    expect(holdFromEntry(aJournalEntry({ ...ended, action: 'notify' }), defaultPolicy)).toBeUndefined()
  })

  test('must reach back as far as the longest hold', () => {
    const { actionTimeoutMs, budgets, personWinsMs } = defaultPolicy
    expect(journalHorizonMs(defaultPolicy)).toBe(personWinsMs + actionTimeoutMs)
    const short = { ...defaultPolicy, personWinsMs: 1, coolDownMs: 2, budgets: { ...budgets, shareWindowMs: 3 } }
    // The minute over which actions are counted.
    expect(journalHorizonMs(short)).toBe(60_000 + actionTimeoutMs)
    expect(journalHorizonMs({ ...short, coolDownMs: 70_000 })).toBe(70_000 + actionTimeoutMs)
    const long = { ...short, budgets: { ...budgets, shareWindowMs: 80_000 } }
    expect(journalHorizonMs(long)).toBe(80_000 + actionTimeoutMs)
  })
})

test('a keep lasts as long as its owner says, a veto as long as a person’s action unless told', () => {
  const wish = { instanceId: anInstance().id, hostId: aHost().id, by: 'alice', nowMs }
  expect(keepHold({ ...wish, forMs: 5, reason: 'demo' })).toEqual({
    instanceId: anInstance().id,
    kind: 'keep',
    untilMs: nowMs + 5,
    by: 'alice',
    reason: 'demo',
    createdAtMs: nowMs,
  })
  expect(keepHold({ ...wish, forMs: 5 }).reason).toBe('')
  expect(vetoHold(wish, defaultPolicy)).toEqual({
    instanceId: anInstance().id,
    kind: 'veto',
    untilMs: nowMs + defaultPolicy.personWinsMs,
    by: 'alice',
    reason: '',
    createdAtMs: nowMs,
  })
  expect(vetoHold({ ...wish, reason: 'not now' }, defaultPolicy).reason).toBe('not now')
  expect(vetoHold({ ...wish, forMs: 7 }, defaultPolicy)).toMatchObject({ kind: 'veto', untilMs: nowMs + 7 })
})
