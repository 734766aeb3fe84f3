import type { Instance } from '@gleaner/model'
import { aHost, anInstance, anInventory, testCloud, testStartMs } from '@gleaner/testkit'
import { expect, test } from 'vitest'
import { diffSnapshots } from './diff-snapshots.ts'
import { freezeSnapshot } from './freeze-snapshot.ts'

const hosts = [aHost(), aHost({ name: 'hv-2' })]
const gap = { scope: 'hv-2', reason: 'timed out' }

function reading(instances: readonly Instance[], isPartial = false) {
  const inventory = anInventory({ hosts, instances, gaps: isPartial ? [gap] : [] })
  return freezeSnapshot(inventory, { cloudId: testCloud, version: 1, takenAtMs: testStartMs })
}

const a = anInstance({ name: 'a' })
const b = anInstance({ name: 'b' })

test('tells what appeared, went, changed its state and moved', () => {
  const suspended = { ...a, state: 'suspended' as const }
  const moved = { ...anInstance({ name: 'c' }), hostId: aHost({ name: 'hv-2' }).id }
  const diff = diffSnapshots(
    reading([a, b, anInstance({ name: 'c' })]),
    reading([suspended, moved, anInstance({ name: 'd' })]),
  )
  expect(diff.appeared.map(({ name }) => name)).toEqual(['d'])
  expect(diff.gone.map(({ name }) => name)).toEqual(['b'])
  expect(diff.stateChanged).toEqual([{ before: a, after: suspended }])
  expect(diff.moved.map(({ after }) => after.name)).toEqual(['c'])
  expect(diff.missing).toEqual([])
})

test('absent from a partial reading is missing, never gone', () => {
  const diff = diffSnapshots(reading([a, b]), reading([a], true))
  expect(diff.gone).toEqual([])
  expect(diff.missing.map(({ name }) => name)).toEqual(['b'])
})

test('after a partial reading nothing counts as new', () => {
  expect(diffSnapshots(reading([a], true), reading([a, b])).appeared).toEqual([])
})

test('equal readings differ in nothing', () => {
  expect(diffSnapshots(reading([a, b]), reading([a, b]))).toEqual({
    appeared: [],
    gone: [],
    missing: [],
    stateChanged: [],
    moved: [],
  })
})
