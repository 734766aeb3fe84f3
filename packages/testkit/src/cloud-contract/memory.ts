// Memory that a guest leaves and has back.
import assert from 'node:assert/strict'
import { hasAll, hasLeft, targetState, type GuestMemory } from '@gleaner/model'
import { checkInventory } from '../check-inventory.ts'
import type { Bench } from './bench.ts'

export function memoryContract({ never, act, stateOf, watch, anyReclaim, actionTimeMs, test }: Bench): void {
  test('changes the memory of a running guest', async (harness, context) => {
    const { cloud } = harness
    if (!cloud.actions.some((support) => support.action === 'balloon')) return context.skip('this cloud has no balloon')
    const id = await harness.runningInstance()
    const size = (await cloud.look(id, never)).instance?.memoryMiB ?? 0
    const memoryMiB = Math.floor(size * 0.75)
    await act(cloud, 'balloon', id, { memoryMiB })
    await harness.settle()
    assert.equal(await stateOf(cloud, id), 'running')
    checkInventory(await cloud.observe(never), cloud.id, harness.nowMs())
    await act(cloud, 'return-memory', id)
    await harness.settle()
    assert.equal((await cloud.look(id, never)).instance?.memoryMiB, size, 'what was promised stays what was promised')
  })

  test('tells what a guest says of its memory, and sees it leave some and have it back', async (harness, context) => {
    const { cloud } = harness
    const { guestMemory } = cloud
    if (guestMemory === undefined) return context.skip('guests of this cloud do not tell their memory')
    const id = await harness.runningInstance()
    const watchMemory = async (what: string, isReached: (memory: GuestMemory) => boolean) => {
      const endMs = harness.nowMs() + actionTimeMs
      for (;;) {
        const memory = (await guestMemory.read([id], never)).get(id)
        if (memory !== undefined && isReached(memory)) return memory
        assert.ok(harness.nowMs() < endMs, `${what}: ${JSON.stringify(memory)}`)
        await harness.pass(250)
      }
    }
    const before = await watchMemory('has everything and says so', (memory) => hasAll(memory) && memory.usableMiB > 0)
    assert.ok(before.usableMiB < before.leftMiB, 'a guest uses something')
    assert.ok(harness.nowMs() - before.saidAtMs < actionTimeMs && before.saidAtMs <= harness.nowMs())
    assert.equal((await cloud.look(id, never)).memory?.promisedMiB, before.promisedMiB, 'look tells the same')
    assert.ok((await guestMemory.read('all', never)).has(id))
    assert.deepEqual([...(await guestMemory.read([harness.missingInstance()], never)).keys()], [])
    const targetMiB = Math.floor(before.promisedMiB - before.usableMiB / 4)
    await act(cloud, 'balloon', id, { memoryMiB: targetMiB })
    const lent = await watchMemory('has left it', (memory) => hasLeft(memory, targetMiB))
    assert.equal(lent.promisedMiB, before.promisedMiB)
    await act(cloud, 'return-memory', id)
    await watchMemory('has all of it again', hasAll)
    const kind = anyReclaim(cloud)
    await act(cloud, kind, id)
    await watch(harness, id, targetState[kind] ?? 'unknown')
    assert.deepEqual([...(await guestMemory.read([id], never)).keys()], [], 'who does not run says nothing')
  })
}
