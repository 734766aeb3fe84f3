// What becomes of actions: each watched to its end, done once, refused where it cannot begin.
import assert from 'node:assert/strict'
import { actionKinds, isError, movingState, targetState } from '@gleaner/model'
import { checkInventory } from '../check-inventory.ts'
import { type Bench, undoing } from './bench.ts'

export function actionContract({
  never,
  newKey,
  act,
  stateOf,
  watch,
  prepare,
  moving,
  anyReclaim,
  actionTimeMs,
  test,
}: Bench): void {
  for (const kind of actionKinds) {
    const target = targetState[kind]
    if (target === undefined) continue
    test(`${kind}: accepted, watched to its end, accepted again`, async (harness, context) => {
      const { cloud } = harness
      if (!moving(cloud).includes(kind)) return context.skip(`this cloud has no ${kind}`)
      const id = await prepare(harness, kind)
      const before = await stateOf(cloud, id)
      await act(cloud, kind, id)
      const seen = await stateOf(cloud, id)
      assert.ok(seen === before || seen === movingState[kind] || seen === target, `${kind} leads over ${seen}`)
      await watch(harness, id, target)
      await act(cloud, kind, id)
      await harness.settle()
      assert.equal(await stateOf(cloud, id), target, `${kind} asked for in state ${target} changes nothing`)
      checkInventory(await cloud.observe(never), cloud.id, harness.nowMs())
    })
  }

  test('does an action asked for twice under one key once', async (harness) => {
    const { cloud } = harness
    const take = anyReclaim(cloud)
    const back = undoing(take)
    const id = await harness.runningInstance()
    const idempotencyKey = newKey()
    await act(cloud, take, id, { idempotencyKey })
    await act(cloud, take, id, { idempotencyKey })
    await watch(harness, id, targetState[take] ?? 'unknown')
    await act(cloud, back, id)
    await watch(harness, id, 'running')
    await act(cloud, take, id, { idempotencyKey })
    await harness.pass(1000)
    await harness.settle()
    assert.equal(await stateOf(cloud, id), 'running', 'the repeated key had a second effect')
  })

  test('accepts what is already on its way', async (harness) => {
    const { cloud } = harness
    const take = anyReclaim(cloud)
    const id = await harness.runningInstance()
    await act(cloud, take, id)
    await act(cloud, take, id)
    await watch(harness, id, targetState[take] ?? 'unknown')
  })

  test('refuses what cannot begin in the present state', async (harness, context) => {
    const { cloud } = harness
    const kinds = moving(cloud)
    if (!kinds.includes('pause') || !kinds.includes('stop')) return context.skip('this cloud lacks pause or stop')
    const id = await harness.runningInstance()
    await act(cloud, 'stop', id)
    await watch(harness, id, 'stopped')
    await assert.rejects(act(cloud, 'pause', id), (error) => isError(error, 'cloud-conflict'))
    assert.equal(await stateOf(cloud, id), 'stopped')
  })

  test('answers cloud-unsupported for every action it does not list', async (harness) => {
    const id = await harness.runningInstance()
    const supported = harness.cloud.actions.map((support) => support.action)
    for (const kind of actionKinds) {
      if (supported.includes(kind)) continue
      await assert.rejects(act(harness.cloud, kind, id), (error) => isError(error, 'cloud-unsupported'), kind)
    }
    assert.equal(await stateOf(harness.cloud, id), 'running')
  })

  test('answers cloud-not-found for an instance that is not there', async (harness) => {
    const id = harness.missingInstance()
    const kind = anyReclaim(harness.cloud)
    await assert.rejects(act(harness.cloud, kind, id), (error) => isError(error, 'cloud-not-found'))
    assert.equal((await harness.cloud.look(id, never)).instance, undefined)
  })

  test('notices an instance that was deleted behind its back', async (harness, context) => {
    if (harness.remove === undefined) return context.skip('the harness cannot delete instances')
    const id = await harness.runningInstance()
    await harness.cloud.observe(never)
    await harness.remove(id)
    assert.equal((await harness.cloud.look(id, never)).instance, undefined)
    await assert.rejects(act(harness.cloud, anyReclaim(harness.cloud), id), (error) =>
      isError(error, 'cloud-not-found'),
    )
    assert.ok(!(await harness.cloud.observe(never)).instances.some((instance) => instance.id === id))
  })

  test('delete: accepted, watched until the instance is gone, not found afterwards', async (harness, context) => {
    const { cloud } = harness
    if (!cloud.actions.some((support) => support.action === 'delete')) return context.skip('this cloud has no delete')
    const id = await harness.runningInstance()
    const idempotencyKey = newKey()
    await act(cloud, 'delete', id, { idempotencyKey })
    const endMs = harness.nowMs() + actionTimeMs
    for (;;) {
      const { instance } = await cloud.look(id, never)
      if (instance === undefined) break
      assert.ok(harness.nowMs() < endMs, `${id} is still ${instance.state}`)
      await harness.pass(250)
    }
    assert.ok(!(await cloud.observe(never)).instances.some((instance) => instance.id === id))
    await assert.rejects(act(cloud, 'delete', id), (error) => isError(error, 'cloud-not-found'))
  })
}
