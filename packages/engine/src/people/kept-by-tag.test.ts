import { Temporal } from 'temporal-polyfill'
import { describe, expect, it } from 'vitest'
import { keptByTag } from './kept-by-tag.ts'

const at = (text: string) => Temporal.Instant.from(text).epochMilliseconds
const nowMs = at('2026-12-01T00:00:00Z')
const until = (tags: readonly string[], now = nowMs) => keptByTag(tags, now)?.untilMs

describe('a tag that keeps', () => {
  it.each([
    // The day is over in Hawaii and on Baker Island as well.
    ['gleaner-keep-until=2026-12-24', '2026-12-25T12:00:00Z'],
    ['gleaner-keep-until= 2026-12-24 ', '2026-12-25T12:00:00Z'],
    ['gleaner-keep-until=2026-12-24T18:00:00Z', '2026-12-24T18:00:00Z'],
    ['gleaner-keep-until=2026-12-24T18:00:00+01:00', '2026-12-24T17:00:00Z'],
    ['gleaner-keep-until=2028-02-29', '2028-03-01T12:00:00Z'],
  ])('%s', (tag, expected) => {
    expect(until(['other', tag])).toBe(at(expected))
  })

  it.each([
    'gleaner-keep-until',
    'gleaner-keep-until=',
    'gleaner-keep-until=Christmas',
    'gleaner-keep-until=2027-02-29',
    'gleaner-keep-until=24.12.2026',
    'gleaner-keep-until=2026-12-24T18:00',
  ])('without a time that can be read keeps without end: %s', (tag) => {
    expect(keptByTag([tag], nowMs)).toEqual({ tag, untilMs: Number.POSITIVE_INFINITY })
  })

  it('is over when its time has come, and not a moment before', () => {
    const tag = 'gleaner-keep-until=2026-12-24T18:00:00Z'
    expect(until([tag], at('2026-12-24T18:00:00Z') - 1)).toBe(at('2026-12-24T18:00:00Z'))
    expect(until([tag], at('2026-12-24T18:00:00Z'))).toBeUndefined()
  })

  it('that keeps longest counts, in whatever order', () => {
    const tags = ['gleaner-keep-until=2026-12-02', 'gleaner-keep-until=2027-01-02', 'gleaner-keep-until=2020-01-01']
    expect(until(tags)).toBe(at('2027-01-03T12:00:00Z'))
    expect(until([...tags].reverse())).toBe(at('2027-01-03T12:00:00Z'))
  })

  it('is not mistaken for others', () => {
    expect(
      until(['keep-until=2099-01-01', 'gleaner-keep-until-when=2099-01-01', 'xgleaner-keep-until=2099-01-01']),
    ).toBeUndefined()
    expect(until([])).toBeUndefined()
  })
})
