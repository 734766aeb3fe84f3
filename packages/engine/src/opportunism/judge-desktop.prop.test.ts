// Whatever the monitors say and whatever the clocks do: guests run only where every signal is there and nobody objects, and not for
// one look longer.
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import type { ReadingState } from './reading.ts'
import { policyOf, rule, WatchedDesktop } from './testing/watched-desktop.ts'

const policy = policyOf(
  [
    rule('input', { startAfterMs: 20_000, continueAfterMs: 8000 }),
    rule('pointer', {
      startAfterMs: 20_000,
      continueAfterMs: 8000,
      bump: { afterIdleMs: 15_000, againAfterMs: 1000, forgetAfterMs: 4000 },
    }),
    rule('load', { startAfterMs: 6000, continueAfterMs: 3000, suspendAfterMs: 5000, presence: false }),
  ],
  { graceMs: 3000, backOff: { windowMs: 120_000, firstMs: 2000, factor: 2, mostMs: 30_000 } },
)

const state = fc.oneof(
  { weight: 30, arbitrary: fc.constant<ReadingState | 'silent'>('idle') },
  { weight: 1, arbitrary: fc.constantFrom<ReadingState | 'silent'>('active', 'between', 'missing', 'silent') },
)
const step = fc.record({
  input: state,
  pointer: state,
  load: state,
  afterMs: fc.oneof(
    { weight: 20, arbitrary: fc.constant(1000) },
    { weight: 1, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: -2000, max: 30_000 }) },
  ),
  sleptMs: fc.oneof(
    { weight: 40, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: 2000, max: 1e8 }) },
  ),
  setMs: fc.oneof(
    { weight: 40, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: -1e9, max: 1e9 }) },
  ),
  arrive: fc.oneof({ weight: 10, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(1) }),
})

it('no guest runs with a missing signal, nor beside a user, nor before its time', () => {
  let lentOnce = 0
  fc.assert(
    fc.property(fc.array(step, { minLength: 60, maxLength: 160 }), (steps) => {
      const desktop = new WatchedDesktop(policy)
      // Kept apart from the code under test: since when each presence monitor is calm, from the steps alone.
      let calmS = 0
      let wasRunning = false
      for (const { arrive, afterMs, sleptMs, setMs, ...states } of steps) {
        for (const [name, value] of Object.entries(states)) desktop.states.set(name, value)
        const { monoMs, bootMs, wallMs } = desktop.clocks
        desktop.clocks = { monoMs, bootMs: bootMs + sleptMs, wallMs: wallMs + sleptMs + setMs }
        desktop.guests = { ...desktop.guests, paused: desktop.guests.paused + arrive }
        const answer = desktop.look(afterMs)
        const unseen = afterMs < 0 || afterMs > policy.maxGapMs || sleptMs > 0
        const calm = states.input === 'idle' && states.pointer === 'idle' && !unseen
        calmS = calm ? calmS + afterMs / 1000 : 0
        const signals = Object.values(states)
        if (signals.some((each) => each === 'missing' || each === 'silent') || unseen) {
          expect(answer.mayRun).toBe(false)
          expect(['in-use', 'reclaiming']).toContain(answer.phase)
        }
        if (states.input === 'active' || states.pointer === 'active') expect(answer.mayRun).toBe(false)
        if (answer.mayRun) {
          lentOnce += 1
          // To begin anew everything has to have been calm; only a bump of the pointer may lie within.
          if (!wasRunning && states.load !== 'idle') expect.fail('guests began while the machine was busy')
          if (!wasRunning) expect(calmS).toBeGreaterThanOrEqual(3)
        } else expect(desktop.guests.running).toBe(0)
        wasRunning = answer.mayRun
        expect(answer.verdict.sentence).not.toBe('')
        expect(answer.backOffMs).toBeLessThanOrEqual(30_000)
      }
    }),
    { numRuns: 400 },
  )
  expect(lentOnce).toBeGreaterThan(100)
})

it('more interruptions never make the wait shorter', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), (returns) => {
      const desktop = new WatchedDesktop(policy)
      desktop.stay(21_000)
      desktop.guests = { running: 1, paused: 0 }
      desktop.look()
      let before = 0
      for (let nth = 0; nth < returns; nth++) {
        desktop.touch('input')
        const began = desktop.clocks.monoMs
        while (!desktop.look().mayRun) expect(desktop.clocks.monoMs - began).toBeLessThan(60_000)
        const waited = desktop.clocks.monoMs - began
        if (desktop.memory.interruptedAtMs[0] === began) before = 0
        expect(waited).toBeGreaterThanOrEqual(8000)
        if (desktop.memory.interruptedAtMs.length === nth + 1) expect(waited).toBeGreaterThanOrEqual(before)
        before = waited
      }
    }),
    { numRuns: 30 },
  )
})

it('a lock shortens waits and nothing else: who is there has the machine, an unlocked screen is somebody, and nobody waits longer for it', () => {
  const locking = {
    ...policy,
    lockedAfterMs: 5000,
    rules: policy.rules.map((each) => ({ ...each, local: each.presence })),
  }
  let sooner = 0
  fc.assert(
    fc.property(
      fc.array(fc.record({ input: state, load: state, turnsLock: fc.nat(30) }), { minLength: 60, maxLength: 160 }),
      (steps) => {
        const desktop = new WatchedDesktop(locking)
        const plain = new WatchedDesktop(policy)
        desktop.guests = { running: 0, paused: 1 }
        plain.guests = { running: 0, paused: 1 }
        let locked = false
        let unlockedBefore = false
        for (const { turnsLock, ...states } of steps) {
          const was = locked
          if (turnsLock === 0) locked = !locked
          desktop.locked = locked
          for (const [name, value] of Object.entries(states)) {
            desktop.states.set(name, value)
            plain.states.set(name, value)
          }
          const answer = desktop.look()
          const other = plain.look()
          const signals = Object.values(states)
          if (signals.some((each) => each === 'missing' || each === 'silent') || states.input === 'active')
            expect(answer.mayRun).toBe(false)
          if (was && !locked) {
            expect(answer.mayRun).toBe(false)
            unlockedBefore = true
          }
          // Until it is unlocked for the first time, and no interruption has come that the other one did not have.
          const alike = !unlockedBefore && desktop.memory.interruptedAtMs.length <= plain.memory.interruptedAtMs.length
          if (alike && other.mayRun) expect(answer.mayRun).toBe(true)
          if (answer.mayRun && !other.mayRun) sooner += 1
        }
      },
    ),
    { numRuns: 300 },
  )
  expect(sooner).toBeGreaterThan(100)
})
