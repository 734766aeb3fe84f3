import { describe, expect, test } from 'vitest'
import { formatDurationMs, parseDurationMs } from './duration.ts'

describe('a duration is read', () => {
  test.each([
    ['0s', 0],
    ['250ms', 250],
    ['90s', 90_000],
    ['10m', 600_000],
    ['2h', 7_200_000],
    ['14d', 1_209_600_000],
    ['1w', 604_800_000],
    ['1h30m', 5_400_000],
    ['1.5h', 5_400_000],
    ['10.25s', 10_250],
    ['1w2d3h4m5s6ms', 788_645_006],
    ['30m1h', 5_400_000],
    ['0.4ms', 0],
    ['0.6ms', 1],
  ])('%s', (text, durationMs) => {
    expect(parseDurationMs(text)).toBe(durationMs)
  })

  test.each([
    '',
    '1',
    's',
    '1 h',
    ' 1h',
    '1h ',
    '1H',
    '-1h',
    '+1h',
    '1h30',
    '1,5h',
    '.5h',
    '1.h',
    '1.5.5h',
    '1y',
    '1e3s',
    'PT1H',
    '1h\n',
    'NaNs',
    'Infinitys',
  ])('but not %j', (text) => {
    expect(parseDurationMs(text)).toBeUndefined()
  })

  test('but not when no number holds it', () => {
    expect(parseDurationMs(`${'9'.repeat(400)}s`)).toBeUndefined()
  })
})

describe('a duration is written', () => {
  test.each([
    [0, '0s'],
    [1, '1ms'],
    [499, '499ms'],
    [0.4, '0ms'],
    [1000, '1s'],
    [1499, '1s'],
    [1500, '2s'],
    [59_000, '59s'],
    [60_000, '1m'],
    [61_000, '1m1s'],
    [3_599_600, '1h'],
    [3_600_000, '1h'],
    [5_400_000, '1h30m'],
    [86_400_000, '1d'],
    [86_700_000, '1d5m'],
    [86_401_000, '1d1s'],
    [90_061_000, '1d1h'],
    [172_799_000, '1d23h'],
    [1_209_600_000, '14d'],
    [-5_400_000, '-1h30m'],
    [-250, '-250ms'],
  ])('%d ms', (durationMs, text) => {
    expect(formatDurationMs(durationMs)).toBe(text)
  })

  test.each([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN])('without an end: %d', (durationMs) => {
    expect(formatDurationMs(durationMs)).toBe('for ever')
  })
})
