import { type GuestMemory, instanceId } from '@gleaner/model'
import { aJournalEntry, testCloud } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { PressureWatch } from './pressure-watch.ts'

const loan = (state: 'intended' | 'accepted' | 'done' | 'failed' | 'timed-out' = 'accepted', id = 'loan') => ({
  instanceId: instanceId(testCloud, 'web-1'),
  entry: aJournalEntry({ id, action: 'balloon', setting: { memoryMiB: 1000 }, intendedAtMs: 0, state }),
  lastReturn: undefined,
})
const seen = (leftMiB: number, usableMiB: number, saidAtMs: number, swappedMiB = 0): GuestMemory => ({
  promisedMiB: 4000,
  leftMiB,
  usableMiB,
  swappedMiB,
  saidAtMs,
  residentMiB: leftMiB,
})

describe('a loan from look to look', () => {
  it('is open until the guest has left what it was asked for', () => {
    const watch = new PressureWatch()
    expect(watch.see(loan(), seen(4000, 3000, 900), 1000)).toEqual({
      targetMiB: 1000,
      sinceMs: 0,
      progress: 'open',
      fallMiBPerS: 0,
      swappedMiB: 0,
    })
    expect(watch.see(loan(), seen(2000, 1000, 2900), 3000).progress).toBe('open')
    expect(watch.see(loan(), seen(1001, 400, 4900), 5000).progress).toBe('reached')
  })

  it('shows a fall between two words that were both said after that', () => {
    const watch = new PressureWatch()
    watch.see(loan(), seen(1000, 2500, 900), 1000)
    // Said before the look that saw the balloon there: the balloon itself is in it.
    expect(watch.see(loan(), seen(1000, 400, 2900), 3000).fallMiBPerS).toBe(0)
    expect(watch.see(loan(), seen(1000, 300, 4900), 5000).fallMiBPerS).toBe(50)
    expect(watch.see(loan(), seen(1000, 300, 4900), 5500).fallMiBPerS).toBe(50)
    expect(watch.see(loan(), seen(1000, 340, 6900), 7000).fallMiBPerS).toBe(0)
  })

  it('shows what was swapped since then, if anything is told of it', () => {
    const watch = new PressureWatch()
    watch.see(loan(), seen(4000, 400, 900, 20), 1000)
    expect(watch.see(loan(), seen(1000, 400, 2900, 70), 3000).swappedMiB).toBe(0)
    expect(watch.see(loan(), seen(1000, 400, 4900, 82), 5000).swappedMiB).toBe(12)
    const silent = new PressureWatch()
    silent.see(loan(), seen(1000, 400, 900, Number.NaN), 1000)
    expect(silent.see(loan(), seen(1000, 400, 2900, Number.NaN), 3000).swappedMiB).toBe(0)
  })

  it('is missed when its step failed, and reached when its step saw that before a restart', () => {
    expect(new PressureWatch().see(loan('failed'), seen(1000, 400, 900), 1000).progress).toBe('missed')
    expect(new PressureWatch().see(loan('timed-out'), seen(3000, 400, 900), 1000).progress).toBe('missed')
    expect(new PressureWatch().see(loan('done'), seen(4000, 400, 900), 1000).progress).toBe('reached')
  })

  it('is not back by what the guest said before its step had ended', () => {
    const { entry, ...rest } = loan('done')
    const ended = { ...rest, entry: { ...entry, finishedAtMs: 1000 } }
    expect(new PressureWatch().see(ended, seen(4000, 400, 999), 1500).progress).toBe('open')
    expect(new PressureWatch().see(ended, seen(4000, 400, Number.NaN), 1500).progress).toBe('open')
    expect(new PressureWatch().see(ended, seen(4000, 400, 1000), 1500).progress).toBe('reached')
  })

  it('is forgotten with the loan', () => {
    const watch = new PressureWatch()
    watch.see(loan('accepted', 'a'), seen(1000, 400, 900, 5), 1000)
    watch.keepOnly([])
    expect(watch.see(loan('accepted', 'a'), seen(1000, 400, 2900, 90), 3000).swappedMiB).toBe(0)
  })
})
