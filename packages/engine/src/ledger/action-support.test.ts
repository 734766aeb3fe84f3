import { type CloudId, cloudId, type StepKind } from '@gleaner/model'
import { expect, it } from 'vitest'
import { indexSupports, type Supporting } from './action-support.ts'

const id = cloudId('c')
const stepsOf = (more: Partial<Supporting>): readonly StepKind[] => [
  ...(indexSupports([{ id, actions: [], ...more }])
    .get(id)
    ?.keys() ?? []),
]

it('a cloud can do what it declares, and the steps of each facet that it has', () => {
  const givesBack = { physicalCores: true, physicalMemory: false, sellable: false }
  const pauses = indexSupports([{ id, actions: [{ action: 'pause', givesBack }] }])
  expect([...(pauses.get(id) ?? [])]).toEqual([['pause', givesBack]])
  expect(pauses.get('other' as CloudId)).toBeUndefined()
  expect(stepsOf({})).toEqual([])
  expect(stepsOf({ migration: {} })).toEqual(['migrate'])
  expect(stepsOf({ ratioControl: {} })).toEqual(['raise-ratio', 'lower-ratio'])
  expect(stepsOf({ hostControl: {} })).toEqual(['close', 'open'])
  expect(stepsOf({ powerControl: {} })).toEqual(['sleep', 'wake'])
})

it('an instance that moves gives nothing back: it holds its room elsewhere', () => {
  const moves = indexSupports([{ id, actions: [], migration: {}, hostControl: {} }]).get(id)
  expect(moves?.get('migrate')).toEqual({ physicalCores: false, physicalMemory: false, sellable: false })
  expect(moves?.get('close')).toEqual({ physicalCores: false, physicalMemory: false, sellable: true })
})
