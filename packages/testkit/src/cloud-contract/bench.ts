// What every part of the contract does with a cloud: opens it, acts on an instance, watches it.
import assert from 'node:assert/strict'
import { startStates, targetState, type ActionKind, type InstanceId, type InstanceState } from '@gleaner/model'
import type { ActionRequest, Cloud } from '@gleaner/ports'
import type { CloudHarness, CloudSubject, TestRunner } from '../cloud-harness.ts'

type Asked = readonly [action: ActionKind, instanceId: InstanceId, extra?: Partial<ActionRequest>]

type Body = (harness: CloudHarness, context: { skip(note?: string): void }) => Promise<void>

export type Bench = ReturnType<typeof openBench>

export function openBench(runner: TestRunner, name: string, subject: CloudSubject) {
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

  return { subject, never, newKey, act, stateOf, watch, prepare, moving, anyReclaim, actionTimeMs, test }
}

/** The action that makes an instance run again after this one. */
export function undoing(action: ActionKind): ActionKind {
  return startStates.resume.includes(targetState[action] ?? 'unknown') ? 'resume' : 'start'
}
