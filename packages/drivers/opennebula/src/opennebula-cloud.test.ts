// The driver against a server that keeps OpenNebula's rules: what it does to instances and hosts, and what it does not.
import { isError } from '@gleaner/model'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { OpenNebulaCloud } from './opennebula-cloud.ts'
import {
  act,
  begin,
  clock,
  cloud,
  end,
  fake,
  found,
  host,
  id,
  make,
  never,
  open,
  sent,
} from './testing/opennebula-scene.ts'

beforeEach(begin)
afterEach(end)

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
    const seen = async () => (await other.observe(never)).hosts.find(({ id }) => id === host(1))?.state
    await other.hostControl.close(host(1), 'off', never)
    expect(state(1)).toBe(8)
    // By Gleaner it is closed; by an operator, without the mark, it is in his hands.
    expect(await seen()).toBe('disabled')
    await other.hostControl.open(host(1), never)
    expect(state(1)).toBe(2)
    const fakeHost = fake.hosts.get(1)
    if (fakeHost !== undefined) fakeHost.state = 8
    expect(await seen()).toBe('maintenance')
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
