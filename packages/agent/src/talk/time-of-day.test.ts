import { expect, it } from 'vitest'
import { msUntil } from './time-of-day.ts'

const minute = 60_000

it('is the next time that the clock shows it', () => {
  const at = (hour: number, minutes: number) => new Date(2026, 2, 10, hour, minutes)
  expect(msUntil('18:00', at(9, 30))).toBe(8.5 * 60 * minute)
  expect(msUntil('9:31', at(9, 30))).toBe(minute)
  expect(msUntil('09:30', at(9, 30))).toBe(24 * 60 * minute)
  expect(msUntil('0:15', at(23, 45))).toBe(30 * minute)
  expect(msUntil('24:00', at(23, 45))).toBe(15 * minute)
})

it.each(['', '18', '18:0', '25:00', '24:01', '12:60', '-1:00', '18:00:00', '6pm'])('%j is none', (text) => {
  expect(msUntil(text, new Date(2026, 2, 10))).toBeUndefined()
})
