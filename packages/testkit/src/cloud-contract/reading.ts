// What a cloud says of itself, and how it is read.
import assert from 'node:assert/strict'
import { targetState } from '@gleaner/model'
import { checkBatch, valueIn } from '../check-batch.ts'
import { checkInventory } from '../check-inventory.ts'
import type { Bench } from './bench.ts'

export function readingContract({ never, act, watch, moving, anyReclaim, test }: Bench): void {
  test('says what it is and what it can do', async ({ cloud }) => {
    assert.ok(!cloud.id.includes(':') && cloud.id !== '', `cloud id ${cloud.id}`)
    assert.ok(cloud.kind !== '' && cloud.address !== '')
    const kinds = cloud.actions.map((support) => support.action)
    assert.equal(new Set(kinds).size, kinds.length, 'an action is listed twice')
    assert.ok(!kinds.includes('notify'), 'telling an owner is not an action of a cloud')
    for (const support of cloud.actions) {
      assert.ok(support.meaning.length > 10, `${support.action} is not explained`)
      if (['resume', 'start'].includes(support.action))
        assert.deepEqual(
          Object.values(support.givesBack),
          [false, false, false],
          `${support.action} gives nothing back`,
        )
    }
  })

  test('checks itself without changing anything', async ({ cloud }) => {
    const before = await cloud.observe(never)
    const items = await cloud.check(never)
    assert.ok(items.length > 0)
    for (const item of items) {
      assert.ok(item.what !== '' && item.detail !== '')
      assert.ok(item.ok || item.remedy !== undefined, `${item.what} is not well and names no remedy`)
    }
    assert.ok(
      items.every((item) => item.ok),
      JSON.stringify(items.filter((item) => !item.ok)),
    )
    const after = await cloud.observe(never)
    assert.deepEqual(
      after.instances.map((instance) => instance.id).sort(),
      before.instances.map((instance) => instance.id).sort(),
    )
  })

  test('observes completely, with ids that stay', async (harness) => {
    const id = await harness.runningInstance()
    const first = await harness.cloud.observe(never)
    checkInventory(first, harness.cloud.id, harness.nowMs())
    assert.deepEqual(first.gaps, [])
    assert.ok(first.hosts.length > 0 && first.projects.length > 0)
    await harness.pass(1000)
    const second = await harness.cloud.observe(never)
    checkInventory(second, harness.cloud.id, harness.nowMs())
    assert.deepEqual(
      new Map(second.hosts.map((host) => [host.id, host.name])),
      new Map(first.hosts.map((host) => [host.id, host.name])),
    )
    for (const inventory of [first, second]) assert.ok(inventory.instances.some((instance) => instance.id === id))
    const looked = await harness.cloud.look(id, never)
    assert.deepEqual(
      looked.instance,
      (await harness.cloud.observe(never)).instances.find((instance) => instance.id === id),
      'look and observe tell the same',
    )
  })

  test('tells gaps instead of inventing, and is whole again afterwards', async (harness, context) => {
    if (harness.makePartial === undefined) return context.skip('the harness cannot make the cloud partial')
    const whole = await harness.cloud.observe(never)
    const repair = await harness.makePartial()
    const partial = await harness.cloud.observe(never)
    checkInventory(partial, harness.cloud.id, harness.nowMs())
    assert.ok(partial.gaps.length > 0, 'part of the cloud is unreadable and no gap says so')
    checkBatch(await harness.cloud.sample(never), whole, harness.nowMs())
    await repair()
    await harness.settle()
    assert.deepEqual((await harness.cloud.observe(never)).gaps, [])
  })

  test('samples in columns, gaps as NaN, no rate below zero', async (harness) => {
    const id = await harness.runningInstance()
    const early = await harness.cloud.sample(never)
    checkBatch(early, await harness.cloud.observe(never), harness.nowMs())
    await harness.pass(2000)
    const late = await harness.cloud.sample(never)
    checkBatch(late, await harness.cloud.observe(never), harness.nowMs())
    assert.ok(
      Number.isFinite(valueIn(late, id, 'cpu')),
      'a running instance has a cpu figure from the second reading on',
    )
    assert.ok(Number.isFinite(valueIn(late, id, 'memory')), 'a running instance has a memory figure')
  })

  test('samples nothing of an instance that does not run', async (harness) => {
    const kind = moving(harness.cloud).includes('suspend') ? 'suspend' : anyReclaim(harness.cloud)
    const id = await harness.runningInstance()
    await harness.cloud.sample(never)
    await act(harness.cloud, kind, id)
    await watch(harness, id, targetState[kind] ?? 'unknown')
    await harness.cloud.sample(never)
    await harness.pass(2000)
    const batch = await harness.cloud.sample(never)
    checkBatch(batch, await harness.cloud.observe(never), harness.nowMs())
    assert.ok(Number.isNaN(valueIn(batch, id, 'cpu')), `cpu of an instance after ${kind}`)
  })
}
