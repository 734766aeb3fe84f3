// Every fault the cloud can be told to have strikes where it is told to, only there, and is gone when it is taken away.
import type { ActionKind, Instance, InstanceId } from '@gleaner/model'
import { isError } from '@gleaner/model'
import { endsWithin, VirtualClock, valueIn } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { chaosFaults } from './faults.ts'
import { SimulatedCloud } from './simulated-cloud.ts'

const never = new AbortController().signal

async function make() {
  const clock = new VirtualClock()
  const cloud = new SimulatedCloud({ clock, seed: 5, hosts: 6, desktops: 1, instances: 40, activity: 0 })
  const { instances } = await cloud.observe(never)
  const running = instances.filter(({ state }) => state === 'running')
  const [first, second, third] = running as [Instance, Instance, Instance]
  let keys = 0
  const act = (action: ActionKind, instanceId: InstanceId) =>
    cloud.act({ action, instanceId, hostId: undefined, idempotencyKey: `k${++keys}` }, never)
  const state = async (id: InstanceId) => (await cloud.look(id, never)).instance?.state
  return { clock, cloud, running, first, second, third, act, state }
}

const code =
  (...codes: Parameters<typeof isError>[1][]) =>
  (error: unknown) =>
    isError(error, ...codes)

async function expectFault(call: Promise<unknown>, ...codes: Parameters<typeof isError>[1][]): Promise<void> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(code(...codes)(error), String(error)).toBe(true)
}

describe('faults', () => {
  it('unavailable, broken: the calls that are named, so often as told', async () => {
    const { cloud } = await make()
    cloud.faults.put({ kind: 'unavailable', calls: ['sample'], times: 2 })
    const end = cloud.faults.put({ kind: 'broken', calls: ['observe'] })
    await expectFault(cloud.sample(never), 'cloud-unavailable')
    await expectFault(cloud.observe(never), 'cloud-broken')
    await expectFault(cloud.sample(never), 'cloud-unavailable')
    await cloud.sample(never)
    end()
    await cloud.observe(never)
  })

  it('refuse, no-room, conflict: the call is not accepted and its key stays unused', async () => {
    const { cloud, first, state, clock } = await make()
    const request = { action: 'pause', instanceId: first.id, hostId: undefined, idempotencyKey: 'once' } as const
    for (const [kind, expected] of [
      ['refuse', 'cloud-refused'],
      ['no-room', 'cloud-capacity'],
      ['conflict', 'cloud-conflict'],
    ] as const) {
      cloud.faults.put({ kind, times: 1 })
      await expectFault(cloud.act(request, never), expected)
      expect(await state(first.id)).toBe('running')
    }
    await cloud.act(request, never)
    await clock.advance(1000)
    expect(await state(first.id)).toBe('paused')
  })

  it('strikes only the action and the instance it is meant for', async () => {
    const { cloud, first, second, act } = await make()
    cloud.faults.put({ kind: 'refuse', action: 'suspend', instanceId: first.id })
    await expectFault(act('suspend', first.id), 'cloud-refused')
    await act('suspend', second.id)
    await act('pause', first.id)
  })

  it('hang: until it is aborted, taken away or the cloud is closed', async () => {
    const { cloud } = await make()
    const end = cloud.faults.put({ kind: 'hang', calls: ['observe', 'sample'] })
    const controller = new AbortController()
    const aborted = cloud.observe(controller.signal)
    const released = cloud.sample(never)
    controller.abort()
    await expect(aborted).rejects.toBe(controller.signal.reason)
    end()
    expect((await released).subjects.length).toBeGreaterThan(0)
    cloud.faults.put({ kind: 'hang' })
    const closed = cloud.observe(never)
    await cloud.close()
    await expectFault(endsWithin(1000, closed), 'cloud-unavailable')
  })

  it('lag: the answer takes its time and is of its end', async () => {
    const { cloud, clock } = await make()
    cloud.faults.put({ kind: 'lag', lagMs: 5000, calls: ['sample'] })
    let answered = false
    const pending = cloud.sample(never).then((batch) => {
      answered = true
      return batch
    })
    await clock.advance(4999)
    expect(answered).toBe(false)
    await clock.advance(1)
    expect((await pending).atMs[0]).toBe(clock.nowMs())
  })

  it('partial: gaps for the hosts, nothing of what is on them, looks refused', async () => {
    const { cloud, first, running } = await make()
    const whole = await cloud.observe(never)
    const hidden = whole.hosts.find((host) => host.id === first.hostId)
    const end = cloud.faults.put({ kind: 'partial', hosts: [hidden?.name ?? ''] })
    const partial = await cloud.observe(never)
    expect(partial.gaps.map((gap) => gap.scope)).toEqual([`host ${hidden?.name}`])
    expect(partial.hosts.length).toBe(whole.hosts.length - 1)
    expect(partial.instances).toEqual(whole.instances.filter(({ hostId }) => hostId !== first.hostId))
    const batch = await cloud.sample(never)
    expect(batch.subjects).not.toContain(first.id)
    expect(batch.subjects).not.toContain(first.hostId)
    const elsewhere = running.find(({ hostId }) => hostId !== first.hostId) as Instance
    expect(valueIn(batch, elsewhere.id, 'cpu')).toBeGreaterThan(0)
    await expectFault(cloud.look(first.id, never), 'cloud-unavailable')
    end()
    expect(await cloud.observe(never)).toEqual(whole)
  })

  it('partial by share: some hosts, not all, and others with every reading', async () => {
    const { cloud } = await make()
    cloud.faults.put({ kind: 'partial', hostShare: 0.4 })
    const seen = new Set<string>()
    for (let reading = 0; reading < 12; reading++) {
      const { gaps } = await cloud.observe(never)
      expect(gaps.length).toBeGreaterThan(0)
      seen.add(gaps.map((gap) => gap.scope).join())
    }
    expect(seen.size).toBeGreaterThan(3)
  })

  it('fail: accepted, moves, and is back with a fault to look at; or in state error', async () => {
    const { cloud, clock, first, second, act, state } = await make()
    cloud.faults.put({ kind: 'fail', instanceId: first.id, times: 1 })
    cloud.faults.put({ kind: 'fail', into: 'error', instanceId: second.id })
    await act('suspend', first.id)
    await act('suspend', second.id)
    expect([await state(first.id), await state(second.id)]).toEqual(['suspending', 'suspending'])
    await clock.advance(120_000)
    expect(await state(first.id)).toBe('running')
    expect((await cloud.look(first.id, never)).fault).toMatch(/suspend failed/)
    expect(await state(second.id)).toBe('error')
    expect(valueIn(await cloud.sample(never), first.id, 'cpu')).toBeGreaterThan(0)
    await act('suspend', first.id)
    expect((await cloud.look(first.id, never)).fault).toBeUndefined()
    await clock.advance(120_000)
    expect(await state(first.id)).toBe('suspended')
  })

  it('fall-back: accepted, moves, and is back without a word', async () => {
    const { cloud, clock, first, act, state } = await make()
    cloud.faults.put({ kind: 'fall-back' })
    await act('stop', first.id)
    expect(await state(first.id)).toBe('stopping')
    await clock.advance(60_000)
    expect(await cloud.look(first.id, never)).toMatchObject({ instance: { state: 'running' }, fault: undefined })
  })

  it('a start that fails gives its room back', async () => {
    const { cloud, clock, first, act, state } = await make()
    await act('stop', first.id)
    await clock.advance(60_000)
    cloud.faults.put({ kind: 'fail', action: 'start' })
    await act('start', first.id)
    await clock.advance(60_000)
    expect(await state(first.id)).toBe('stopped')
    const saved = cloud.exportState().guests.find((guest) => guest.name === first.name)
    expect(saved?.claimed).toBe(false)
  })

  it('stuck: moves for ever; ignore: does not even begin; slow: takes longer', async () => {
    const { cloud, clock, first, second, third, act, state } = await make()
    cloud.faults.put({ kind: 'stuck', instanceId: first.id })
    cloud.faults.put({ kind: 'ignore', instanceId: second.id })
    cloud.faults.put({ kind: 'slow', factor: 1000, instanceId: third.id })
    for (const { id } of [first, second, third]) await act('pause', id)
    await clock.advance(700_000)
    expect([await state(first.id), await state(second.id), await state(third.id)]).toEqual([
      'pausing',
      'running',
      'pausing',
    ])
    await clock.advance(30 * 86_400_000)
    expect([await state(first.id), await state(second.id), await state(third.id)]).toEqual([
      'pausing',
      'running',
      'paused',
    ])
  })

  it('lie: readers are told another state, the truth stays', async () => {
    const { cloud, first, state } = await make()
    const end = cloud.faults.put({ kind: 'lie', instanceId: first.id, state: 'suspended' })
    expect(await state(first.id)).toBe('suspended')
    const told = (await cloud.observe(never)).instances
    expect(told.find(({ id }) => id === first.id)?.state).toBe('suspended')
    expect(valueIn(await cloud.sample(never), first.id, 'cpu')).toBeGreaterThan(0)
    end()
    expect(await state(first.id)).toBe('running')
  })

  it('share: strikes about so often, the same for the same seed', async () => {
    const count = async () => {
      const { cloud } = await make()
      cloud.faults.put({ kind: 'unavailable', share: 0.25 })
      const struck: boolean[] = []
      for (let call = 0; call < 400; call++)
        struck.push(
          await cloud.sample(never).then(
            () => false,
            () => true,
          ),
        )
      return struck
    }
    const struck = await count()
    expect(struck.filter(Boolean).length).toBeGreaterThan(70)
    expect(struck.filter(Boolean).length).toBeLessThan(130)
    expect(await count()).toEqual(struck)
  })

  it('chaos: things go wrong in several ways, and always with a registered fault', async () => {
    const clock = new VirtualClock()
    const cloud = new SimulatedCloud({ clock, seed: 9, hosts: 8, instances: 60, faults: chaosFaults(2) })
    const seen = new Set<string>()
    for (let round = 0; round < 300; round++) {
      const call = cloud.observe(never).then(
        ({ gaps }) => seen.add(gaps.length > 0 ? 'gaps' : 'well'),
        (error: unknown) => seen.add(isError(error) ? error.code : `crash: ${String(error)}`),
      )
      await clock.advance(60_000)
      await call
    }
    expect([...seen].sort()).toEqual(['cloud-broken', 'cloud-unavailable', 'gaps', 'well'])
  })
})
