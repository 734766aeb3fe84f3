// A running instance on its way to another host, through the real journal and on a simulated cloud: taken up again by a second
// process wherever the first one died, never called twice, never lost.
import { SimulatedCloud } from '@gleaner/driver-simulated'
import { type Host, type Instance, noYield } from '@gleaner/model'
import type { Cloud } from '@gleaner/ports'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Order } from './executor.ts'
import { anotherExecutor, begin, clock, end, fence, onlyOpen, signal } from './testing/executor-scene.ts'

let cloud: SimulatedCloud
let failing: 'never' | 'before' | 'after'
let calls = 0
let instance: Instance
let target: Host
let proposals = 0

/** The cloud, whose line can go down before or after it took the call. */
function shaky(): Cloud {
  const migration: Cloud['migration'] = {
    async migrate(instanceId, hostId, any) {
      calls++
      if (failing === 'before') throw new Error('the line is down')
      await cloud.migration.migrate(instanceId, hostId, any)
      if (failing === 'after') throw new Error('the line is down')
    },
  }
  return new Proxy<Cloud>(cloud, {
    get: (whole, name) => {
      if (name === 'migration') return migration
      const value: unknown = Reflect.get(whole, name, whole)
      return typeof value === 'function' ? value.bind(whole) : value
    },
  })
}

const executor = () =>
  anotherExecutor({ clouds: new Map([[cloud.id, shaky()]]), readingOf: () => undefined, actionTimeoutMs: 3_600_000 })

const order = (): Order => ({
  proposalId: `prp_${proposals++}`,
  capability: 'energy',
  action: 'migrate',
  setting: { toHostId: target.id },
  on: { instance },
  cause: 'consolidation',
  reason: { code: 'host-emptied', sentence: 'It can sleep.', facts: {} },
  gives: noYield,
})

const whereIs = async () => (await cloud.look(instance.id, signal)).instance?.hostId

beforeAll(begin)
afterAll(end)
beforeEach(async () => {
  failing = 'never'
  calls = 0
  cloud = new SimulatedCloud({
    clock,
    id: `sim${proposals}`,
    seed: 7,
    hosts: 3,
    instances: 6,
    projects: 1,
    desktops: 0,
    activity: 0,
  })
  const { instances, hosts } = await cloud.observe(signal)
  instance = instances.find(({ state }) => state === 'running') as Instance
  target = hosts.find(({ id, state }) => id !== instance.hostId && state === 'up') as Host
})

it.each(['before', 'after'] as const)(
  'the line that breaks %s the call: the next process brings it to its end',
  async (when) => {
    failing = when
    expect((await executor().begin(fence, order(), signal)).state).toBe('intended')
    failing = 'never'
    const next = executor()
    expect((await next.pursue(fence, await onlyOpen(), signal)).state).toBe('accepted')
    await clock.advance(600_000)
    expect(await next.pursue(fence, await onlyOpen(), signal)).toMatchObject({
      state: 'done',
      outcome: 'the instance runs on the other host',
    })
    expect(await whereIs()).toBe(target.id)
    expect(calls).toBe(when === 'before' ? 2 : 1)
  },
)

it('an instance that somebody stopped meanwhile is not moved', async () => {
  failing = 'before'
  await executor().begin(fence, order(), signal)
  failing = 'never'
  expect(cloud.actByHand(instance.id, 'stop')).toBe(true)
  await clock.advance(600_000)
  expect(await executor().pursue(fence, await onlyOpen(), signal)).toMatchObject({ state: 'failed' })
  expect(calls).toBe(1)
  expect(await whereIs()).toBe(instance.hostId)
})
