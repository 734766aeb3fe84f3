// Random hosts, loads and faults: what must hold of every estimate, every peak in force and every proposal, told without the
// code under test. Gaps, NaN, clocks that jump, instances that come, go, move, pause and are lent, hosts without capacity.
import { type Instance } from '@gleaner/model'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { holdingTable } from '../../ledger/holding.ts'
import { allSupports } from '../../testing/all-supports.ts'
import { strategyNames } from '../strategy.ts'
import { peakNow } from './peak-now.ts'
import { proposeRatios } from './propose-ratios.ts'
import { anOccupant, cloud, hourMs, liveHost, minuteMs, plainCodec } from './testing/live-host.ts'
import { usedSince } from './used-since.ts'

const load = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(0.01, 0.02, 0.1) },
  fc.double({ min: 0, max: 40, noNaN: true }),
  fc.constantFrom(Number.NaN, -1, Number.POSITIVE_INFINITY, 0, 1e14),
)

const events = fc.record({
  kind: fc.constantFrom(
    'run',
    'run',
    'run',
    'run',
    'come',
    'come',
    'go',
    'pause',
    'lend',
    'jump',
    'silence',
    'shrink',
    'follow',
  ),
  who: fc.nat({ max: 5 }),
  size: fc.constantFrom(0, 1, 4, 16),
  load,
  jumpMs: fc.constantFrom(-30 * hourMs, -90 * minuteMs, 7 * hourMs, 300 * hourMs),
  own: fc.constantFrom(undefined, 0, 0.3, 5),
})

const worlds = fc.record({
  strategy: fc.constantFrom(...strategyNames),
  capacity: fc.constantFrom(0, 2, 18, 18, 18),
  ratio: fc.constantFrom(0.5, 1, 1, 1, 3, 16),
  limits: fc.constantFrom(
    { min: 1, max: 1, largestStep: 0.1 },
    { min: 1, max: 4, largestStep: 0.25 },
    { min: 1, max: 9, largestStep: 2 },
  ),
  events: fc.array(events, { minLength: 8, maxLength: 25 }),
})

test('estimates stay within capacity and what is booked, ratios within their limits', { timeout: 120_000 }, () => {
  let raised = 0
  let lowered = 0
  fc.assert(
    fc.property(worlds, ({ strategy, capacity, ratio, limits, events: story }) => {
      const ratios = { cores: limits, memoryMiB: limits, learnScopes: 1, calmScopes: 1, leastConfidence: 0.1 }
      const live = liveHost({ strategy }, ratios)
      live.host = { ...live.host, cores: capacity, reservedCores: Math.min(2, capacity), coreRatio: ratio }
      for (const event of story) {
        const name = `i${event.who}`
        switch (event.kind) {
          case 'come':
            live.instances.set(name, anOccupant(name, { vcpus: event.size }))
            break
          case 'go':
            live.instances.delete(name)
            break
          case 'pause':
          case 'lend': {
            const known = live.instances.get(name)
            const change: Partial<Instance> = event.kind === 'pause' ? { state: 'paused' } : { firmness: 'preemptible' }
            if (known !== undefined) live.instances.set(name, { ...known, ...change })
            break
          }
          case 'jump':
            live.nowMs = Math.max(1e12, live.nowMs + event.jumpMs)
            break
          case 'silence':
            live.run(90, () => undefined, {})
            break
          case 'shrink':
            live.host = { ...live.host, cores: Math.max(0, live.host.cores - 5) }
            break
          default: {
            const own = event.own === undefined ? {} : { cpu: event.own, memory: 100 }
            live.run(60, () => ({ cpu: event.load, memory: event.load }), own)
          }
        }
        const made = live.estimate()
        const usable = Math.max(0, live.host.cores - live.host.reservedCores)
        if (made !== undefined) {
          for (const { estimate, booked, free, ratio: sells, confidence, violation, record } of [
            made.cores,
            made.memoryMiB,
          ]) {
            expect(estimate).toBeGreaterThanOrEqual(0)
            expect(estimate).toBeLessThanOrEqual(booked)
            for (const figure of [free, sells, confidence, violation, ...Object.values(record)]) {
              expect(figure).toBeGreaterThanOrEqual(0)
              expect(Number.isFinite(figure)).toBe(true)
            }
          }
          expect(made.cores.estimate).toBeLessThanOrEqual(usable)
          // What is stored can be stored.
          expect(JSON.parse(JSON.stringify(made))).toEqual(made)
          const state = live.estimator.stateOf(live.host.id)
          if (state.length > 0) JSON.parse(plainCodec.unpack(state))
        }
        const estimate = live.estimator.estimateOf(live.host.id)
        if (estimate === undefined) continue
        const instances = [...live.instances.values()]
        const known = live.estimator.knownOn(live.host.id)
        const { keepMs } = live.estimator.options
        const on = { host: live.host, instances, holding: holdingTable(undefined) }
        const peak = peakNow(on, { estimate, known, keepMs, nowMs: live.nowMs })
        const booked = instances
          .filter(({ state, firmness }) => state === 'running' && firmness === 'firm')
          .reduce((sum, { vcpus }) => sum + vcpus, 0)
        expect(peak.cores).toBeGreaterThanOrEqual(0)
        expect(peak.cores).toBeLessThanOrEqual(Math.min(usable, booked))
        const blindMs = live.nowMs - (estimate.measuredAtMs ?? Number.NEGATIVE_INFINITY)
        if (blindMs > keepMs) expect(peak.cores).toBe(Math.min(usable, booked))

        const current = live.host.coreRatio ?? Number.NaN
        const { candidates } = proposeRatios({
          snapshots: [live.snapshot()],
          estimator: live.estimator,
          usedSince: (host, fromMs, bound) =>
            usedSince({
              ...on,
              host,
              rings: live.windows,
              fromMs,
              bound,
              nowMs: live.nowMs,
              stepMs: minuteMs,
              longestMs: 110 * minuteMs,
            }),
          supports: allSupports(cloud),
          ratios: live.ratios,
          headroomShare: 0.1,
          nowMs: live.nowMs,
        })
        for (const { action, setting } of candidates) {
          const wanted = setting?.coreRatio
          if (wanted === undefined) continue
          expect(current).toBeGreaterThanOrEqual(limits.min)
          expect(wanted).toBeGreaterThanOrEqual(limits.min)
          expect(wanted).toBeLessThanOrEqual(limits.max)
          if (action === 'raise-ratio') {
            raised++
            expect(wanted).toBeGreaterThan(current)
            expect(wanted - (estimate.cores.ratioInForce ?? Number.NaN)).toBeLessThanOrEqual(limits.largestStep + 1e-9)
            // Never on data that is old, and never so far that the expected peak and all that could be sold exceed what there is.
            expect(blindMs).toBeLessThanOrEqual(keepMs)
            expect(usable * wanted - booked + peak.cores).toBeLessThanOrEqual(usable + 1e-6)
          } else {
            lowered++
            expect(wanted).toBeLessThan(current)
          }
        }
        if (event.kind === 'follow') for (const { setting } of candidates) live.host = { ...live.host, ...setting }
      }
    }),
    { numRuns: 80, seed: 20260603 },
  )
  // A property that nothing ever reaches proves nothing.
  expect(raised).toBeGreaterThan(10)
  expect(lowered).toBeGreaterThan(100)
})
