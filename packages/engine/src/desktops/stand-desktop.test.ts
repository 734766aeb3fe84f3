// Where a desktop stands, at the very moments at which that changes.
import { testStartMs } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { presenceOf } from './desktop-presence.ts'
import { standDesktop } from './stand-desktop.ts'
import { aDesktop, limits } from './testing/a-desktop.ts'

const beatMs = testStartMs - 1000
const at = (afterMs: number, phase: 'lent' | 'in-use' = 'lent') =>
  standDesktop(aDesktop(phase), beatMs + afterMs, limits)

describe('where a desktop stands', () => {
  it('is what its agent says, since when it says so', () => {
    expect(at(0)).toMatchObject({ standing: 'lent', lendable: true, sinceMs: testStartMs - 2000 })
    expect(at(0, 'in-use')).toMatchObject({ standing: 'in-use', lendable: false, verdict: { code: 'user-input' } })
  })

  it('is lost from the last beat that may be missing on, gone after the second limit', () => {
    expect(at(44_999)).toMatchObject({ standing: 'lent', lendable: true })
    expect(at(45_000)).toMatchObject({
      standing: 'lost',
      lendable: false,
      sinceMs: beatMs,
      verdict: { code: 'desktop-lost', facts: { silentS: 45 } },
    })
    expect(at(599_999)).toMatchObject({ standing: 'lost' })
    expect(at(600_000)).toMatchObject({ standing: 'gone', lendable: false, verdict: { code: 'desktop-gone' } })
  })

  it('does not suffer from a beat of the future: the clock was set back', () => {
    expect(at(-3_600_000)).toMatchObject({ standing: 'lent' })
  })

  it('is silent before the first beat, however long ago it joined', () => {
    const silent = aDesktop('lent', { word: undefined, lastBeatMs: undefined, joinedAtMs: 5 })
    expect(standDesktop(silent, testStartMs, limits)).toMatchObject({ standing: 'silent', lendable: false, sinceMs: 5 })
  })

  it('is revoked before all else, and by whom', () => {
    const by = (revokedBy: string | undefined) =>
      standDesktop(aDesktop('lent', { revokedAtMs: 7, revokedBy }), testStartMs, limits)
    expect(by('olga')).toMatchObject({ standing: 'revoked', lendable: false, sinceMs: 7 })
    expect(by('olga').verdict.sentence).toBe('olga has ended its right to speak.')
    expect(by(undefined).verdict.sentence).toBe('An administrator has ended its right to speak.')
  })
})

describe('whether it may have guests', () => {
  const long = { ...limits, lostAfterMs: 300_000 }

  it('takes a contract that runs, however many beats may be missing', () => {
    const desktop = aDesktop('lendable')
    expect(presenceOf(desktop, beatMs + 59_999, long)).toMatchObject({ lendable: true })
    expect(presenceOf(desktop, beatMs + 60_000, long)).toMatchObject({
      standing: 'lendable',
      lendable: false,
      sinceMs: beatMs + 60_000,
      verdict: { code: 'lend-contract-over' },
    })
    expect(presenceOf(aDesktop('in-use'), beatMs + 60_000, long)).toMatchObject({ verdict: { code: 'user-input' } })
  })

  it('is no where no agent speaks for the host', () => {
    expect(presenceOf(undefined, testStartMs, limits)).toMatchObject({
      standing: undefined,
      lendable: false,
      verdict: { code: 'desktop-unjoined' },
    })
  })
})
