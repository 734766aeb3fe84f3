// Which calls are sent twice, to whom, and what is never said.
import { inspect } from 'node:util'
import { VirtualClock } from '@gleaner/testkit'
import { systemTimers } from '@gleaner/wire-xmlrpc'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { maxBytes, OneClient } from './one-client.ts'
import { FakeOpenNebula } from './testing/fake-opennebula.ts'

const signal = new AbortController().signal
let a: FakeOpenNebula
let b: FakeOpenNebula
let client: OneClient

beforeEach(async () => {
  const clock = new VirtualClock()
  a = await FakeOpenNebula.start(clock)
  b = await FakeOpenNebula.start(clock)
  for (const fake of [a, b]) fake.addVm({ id: 5 })
  client = new OneClient({
    endpoints: [new URL(a.endpoint), new URL(b.endpoint)],
    session: 'oneadmin:PASSWORD',
    ca: undefined,
    callTimeoutMs: 20_000,
    timers: systemTimers,
    nowMs: () => clock.nowMs(),
  })
})

afterEach(async () => {
  await client.close()
  await a.stop()
  await b.stop()
})

const readVm = () => client.read('vm', { method: 'one.vm.info', args: [5, false], signal }, maxBytes.object)
const suspend = () => client.act({ method: 'one.vm.action', args: ['suspend', 5], signal })

describe('a reading', () => {
  it.each(['cut', 'garbage', 'follower'] as const)(
    'that one server answers with %s is asked of the next',
    async (how) => {
      a.behave(how)
      expect((await readVm()).id).toBe(5)
      expect(b.calls).toHaveLength(1)
      await readVm()
      // The one that answered is asked first from now on.
      expect(b.calls).toHaveLength(2)
    },
  )

  it('of a server that is not there too', async () => {
    await a.vanish()
    expect((await readVm()).id).toBe(5)
  })

  it('is asked for once more when the server was overwhelmed, and no more often', async () => {
    a.behave('silent')
    await expect(readVm()).rejects.toMatchObject({ code: 8192 })
    expect(a.calls).toHaveLength(2)
    expect(b.calls).toHaveLength(0)
  })

  it('that is longer than allowed is not read to its end, nor asked of others', async () => {
    a.behave('huge')
    await expect(readVm()).rejects.toMatchObject({ fault: 'too-large' })
    expect(b.calls).toHaveLength(0)
  })

  it('that no server leads for says so', async () => {
    a.behave('follower')
    b.behave('follower')
    await expect(readVm()).rejects.toMatchObject({ code: 65536 })
  })
})

describe('an action', () => {
  it.each(['cut', 'garbage', 'silent', 'huge'] as const)(
    'that is answered with %s is sent once and to nobody else',
    async (how) => {
      a.behave(how)
      await expect(suspend()).rejects.toThrow()
      expect(a.calls.length).toBeLessThanOrEqual(1)
      expect(b.calls).toHaveLength(0)
    },
  )

  it('that certainly was not worked on goes to the next', async () => {
    await a.vanish()
    await suspend()
    expect(b.vms.get(5)?.pair).toEqual([3, 6])
  })

  it('that a follower refuses goes to the leader', async () => {
    a.behave('follower')
    await suspend()
    expect(b.vms.get(5)?.pair).toEqual([3, 6])
    expect(a.vms.get(5)?.pair).toEqual([3, 3])
  })
})

describe('the session', () => {
  it('stands in no error and not in the client', async () => {
    const seen: string[] = [inspect(client, { depth: 10, showHidden: true })]
    for (const how of ['cut', 'garbage', 'silent', 'doctype', 'huge', 'follower'] as const) {
      a.behave(how)
      b.behave(how)
      for (const call of [readVm, suspend]) {
        const error: unknown = await call().then(
          () => 'answered',
          (reason: unknown) => reason,
        )
        expect(error).toBeInstanceOf(Error)
        seen.push(inspect(error, { depth: 10, showHidden: true }))
      }
    }
    await a.vanish()
    await b.vanish()
    seen.push(inspect(await readVm().catch((error: unknown) => error), { depth: 10, showHidden: true }))
    for (const text of seen) expect(text).not.toContain('PASSWORD')
  })
})
