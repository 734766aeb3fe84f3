// Calls that are aborted, a cloud that is away, listeners, the end.
import assert from 'node:assert/strict'
import { GleanerError, isError, targetState } from '@gleaner/model'
import type { CloudEvent } from '@gleaner/ports'
import { endsWithin } from '../ends-within.ts'
import { leakCheck } from '../leak-check.ts'
import { type Bench, undoing } from './bench.ts'

/** An aborted call must have ended after this much real time. */
const soonMs = 2000

export function faultContract({
  never,
  newKey,
  act,
  stateOf,
  watch,
  anyReclaim,
  actionTimeMs,
  test,
  subject,
}: Bench): void {
  test('ends every call soon that is aborted', async (harness) => {
    const id = await harness.runningInstance()
    const aborted = AbortSignal.abort()
    const kind = anyReclaim(harness.cloud)
    const request = { action: kind, instanceId: id, hostId: undefined, idempotencyKey: newKey() }
    const calls: readonly (() => Promise<unknown>)[] = [
      () => harness.cloud.check(aborted),
      () => harness.cloud.observe(aborted),
      () => harness.cloud.sample(aborted),
      () => harness.cloud.look(id, aborted),
      () => harness.cloud.act(request, aborted),
    ]
    for (const call of calls)
      await assert.rejects(endsWithin(soonMs, call()), (error) => abortedOrFault(error, aborted))
    await harness.settle()
    assert.equal(await stateOf(harness.cloud, id), 'running', 'a call aborted before it began has no effect')
  })

  test('ends a call soon that is aborted while the cloud hangs', async (harness, context) => {
    if (harness.makeHang === undefined) return context.skip('the harness cannot make the cloud hang')
    const id = await harness.runningInstance()
    const repair = await harness.makeHang()
    const calls: readonly ((signal: AbortSignal) => Promise<unknown>)[] = [
      (signal) => harness.cloud.observe(signal),
      (signal) => harness.cloud.sample(signal),
      (signal) => harness.cloud.look(id, signal),
    ]
    for (const call of calls) {
      const controller = new AbortController()
      const pending = endsWithin(soonMs, call(controller.signal))
      const ended = assert.rejects(pending, (error) => abortedOrFault(error, controller.signal))
      await new Promise((resolve) => setImmediate(resolve))
      controller.abort()
      await ended
    }
    await repair()
    await harness.settle()
    assert.deepEqual((await harness.cloud.observe(never)).gaps, [], 'the cloud is well again after it hung')
  })

  test('throws only registered faults when the cloud is away, and recovers', async (harness, context) => {
    if (harness.makeUnavailable === undefined) return context.skip('the harness cannot make the cloud unavailable')
    const id = await harness.runningInstance()
    const repair = await harness.makeUnavailable()
    const calls = [() => harness.cloud.look(id, never), () => act(harness.cloud, anyReclaim(harness.cloud), id)]
    for (const call of calls) await assert.rejects(call(), (error) => isError(error, 'cloud-unavailable'))
    // A cloud of several hosts may answer with nothing but gaps; it must not answer with an empty cloud.
    const observed = await harness.cloud.observe(never).catch((error: unknown) => error)
    if (observed instanceof Error) assert.ok(isError(observed, 'cloud-unavailable'), String(observed))
    else assert.ok((observed as { gaps: readonly unknown[] }).gaps.length > 0)
    const items = await harness.cloud.check(never)
    assert.ok(
      items.some((item) => !item.ok && item.remedy !== undefined),
      'the check finds nothing wrong',
    )
    await repair()
    await harness.settle()
    assert.deepEqual((await harness.cloud.observe(never)).gaps, [])
    assert.equal(await stateOf(harness.cloud, id), 'running')
  })

  test('tells listeners of changes until they leave', async (harness) => {
    const { cloud } = harness
    const id = await harness.runningInstance()
    const heard: CloudEvent[] = []
    const heardByOther: CloudEvent[] = []
    const leaveBroken = cloud.subscribe(() => {
      throw new Error('a listener that fails')
    })
    const leave = cloud.subscribe((event) => heard.push(event))
    const leaveOther = cloud.subscribe((event) => heardByOther.push(event))
    const take = anyReclaim(cloud)
    await act(cloud, take, id)
    await watch(harness, id, targetState[take] ?? 'unknown')
    const endMs = harness.nowMs() + actionTimeMs
    while (!heard.some((event) => event.instanceId === id)) {
      assert.ok(harness.nowMs() < endMs, 'the change was not told')
      await harness.pass(100)
    }
    for (const event of heard) assert.ok(event.detail !== '', 'an event says what happened')
    leave()
    leave()
    const before = heard.length
    const otherBefore = heardByOther.length
    await act(cloud, undoing(take), id)
    await watch(harness, id, 'running')
    while (heardByOther.length === otherBefore) {
      assert.ok(harness.nowMs() < endMs + actionTimeMs, 'the one who stayed was not told')
      await harness.pass(100)
    }
    assert.equal(heard.length, before, 'told after it left')
    leaveOther()
    leaveBroken()
  })

  test('closes for good and leaves nothing behind', async (harness) => {
    const leaks = leakCheck()
    const other = await subject.open()
    other.cloud.subscribe(() => {})
    await other.cloud.observe(never)
    await other.cloud.sample(never)
    await other.cloud.close()
    await other.cloud.close()
    await assert.rejects(other.cloud.observe(never), (error) => isError(error, 'cloud-unavailable'))
    await assert.rejects(other.cloud.sample(never), (error) => isError(error, 'cloud-unavailable'))
    const id = harness.missingInstance()
    await assert.rejects(other.cloud.look(id, never), (error) => isError(error, 'cloud-unavailable'))
    await assert.rejects(act(other.cloud, anyReclaim(other.cloud), id), (error) => isError(error, 'cloud-unavailable'))
    await other.dispose()
    await leaks.assertNone()
  })
}

/** An aborted call rejects with the reason of its signal or with a fault of the cloud; anything else is a crash. */
function abortedOrFault(error: unknown, signal: AbortSignal): boolean {
  return error === signal.reason || (error instanceof GleanerError && error.code.startsWith('cloud-'))
}
