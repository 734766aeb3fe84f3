import { isError } from '@gleaner/model'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nowMs, sampleLine, samplePlan, sampleProposal } from '../testing/samples.ts'
import { openTestStore, type TestStore } from '../testing/test-store.ts'

let opened: TestStore
beforeAll(async () => {
  opened = await openTestStore()
})
afterAll(() => opened.close())

const id = (n: number) => `plan_${n}`

describe('plans', () => {
  it('come back whole, and are stored once while they decide the same', async () => {
    const { store, fence } = opened
    const first = samplePlan()
    await store.plans.save(fence, first)
    expect(await store.plans.find(first.id)).toEqual(first)
    // Only time and measurements moved on.
    const same = samplePlan({
      id: id(2),
      createdAtMs: nowMs + 60_000,
      totals: { cores: sampleLine({ used: 1 }), memoryMiB: sampleLine() },
      proposals: [sampleProposal({ updatedAtMs: nowMs + 60_000, confirmedVersion: 8 })],
    })
    await store.plans.save(fence, same)
    expect((await store.plans.latest(10)).map((plan) => plan.id)).toEqual([id(1)])
    await store.plans.save(fence, { ...same, proposals: [sampleProposal({ state: 'notified', dueAtMs: nowMs })] })
    expect((await store.plans.latest(10)).map((plan) => plan.id)).toEqual([id(2), id(1)])
    // Back to what it was: the one before is another, so it is stored.
    await store.plans.save(fence, samplePlan({ id: id(3), createdAtMs: nowMs + 120_000 }))
    expect((await store.plans.latest(2)).map((plan) => plan.id)).toEqual([id(3), id(2)])
    await store.plans.save(
      fence,
      samplePlan({ id: id(4), createdAtMs: nowMs + 180_000, ended: [sampleProposal({ state: 'cancelled' })] }),
    )
    expect((await store.plans.latest(1))[0]?.ended).toHaveLength(1)
    expect(await store.plans.find('plan_none')).toBeUndefined()
    const error = await store.plans.save({ ...fence, term: 0 }, first).catch((thrown: unknown) => thrown)
    expect(isError(error, 'not-leader')).toBe(true)
  })
})
