// The life of the simulated datacentre: what its people do, what actions give back and how long they take.
import type { ActionKind, Instance, InstanceId } from '@gleaner/model'
import { isError } from '@gleaner/model'
import type { CloudEvent } from '@gleaner/ports'
import { testStartMs, VirtualClock, valueIn } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import type { SimulatedCloudOptions } from './options.ts'
import { SimulatedCloud } from './simulated-cloud.ts'

const never = new AbortController().signal
const hourMs = 3_600_000

function make(options: Partial<SimulatedCloudOptions> = {}) {
  const clock = new VirtualClock(testStartMs)
  const cloud = new SimulatedCloud({ seed: 1, ...options, clock })
  let keys = 0
  const act = (action: ActionKind, instanceId: InstanceId, memoryMiB?: number) =>
    cloud.act(
      {
        action,
        instanceId,
        hostId: undefined,
        idempotencyKey: `k${++keys}`,
        ...(memoryMiB === undefined ? {} : { memoryMiB }),
      },
      never,
    )
  const running = async () => (await cloud.observe(never)).instances.filter(({ state }) => state === 'running')
  return { clock, cloud, act, running }
}

describe('the datacentre', () => {
  it('has 24 hosts, four of them desktops, six projects and about 300 instances of all kinds', async () => {
    const { hosts, instances, projects } = await make().cloud.observe(never)
    expect([hosts.length, hosts.filter(({ kind }) => kind === 'desktop').length, projects.length]).toEqual([24, 4, 6])
    expect(instances.length).toBe(300)
    expect(new Set(instances.map(({ name }) => name)).size).toBe(300)
    expect(new Set(instances.map(({ projectId }) => projectId)).size).toBe(6)
    const count = (test: (instance: Instance) => boolean) => instances.filter(test).length
    expect(count(({ state }) => state === 'running')).toBeGreaterThan(240)
    expect(count(({ firmness }) => firmness === 'preemptible')).toBeGreaterThan(10)
    expect(count(({ protectedBy }) => protectedBy !== undefined)).toBeGreaterThan(5)
    for (const instance of instances) expect(instance.tags.some((tag) => tag.startsWith('owner:'))).toBe(true)
    const placed = instances.map(({ hostId }) => hosts.find(({ id }) => id === hostId)?.kind)
    expect(placed).not.toContain('desktop')
  })

  it('hears users and idle seconds from most guests, and nothing from some', async () => {
    const { cloud, running } = make()
    const batch = await cloud.sample(never)
    const instances = await running()
    const silent = instances.filter(({ id }) => Number.isNaN(valueIn(batch, id, 'users'))).length
    const partly = instances.filter(({ id }) => Number.isNaN(valueIn(batch, id, 'idle'))).length
    expect(silent / instances.length).toBeGreaterThan(0.05)
    expect(silent / instances.length).toBeLessThan(0.25)
    expect(partly).toBeGreaterThan(silent)
    expect(instances.every(({ id }) => valueIn(batch, id, 'cpu') > 0)).toBe(true)
  })

  it('is alive: within six hours of a working day instances come, go and are touched by their owners', async () => {
    const { clock, cloud } = make()
    const events: CloudEvent[] = []
    const leave = cloud.subscribe((event) => events.push(event))
    const before = await cloud.observe(never)
    await clock.advance(6 * hourMs)
    const after = await cloud.observe(never)
    leave()
    const ids = (instances: readonly Instance[]) => new Set(instances.map(({ id }) => id))
    expect([...ids(after.instances)].some((id) => !ids(before.instances).has(id))).toBe(true)
    expect([...ids(before.instances)].some((id) => !ids(after.instances).has(id))).toBe(true)
    for (const word of ['created', 'deletes', 'resumes', 'suspends'])
      expect(
        events.some(({ detail }) => detail.includes(word)),
        word,
      ).toBe(true)
  })

  it('keeps its population over months', async () => {
    const { clock, cloud } = make()
    for (let week = 0; week < 16; week++) {
      clock.jump(7 * 24 * hourMs)
      const { instances } = await cloud.observe(never)
      expect(instances.length).toBeGreaterThan(260)
      expect(instances.length).toBeLessThanOrEqual(335)
      const active = instances.filter(({ state }) => state === 'running').length
      expect(active / instances.length).toBeGreaterThan(0.7)
    }
  })

  it('stands still without activity', async () => {
    const { clock, cloud } = make({ activity: 0 })
    const before = await cloud.observe(never)
    clock.jump(30 * 24 * hourMs)
    expect(await cloud.observe(never)).toBe(before)
  })

  it('gives the same frozen object for an instance that did not change', async () => {
    const { cloud, act, running, clock } = make({ activity: 0 })
    const [changed, ...others] = (await running()) as [Instance, ...Instance[]]
    await act('pause', changed.id)
    clock.jump(2000)
    const { instances } = await cloud.observe(never)
    for (const other of others) expect(instances.find(({ id }) => id === other.id)).toBe(other)
    const now = instances.find(({ id }) => id === changed.id)
    expect(now?.state).toBe('paused')
    expect(now?.stateSinceMs).toBe(testStartMs + 800)
    expect(Object.isFrozen(now)).toBe(true)
    expect(changed.state).toBe('running')
  })
})

describe('actions', () => {
  it('suspend takes as long as its memory needs and gives the memory back at its end', async () => {
    const { cloud, clock, act, running } = make({ activity: 0 })
    const instances = await running()
    const small = instances.find(({ memoryMiB }) => memoryMiB === 2048) as Instance
    const large = instances.find(({ memoryMiB }) => memoryMiB === 32_768) as Instance
    const hostMemory = async () => valueIn(await cloud.sample(never), large.hostId ?? '', 'memory')
    const used = valueIn(await cloud.sample(never), large.id, 'memory')
    await act('suspend', small.id)
    await act('suspend', large.id)
    clock.jump(10_000)
    const state = async (id: InstanceId) => (await cloud.look(id, never)).instance?.state
    expect([await state(small.id), await state(large.id)]).toEqual(['suspended', 'suspending'])
    const while_ = await hostMemory()
    clock.jump(34_000)
    expect(await state(large.id)).toBe('suspended')
    expect(while_ - (await hostMemory())).toBeGreaterThan(used * 0.8)
  })

  it('pause keeps the memory and frees the cores', async () => {
    const { cloud, clock, act, running } = make({ activity: 0 })
    const [instance] = (await running()) as [Instance]
    const before = await cloud.sample(never)
    await act('pause', instance.id)
    clock.jump(2000)
    const after = await cloud.sample(never)
    expect(after.subjects).not.toContain(instance.id)
    const host = instance.hostId ?? ''
    const share = valueIn(before, instance.id, 'memory')
    expect(Math.abs(valueIn(after, host, 'memory') - valueIn(before, host, 'memory'))).toBeLessThan(share * 0.5)
  })

  it('suspend keeps its claim on the host; stop gives it to others, and a start may then find no room', async () => {
    const { cloud, clock, act, running } = make({ hosts: 1, desktops: 0, instances: 120, activity: 0 })
    const full = (await cloud.observe(never)).instances
    const waiting = full.filter(({ state, hostId }) => state === 'shelved' && hostId === undefined)
    const [first] = (await running()).sort((a, b) => b.memoryMiB - a.memoryMiB) as [Instance]
    // The host is sold out for a flavor of this size.
    const wanting = waiting.find(
      ({ vcpus, memoryMiB }) => vcpus <= first.vcpus && memoryMiB === first.memoryMiB,
    ) as Instance
    const noRoom = (error: unknown) => isError(error, 'cloud-capacity')
    await act('suspend', first.id)
    clock.jump(300_000)
    await expect(act('start', wanting.id)).rejects.toSatisfy(noRoom)
    await act('resume', first.id)
    clock.jump(300_000)
    await act('stop', first.id)
    clock.jump(300_000)
    await act('start', wanting.id)
    clock.jump(300_000)
    expect((await cloud.look(wanting.id, never)).instance?.state).toBe('running')
    await expect(act('start', first.id)).rejects.toSatisfy(noRoom)
    expect((await cloud.look(first.id, never)).instance?.state).toBe('stopped')
  })

  it('balloon bounds the memory of the guest until the next boot, through a suspension too', async () => {
    const { cloud, clock, act, running } = make({ activity: 0 })
    const [instance] = (await running()).filter(({ memoryMiB }) => memoryMiB >= 8192) as [Instance]
    const used = async () => valueIn(await cloud.sample(never), instance.id, 'memory')
    await act('balloon', instance.id, 512)
    expect(await used()).toBe(512)
    await act('suspend', instance.id)
    clock.jump(300_000)
    await act('resume', instance.id)
    clock.jump(300_000)
    expect(await used()).toBe(512)
    await act('stop', instance.id)
    clock.jump(300_000)
    await act('start', instance.id)
    clock.jump(300_000)
    expect(await used()).toBeGreaterThan(512)
    for (const memoryMiB of [0, -1, 10, Number.NaN, instance.memoryMiB + 1])
      await expect(act('balloon', instance.id, memoryMiB)).rejects.toSatisfy((error) =>
        isError(error, 'cloud-conflict'),
      )
  })

  it('an instance woken by its owner is used by a person for a while', async () => {
    const { cloud, clock, act, running } = make({ activity: 0 })
    const batch = await cloud.sample(never)
    const quiet = (await running()).find(({ id }) => valueIn(batch, id, 'idle') > 86_400) as Instance
    await act('suspend', quiet.id)
    clock.jump(300_000)
    expect(cloud.actByHand(quiet.id, 'resume')).toBe(true)
    expect(cloud.actByHand(quiet.id, 'resume')).toBe(false)
    clock.jump(300_000)
    const used = await cloud.sample(never)
    expect(valueIn(used, quiet.id, 'users')).toBe(1)
    expect(valueIn(used, quiet.id, 'idle')).toBeLessThan(60)
    expect(valueIn(used, quiet.id, 'cpu') / quiet.vcpus).toBeGreaterThan(0.2)
    clock.jump(2 * hourMs)
    const idleS = valueIn(await cloud.sample(never), quiet.id, 'idle')
    expect(idleS).toBeGreaterThan(0)
    expect(idleS).toBeLessThan(2 * 3600)
  })
})

describe('options', () => {
  it.each([
    [{ id: 'a:b' }],
    [{ id: '' }],
    [{ hosts: -1 }],
    [{ hosts: 1.5 }],
    [{ hosts: 2, desktops: 3 }],
    [{ projects: 0 }],
    [{ activity: Number.NaN }],
  ])('refuses %j', (options) => {
    expect(() => make(options)).toThrow(RangeError)
  })

  it('scales to an empty cloud and to a thousand hosts', async () => {
    const empty = make({ hosts: 0, instances: 0 })
    expect(await empty.cloud.observe(never)).toMatchObject({ hosts: [], instances: [], gaps: [] })
    expect((await empty.cloud.sample(never)).subjects).toEqual([])
    const big = await make({ hosts: 1000, instances: 10_000, projects: 40 }).cloud.observe(never)
    expect([big.hosts.length, big.instances.length, big.projects.length]).toEqual([1000, 10_000, 40])
    expect(new Set([...big.hosts, ...big.instances].map(({ name }) => name)).size).toBe(11_000)
  })
})
