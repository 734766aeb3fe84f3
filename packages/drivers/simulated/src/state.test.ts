// What was saved goes on as if it had never stopped, in the middle of an action too.
import type { Instance } from '@gleaner/model'
import { isError } from '@gleaner/model'
import { testStartMs, VirtualClock } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import type { SimulatedCloudOptions } from './options.ts'
import { SimulatedCloud } from './simulated-cloud.ts'
import { savedTimeMs } from './state.ts'

const never = new AbortController().signal
const hourMs = 3_600_000

function make(options: Partial<SimulatedCloudOptions> = {}, startMs = testStartMs) {
  const clock = new VirtualClock(startMs)
  return { clock, cloud: new SimulatedCloud({ hosts: 6, desktops: 1, instances: 50, seed: 11, ...options, clock }) }
}

describe('export and import', () => {
  it('go on mid-action exactly as the cloud that was never stopped', async () => {
    const before = make({ activity: 30 })
    before.clock.jump(5 * hourMs)
    const { instances } = await before.cloud.observe(never)
    const [running, other, third] = instances.filter(({ state }) => state === 'running') as [
      Instance,
      Instance,
      Instance,
    ]
    const request = { action: 'suspend', instanceId: running.id, hostId: undefined, idempotencyKey: 'k' } as const
    await before.cloud.act(request, never)
    before.cloud.faults.put({ kind: 'fail', times: 1 })
    await before.cloud.act({ ...request, instanceId: other.id, idempotencyKey: 'k2' }, never)
    before.cloud.faults.put({ kind: 'stuck', times: 1 })
    await before.cloud.act({ ...request, instanceId: third.id, idempotencyKey: 'k3' }, never)
    before.clock.jump(500)

    const saved: unknown = JSON.parse(JSON.stringify(before.cloud.exportState()))
    const after = make({ activity: 30 }, savedTimeMs(saved))
    after.cloud.importState(saved)
    expect((await after.cloud.look(running.id, never)).instance?.state).toBe('suspending')
    for (let step = 0; step < 40; step++) {
      expect(await after.cloud.observe(never)).toEqual(await before.cloud.observe(never))
      expect(await after.cloud.sample(never)).toEqual(await before.cloud.sample(never))
      before.clock.jump(7 * 60_000)
      after.clock.jump(7 * 60_000)
    }
    expect(after.cloud.exportState()).toEqual(before.cloud.exportState())
    expect((await after.cloud.look(third.id, never)).instance?.state).toBe('suspending')
  })

  it('keep the idempotency keys', async () => {
    const before = make({ activity: 0 })
    const { instances } = await before.cloud.observe(never)
    const [running] = instances.filter(({ state }) => state === 'running') as [Instance]
    const request = { action: 'pause', instanceId: running.id, hostId: undefined, idempotencyKey: 'k' } as const
    await before.cloud.act(request, never)
    before.clock.jump(2000)
    await before.cloud.act({ ...request, action: 'resume', idempotencyKey: 'k2' }, never)
    before.clock.jump(2000)
    const after = make({ activity: 0 }, before.clock.nowMs())
    after.cloud.importState(JSON.parse(JSON.stringify(before.cloud.exportState())))
    await after.cloud.act(request, never)
    expect((await after.cloud.look(running.id, never)).instance?.state).toBe('running')
  })

  it('catch up with what happened while nobody ran it', async () => {
    const [away, stayed] = [make({ activity: 10 }), make({ activity: 10 })]
    const saved = away.cloud.exportState()
    const back = make({ activity: 10 }, testStartMs + 24 * hourMs)
    back.cloud.importState(saved)
    stayed.clock.jump(24 * hourMs)
    expect(await back.cloud.observe(never)).toEqual(await stayed.cloud.observe(never))
  })

  it('never let time run backwards', async () => {
    const before = make()
    before.clock.jump(24 * hourMs)
    const saved = before.cloud.exportState()
    const after = make()
    after.cloud.importState(saved)
    expect(await after.cloud.observe(never)).toEqual(await before.cloud.observe(never))
    expect((await after.cloud.sample(never)).atMs[0]).toBe(saved.nowMs)
  })

  it('stay small: an untouched cloud of 2000 instances needs less than 2 kB', () => {
    const { cloud } = make({ hosts: 200, instances: 2000, activity: 0 })
    expect(JSON.stringify(cloud.exportState()).length).toBeLessThan(2000)
  })

  it('refuse what is not theirs', () => {
    const { cloud } = make()
    const broken = (error: unknown) => isError(error, 'cloud-broken')
    for (const value of [undefined, null, 3, {}, { version: 99, nowMs: 1 }, make({ seed: 12 }).cloud.exportState()]) {
      let thrown: unknown
      try {
        cloud.importState(value)
      } catch (error) {
        thrown = error
      }
      expect(broken(thrown), JSON.stringify(value)?.slice(0, 60)).toBe(true)
    }
    expect(savedTimeMs({ version: 99, nowMs: 1 })).toBeUndefined()
  })
})
