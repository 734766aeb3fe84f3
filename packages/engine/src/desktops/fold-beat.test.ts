// What a beat adds to what is known of a desktop: time counts as lent only as far as it is proven.
import type { Desktop, DesktopBeat, LendingPhase, Verdict } from '@gleaner/model'
import { describe, expect, it } from 'vitest'
import { foldBeat, lentUntil } from './fold-beat.ts'

const nowMs = 1_000_000
const contractMs = 60_000
const verdict: Verdict = { code: 'passed', sentence: 'So it is.', facts: {} }
const wordOf = (phase: LendingPhase) => ({
  phase,
  verdict,
  guests: { running: 0, paused: 0 },
  slowestPauseMs: 0,
  version: '1',
})

function desktop(phase: LendingPhase | undefined, more: Partial<Desktop> = {}): Desktop {
  return {
    id: 'dsk_1',
    hostName: 'desk-1',
    cloudId: undefined,
    pool: 'desktops',
    lends: true,
    joinedAtMs: 0,
    keyUntilMs: 1e12,
    revokedAtMs: undefined,
    revokedBy: undefined,
    sequence: 1,
    lastBeatMs: phase === undefined ? undefined : nowMs - 15_000,
    word: phase === undefined ? undefined : wordOf(phase),
    phaseSinceMs: phase === undefined ? undefined : nowMs - 100_000,
    lentMs: 0,
    interruptions: 0,
    lostChanges: 0,
    changesTaken: 0,
    ...more,
  }
}

type Step = readonly [agoMs: number, to: LendingPhase, number?: number]

function beat(phase: LendingPhase, changes: readonly Step[] = []): DesktopBeat {
  return {
    sequence: 2,
    word: wordOf(phase),
    phaseSinceMs: nowMs - 5000,
    changes: changes.map(([agoMs, to, number]) => ({ number, atMs: nowMs - agoMs, phase: to, verdict })),
    lostChanges: 0,
  }
}

const fold = (before: Desktop, heard: DesktopBeat) => foldBeat(before, heard, { nowMs, contractMs })

describe('a beat', () => {
  it('that changes nothing is the last word and no more', () => {
    const { desktop: after, changes } = fold(desktop('lent'), beat('lent'))
    expect(changes).toEqual([])
    expect(after).toMatchObject({ sequence: 2, lastBeatMs: nowMs, lentMs: 0, interruptions: 0 })
    expect(after.phaseSinceMs).toBe(nowMs - 100_000)
  })

  it('counts what was lent until the change, and one interruption', () => {
    const { desktop: after } = fold(desktop('lent'), beat('reclaiming', [[10_000, 'reclaiming']]))
    expect(after).toMatchObject({ lentMs: 90_000, interruptions: 1, phaseSinceMs: nowMs - 10_000 })
  })

  it('counts no interruption where guests only became less', () => {
    const { desktop: after } = fold(desktop('lent'), beat('lendable', [[10_000, 'lendable']]))
    expect(after).toMatchObject({ lentMs: 90_000, interruptions: 0 })
  })

  it('counts every span of several changes', () => {
    const steps = [
      [40_000, 'in-use'],
      [30_000, 'lent'],
      [10_000, 'in-use'],
    ] as const
    const { desktop: after } = fold(desktop('lent'), beat('in-use', steps))
    expect(after).toMatchObject({ lentMs: 60_000 + 20_000, interruptions: 2 })
  })

  it('after a silence proves no more than the last contract could reach', () => {
    const before = desktop('lent', { lastBeatMs: nowMs - 500_000, phaseSinceMs: nowMs - 600_000 })
    const { desktop: after } = fold(before, beat('in-use', [[10_000, 'in-use']]))
    expect(after.lentMs).toBe(100_000 + contractMs)
  })

  it('of which changes were lost proves nothing beyond the beat before', () => {
    const lost = { ...beat('in-use', [[10_000, 'in-use']]), lostChanges: 3 }
    const { desktop: after } = fold(desktop('lent'), lost)
    expect(after).toMatchObject({ lentMs: 85_000, lostChanges: 3 })
  })

  it('whose changes do not lead to its phase adds that one', () => {
    const { changes, desktop: after } = fold(desktop('lendable'), beat('in-use'))
    expect(changes).toEqual([{ atMs: nowMs - 5000, phase: 'in-use', verdict }])
    expect(after.phaseSinceMs).toBe(nowMs - 5000)
  })

  it('never makes time run backwards or ahead', () => {
    const odd = beat('in-use', [
      [200_000, 'lendable'],
      [-90_000, 'lent'],
      [50_000, 'in-use'],
    ])
    const times = fold(desktop('quiet'), odd).changes.map(({ atMs }) => atMs)
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(new Set(times).size).toBe(3)
    expect(times[0]).toBe(nowMs - 100_000 + 1)
  })

  it('is the first: nothing was lent before it', () => {
    const { desktop: after } = fold(desktop(undefined), beat('lent'))
    expect(after).toMatchObject({ lentMs: 0, interruptions: 0, phaseSinceMs: nowMs - 5000 })
  })
})

describe('a change with a number', () => {
  const until7 = (phase: LendingPhase) => desktop(phase, { changesTaken: 7 })

  it('that counts already does not count again; the next one does', () => {
    const { desktop: after, changes } = fold(
      until7('in-use'),
      beat('in-use', [
        [40_000, 'lent', 6],
        [30_000, 'in-use', 7],
        [20_000, 'lent', 12],
        [10_000, 'in-use', 15],
      ]),
    )
    expect(changes).toEqual([
      { atMs: nowMs - 20_000, phase: 'lent', verdict },
      { atMs: nowMs - 10_000, phase: 'in-use', verdict },
    ])
    expect(after).toMatchObject({ lentMs: 10_000, interruptions: 1, changesTaken: 15 })
  })

  it('is remembered by its number over a beat without any', () => {
    expect(fold(until7('in-use'), beat('in-use')).desktop.changesTaken).toBe(7)
  })

  it('counts once also where one beat tells it twice, or numbers run backwards', () => {
    const odd = beat('in-use', [
      [40_000, 'in-use', 9],
      [40_000, 'in-use', 9],
      [30_000, 'lent', 8],
    ])
    expect(fold(until7('lent'), odd)).toMatchObject({
      changes: [{ phase: 'in-use' }],
      desktop: { interruptions: 1, changesTaken: 9 },
    })
  })

  it('without a number, of an older agent, counts each time', () => {
    const { desktop: after } = fold(until7('lent'), beat('in-use', [[10_000, 'in-use']]))
    expect(after).toMatchObject({ interruptions: 1, changesTaken: 7 })
  })

  it('that was taken shows that nothing is missing, whatever the agent threw away before it', () => {
    const told: readonly Step[] = [
      [80_000, 'lent', 7],
      [10_000, 'in-use', 8],
    ]
    const whole = fold(until7('lent'), { ...beat('in-use', told), lostChanges: 3 })
    expect(whole.desktop).toMatchObject({ lentMs: 90_000, lostChanges: 3 })
    const torn = fold(until7('lent'), { ...beat('in-use', told.slice(1)), lostChanges: 3 })
    expect(torn.desktop).toMatchObject({ lentMs: 85_000, lostChanges: 3 })
  })
})

describe('lent until now', () => {
  it('reaches to now within the contract, and no further than it', () => {
    expect(lentUntil(desktop('lent'), { nowMs, contractMs })).toBe(100_000)
    expect(lentUntil(desktop('lent'), { nowMs: nowMs + 600_000, contractMs })).toBe(85_000 + contractMs)
    expect(lentUntil(desktop('in-use', { lentMs: 7 }), { nowMs, contractMs })).toBe(7)
    expect(lentUntil(desktop(undefined), { nowMs, contractMs })).toBe(0)
  })
})
