import { defaultPolicy } from '@gleaner/model'
import { testStartMs } from '@gleaner/testkit'
import { expect, test } from 'vitest'
import { maintenanceAt } from './maintenance.ts'

const hourMs = 3_600_000
const at = (...crons: readonly string[]) =>
  maintenanceAt(
    { ...defaultPolicy, maintenanceWindows: crons.map((cron) => ({ cron, durationMs: hourMs, timeZone: 'UTC' })) },
    testStartMs,
  )

// It is 08:00 UTC.
test('without windows it is always open', () => {
  expect(at()).toEqual({ open: true, nextOpenMs: undefined })
})

test('one open window is enough', () => {
  expect(at('0 20 * * *', '0 8 * * *')).toEqual({ open: true, nextOpenMs: undefined })
})

test('closed, it tells the next opening of any window, however they are listed', () => {
  const evening = { open: false, nextOpenMs: testStartMs + 12 * hourMs }
  expect(at('0 20 * * *', '0 22 * * *')).toEqual(evening)
  expect(at('0 22 * * *', '0 20 * * *')).toEqual(evening)
})

test('a window nobody can read neither opens nor hides the others', () => {
  expect(at('nonsense')).toEqual({ open: false, nextOpenMs: undefined })
  const evening = { open: false, nextOpenMs: testStartMs + 12 * hourMs }
  expect(at('nonsense', '0 20 * * *')).toEqual(evening)
  expect(at('0 20 * * *', 'nonsense')).toEqual(evening)
})
