// What is foretold of a desktop, and how well: checked on courses whose truth is known.
import type { LendingPhase } from '@gleaner/model'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { forecastAvailability, hourOfWeek, hoursOfWeek, type PhaseSpan } from './forecast-availability.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** A Monday, midnight. */
const monday = Date.UTC(2026, 2, 2)

/** In use from nine to five on working days, but for the days that are free. */
function office(days: number, isFree: (day: number) => boolean = () => false): PhaseSpan[] {
  const spans: PhaseSpan[] = [{ atMs: monday, phase: 'lendable' }]
  for (let day = 0; day < days; day++) {
    if (day % 7 >= 5 || isFree(day)) continue
    spans.push({ atMs: monday + day * dayMs + 9 * hourMs, phase: 'in-use' })
    spans.push({ atMs: monday + day * dayMs + 17 * hourMs, phase: 'lendable' })
  }
  return spans
}
const of = (days: number, isFree?: (day: number) => boolean) =>
  forecastAvailability(office(days, isFree), monday + days * dayMs)

describe('the forecast of a desktop', () => {
  it('knows office hours after some weeks, and how well it knew them', () => {
    const { hours, learntHours, accuracy } = of(42)
    expect(learntHours).toBe(42 * 24)
    expect(hours).toHaveLength(hoursOfWeek)
    expect(hours?.[12]).toBeLessThan(0.1)
    expect(hours?.[20]).toBeGreaterThan(0.9)
    expect(hours?.[5 * 24 + 12]).toBeGreaterThan(0.85)
    expect(accuracy?.judgedHours).toBe(42 * 24 - 24)
    expect(accuracy?.rightShare).toBeGreaterThan(0.97)
    expect(accuracy?.brier).toBeLessThan((accuracy?.brierOfMean ?? 0) / 5)
  })

  it('leans on other working days where a day was not seen yet', () => {
    const { hours } = of(2)
    // Of a Thursday nothing was seen.
    expect(hours?.[3 * 24 + 12]).toBeLessThan(0.35)
    expect(hours?.[3 * 24 + 20]).toBeGreaterThan(0.8)
  })

  it('forgets: who is away since two months is foretold to be away', () => {
    const gone = of(112, (day) => day >= 56)
    expect(gone.hours?.[12]).toBeGreaterThan(0.6)
    expect(of(112).hours?.[12]).toBeLessThan(0.1)
  })

  it('is not better than the mean where nothing can be foretold, and says so', () => {
    let seed = 1
    const chance = () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return seed / 2_147_483_648
    }
    const spans = Array.from(
      { length: 2000 },
      (_, nth): PhaseSpan => ({
        atMs: monday + nth * hourMs,
        phase: chance() < 0.5 ? 'lendable' : 'in-use',
      }),
    )
    const { accuracy } = forecastAvailability(spans, monday + 2000 * hourMs)
    expect(accuracy?.brier).toBeGreaterThan((accuracy?.brierOfMean ?? 0) * 0.95)
  })

  it('counts parts of hours', () => {
    const spans: PhaseSpan[] = [
      { atMs: monday, phase: 'in-use' },
      { atMs: monday + 45 * 60_000, phase: 'lent' },
    ]
    const { hours, learntHours } = forecastAvailability(spans, monday + hourMs)
    expect(learntHours).toBe(1)
    // A quarter, which leans on its kind and on everything, and these on a half.
    expect(hours?.[0]).toBeCloseTo((0.25 + (0.25 + (0.25 + 0.5) / 2) / 2) / 2)
  })

  it('says nothing of what it does not know', () => {
    const nothing = { hours: undefined, learntHours: 0, accuracy: undefined }
    expect(forecastAvailability([], monday)).toEqual(nothing)
    expect(forecastAvailability([{ atMs: monday, phase: 'lent' }], monday + hourMs - 1)).toEqual(nothing)
    expect(forecastAvailability([{ atMs: monday, phase: 'lent' }], monday - dayMs)).toEqual(nothing)
    expect(of(1).accuracy).toBeUndefined()
  })

  it('is a share whatever happened', () => {
    const phase = fc.constantFrom<LendingPhase>('in-use', 'quiet', 'grace', 'lendable', 'lent', 'reclaiming')
    const course = fc.array(fc.record({ afterMs: fc.integer({ min: 0, max: 3 * dayMs }), phase }), { maxLength: 60 })
    fc.assert(
      fc.property(course, (steps) => {
        let atMs = monday
        const spans = steps.map(({ afterMs, phase: each }) => ({ atMs: (atMs += afterMs), phase: each }))
        const { hours = [], accuracy } = forecastAvailability(spans, atMs + dayMs)
        for (const share of hours) expect(share >= 0 && share <= 1).toBe(true)
        if (accuracy !== undefined) expect(accuracy.rightShare >= 0 && accuracy.rightShare <= 1).toBe(true)
      }),
      { numRuns: 60, seed: 7 },
    )
  })
})

it('the week begins on Monday at midnight', () => {
  expect(hourOfWeek(monday)).toBe(0)
  expect(hourOfWeek(monday - 1)).toBe(167)
  expect(hourOfWeek(monday + 5 * dayMs + 3 * hourMs)).toBe(123)
  expect(hourOfWeek(0)).toBe(72)
})
