import fc from 'fast-check'
import type { GuestMemory } from '@gleaner/model'
import { describe, expect, it } from 'vitest'
import { defaultPressureOptions as options } from './pressure-options.ts'
import { type PressureGuest, type PressureSession, pressureStep } from './pressure-session.ts'

const minuteMs = 60_000
const nowMs = 1_000 * minuteMs

const memory = (overrides: Partial<GuestMemory> = {}): GuestMemory => ({
  promisedMiB: 8192,
  leftMiB: 8192,
  usableMiB: 6392,
  swappedMiB: 0,
  saidAtMs: nowMs - 1000,
  residentMiB: 8000,
  ...overrides,
})
const guest = (overrides: Partial<PressureGuest> = {}): PressureGuest => ({
  memory: memory(),
  usualMiB: 2000,
  session: undefined,
  lastEndedAtMs: undefined,
  isAllowed: true,
  ...overrides,
})
const session = (overrides: Partial<PressureSession> = {}): PressureSession => ({
  targetMiB: 2500,
  sinceMs: nowMs - minuteMs,
  progress: 'reached',
  fallMiBPerS: 0,
  swappedMiB: 0,
  ...overrides,
})
const lentFrom = (overrides: Partial<PressureGuest> = {}, seen: Partial<GuestMemory> = {}) =>
  guest({ session: session(), memory: memory({ leftMiB: 2500, usableMiB: 700, ...seen }), ...overrides })
const step = (of: PressureGuest) => pressureStep(of, { nowMs, options })

describe('a session begins', () => {
  it('with what the guest usually uses and a quarter', () => {
    expect(step(guest())).toEqual({ kind: 'lend', targetMiB: 2500, gainMiB: 5692, usedMiB: 1800 })
  })

  it('with what it uses now and a quarter where that is more', () => {
    expect(step(guest({ memory: memory({ usableMiB: 8192 - 2400 }) }))).toMatchObject({ targetMiB: 3000 })
  })

  it('with no less than the least configuration', () => {
    const small = guest({ usualMiB: 90, memory: memory({ usableMiB: 8100 }) })
    expect(step(small)).toMatchObject({ targetMiB: 512 })
  })

  it.each<[string, Partial<PressureGuest>, unknown]>([
    [
      'the gain is below the threshold',
      { memory: memory({ promisedMiB: 4500, leftMiB: 4500, usableMiB: 2700 }) },
      undefined,
    ],
    ['what is usual is not known', { usualMiB: Number.NaN }, 'silent'],
    ['what is used now is not known', { memory: memory({ usableMiB: Number.NaN }) }, 'silent'],
    ['it never said anything', { memory: memory({ saidAtMs: Number.NaN }) }, 'silent'],
    ['its last word is old', { memory: memory({ saidAtMs: nowMs - 16_000 }) }, 'silent'],
    ['its last word is of the future', { memory: memory({ saidAtMs: nowMs + 1 }) }, 'silent'],
    ['it was not in the answer', { memory: undefined }, undefined],
    ['it is not allowed', { isAllowed: false }, undefined],
    ['somebody else set its balloon', { memory: memory({ leftMiB: 6000, usableMiB: 4200 }) }, 'set-by-others'],
    ['the last one ended less than the grace ago', { lastEndedAtMs: nowMs - 9 * minuteMs }, 'resting'],
    ['the last one ended in the future', { lastEndedAtMs: nowMs + minuteMs }, 'resting'],
  ])('not when %s', (_, overrides, because) => {
    expect(step(guest(overrides))).toEqual(because === undefined ? { kind: 'leave' } : { kind: 'leave', because })
  })

  it('again once the grace is over', () => {
    expect(step(guest({ lastEndedAtMs: nowMs - 10 * minuteMs })).kind).toBe('lend')
  })
})

describe('all is given back', () => {
  it.each<[string, PressureGuest]>([
    // A tenth of 2500 left.
    ['needed', lentFrom({}, { usableMiB: 250 })],
    ['silent', lentFrom({}, { usableMiB: Number.NaN })],
    ['silent', lentFrom({}, { saidAtMs: nowMs - 15_001 })],
    ['silent', lentFrom({ memory: undefined })],
    ['not-allowed', lentFrom({ isAllowed: false })],
    ['not-reached', lentFrom({ session: session({ progress: 'missed' }) })],
    ['swaps', lentFrom({ session: session({ swappedMiB: 5 }) })],
    // 700 - 46 a second for 10 s is below a tenth.
    ['rising', lentFrom({ session: session({ fallMiBPerS: 46 }) })],
    ['back-already', lentFrom({}, { leftMiB: 8192, usableMiB: 6000 })],
    ['over', lentFrom({ session: session({ sinceMs: nowMs - 4 * 60 * minuteMs }) })],
    ['over', lentFrom({ session: session({ sinceMs: nowMs + 1 }) })],
  ])('%s', (because, of) => {
    expect(step(of)).toEqual({ kind: 'give-back', because })
  })

  it.each<[string, PressureGuest]>([
    ['the guest does well', lentFrom()],
    ['it falls, and lasts for long all the same', lentFrom({ session: session({ fallMiBPerS: 44 }) })],
    [
      'it is still leaving what it was asked for',
      lentFrom({ session: session({ progress: 'open', swappedMiB: 9 }) }, { leftMiB: 8192 }),
    ],
  ])('not while %s', (_, of) => {
    expect(step(of)).toEqual({ kind: 'leave' })
  })
})

const figure = fc.oneof(
  { arbitrary: fc.integer({ min: 0, max: 70_000 }), weight: 9 },
  { arbitrary: fc.constant(Number.NaN), weight: 1 },
)

it('never leaves a guest less than it uses, nor lends what it would need back at once', () => {
  let lent = 0
  fc.assert(
    fc.property(figure, figure, figure, (promisedMiB, usualMiB, usableMiB) => {
      const before = memory({ promisedMiB, leftMiB: promisedMiB, usableMiB })
      const answer = step(guest({ memory: before, usualMiB }))
      if (answer.kind !== 'lend') return
      lent++
      const usedMiB = promisedMiB - usableMiB
      expect(answer.targetMiB).toBeGreaterThan(usedMiB)
      expect(answer.targetMiB).toBeGreaterThanOrEqual(options.leastMiB)
      expect(promisedMiB - answer.targetMiB).toBeGreaterThanOrEqual(options.gainMiB)
      const after = memory({ promisedMiB, leftMiB: answer.targetMiB, usableMiB: answer.targetMiB - usedMiB })
      const begun = session({ targetMiB: answer.targetMiB, sinceMs: nowMs })
      expect(step(guest({ memory: after, usualMiB, session: begun }))).toEqual({ kind: 'leave' })
    }),
    { numRuns: 2000, seed: 7 },
  )
  expect(lent).toBeGreaterThan(20)
})

it('never keeps memory from a guest that is not known to do well', () => {
  fc.assert(
    fc.property(figure, figure, fc.integer({ min: -20_000, max: 20_000 }), (usableMiB, targetMiB, ageMs) => {
      const seen = memory({ leftMiB: targetMiB, usableMiB, saidAtMs: nowMs - ageMs })
      const answer = step(guest({ memory: seen, session: session({ targetMiB }) }))
      if (answer.kind === 'give-back') return
      expect(usableMiB).toBeGreaterThan(targetMiB * 0.09)
      expect(ageMs).toBeGreaterThanOrEqual(0)
      expect(ageMs).toBeLessThanOrEqual(options.silentMs)
    }),
    { numRuns: 2000, seed: 8 },
  )
})
