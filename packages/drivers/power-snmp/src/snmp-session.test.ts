// One session with an agent: what its values come to, whatever they are written as, and how questions end.
import { isError } from '@gleaner/model'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { snmpDevices } from './devices.ts'
import { SnmpSession } from './snmp-session.ts'
import { community, FakeStrip } from './testing/fake-strip.ts'

const never = new AbortController().signal
const watts = (outlet: number) => `1.3.6.1.4.1.534.6.6.7.6.5.1.3.0.${outlet}`
const absent = '1.3.6.1.4.1.88888.1.0'
let strip: FakeStrip
const sessions: SnmpSession[] = []

beforeEach(async () => {
  strip = await FakeStrip.start([1, 2])
})
afterEach(() => {
  for (const session of sessions.splice(0)) session.close()
  strip.close()
})

function open(version: '1' | '2c' = '2c'): SnmpSession {
  const session = new SnmpSession({
    id: 'strip',
    clock: { nowMs: () => 0, speed: 1, sleep: () => Promise.resolve() },
    host: '127.0.0.1',
    port: strip.port,
    access: { version, community },
    device: snmpDevices.eaton,
    timeoutMs: 5000,
    retries: 0,
  })
  sessions.push(session)
  return session
}

describe('a value', () => {
  it.each([
    ['Gauge', 4_000_000_000, 4_000_000_000],
    ['OctetString', '230', 230],
    ['OctetString', ' -12.5 ', -12.5],
    ['OctetString', '12.5 W', 'garbled'],
    ['OctetString', '', 'garbled'],
    ['OctetString', '1e3', 'garbled'],
    ['Counter64', Buffer.from([0, 0, 1, 0, 0, 0, 0, 0]), 2 ** 40],
  ] as const)('that is a %s of %j is read as %j', async (type, value, read) => {
    expect(await open().get([strip.tell(type, value)], never)).toEqual([read])
  })

  it.each(['1', '2c'] as const)(
    'that is not there is told apart from its neighbours in version %s',
    async (version) => {
      strip.setWatts('1', 50)
      strip.setWatts('2', 70)
      expect(await open(version).get([watts(1), absent, watts(2)], never)).toEqual([50, 'absent', 70])
      expect(await open(version).get([absent], never)).toEqual(['absent'])
    },
  )
})

describe('a question', () => {
  it('keeps the order of what was asked for over many datagrams', async () => {
    const oids = Array.from({ length: 55 }, (_, nth) => strip.tell('Gauge', nth))
    expect(await open().get(oids, never)).toEqual(oids.map((_, nth) => nth))
    expect(strip.questions).toBe(3)
    expect(await open().get([], never)).toEqual([])
  })

  it('that is called off ends at once with that reason, and the next one has its answer', async () => {
    const session = open()
    strip.behave('silent')
    const called = new AbortController()
    const pending = session.get([watts(1)], called.signal)
    const reason = new Error('the server stops')
    called.abort(reason)
    await expect(pending).rejects.toBe(reason)
    await expect(session.get([watts(1)], AbortSignal.abort(reason))).rejects.toBe(reason)
    strip.behave(undefined)
    strip.setWatts('1', 42)
    expect(await session.get([watts(1)], never)).toEqual([42])
  })

  it('of a session that is closed asks nobody', async () => {
    const session = open()
    session.close()
    await expect(session.get([watts(1)], never)).rejects.toSatisfy(
      (error) => isError(error, 'meter-unavailable') && error.message.includes('it is closed'),
    )
    expect(strip.questions).toBe(0)
  })
})
