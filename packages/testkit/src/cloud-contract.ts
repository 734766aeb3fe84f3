// The contract of the Cloud port as tests: the same suite runs against the simulated cloud and against real ones. It
// states what every loop of the server relies on and nothing about how a driver keeps it. What a harness cannot bring
// about (a partial or an unreachable cloud) is skipped with a note and stays visible as skipped.
import assert from 'node:assert/strict'
import type { ActionKind, GuestMemory, InstanceId, InstanceState } from '@gleaner/model'
import {
  actionKinds,
  GleanerError,
  hasAll,
  hasLeft,
  isError,
  movingState,
  startStates,
  targetState,
} from '@gleaner/model'
import type { ActionRequest, Cloud, CloudEvent } from '@gleaner/ports'
import { checkBatch, valueIn } from './check-batch.ts'
import { checkInventory } from './check-inventory.ts'
import type { CloudHarness, CloudSubject, TestRunner } from './cloud-harness.ts'
import { leakCheck } from './leak-check.ts'
import { endsWithin } from './ends-within.ts'

/** An aborted call must have ended after this much real time. */
const soonMs = 2000

type Asked = readonly [action: ActionKind, instanceId: InstanceId, extra?: Partial<ActionRequest>]

type Body = (harness: CloudHarness, context: { skip(note?: string): void }) => Promise<void>

export function cloudContract(runner: TestRunner, name: string, subject: CloudSubject): void {
  const actionTimeMs = subject.actionTimeMs ?? 120_000
  const never = new AbortController().signal
  let keys = 0
  const newKey = () => `contract-${name}-${++keys}`

  const test = (title: string, body: Body) =>
    runner.it(
      title,
      async (context) => {
        const harness = await subject.open()
        try {
          await body(harness, context)
        } finally {
          await harness.dispose()
        }
      },
      subject.testTimeoutMs ?? 20_000,
    )

  const act = (cloud: Cloud, ...[action, instanceId, extra]: Asked) =>
    cloud.act({ action, instanceId, hostId: undefined, idempotencyKey: newKey(), ...extra }, never)

  const stateOf = async (cloud: Cloud, id: InstanceId) => (await cloud.look(id, never)).instance?.state

  /** Watches the instance as the executor does, until it is in the state; fails after `actionTimeMs` of the cloud. */
  async function watch(harness: CloudHarness, id: InstanceId, wanted: InstanceState): Promise<void> {
    const endMs = harness.nowMs() + actionTimeMs
    for (;;) {
      const { instance, fault } = await harness.cloud.look(id, never)
      if (instance?.state === wanted) return
      const seen = `${id} is ${instance?.state ?? 'gone'}, not ${wanted} (fault: ${fault ?? 'none'})`
      assert.ok(harness.nowMs() < endMs, seen)
      await harness.pass(250)
    }
  }

  /** Brings a running instance into a state in which the action can begin, by actions of this cloud. */
  async function prepare(harness: CloudHarness, action: ActionKind): Promise<InstanceId> {
    const id = await harness.runningInstance()
    await watch(harness, id, 'running')
    if (startStates[action].includes('running')) return id
    const supported = harness.cloud.actions.map((support) => support.action)
    const first = supported.find((kind) => {
      const state = targetState[kind]
      return state !== undefined && startStates[action].includes(state) && startStates[kind].includes('running')
    })
    assert.ok(first !== undefined, `the cloud offers ${action} but nothing that makes it possible`)
    await act(harness.cloud, first, id)
    await watch(harness, id, targetState[first] ?? 'unknown')
    return id
  }

  const moving = (cloud: Cloud) =>
    cloud.actions.map((support) => support.action).filter((kind) => targetState[kind] !== undefined)

  /** A supported action that takes an instance away from running, gentlest first; every cloud has one. */
  function anyReclaim(cloud: Cloud): ActionKind {
    const found = (['pause', 'suspend', 'stop', 'shelve'] as const).find((kind) => moving(cloud).includes(kind))
    assert.ok(found !== undefined, 'the cloud can take nothing back')
    return found
  }

  runner.describe(`cloud contract: ${name}`, () => {
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

    test('changes the memory of a running guest', async (harness, context) => {
      const { cloud } = harness
      if (!cloud.actions.some((support) => support.action === 'balloon'))
        return context.skip('this cloud has no balloon')
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
      await assert.rejects(act(other.cloud, anyReclaim(other.cloud), id), (error) =>
        isError(error, 'cloud-unavailable'),
      )
      await other.dispose()
      await leaks.assertNone()
    })
  })
}

/** The action that makes an instance run again after this one. */
function undoing(action: ActionKind): ActionKind {
  return startStates.resume.includes(targetState[action] ?? 'unknown') ? 'resume' : 'start'
}

/** An aborted call rejects with the reason of its signal or with a fault of the cloud; anything else is a crash. */
function abortedOrFault(error: unknown, signal: AbortSignal): boolean {
  return error === signal.reason || (error instanceof GleanerError && error.code.startsWith('cloud-'))
}
