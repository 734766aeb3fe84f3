// Daemons that lie, cut, hang or contradict each other: a registered fault or a gap, and never a stale or invented answer.
import { type Inventory, instanceId, isError } from '@gleaner/model'
import { valueIn, VirtualClock } from '@gleaner/testkit'
import { errorNumbers, LibvirtRemoteError, procedures } from '@gleaner/wire-libvirt'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LibvirtCloud } from './libvirt-cloud.ts'
import type { FakeDomain } from './testing/fake-domain.ts'
import { FakeLibvirtd, type Misbehaviour } from './testing/fake-libvirtd.ts'

const never = new AbortController().signal
const uuid = (n: number) => `00000000-0000-4000-8000-00000000000${n}`
let clock: VirtualClock
let a: FakeLibvirtd
let b: FakeLibvirtd
let cloud: LibvirtCloud
let web: FakeDomain

beforeEach(async () => {
  clock = new VirtualClock()
  a = await FakeLibvirtd.start(clock)
  b = await FakeLibvirtd.start(clock)
  web = a.define({ name: 'web', uuid: uuid(1) })
  web.start()
  b.define({ name: 'db', uuid: uuid(2) }).start()
  cloud = new LibvirtCloud({
    id: 'x',
    clock,
    monotonicMs: () => clock.nowMs(),
    hosts: [
      { name: 'a', uri: a.uri },
      { name: 'b', uri: b.uri, reservedCores: 1, reservedMemoryMiB: 1_000_000, kind: 'desktop' },
    ],
  })
})

afterEach(async () => {
  await cloud.close()
  await a.stop()
  await b.stop()
})

const id = (n: number) => instanceId(cloud.id, uuid(n))
const names = (inventory: Inventory) => inventory.instances.map((instance) => instance.name).sort()
const act = (action: 'pause' | 'suspend' | 'resume' | 'stop' | 'balloon', n: number, extra = {}) =>
  cloud.act({ action, instanceId: id(n), hostId: undefined, idempotencyKey: `${action}-${n}`, ...extra }, never)

/** Lets real input and output happen while the virtual clock stands still. */
async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; !holds(); turn++) {
    if (turn > 50_000) throw new Error('it did not come about')
    await new Promise((resolve) => setImmediate(resolve))
  }
}

describe('one host of two', () => {
  const broken: readonly Misbehaviour[] = ['cut', 'garbage', 'wrong-serial', 'huge-list']

  it.each(broken)('that answers with %s is a gap, and well again later', async (misbehaviour) => {
    await cloud.observe(never)
    b.behave(misbehaviour)
    const inventory = await cloud.observe(never)
    expect(names(inventory)).toEqual(['web'])
    expect(inventory.gaps.map((gap) => gap.scope)).toEqual(['host b'])
    expect(inventory.hosts.find((host) => host.name === 'b')?.state).toBe('down')
    const batch = await cloud.sample(never)
    expect(batch.subjects).not.toContain(id(2))
    await expect(cloud.look(id(2), never)).rejects.toSatisfy((error) =>
      isError(error, 'cloud-broken', 'cloud-unavailable'),
    )
    b.behave('none')
    await clock.advance(60_000)
    expect(names(await cloud.observe(never))).toEqual(['db', 'web'])
  })

  it('that was never read is a gap and no host', async () => {
    await b.vanish()
    const inventory = await cloud.observe(never)
    expect(inventory.hosts.map((host) => host.name)).toEqual(['a'])
    expect(inventory.gaps).toHaveLength(1)
  })

  it('that hangs is a gap after its time, and its connection is given up', async () => {
    await cloud.observe(never)
    b.behave('hang')
    const documents = () => a.calls.filter((procedure) => procedure === procedures.domainGetXmlDesc).length
    const before = documents()
    const observing = cloud.observe(never)
    // Until the other host is done: what still waits is the call to this one and the bound of its whole reading.
    await until(() => documents() > before && clock.sleepers === 2)
    await clock.advance(10_000)
    const inventory = await observing
    expect(names(inventory)).toEqual(['web'])
    expect(inventory.gaps[0]?.reason).toMatch(/no answer in time/)
    b.behave('none')
    await clock.advance(60_000)
    expect((await cloud.observe(never)).gaps).toEqual([])
  })

  it('that is gone for good is not asked again before a pause', async () => {
    await b.vanish()
    await cloud.observe(never)
    const first = await cloud.look(id(2), never).catch((error: unknown) => error)
    await b.appear()
    const second = await cloud.look(id(2), never).catch((error: unknown) => error)
    for (const error of [first, second]) expect(isError(error, 'cloud-unavailable')).toBe(true)
    await clock.advance(500)
    expect((await cloud.look(id(2), never)).instance?.name).toBe('db')
  })

  it('keeps for itself what it was told to', async () => {
    const host = (await cloud.observe(never)).hosts.find((each) => each.name === 'b')
    expect(host).toMatchObject({ kind: 'desktop', reservedCores: 1, reservedMemoryMiB: host?.memoryMiB })
  })
})

describe('a hypervisor that tells nothing of its host', () => {
  beforeEach(() => {
    a.lacks.add(procedures.nodeGetMemoryStats)
    b.lacks.add(procedures.nodeGetMemoryStats).add(procedures.nodeGetCpuStats)
  })

  it('is read all the same, with the size it says it has', async () => {
    const inventory = await cloud.observe(never)
    expect(inventory.gaps).toEqual([])
    expect(names(inventory)).toEqual(['db', 'web'])
    expect(inventory.hosts.map(({ memoryMiB }) => memoryMiB)).toEqual([16_384, 16_384])
  })

  it('leaves its usage unknown and measures its instances', async () => {
    await cloud.sample(never)
    await clock.advance(10_000)
    const batch = await cloud.sample(never)
    const [onA, onB] = (await cloud.observe(never)).hosts
    expect(valueIn(batch, onA?.id ?? '', 'memory')).toBeNaN()
    expect(valueIn(batch, onA?.id ?? '', 'cpu')).not.toBeNaN()
    expect(valueIn(batch, onB?.id ?? '', 'cpu')).toBeNaN()
    expect(valueIn(batch, id(1), 'cpu')).toBeCloseTo(0.25)
  })

  it('is told by the check', async () => {
    const details = (await cloud.check(never)).filter(({ what }) => what.endsWith('its own usage'))
    expect(details.map(({ what, detail }) => [what, detail.split(' is in use')[0]])).toEqual([
      ['host a: its own usage', 'this hypervisor does not tell how much of its memory'],
      ['host b: its own usage', 'this hypervisor does not tell how much of its processors and memory'],
    ])
  })
})

describe('the settings', () => {
  const make = (uri: string, name: string) => () =>
    new LibvirtCloud({
      id: 'x',
      clock,
      hosts: [
        { name: 'a', uri: a.uri },
        { name, uri },
      ],
    })

  it('must name hosts apart and by addresses that read', () => {
    expect(make(a.uri, 'a')).toThrow('two hosts are named a')
    expect(make('qemu:/system', 'b')).toThrow(TypeError)
  })

  it('show no user and no parameters', () => {
    expect(make('qemu+ssh://root@node/system?keyfile=/k', 'b')().address).toBe('qemu:///system, qemu+ssh://node/system')
  })
})

describe('an inventory', () => {
  it('has a gap for a domain whose document does not read, and all the others', async () => {
    a.define({ name: 'odd', uuid: uuid(3) }).brokenXml = '<domain><memory>'
    const inventory = await cloud.observe(never)
    expect(names(inventory)).toEqual(['db', 'web'])
    expect(inventory.gaps.map((gap) => gap.scope)).toEqual(['instance odd on host a'])
  })

  it('takes a domain that is defined on two hosts for one, where it runs', async () => {
    b.define({ name: 'web', uuid: uuid(1) })
    const inventory = await cloud.observe(never)
    expect(names(inventory)).toEqual(['db', 'web'])
    expect(inventory.instances.find((each) => each.name === 'web')).toMatchObject({ hostId: 'x:a', state: 'running' })
  })

  it('does not decide between two hosts that both run it', async () => {
    b.define({ name: 'web', uuid: uuid(1) }).start()
    const inventory = await cloud.observe(never)
    expect(names(inventory)).toEqual(['db'])
    expect(inventory.gaps).toEqual([{ scope: 'instance web', reason: expect.stringContaining('on host b') }])
  })

  it('follows a domain that moved', async () => {
    await cloud.observe(never)
    a.undefine(uuid(1))
    b.define({ name: 'web', uuid: uuid(1) }).start()
    expect((await cloud.look(id(1), never)).instance?.hostId).toBe('x:b')
  })

  it('sees a mark the moment it is set', async () => {
    await cloud.observe(never)
    await cloud.annotate(id(1), { protectedBy: 'alice', tags: ['batch'], project: 'p' }, never)
    const inventory = await cloud.observe(never)
    const instance = inventory.instances.find((each) => each.name === 'web')
    expect(instance).toMatchObject({ protectedBy: 'alice', tags: ['batch'], projectId: 'x:p' })
    expect(inventory.projects.map((project) => project.name).sort()).toEqual(['default', 'p'])
  })
})

describe('samples', () => {
  it('leave a gap where a domain was restored or its counters went back', async () => {
    await cloud.sample(never)
    await clock.advance(10_000)
    expect(valueIn(await cloud.sample(never), id(1), 'cpu')).toBeCloseTo(0.25)
    web.destroy()
    web.start()
    await clock.advance(10_000)
    expect(valueIn(await cloud.sample(never), id(1), 'cpu')).toBeNaN()
    await clock.advance(10_000)
    expect(valueIn(await cloud.sample(never), id(1), 'cpu')).toBeCloseTo(0.25)
  })

  it('do not change when the wall clock is set', async () => {
    let monotonicMs = 0
    const jumpy = new LibvirtCloud({
      id: 'j',
      clock,
      monotonicMs: () => monotonicMs,
      hosts: [{ name: 'a', uri: a.uri }],
    })
    await jumpy.sample(never)
    monotonicMs += 10_000
    await clock.advance(10_000)
    clock.jump(3_600_000)
    const batch = await jumpy.sample(never)
    // The fake's own counters follow the wall clock: what counts is that the driver divides by true time.
    expect(valueIn(batch, instanceId(jumpy.id, uuid(1)), 'cpu')).toBe(1)
    await jumpy.close()
  })

  it('take the size of the process when the guest tells nothing, and never more than it may have', async () => {
    expect(valueIn(await cloud.sample(never), id(1), 'memory')).toBeCloseTo(60, 0)
    web.usedMiB = undefined
    expect(valueIn(await cloud.sample(never), id(1), 'memory')).toBe(512)
  })

  it('say nothing about paused domains', async () => {
    await cloud.sample(never)
    web.pause()
    await clock.advance(1_000)
    expect((await cloud.sample(never)).subjects).not.toContain(id(1))
  })
})

describe('actions', () => {
  it('tell the failure of a save that had begun, and keep the guest running', async () => {
    web.saveFailure = new LibvirtRemoteError(errorNumbers.operationFailed, 10, 'write failed: No space left on device')
    await act('suspend', 1)
    expect((await cloud.look(id(1), never)).instance?.state).toBe('suspending')
    await clock.advance(1_000)
    await until(() => web.state === 1)
    const { instance, fault } = await cloud.look(id(1), never)
    expect(instance?.state).toBe('running')
    expect(fault).toContain('No space left')
    web.saveFailure = undefined
    await act('suspend', 1, { idempotencyKey: 'again' })
    await clock.advance(1_000)
    expect(await cloud.look(id(1), never)).toMatchObject({ instance: { state: 'suspended' }, fault: undefined })
  })

  it('may be tried again under their key when the call failed', async () => {
    await cloud.observe(never)
    await a.vanish()
    await expect(act('pause', 1)).rejects.toSatisfy((error) => isError(error, 'cloud-unavailable'))
    await a.appear()
    await clock.advance(60_000)
    await act('pause', 1)
    expect(web.state).toBe(3)
  })

  it('save a domain once, however many ask at the same time', async () => {
    await Promise.allSettled([act('suspend', 1), act('suspend', 1), act('suspend', 1, { idempotencyKey: 'other' })])
    await clock.advance(1_000)
    expect(a.calls.filter((procedure) => procedure === procedures.domainManagedSave)).toHaveLength(1)
    expect(web.hasSavedImage).toBe(true)
  })

  it('do not hold up looking while domains are saved', async () => {
    a.saveMs = 600_000
    for (let n = 3; n <= 8; n++) a.define({ name: `s${n}`, uuid: uuid(n) }).start()
    const saves = [3, 4, 5, 6].map((n) => act('suspend', n))
    await Promise.all(saves)
    expect(names(await cloud.observe(never))).toHaveLength(8)
    expect((await cloud.look(id(3), never)).instance?.state).toBe('suspending')
    await clock.advance(700_000)
  })

  it.each([undefined, 0, -5, Number.NaN, 513])('refuse a balloon of %s MiB', async (memoryMiB) => {
    await expect(act('balloon', 1, { memoryMiB })).rejects.toSatisfy((error) => isError(error, 'cloud-conflict'))
    expect(web.balloonKiB).toBe(512 * 1024)
  })

  it('wake a paused guest before they shut it down', async () => {
    web.pause()
    await act('stop', 1)
    expect(web.isActive).toBe(false)
  })

  it('know ids of another cloud for not their own', async () => {
    const request = {
      action: 'pause',
      instanceId: instanceId('y' as typeof cloud.id, uuid(1)),
      hostId: undefined,
    } as const
    const acting = cloud.act({ ...request, idempotencyKey: 'k' }, never)
    await expect(acting).rejects.toSatisfy((error) => isError(error, 'cloud-not-found'))
    expect(web.state).toBe(1)
  })
})

describe('guest reports', () => {
  it('are listened to on hosts of this machine only', async () => {
    // A unix socket that was named is on this machine; the path in the document of a remote guest would not be.
    a.define({ name: 'r', uuid: uuid(4), reportSocket: '/nowhere/r.gleaner.sock' }).start()
    await cloud.observe(never)
    await until(() => clock.sleepers > 0)
    const items = await cloud.check(never)
    expect(items.filter((item) => !item.ok).map((item) => item.what)).toEqual([
      'guest reports from /nowhere/r.gleaner.sock',
    ])
  })
})
