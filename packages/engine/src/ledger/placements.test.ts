import { cloudId, type Instance } from '@gleaner/model'
import { aHost, anInstance, anInventory, testCloud, testStartMs } from '@gleaner/testkit'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { freezeSnapshot } from '../snapshot/freeze-snapshot.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { type Placements, trackPlacements } from './placements.ts'

const hosts = [aHost(), aHost({ name: 'hv-2' })]

function reading(takenAtMs: number, instances: readonly Instance[], isPartial = false) {
  const gaps = isPartial ? [{ scope: 'hv-2', reason: 'timed out' }] : []
  return freezeSnapshot(anInventory({ hosts, instances, gaps }), { cloudId: testCloud, version: 1, takenAtMs })
}

const a = anInstance({ name: 'a' })
const at = (minutes: number) => testStartMs + minutes * 60_000

test('counts from the first reading on, and anew after a move or a sleep', () => {
  let placements = trackPlacements(new Map(), reading(at(0), [a]))
  placements = trackPlacements(placements, reading(at(1), [a]))
  expect(placements.get(a.id)).toEqual({ hostId: a.hostId, sinceMs: at(0) })
  const moved = { ...a, hostId: aHost({ name: 'hv-2' }).id }
  placements = trackPlacements(placements, reading(at(2), [moved]))
  expect(placements.get(a.id)?.sinceMs).toBe(at(2))
  placements = trackPlacements(placements, reading(at(3), [{ ...moved, state: 'suspended' }]))
  expect(placements.has(a.id)).toBe(false)
  placements = trackPlacements(placements, reading(at(4), [moved]))
  expect(placements.get(a.id)?.sinceMs).toBe(at(4))
})

test('a partial reading drops nobody, a complete one drops who is gone', () => {
  const placements = trackPlacements(new Map(), reading(at(0), [a]))
  expect(trackPlacements(placements, reading(at(1), [], true)).has(a.id)).toBe(true)
  expect(trackPlacements(placements, reading(at(1), [])).has(a.id)).toBe(false)
})

test('a clock that was set back makes no placement older than its first reading', () => {
  const placements = trackPlacements(new Map(), reading(at(10), [a]))
  expect(trackPlacements(placements, reading(at(0), [a])).get(a.id)?.sinceMs).toBe(at(0))
})

test('another cloud keeps its placements, and without a change the map is the same', () => {
  const placements = trackPlacements(new Map(), reading(at(0), [a]))
  expect(trackPlacements(placements, reading(at(1), [a]))).toBe(placements)
  const other = cloudId('other')
  const empty = freezeSnapshot(
    { hosts: [], instances: [], projects: [], gaps: [] },
    { cloudId: other, version: 1, takenAtMs: at(1) },
  )
  expect(trackPlacements(placements, empty)).toBe(placements)
})

test('with the reading before at hand the answer is the same', () => {
  const host = fc.constantFrom(...hosts.map(({ id }) => id), undefined)
  const step = fc.record({
    states: fc.array(fc.record({ host, isRunning: fc.boolean() }), { minLength: 4, maxLength: 4 }),
    missing: fc.option(fc.nat({ max: 3 })),
    isPartial: fc.boolean(),
    minutes: fc.integer({ min: -1, max: 3 }),
  })
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), (history) => {
      let minutes = 0
      let plain: Placements = new Map()
      let quick: Placements = new Map()
      let previous: Snapshot | undefined
      for (const { states, missing, isPartial, minutes: passed } of history) {
        minutes += passed
        const instances = states
          .map((each, nth) => {
            const state = each.isRunning && each.host !== undefined ? ('running' as const) : ('stopped' as const)
            return anInstance({ name: `i${nth}`, hostId: each.host, state })
          })
          .filter((_, nth) => nth !== missing)
        const gaps = isPartial ? [{ scope: 'hv-2', reason: 'timed out' }] : []
        const stamp = { cloudId: testCloud, version: 1, takenAtMs: at(minutes) }
        const snapshot = freezeSnapshot(anInventory({ hosts, instances, gaps }), stamp, previous)
        plain = trackPlacements(plain, snapshot)
        quick = trackPlacements(quick, snapshot, previous)
        expect(new Map(quick)).toEqual(new Map(plain))
        previous = snapshot
      }
    }),
  )
})
