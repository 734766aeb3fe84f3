// What guests say about themselves through their agents, over the real wire: only what they exactly say, only while it is fresh, and
// never at the cost of anybody else.
import { instanceId } from '@gleaner/model'
import { valueIn, VirtualClock } from '@gleaner/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { countUsers, systemId } from './agent-answer.ts'
import { LibvirtCloud } from './libvirt-cloud.ts'
import type { FakeDomain } from './testing/fake-domain.ts'
import { FakeLibvirtd } from './testing/fake-libvirtd.ts'

const never = new AbortController().signal
const uuid = (n: number) => `00000000-0000-4000-8000-0000000000${String(n).padStart(2, '0')}`
const answer = (value: unknown) => JSON.stringify({ return: value })
const alice = { user: 'alice', domain: 'PHYSICS', 'login-time': 1_700_000_000.25 }
const bob = { user: 'bob', 'login-time': 1_700_000_100 }

function agentOf(system: string, users: () => unknown) {
  return (command: string) =>
    command.includes('guest-get-users') ? answer(users()) : answer({ id: system, name: 'x', version: '10' })
}

describe('an answer', () => {
  it('is counted when it is exactly one', () => {
    expect(countUsers(answer([]))).toBe(0)
    expect(countUsers(answer([alice, bob]))).toBe(2)
    expect(systemId(answer({ id: 'mswindows', 'pretty-name': 'Windows 10' }))).toBe('mswindows')
  })

  it.each([
    ['nothing', undefined],
    ['no JSON', '{"return":['],
    ['an error', '{"error":{"class":"CommandNotFound","desc":"not there"}}'],
    ['a number of users', answer(0)],
    ['null', answer(null)],
    ['a bare list', '[]'],
    ['users without names', answer([{ 'login-time': 1 }])],
    ['users that are texts', answer(['alice'])],
    ['an empty name', answer([{ user: '', 'login-time': 1 }])],
    ['a crowd', answer(Array.from({ length: 1001 }, () => ({ user: 'u' })))],
    ['more than anybody has to say', answer([{ user: 'x'.repeat(64 * 1024) }])],
  ])('that is %s is none', (_, text) => {
    expect(countUsers(text)).toBeUndefined()
  })

  it.each([['mswindows\n'], ['MSWINDOWS'], [7], [undefined]])('names no system as %j', (id) => {
    expect(systemId(answer({ id }))).toBeUndefined()
  })
})

describe('guest agents', () => {
  let clock: VirtualClock
  let daemon: FakeLibvirtd
  let cloud: LibvirtCloud
  let desk: FakeDomain
  const make = (guestAgents: boolean) =>
    new LibvirtCloud({
      id: 'x',
      clock,
      monotonicMs: () => clock.nowMs(),
      guestAgents,
      hosts: [{ name: 'a', uri: daemon.uri }],
    })

  beforeEach(async () => {
    clock = new VirtualClock()
    daemon = await FakeLibvirtd.start(clock)
    desk = daemon.define({ name: 'desk', uuid: uuid(1), agentChannel: 'connected' })
    desk.start()
    cloud = make(true)
  })
  afterEach(async () => {
    await cloud.close()
    await daemon.stop()
  })

  const users = async (n: number) => valueIn(await cloud.sample(never), instanceId(cloud.id, uuid(n)), 'users')
  const asked = (name: string) => daemon.agentCommands.filter((command) => command.startsWith(`${name} `)).length
  /** Lets the wire do its work while the clock stands still. */
  async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
    for (let turn = 0; !(await holds()); turn++) {
      if (turn > 20_000) throw new Error('it did not come about')
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  const heard = async (n: number, count: number) => until(async () => (await users(n)) === count)

  it('are asked only where that is wanted', async () => {
    const silent = make(false)
    await silent.observe(never)
    await silent.sample(never)
    await clock.advance(60_000)
    await silent.sample(never)
    await silent.close()
    expect(daemon.agentCommands).toEqual([])
  })

  it('are asked only through a channel that is open', async () => {
    daemon.define({ name: 'none', uuid: uuid(2) }).start()
    daemon.define({ name: 'closed', uuid: uuid(3), agentChannel: 'disconnected' }).start()
    daemon.define({ name: 'off', uuid: uuid(4), agentChannel: 'connected' })
    desk.agent = agentOf('mswindows', () => [alice])
    await cloud.observe(never)
    await heard(1, 1)
    expect([...new Set(daemon.agentCommands.map((command) => command.split(' ')[0]))]).toEqual(['desk'])
    expect(await users(2)).toBeNaN()
  })

  it('of Windows are believed when nobody is there; idle time stays unknown', async () => {
    let there: readonly unknown[] = []
    desk.agent = agentOf('mswindows', () => there)
    await cloud.observe(never)
    await heard(1, 0)
    const batch = await cloud.sample(never)
    expect(valueIn(batch, instanceId(cloud.id, uuid(1)), 'idle')).toBeNaN()
    there = [alice, bob]
    await clock.advance(30_000)
    await heard(1, 2)
    expect((await cloud.check(never)).find(({ what }) => what === 'host a: guest agents')?.detail).toMatch(/^1 of 1 /)
  })

  it('of another system are believed to see nobody only once they have seen somebody', async () => {
    let there: readonly unknown[] = []
    desk.agent = agentOf('debian', () => there)
    await cloud.observe(never)
    await users(1)
    await until(() => asked('desk') === 2)
    await clock.advance(30_000)
    await users(1)
    await until(() => asked('desk') === 3)
    expect(await users(1)).toBeNaN()
    there = [alice]
    await clock.advance(30_000)
    await heard(1, 1)
    there = []
    await clock.advance(30_000)
    await heard(1, 0)
    // A new start is another life: what it keeps is not known yet.
    desk.destroy()
    desk.start()
    await cloud.observe(never)
    expect(await users(1)).toBeNaN()
    await until(() => asked('desk') === 7)
    expect(await users(1)).toBeNaN()
  })

  it('are unknown again when they fall silent or answer nonsense, and are asked less and less often', async () => {
    let isWell = true
    desk.agent = (command) => (isWell ? agentOf('mswindows', () => [])(command) : '{"return":{"users":0}}')
    await cloud.observe(never)
    await heard(1, 0)
    isWell = false
    await clock.advance(30_000)
    await users(1)
    await until(async () => Number.isNaN(await users(1)))
    const before = asked('desk')
    for (let minute = 0; minute < 240; minute++) {
      await users(1)
      await clock.advance(60_000)
    }
    await until(() => asked('desk') > before)
    expect(asked('desk') - before).toBeLessThan(12)
    isWell = true
    await clock.advance(3_600_000)
    await heard(1, 0)
  })

  it('count for three minutes', async () => {
    desk.agent = agentOf('mswindows', () => [])
    await cloud.observe(never)
    await heard(1, 0)
    desk.agent = () => undefined
    await clock.advance(180_000)
    expect(await users(1)).toBe(0)
    await clock.advance(1)
    expect(await users(1)).toBeNaN()
  })

  it('that hang hold up neither sampling nor the guests that answer', async () => {
    for (let n = 2; n <= 9; n++) daemon.define({ name: `hung-${n}`, uuid: uuid(n), agentChannel: 'connected' }).start()
    const well = daemon.define({ name: 'well', uuid: uuid(10), agentChannel: 'connected' })
    well.agent = agentOf('mswindows', () => [bob])
    well.start()
    await cloud.observe(never)
    // The clock stands still: whoever waited for a hung guest would wait for ever.
    expect((await cloud.sample(never)).subjects).toHaveLength(11)
    expect((await cloud.observe(never)).instances).toHaveLength(10)
    await until(() => daemon.agentCommands.length === 4)
    let seen = Number.NaN
    for (let second = 0; second < 120 && Number.isNaN(seen); second++) {
      await clock.advance(1_000)
      seen = await users(10)
    }
    expect(seen).toBe(1)
    // From now on those that answer come first, however many hang.
    well.agent = agentOf('mswindows', () => [])
    await clock.advance(120_000)
    await users(10)
    await heard(10, 0)
    expect(cloud.address).toBe('qemu:///system')
  })

  it('that flood break no connection', async () => {
    const loud = daemon.define({ name: 'loud', uuid: uuid(2), agentChannel: 'connected' })
    loud.agent = () => answer(['x'.repeat(3_000_000)])
    loud.start()
    desk.agent = agentOf('mswindows', () => [alice])
    await cloud.observe(never)
    await heard(1, 1)
    await until(() => asked('loud') === 2)
    expect(await users(2)).toBeNaN()
    await clock.advance(60_000)
    desk.agent = agentOf('mswindows', () => [])
    await heard(1, 0)
  })

  it('are left alone while the daemon is away, and asked again later', async () => {
    desk.agent = agentOf('mswindows', () => [alice])
    await cloud.observe(never)
    await heard(1, 1)
    await daemon.vanish()
    await clock.advance(60_000)
    await expect(cloud.sample(never)).rejects.toThrow()
    await daemon.appear()
    desk.agent = agentOf('mswindows', () => [])
    await clock.advance(60_000)
    await heard(1, 0)
  })
})
