// What the driver reads of a server that keeps OpenNebula's rules, and what it marks.
import { valueIn } from '@gleaner/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FakeVm } from './testing/fake-vm.ts'
import { act, begin, clock, cloud, end, fake, found, host, id, make, never, sent } from './testing/opennebula-scene.ts'

beforeEach(begin)
afterEach(end)

describe('an inventory', () => {
  it('has hosts with what is sold of them', async () => {
    const [half, twice] = [fake.hosts.get(0), fake.hosts.get(1)]
    if (half !== undefined) half.sold = 0.5
    if (twice !== undefined) twice.sold = 2
    const { hosts, gaps } = await cloud.observe(never)
    expect(gaps).toEqual([])
    expect(hosts.find(({ id }) => id === host(0))).toMatchObject({
      name: 'node00',
      state: 'up',
      cores: 8,
      memoryMiB: 16_384,
      diskGiB: 20,
      reservedCores: 4,
      reservedMemoryMiB: 8192,
      coreRatio: 1,
      memoryRatio: 1,
      properties: { cluster: 'default', arch: 'x86_64', hypervisor: 'dummy', model: 'Dummy(R) Core @ 3.2GHz' },
    })
    expect(hosts.find(({ id }) => id === host(1))).toMatchObject({ reservedCores: 0, coreRatio: 2, memoryRatio: 2 })
  })

  it('reads the marks of users, and OpenNebula’s lock', async () => {
    const marked = (n: number, marks: Readonly<Record<string, string>>) => {
      const vm = fake.addVm({ id: n })
      for (const [name, value] of Object.entries(marks)) vm.user.set(name, value)
      return vm
    }
    marked(1, { GLEANER_PROTECTED: 'alice: thesis' })
    marked(2, { GLEANER_PROTECTED: 'YES' })
    marked(3, {
      GLEANER_PROTECTED: 'no',
      GLEANER_PREEMPTIBLE: 'yes',
      GLEANER_TAGS: ' batch, night ,',
      GLEANER_KEEP_UNTIL: ' 2026-12-24 ',
      LABELS: 'night,web',
    })
    marked(4, { GLEANER_PROTECTED: '', GLEANER_PREEMPTIBLE: 'maybe' })
    marked(5, {}).lockedBy = 2
    marked(6, { GLEANER_TAGS: 'preemptible' })
    marked(7, { GLEANER_TAGS: 'preemptible', GLEANER_PREEMPTIBLE: 'no' })
    const inventory = await cloud.observe(never)
    expect(found(inventory, 1)).toMatchObject({ protectedBy: 'alice: thesis', firmness: 'firm', tags: [] })
    expect(found(inventory, 2)?.protectedBy).toContain('GLEANER_PROTECTED')
    expect(found(inventory, 3)).toMatchObject({
      protectedBy: undefined,
      firmness: 'preemptible',
      tags: ['gleaner-keep-until=2026-12-24', 'batch', 'night', 'web'],
    })
    expect(found(inventory, 4)).toMatchObject({ protectedBy: undefined, firmness: 'firm' })
    expect(found(inventory, 5)?.protectedBy).toContain('lock')
    expect([6, 7].map((n) => found(inventory, n)?.firmness)).toEqual(['preemptible', 'firm'])
  })

  it('says where an instance is, and since when, by its state', async () => {
    for (const [n, state] of (
      [
        [3, 3],
        [5, 0],
        [8, 0],
        [4, 0],
        [9, 0],
        [1, 0],
      ] as const
    ).entries())
      fake.addVm({ id: n, state, hostId: 1 })
    fake.addVm({ id: 9, state: [2, 0], hostId: undefined })
    const inventory = await cloud.observe(never)
    const places = [0, 1, 2, 3, 4, 5, 9].map((n) => found(inventory, n)?.hostId)
    expect(places).toEqual([host(1), host(1), host(1), undefined, undefined, undefined, undefined])
    const startedAtMs = clock.nowMs() - 3_600_000
    expect([0, 1, 2, 3].map((n) => found(inventory, n)?.stateSinceMs)).toEqual([
      startedAtMs,
      startedAtMs,
      startedAtMs,
      undefined,
    ])
    expect(found(inventory, 0)?.createdAtMs).toBe(startedAtMs)
  })

  it('makes a project of each group, or of each owner', async () => {
    fake.addVm({ id: 1 })
    fake.addVm({ id: 2, uid: 2 })
    expect((await cloud.observe(never)).projects.map(({ name }) => name).sort()).toEqual(['oneadmin', 'users'])
    const byOwner = await make({ projectBy: 'owner' }).observe(never)
    expect(byOwner.projects.map(({ name }) => name).sort()).toEqual(['alice', 'oneadmin'])
    expect(byOwner.instances.find((each) => each.id === id(2))?.projectId).toBe('one:owner-2')
  })

  it('of a user who sees no hosts is partial and says so', async () => {
    fake.addVm({ id: 8, uid: 2 })
    const { hosts, instances, gaps } = await make({ session: 'alice:alicepass01' }).observe(never)
    expect(hosts).toEqual([])
    expect(instances).toHaveLength(1)
    expect(gaps).toEqual([{ scope: `host ${host(0)}`, reason: expect.stringContaining('may not see') as string }])
  })

  it('takes a time that is ahead of this clock to be this moment', async () => {
    fake.addVm({ id: 1 })
    clock.jump(-7_200_000)
    const instance = found(await cloud.observe(never), 1)
    expect(instance?.createdAtMs).toBe(clock.nowMs())
    expect(instance?.stateSinceMs).toBe(clock.nowMs())
  })
})

describe('many instances', () => {
  const add = (count: number, every = 1) => {
    for (let n = 0; n < count; n++) fake.addVm({ id: n * every, hostId: n % 3 })
  }

  it('are read in pages of at most 500 by ranges of ids', async () => {
    add(1300, 7)
    const first = await cloud.observe(never)
    expect(first.instances).toHaveLength(1300)
    expect(first.gaps).toEqual([])
    const pages = sent('one.vmpool.infoextended').map(({ args }) => args.slice(1, 3))
    expect(pages).toEqual([
      [0, 499 * 7],
      [499 * 7 + 1, 999 * 7],
      [999 * 7 + 1, -1],
    ])
    for (const [, , end] of sent('one.vmpool.info').map(({ args }) => args)) expect(end).toBe(-500)
    const discovered = sent('one.vmpool.info').length
    await cloud.observe(never)
    expect(sent('one.vmpool.info')).toHaveLength(discovered)
  })

  it('are all found whichever way the server sorts them', async () => {
    add(1100)
    fake.ascending = true
    expect((await cloud.observe(never)).instances).toHaveLength(1100)
  })

  it('are all found though others are deleted and created between the pages', async () => {
    add(1100)
    await cloud.observe(never)
    // What moves the rows of pages by offset: the newest are gone, and new ones came.
    const original = fake.calls.push.bind(fake.calls)
    fake.calls.push = (...calls) => {
      for (const { method } of calls) {
        if (method !== 'one.vmpool.infoextended') continue
        const newest = Math.max(...fake.vms.keys())
        fake.vms.delete(newest)
        fake.addVm({ id: newest + 1 })
      }
      return original(...calls)
    }
    const { instances, gaps } = await cloud.observe(never)
    expect(gaps).toEqual([])
    for (let n = 0; n < 1090; n++)
      expect(
        instances.some((instance) => instance.id === id(n)),
        String(n),
      ).toBe(true)
  })

  it('of which a page cannot be read are a gap, and are read whole again later', async () => {
    add(1100)
    await cloud.observe(never)
    fake.behave('partial')
    const partial = await cloud.observe(never)
    expect(partial.instances).toHaveLength(500)
    expect(partial.gaps.map(({ scope }) => scope)).toEqual(['instances 500 to 999', 'instances 1000 to the last'])
    fake.behave('none')
    const before = sent('one.vmpool.infoextended').length
    const whole = await cloud.observe(never)
    expect(whole.gaps).toEqual([])
    expect(whole.instances).toHaveLength(1100)
    expect(sent('one.vmpool.infoextended').length - before).toBe(3)
  })

  it('use two connections and no more', async () => {
    add(1100)
    await Promise.all([cloud.observe(never), cloud.sample(never)])
    expect(fake.connections).toBeLessThanOrEqual(2)
  })
})

describe('usage', () => {
  let vm: FakeVm
  const sampled = async () => {
    await clock.advance(60_000)
    return cloud.sample(never)
  }

  beforeEach(async () => {
    vm = fake.addVm({ id: 5, vcpus: 2, memoryMiB: 2048 })
    await cloud.observe(never)
    await cloud.sample(never)
  })

  it('has cores, memory and rates per second', async () => {
    vm.cpu = 150
    const batch = await sampled()
    const figures = ['cpu', 'memory', 'networkRx', 'networkTx', 'disk'] as const
    // The fake counts 1000 and 500 bytes of network and 10 and 30 of disk a second, and uses half of its memory.
    expect(figures.map((metric) => valueIn(batch, id(5), metric))).toEqual([1.5, 1024, 1000, 500, 40])
    expect(valueIn(batch, host(0), 'cpu')).toBe(2)
    expect(valueIn(batch, host(0), 'memory')).toBe(8192)
  })

  it('is never more than the instance was given', async () => {
    vm.cpu = 1000
    expect(valueIn(await sampled(), id(5), 'cpu')).toBe(2)
  })

  it('is told once for each record, and never again from one that was left behind', async () => {
    await sampled()
    expect((await cloud.sample(never)).subjects).not.toContain(id(5))
    vm.set([3, 16])
    expect((await sampled()).subjects).not.toContain(id(5))
  })

  it('has no rate over a restart, when the counters begin anew', async () => {
    await sampled()
    await act('suspend', 5)
    await clock.advance(10_000)
    await act('resume', 5)
    await clock.advance(10_000)
    await cloud.observe(never)
    const batch = await sampled()
    expect(valueIn(batch, id(5), 'cpu')).toBe(0.12)
    expect(valueIn(batch, id(5), 'networkRx')).toBeNaN()
    expect(valueIn(await sampled(), id(5), 'networkRx')).toBe(1000)
  })

  it('is dated within the time between two questions, however wrong a clock is', async () => {
    const before = clock.nowMs()
    clock.jump(-86_400_000)
    vm.advance(Math.floor(clock.nowMs() / 1000))
    const earlier = await sampled()
    for (const atMs of earlier.atMs) expect(atMs).toBeLessThanOrEqual(clock.nowMs())
    clock.jump(86_400_000)
    const later = await sampled()
    for (const atMs of later.atMs) expect(atMs > before && atMs <= clock.nowMs()).toBe(true)
  })

  it('of an offline host has no figures', async () => {
    const offline = fake.hosts.get(1)
    if (offline !== undefined) offline.state = 8
    const batch = await sampled()
    expect(valueIn(batch, host(1), 'cpu')).toBeNaN()
    expect(valueIn(batch, host(0), 'cpu')).toBe(2)
  })
})

describe('what a guest says of itself', () => {
  let vm: FakeVm
  const say = (seq: number, idle: number, users = 0) =>
    vm.monitoring.set('IDLE', `v=1 seq=${seq} up=9000 every=15 cpu=0.01 users=${users} idle=${idle}`)
  const idle = async () => {
    await clock.advance(60_000)
    const batch = await cloud.sample(never)
    return [valueIn(batch, id(5), 'idle'), valueIn(batch, id(5), 'users')]
  }

  beforeEach(async () => {
    vm = fake.addVm({ id: 5 })
    await cloud.sample(never)
  })

  it('counts from the second word on', async () => {
    say(1, 4000)
    expect(await idle()).toEqual([Number.NaN, Number.NaN])
    say(5, 4060, 1)
    expect(await idle()).toEqual([4060, 1])
  })

  it('does not count when OpenNebula merely kept it', async () => {
    say(1, 4000)
    await idle()
    say(5, 4060)
    await idle()
    expect(await idle()).toEqual([Number.NaN, Number.NaN])
    say(9, 4180)
    expect(await idle()).toEqual([4180, 0])
  })

  it('does not count when it is nonsense', async () => {
    say(1, 4000)
    await idle()
    vm.monitoring.set('IDLE', 'v=1 seq=2 up=10 every=15 users=0 idle=999999')
    expect(await idle()).toEqual([Number.NaN, Number.NaN])
  })

  it('may be that it is not idle, which may be old', async () => {
    say(1, 0)
    await idle()
    expect(await idle()).toEqual([0, 0])
  })

  it('may stand apart, in seconds and users', async () => {
    vm.monitoring.set('IDLE_SECONDS', '5000').set('GUEST_USERS', '1')
    await idle()
    vm.monitoring.set('IDLE_SECONDS', '5060')
    expect(await idle()).toEqual([5060, 1])
  })

  it('may stand on the host, as before OpenNebula 5.12', async () => {
    const on = fake.hosts.get(0)
    const tell = async (seq: number, seconds: number) => {
      if (on === undefined) throw new Error('no host')
      on.extra = `<IDLE><VMID>5</VMID><SEQ>${seq}</SEQ><IDLE_SECONDS>${seconds}</IDLE_SECONDS><USERS>2</USERS></IDLE>`
      await cloud.observe(never)
    }
    await tell(1, 4000)
    expect(await idle()).toEqual([Number.NaN, Number.NaN])
    await tell(2, 4600)
    expect(await idle()).toEqual([4600, 2])
    expect(await idle()).toEqual([Number.NaN, Number.NaN])
  })

  it('and what the guest agent says of users count together, the higher', async () => {
    say(1, 0, 1)
    await idle()
    say(2, 0, 1)
    vm.monitoring.set('VM_USERS', '[{"user":"a"},{"user":"b"}]')
    expect(await idle()).toEqual([0, 2])
  })
})
