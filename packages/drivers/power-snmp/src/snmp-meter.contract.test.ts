// The contract of meters against a strip on a real socket, for each version of SNMP; and what only SNMP can get wrong.
import { isError } from '@gleaner/model'
import { type MeterHarness, meterContract } from '@gleaner/testkit'
import { afterEach, describe, expect, it } from 'vitest'
import { snmpDevices } from './devices.ts'
import type { SnmpAccess, SnmpMeterOptions } from './options.ts'
import { SnmpMeter } from './snmp-meter.ts'
import { community, FakeStrip, user } from './testing/fake-strip.ts'

const clock = { nowMs: () => Date.now(), speed: 1, sleep: () => Promise.resolve() }
const never = new AbortController().signal

const good: readonly SnmpAccess[] = [
  { version: '1', community },
  { version: '2c', community },
  {
    version: '3',
    user: {
      name: user.name,
      auth: { protocol: 'sha256', password: user.auth },
      privacy: { protocol: 'aes', password: user.privacy },
    },
  },
]

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function opened(
  access: SnmpAccess,
  outlets: readonly number[] = [1, 2, 3],
  more: Partial<SnmpMeterOptions> = {},
) {
  const strip = await FakeStrip.start(outlets)
  const meter = new SnmpMeter({
    id: 'strip',
    clock,
    host: '127.0.0.1',
    port: strip.port,
    access,
    device: snmpDevices.eaton,
    timeoutMs: 800,
    retries: 0,
    ...more,
  })
  return { strip, meter }
}

for (const access of good) {
  meterContract({ describe, it }, `SNMP version ${access.version}`, {
    open: async (): Promise<MeterHarness> => {
      const { strip, meter } = await opened(access)
      return {
        meter,
        outlets: ['1', '2', '3'],
        absent: '9',
        resolutionW: 1,
        countsEnergy: true,
        nowMs: clock.nowMs,
        setPower: (outlet, powerW) => strip.setWatts(outlet, powerW),
        setEnergy: (outlet, energyJ) => strip.setWattHours(outlet, energyJ / 3600),
        setFault: (outlet) => strip.setWatts(outlet, 65535),
        faults: ['away', 'hang', 'garbage'],
        behave: (fault) => strip.behave(fault === undefined ? undefined : fault === 'garbage' ? 'noise' : 'silent'),
        secrets: [community, user.auth, user.privacy],
        dispose: async () => {
          await meter.close()
          strip.close()
        },
      }
    },
  })
}

describe('a strip over SNMP', () => {
  const open = async (...given: Parameters<typeof opened>) => {
    const made = await opened(...given)
    closing.push(
      () => made.strip.close(),
      () => made.meter.close(),
    )
    return made
  }
  const access = good[1] as SnmpAccess

  it('is read with few questions, however many outlets it has', async () => {
    const outlets = Array.from({ length: 42 }, (_, nth) => nth + 1)
    const { strip, meter } = await open(access, outlets)
    for (const outlet of outlets) strip.setWatts(String(outlet), 100 + outlet)
    const readings = await meter.read(outlets.map(String), never)
    expect(readings.map(({ powerW }) => powerW)).toEqual(outlets.map((outlet) => 100 + outlet))
    expect(strip.questions).toBe(5)
  })

  it('keeps its outlets apart from one that is not there in version 1, which refuses them all', async () => {
    const { strip, meter } = await open(good[0] as SnmpAccess)
    strip.setWatts('1', 50)
    strip.setWatts('3', 70)
    const readings = await meter.read(['1', '7', '3'], never)
    expect(readings.map(({ powerW, fault }) => powerW ?? fault)).toEqual([50, 'absent', 70])
  })

  it.each([-1, 65535, 2147483647])('gives %d, which stands for no figure, as none', async (raw) => {
    const { strip, meter } = await open(access)
    strip.setWatts('2', raw)
    expect((await meter.read(['2'], never))[0]).toMatchObject({ powerW: undefined, fault: 'unmeasured' })
  })

  it('gives a negative figure as it is: what is believed is decided elsewhere', async () => {
    const { strip, meter } = await open(access)
    strip.setWatts('2', -40)
    expect((await meter.read(['2'], never))[0]).toMatchObject({ powerW: -40, fault: undefined })
  })

  it('asks again once when a datagram is lost, and no more', async () => {
    const { strip, meter } = await open(access, [1], { timeoutMs: 100, retries: 1 })
    strip.behave('silent')
    await expect(meter.read(['1'], never)).rejects.toSatisfy((error) => isError(error, 'meter-unavailable'))
    expect(strip.questions).toBe(2)
  })

  it.each([
    ['a wrong community', { version: '2c', community: 'wrong' }, 'meter-unavailable'],
    [
      'an unknown user',
      { version: '3', user: { name: 'nobody', auth: undefined, privacy: undefined } },
      'meter-refused',
    ],
    [
      'a wrong password',
      {
        version: '3',
        user: {
          name: user.name,
          auth: { protocol: 'sha256', password: 'wrong-password' },
          privacy: { protocol: 'aes', password: user.privacy },
        },
      },
      'meter-refused',
    ],
  ] as const)('tells %s', async (_, wrong, code) => {
    const { meter } = await open(wrong)
    await expect(meter.read(['1'], never)).rejects.toSatisfy((error) => isError(error, code, 'meter-unavailable'))
    const items = await meter.check(['1'], never)
    expect(items.map(({ ok }) => ok)).toEqual([false])
  })
})
