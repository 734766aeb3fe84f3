// The driver against a server that keeps OpenNebula's rules: what it reads, what it marks, what it does and does not do.
import { hostId, type ActionKind, instanceId, isError, type Inventory } from '@gleaner/model'
import { valueIn, VirtualClock } from '@gleaner/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { OpenNebulaCloud } from './opennebula-cloud.ts'
import type { OpenNebulaCloudOptions } from './options.ts'
import { FakeOpenNebula } from './testing/fake-opennebula.ts'
import type { FakeVm } from './testing/fake-vm.ts'

const never = new AbortController().signal
let clock: VirtualClock
let fake: FakeOpenNebula
let cloud: OpenNebulaCloud
const open: OpenNebulaCloud[] = []

beforeEach(async () => {
  clock = new VirtualClock()
  fake = await FakeOpenNebula.start(clock)
  for (const id of [0, 1, 2]) fake.addHost({ id })
  cloud = make()
})

afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
  await fake.stop()
})

function make(options: Partial<OpenNebulaCloudOptions> = {}): OpenNebulaCloud {
  const made = new OpenNebulaCloud({
    id: 'one',
    clock,
    endpoints: [fake.endpoint],
    session: 'oneadmin:PASSWORD',
    ...options,
  })
  open.push(made)
  return made
}

const id = (n: number) => instanceId(cloud.id, String(n))
const host = (n: number) => hostId(cloud.id, `host-${n}`)
const found = (inventory: Inventory, n: number) => inventory.instances.find((instance) => instance.id === id(n))
let keys = 0
const act = (action: ActionKind, n: number, by = cloud) =>
  by.act({ action, instanceId: id(n), hostId: undefined, idempotencyKey: `key-${++keys}` }, never)
const sent = (method: string) => fake.calls.filter((call) => call.method === method)

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

  it('takes times that are ahead of this clock for now', async () => {
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

describe('an action', () => {
  it.each([
    ['suspend', [3, 3], 'suspend'],
    ['stop', [3, 3], 'poweroff'],
    ['shelve', [3, 3], 'undeploy'],
    ['shelve', [8, 0], 'undeploy'],
    ['shelve', [5, 0], 'stop'],
    ['resume', [5, 0], 'resume'],
    ['start', [8, 0], 'resume'],
    ['start', [4, 0], 'resume'],
    ['start', [9, 0], 'resume'],
    ['start', [2, 0], 'release'],
    ['delete', [3, 3], 'terminate'],
    ['delete', [3, 36], 'terminate'],
  ] as const)('%s of %j is %s', async (action, state, name) => {
    fake.addVm({ id: 5, state })
    await act(action, 5)
    expect(sent('one.vm.action').map(({ args }) => args)).toEqual([[name, 5]])
  })

  it('is done in the way that is set', async () => {
    const other = make({ shelveBy: 'stop', deleteBy: 'terminate-hard' })
    for (const n of [1, 2]) fake.addVm({ id: n })
    await act('shelve', 1, other)
    await act('delete', 2, other)
    expect(sent('one.vm.action').map(({ args }) => args[0])).toEqual(['stop', 'terminate-hard'])
  })

  it('says honestly what it gives back', () => {
    const gives = Object.fromEntries(cloud.actions.map(({ action, givesBack }) => [action, givesBack]))
    for (const action of ['suspend', 'stop'])
      expect(gives[action]).toEqual({ physicalCores: true, physicalMemory: true, sellable: false })
    for (const action of ['shelve', 'delete'])
      expect(gives[action]).toEqual({ physicalCores: true, physicalMemory: true, sellable: true })
  })

  it('that fails without a trace shows as a fault', async () => {
    fake.addVm({ id: 5 }).failing.add('suspend')
    await act('suspend', 5)
    expect((await cloud.look(id(5), never)).instance?.state).toBe('suspending')
    await clock.advance(5000)
    const { instance, fault } = await cloud.look(id(5), never)
    expect(instance?.state).toBe('running')
    expect(fault).toMatch(/suspend.*RUNNING again/)
    fake.vms.get(5)?.failing.clear()
    await act('suspend', 5)
    expect((await cloud.look(id(5), never)).fault).toBeUndefined()
  })

  it('that somebody else was faster with is accepted; one that collides is not', async () => {
    const vm = fake.addVm({ id: 5 })
    const push = fake.calls.push.bind(fake.calls)
    let then = () => vm.set([3, 6])
    fake.calls.push = (...calls) => {
      if (calls.some(({ method }) => method === 'one.vm.action')) then()
      return push(...calls)
    }
    await act('suspend', 5)
    vm.set([3, 3])
    then = () => vm.set([8, 0])
    await expect(act('suspend', 5)).rejects.toSatisfy((error) => isError(error, 'cloud-conflict'))
  })

  it('is refused while OpenNebula does something else with the instance', async () => {
    fake.addVm({ id: 5, state: [3, 17] })
    expect(found(await cloud.observe(never), 5)?.state).toBe('running')
    await expect(act('suspend', 5)).rejects.toSatisfy(
      (error) => isError(error, 'cloud-conflict') && error.message.includes('HOTPLUG'),
    )
  })

  it('on an instance that is locked, or of somebody else, is refused', async () => {
    fake.addVm({ id: 5 }).lockedBy = 0
    await expect(act('suspend', 5)).rejects.toSatisfy((error) => isError(error, 'cloud-refused'))
    const alice = make({ session: 'alice:alicepass01' })
    await expect(act('suspend', 5, alice)).rejects.toSatisfy((error) => isError(error, 'cloud-refused'))
  })

  it.each(['one:5x', 'one:05', 'one:99999999999', 'one:-1', 'two:5', 'one:host-5', 'one:'])(
    'on %s finds nothing',
    async (text) => {
      fake.addVm({ id: 5 })
      const request = {
        action: 'suspend' as const,
        instanceId: text as ReturnType<typeof id>,
        hostId: undefined,
        idempotencyKey: text,
      }
      await expect(cloud.act(request, never)).rejects.toSatisfy((error) => isError(error, 'cloud-not-found'))
    },
  )
})

describe('hosts', () => {
  const state = (n: number) => fake.hosts.get(n)?.state

  it('are closed with a reason and opened again', async () => {
    await cloud.hostControl.close(host(1), 'to be switched off; "quoted"', never)
    expect(state(1)).toBe(4)
    expect(fake.hosts.get(1)?.attributes.get('GLEANER_CLOSED')).toBe('to be switched off; "quoted"')
    await cloud.hostControl.close(host(1), 'again', never)
    await cloud.hostControl.open(host(1), never)
    expect(state(1)).toBe(2)
    expect(fake.hosts.get(1)?.attributes.get('GLEANER_CLOSED')).toBe('')
    await cloud.hostControl.open(host(1), never)
    expect(state(1)).toBe(2)
  })

  it('can be set offline instead', async () => {
    const other = make({ closeBy: 'offline' })
    await other.hostControl.close(host(1), 'off', never)
    expect(state(1)).toBe(8)
    await other.hostControl.open(host(1), never)
    expect(state(1)).toBe(2)
  })

  it('that a person closed stay closed', async () => {
    const closed = fake.hosts.get(1)
    if (closed !== undefined) closed.state = 4
    await cloud.hostControl.close(host(1), 'mine too', never)
    expect(closed?.attributes.size).toBe(0)
    await expect(cloud.hostControl.open(host(1), never)).rejects.toSatisfy((error) => isError(error, 'cloud-conflict'))
    expect(state(1)).toBe(4)
  })

  it('that were left half closed are closed by asking again', async () => {
    fake.hosts.get(1)?.attributes.set('GLEANER_CLOSED', 'began')
    await cloud.hostControl.close(host(1), 'again', never)
    expect(state(1)).toBe(4)
    await cloud.hostControl.open(host(1), never)
    expect(state(1)).toBe(2)
  })

  it('that are not there are not found', async () => {
    await expect(cloud.hostControl.close(host(9), 'x', never)).rejects.toSatisfy((error) =>
      isError(error, 'cloud-not-found'),
    )
  })
})

describe('a live migration', () => {
  it('moves a running instance, once', async () => {
    fake.addVm({ id: 5 })
    await cloud.migration.migrate(id(5), host(1), never)
    expect(sent('one.vm.migrate').map(({ args }) => args)).toEqual([[5, 1, true, true, -1, 0]])
    expect((await cloud.look(id(5), never)).instance?.state).toBe('migrating')
    await cloud.migration.migrate(id(5), host(1), never)
    await clock.advance(5000)
    expect((await cloud.look(id(5), never)).instance).toMatchObject({ state: 'running', hostId: host(1) })
    await cloud.migration.migrate(id(5), host(1), never)
    expect(sent('one.vm.migrate')).toHaveLength(1)
  })

  it('goes to no host that is closed, offline, too small or not there', async () => {
    fake.addVm({ id: 5, memoryMiB: 4096 })
    fake.addHost({ id: 7, memoryMiB: 1024 })
    for (const [n, closed] of [
      [1, 4],
      [2, 8],
    ] as const) {
      const target = fake.hosts.get(n)
      if (target !== undefined) target.state = closed
    }
    const kind = (n: number) =>
      cloud.migration.migrate(id(5), host(n), never).catch((error: unknown) => isError(error) && error.code)
    expect([await kind(1), await kind(2), await kind(7), await kind(9)]).toEqual([
      'cloud-conflict',
      'cloud-conflict',
      'cloud-capacity',
      'cloud-not-found',
    ])
  })

  it('of an instance that does not run is a conflict', async () => {
    fake.addVm({ id: 5, state: [5, 0] })
    await expect(cloud.migration.migrate(id(5), host(1), never)).rejects.toSatisfy((error) =>
      isError(error, 'cloud-conflict'),
    )
  })
})

describe('labels', () => {
  it('are merged into what the owner wrote, and never more than one value', async () => {
    const vm = fake.addVm({ id: 5 })
    vm.user.set('OWN', 'stays').set('GLEANER_TAGS', 'a,b')
    const hostile = 'x"\nGLEANER_PROTECTED="no" \\'
    await cloud.labels.setMetadata(id(5), { 'gleaner notice': hostile, old: undefined }, never)
    expect([...vm.user]).toEqual([
      ['OWN', 'stays'],
      ['GLEANER_TAGS', 'a,b'],
      ['GLEANER_NOTICE', 'x" GLEANER_PROTECTED="no" \\'],
      ['OLD', ''],
    ])
    await cloud.labels.setTags(id(5), { add: ['c', 'b'], remove: ['a'] }, never)
    expect(vm.user.get('GLEANER_TAGS')).toBe('b,c')
    const before = sent('one.vm.update').length
    await cloud.labels.setTags(id(5), { add: ['c'] }, never)
    expect(sent('one.vm.update')).toHaveLength(before)
    expect((await cloud.look(id(5), never)).instance?.tags).toEqual(['b', 'c'])
  })
})

describe('the check', () => {
  const items = async (by = cloud) => Object.fromEntries((await by.check(never)).map((item) => [item.what, item]))

  it('tells version, user, hosts and clock', async () => {
    const found = await items()
    expect(found['OpenNebula']).toMatchObject({ ok: true, detail: 'version 6.10.0' })
    expect(found['user']).toMatchObject({ ok: true, detail: 'oneadmin of group oneadmin' })
    expect(found['hosts']).toMatchObject({ ok: true, detail: '3 can be seen' })
    expect(found['clock']?.ok).toBe(true)
  })

  it('tells an ordinary user what is missing', async () => {
    expect((await items(make({ session: 'alice:alicepass01' })))['hosts']).toMatchObject({
      ok: false,
      remedy: expect.stringContaining('oneacl') as string,
    })
  })

  it('tells when no events are heard', async () => {
    expect((await items())['events']).toBeUndefined()
    const deaf = make({ events: 'tcp://127.0.0.1:1' })
    expect((await items(deaf))['events']).toMatchObject({
      ok: false,
      detail: expect.stringContaining('ECONNREFUSED') as string,
      remedy: expect.stringContaining('2101') as string,
    })
  })

  it('tells a wrong password, an old server, one that is none, clocks that differ', async () => {
    expect((await items(make({ session: 'alice:wrong' })))['OpenNebula']).toMatchObject({
      ok: false,
      detail: expect.stringContaining('password') as string,
    })
    fake.version = '5.10.4'
    expect((await items())['OpenNebula']).toMatchObject({
      ok: false,
      remedy: expect.stringContaining('5.12') as string,
    })
    fake.behave('garbage')
    expect((await items())['OpenNebula']).toMatchObject({ ok: false })
    fake.behave('none')
    fake.version = '8.0.0'
    clock.jump(-120_000)
    const ahead = new OpenNebulaCloud({
      id: 'one',
      clock: {
        speed: 1,
        nowMs: () => clock.nowMs() - 300_000,
        sleep: (ms, signal) => clock.sleep(ms, signal),
      },
      endpoints: [fake.endpoint],
      session: 'oneadmin:PASSWORD',
    })
    open.push(ahead)
    const found = await items(ahead)
    expect(found['OpenNebula']).toMatchObject({ ok: true, detail: expect.stringContaining('newer') as string })
    expect(found['clock']).toMatchObject({ ok: false, detail: 'the server is 300 s ahead' })
  })
})

it('the address shows where, and no secret', () => {
  const made = make({ endpoints: ['https://user:geheim@one.example:2634/RPC2?token=geheim'] })
  expect(made.address).toBe('https://one.example:2634/RPC2')
})
