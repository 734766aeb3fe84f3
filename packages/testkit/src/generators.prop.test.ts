// What the builders and generators make is accepted by the checks every driver has to pass, and those checks refuse what
// they should.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aBatch, aHost, anInstance, anInventory, testCloud, testStartMs } from './builders.ts'
import { checkBatch, valueIn } from './check-batch.ts'
import { checkInventory } from './check-inventory.ts'
import { inventories, sampleBatches } from './generators.ts'

describe('generated clouds', () => {
  it('keep the contract of inventories and batches', () => {
    fc.assert(
      fc.property(
        inventories({ partial: true }).chain((inventory) => fc.tuple(fc.constant(inventory), sampleBatches(inventory))),
        ([inventory, batch]) => {
          checkInventory(inventory, testCloud, testStartMs)
          checkBatch(batch, inventory, testStartMs)
        },
      ),
    )
  })
})

describe('checkInventory', () => {
  const check = (inventory: Parameters<typeof checkInventory>[0]) => () =>
    checkInventory(inventory, testCloud, testStartMs)

  it('accepts what the builders make', () => {
    expect(check(anInventory())).not.toThrow()
  })

  it.each([
    ['an id twice', anInventory({ instances: [anInstance(), anInstance()] })],
    ['an unknown host', anInventory({ hosts: [aHost({ name: 'other' })] })],
    ['an unknown project', anInventory({ projects: [] })],
    ['a running instance on no host', anInventory({ instances: [anInstance({ hostId: undefined })] })],
    ['a shelved instance on a host', anInventory({ instances: [anInstance({ state: 'shelved' })] })],
    ['a state of the future', anInventory({ instances: [anInstance({ stateSinceMs: testStartMs + 60_000 })] })],
    ['NaN', anInventory({ instances: [anInstance({ vcpus: Number.NaN })] })],
    ['a host without cores', anInventory({ hosts: [aHost({ cores: 0 })] })],
  ])('refuses %s', (_, inventory) => {
    expect(check(inventory)).toThrow()
  })

  it('allows references that lead nowhere when a gap is told', () => {
    expect(check(anInventory({ hosts: [], gaps: [{ scope: 'host hv-1', reason: 'timed out' }] }))).not.toThrow()
  })
})

describe('checkBatch', () => {
  const subject = anInstance().id
  const batch = (values: Parameters<typeof aBatch>[0][number]['values']) =>
    aBatch([{ subject, atMs: testStartMs, values }])
  const check = (checked: ReturnType<typeof aBatch>) => () => checkBatch(checked, anInventory(), testStartMs)

  it('accepts figures and gaps', () => {
    const good = batch({ cpu: 0.5, memory: 100 })
    expect(check(good)).not.toThrow()
    expect(valueIn(good, subject, 'cpu')).toBe(0.5)
    expect(valueIn(good, subject, 'disk')).toBeNaN()
    expect(valueIn(good, 'test:nobody', 'cpu')).toBeNaN()
  })

  it.each([
    ['a negative rate', batch({ networkRx: -1 })],
    ['more cores than it has', batch({ cpu: 3 })],
    ['more memory than it has', batch({ memory: 5000 })],
    ['infinity', batch({ disk: Number.POSITIVE_INFINITY })],
    ['an unknown subject', aBatch([{ subject: 'test:nobody', atMs: testStartMs, values: {} }])],
    ['a time of the future', aBatch([{ subject, atMs: testStartMs + 60_000, values: {} }])],
    ['columns of other lengths', { ...batch({ cpu: 1 }), atMs: new Float64Array(2) }],
  ])('refuses %s', (_, bad) => {
    expect(check(bad)).toThrow()
  })
})
