import type { SleepSpanView } from '@gleaner/model'
import { expect, test } from 'vitest'
import { barsOf, frameOf, hourAtMs, hoursOf, kindIn } from './sleep-hours.ts'

const frame = frameOf({ from: '2026-03-01T10:20:00Z', now: '2026-03-03T10:20:00Z', to: '2026-03-05T10:20:00Z' })
const span = (kind: SleepSpanView['kind'], from: string, to: string): SleepSpanView => ({ kind, from, to })

test('bars are shares of the strip, cut to it', () => {
  const bars = barsOf(
    [
      span('asleep', '2026-02-01T00:00:00Z', '2026-03-02T10:20:00Z'),
      span('sleeps', '2026-03-03T10:20:00Z', '2026-03-04T10:20:00Z'),
      span('promised', '2026-03-06T00:00:00Z', '2026-03-07T00:00:00Z'),
    ],
    frame,
  )
  expect(bars).toEqual([
    { kind: 'asleep', left: 0, width: 0.25 },
    { kind: 'sleeps', left: 0.5, width: 0.25 },
  ])
})

test('hours are whole ones, and the present one is 0', () => {
  expect(hoursOf(frame)).toEqual({ first: -47, last: 48 })
  expect(new Date(hourAtMs(frame, 0)).toISOString()).toBe('2026-03-03T10:00:00.000Z')
  expect(new Date(hourAtMs(frame, -47)).toISOString()).toBe('2026-03-01T11:00:00.000Z')
})

test('in an hour a host is what it is for most of it', () => {
  const startMs = Date.parse('2026-03-03T12:00:00Z')
  const asleep = (from: string, to: string) => kindIn([span('asleep', from, to)], startMs)
  expect(asleep('2026-03-03T12:30:00Z', '2026-03-03T14:00:00Z')).toBe('asleep')
  expect(asleep('2026-03-03T12:31:00Z', '2026-03-03T14:00:00Z')).toBeUndefined()
  expect(
    kindIn(
      [
        span('sleeps', '2026-03-03T11:00:00Z', '2026-03-03T12:10:00Z'),
        span('promised', '2026-03-03T12:10:00Z', '2026-03-03T13:00:00Z'),
      ],
      startMs,
    ),
  ).toBe('promised')
})
