// The stored form: restores to the bit, and whatever is wrong with it is refused without a trace.
import fc from 'fast-check'
import { metrics } from '@gleaner/model'
import { describe, expect, test } from 'vitest'
import { checksum } from './checksum.ts'
import { loadKinds, loadValue, seededRandom } from './testing/random-load.ts'
import { storedHeaderBytes, storedSeed, storedSubjectBytes } from './stored-form.ts'
import { loadRefusalText } from './subject-decoder.ts'
import { TelemetryWindows } from './telemetry-windows.ts'
import { telemetryFunctions } from './telemetry-question.ts'

const stepMs = 300_000
const dayMs = 86_400_000
const startMs = 1_780_000_000_000

function filled(seed: number, steps: number): TelemetryWindows {
  const windows = new TelemetryWindows({ stepMs })
  const random = seededRandom(seed)
  const kinds = metrics.map(() => loadKinds[Math.floor(random() * (loadKinds.length + 2))])
  for (let step = 0; step < steps; step++) {
    if (random() < 0.05) step += Math.floor(random() * 20)
    const values = Object.fromEntries(
      metrics.flatMap((metric, m) => {
        const kind = kinds[m]
        return kind === undefined || random() < 0.02 ? [] : [[metric, loadValue(kind, step, random)] as const]
      }),
    )
    windows.record('s', { atMs: startMs + step * stepMs, values }, startMs + step * stepMs)
  }
  windows.add('s')
  return windows
}

const states = fc.record({
  seed: fc.integer(),
  steps: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 3000 })),
})

/** The same bytes with a checksum that is right: only what they say can be wrong. */
function resealed(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer)
  const seed = storedSeed(view.getUint32(8, true), bytes.length)
  view.setUint32(12, bytes.length, true)
  view.setUint32(16, checksum(bytes.subarray(storedHeaderBytes), seed), true)
  return bytes
}

const dumpOf = (windows: TelemetryWindows) => windows.dump(windows.slotOf('s')) as Uint8Array<ArrayBuffer>

describe('the stored form', () => {
  test('restores exactly: the same bytes, the same answers, the same future', () => {
    fc.assert(
      fc.property(states, ({ seed, steps }) => {
        const before = filled(seed, steps)
        const bytes = dumpOf(before)
        const after = new TelemetryWindows({ stepMs })
        const outcome = after.load('s', bytes)
        expect(outcome.loaded).toBe(true)
        const slot = after.slotOf('s')
        expect(after.dump(slot)).toEqual(bytes)
        expect(after.isDirty(slot)).toBe(false)
        const nowMs = startMs + (steps + 3) * stepMs
        for (const windows of [before, after]) windows.record('s', { atMs: nowMs, values: { cpu: 1 } }, nowMs)
        for (const metric of metrics) {
          for (const fn of telemetryFunctions) {
            const question = { fn, metric, argument: 50, lengthMs: 5 * dayMs }
            expect(after.explain(slot, question, nowMs)).toEqual(before.explain(before.slotOf('s'), question, nowMs))
          }
        }
      }),
      { numRuns: 15 },
    )
  })

  test('any change of any byte, any cut and any addition is refused and leaves what was there', () => {
    fc.assert(
      fc.property(states, fc.nat(), fc.integer({ min: 1, max: 255 }), ({ seed, steps }, where, change) => {
        const windows = filled(seed, steps)
        const whole = dumpOf(windows)
        const revision = windows.revision(0)
        const changed = whole.slice()
        changed[where % whole.length] = (changed[where % whole.length] ?? 0) ^ change
        const longer = new Uint8Array(whole.length + 1 + (where % 9))
        longer.set(whole)
        for (const bytes of [changed, whole.slice(0, where % whole.length), longer]) {
          const outcome = windows.load('s', bytes)
          expect(outcome.loaded).toBe(false)
          if (!outcome.loaded) expect(loadRefusalText[outcome.reason]).toMatch(/\.$/)
          expect(windows.load('new', bytes).loaded).toBe(false)
        }
        expect(windows.slotOf('new')).toBe(-1)
        expect(windows.revision(0)).toBe(revision)
        expect(dumpOf(windows)).toEqual(whole)
      }),
      { numRuns: 40 },
    )
  })

  test('bytes with a right checksum are refused or harmless: bounds stay in order and numbers finite', () => {
    let refused = 0
    let loaded = 0
    fc.assert(
      fc.property(
        states,
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 }),
        ({ seed, steps }, changes) => {
          const bytes = dumpOf(filled(seed, steps))
          for (const [where, value] of changes) {
            bytes[storedHeaderBytes + (where % (bytes.length - storedHeaderBytes))] = value
          }
          const windows = new TelemetryWindows({ stepMs })
          if (!windows.load('s', resealed(bytes)).loaded) {
            refused++
            return
          }
          loaded++
          const nowMs = (windows.lastAtMs(0) || startMs) + stepMs
          for (const metric of metrics) {
            for (const fn of telemetryFunctions) {
              for (const lengthMs of [3_600_000, 2 * dayMs, 14 * dayMs]) {
                const answer = windows.explain(0, { fn, metric, argument: 50, lengthMs }, nowMs)
                if (answer === undefined) continue
                expect(Number.isFinite(answer.errorLow) && Number.isFinite(answer.errorHigh)).toBe(true)
              }
            }
          }
          expect(windows.record('s', { atMs: nowMs, values: { cpu: 1 } }, nowMs).accepted).toBe(1)
        },
      ),
      { numRuns: 80 },
    )
    expect(refused).toBeGreaterThan(0)
    expect(loaded).toBeGreaterThan(0)
  })

  test('a ring that is ahead of all its samples is refused', () => {
    const bytes = dumpOf(filled(0, 1))
    const view = new DataView(bytes.buffer)
    view.setInt32(storedHeaderBytes, view.getInt32(storedHeaderBytes, true) + 1, true)
    expect(new TelemetryWindows({ stepMs }).load('s', resealed(bytes))).toEqual({ loaded: false, reason: 'damaged' })
  })

  test('a sketch with more in its bins than it counted is refused', () => {
    const bytes = dumpOf(filled(2, 200))
    const last = bytes.length - 1
    bytes[last] = 0xff
    expect(new TelemetryWindows({ stepMs }).load('s', resealed(bytes))).toEqual({ loaded: false, reason: 'damaged' })
  })

  test('random bytes are refused', () => {
    const windows = new TelemetryWindows()
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20_000 }), (bytes) => {
        expect(windows.load('s', bytes).loaded).toBe(false)
      }),
    )
    expect(windows.size).toBe(0)
  })

  test('says what is wrong', () => {
    const bytes = dumpOf(filled(1, 500))
    const refusalOf = (change: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array, options = { stepMs }) => {
      const outcome = new TelemetryWindows(options).load('s', change(bytes.slice()))
      return outcome.loaded ? 'loaded' : outcome.reason
    }
    const withVersion = (version: number) => (copy: Uint8Array<ArrayBuffer>) => {
      new DataView(copy.buffer).setUint32(4, version, true)
      return copy
    }
    expect(refusalOf((copy) => copy)).toBe('loaded')
    expect(refusalOf(() => new Uint8Array())).toBe('truncated')
    expect(refusalOf((copy) => copy.slice(0, 100))).toBe('truncated')
    expect(refusalOf(() => new Uint8Array(1_000_000))).toBe('truncated')
    expect(refusalOf((copy) => copy.fill(0, 0, 4))).toBe('not-telemetry')
    expect(refusalOf(withVersion(2))).toBe('newer-version')
    expect(refusalOf(withVersion(0))).toBe('damaged')
    expect(refusalOf((copy) => copy.fill(7, 300, 310))).toBe('damaged')
    expect(refusalOf((copy) => copy, { stepMs: 60_000 })).toBe('other-layout')
  })

  test('an empty subject is small, a full one smaller than what it takes in memory', () => {
    expect(dumpOf(filled(1, 0)).length).toBe(storedHeaderBytes + storedSubjectBytes)
    const full = filled(3, 4500)
    expect(dumpOf(full).length).toBeLessThan(full.memory.bytesPerSubject)
  })

  test('a slot without a subject has no stored form', () => {
    expect(new TelemetryWindows().dump(0)).toBeUndefined()
  })
})
