import { cloudId, type Instance } from '@gleaner/model'
import { aHost, anInstance, anInventory, testCloud, testStartMs } from '@gleaner/testkit'
import { expect, test } from 'vitest'
import { freezeSnapshot } from '../snapshot/freeze-snapshot.ts'
import { trackPlacements } from './placements.ts'

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
