// The contract against one service with three chassis, each telling its power in another of the forms there are; and what services are
// known to say instead of a figure.
import { type MeterHarness, meterContract } from '@gleaner/testkit'
import { afterEach, describe, expect, it } from 'vitest'
import { RedfishMeter } from './redfish-meter.ts'
import { FakeRedfish } from './testing/fake-redfish.ts'

const password = 's3cret-of-the-bmc'
const clock = { nowMs: () => Date.now() }
const never = new AbortController().signal
const root = '/redfish/v1/Chassis'

interface Chassis {
  watts: unknown
  kWh: unknown
  readonly form: 'metrics' | 'metrics without power' | 'power'
}

async function serve(chassis: ReadonlyMap<string, Chassis>): Promise<FakeRedfish> {
  return FakeRedfish.start({
    user: 'gleaner',
    password,
    resource: (path) => {
      if (path === root) return { Members: [...chassis.keys()].map((name) => ({ '@odata.id': `${root}/${name}` })) }
      const [name = '', part] = path.slice(root.length + 1).split('/')
      const found = chassis.get(name)
      if (found === undefined) return undefined
      const { watts, kWh, form } = found
      const link = (to: string) => ({ '@odata.id': `${root}/${name}/${to}` })
      if (part === 'Power') return { PowerControl: [{ PowerConsumedWatts: watts }] }
      if (part === 'EnvironmentMetrics')
        return form === 'metrics'
          ? { PowerWatts: { Reading: watts }, ...(kWh === undefined ? {} : { EnergykWh: { Reading: kWh } }) }
          : {}
      return {
        ...(form === 'power' ? {} : { EnvironmentMetrics: link('EnvironmentMetrics') }),
        ...(form === 'metrics' ? {} : { Power: link('Power') }),
      }
    },
  })
}

const meterOf = (timeoutMs = 600) =>
  new RedfishMeter({
    id: 'boards',
    clock,
    scheme: 'http',
    user: 'gleaner',
    password,
    ca: undefined,
    verify: true,
    timeoutMs,
  })
const addressOf = (service: FakeRedfish) => new URL(service.url).host

async function open(): Promise<MeterHarness> {
  const chassis = new Map<string, Chassis>([
    ['a', { watts: 0, kWh: 1, form: 'metrics' }],
    ['b', { watts: 0, kWh: undefined, form: 'metrics without power' }],
    ['c', { watts: 0, kWh: undefined, form: 'power' }],
  ])
  const service = await serve(chassis)
  const at = (name: string) => `${addressOf(service)}/${name}`
  const of = (outlet: string) => chassis.get(outlet.slice(-1)) as Chassis
  const meter = meterOf()
  let isAway = false
  return {
    meter,
    outlets: [at('a'), at('b'), at('c')],
    absent: at('z'),
    resolutionW: 0.01,
    countsEnergy: true,
    nowMs: clock.nowMs,
    setPower: (outlet, powerW) => {
      of(outlet).watts = powerW
    },
    setEnergy: (outlet, energyJ) => {
      of(outlet).kWh = energyJ / 3.6e6
    },
    setFault: (outlet) => {
      of(outlet).watts = null
    },
    faults: ['away', 'hang', 'refuse', 'garbage'],
    behave: async (fault) => {
      service.hangs = fault === 'hang'
      service.answer =
        fault === 'refuse' ? () => ({ status: 401 }) : fault === 'garbage' ? () => ({ body: '<html>' }) : undefined
      if (fault === 'away') await service.close()
      else if (isAway) await service.listen()
      isAway = fault === 'away'
    },
    secrets: [password],
    dispose: async () => {
      service.hangs = false
      await meter.close()
      await service.close()
    },
  }
}

meterContract({ describe, it }, 'Redfish', { open })

describe('services', () => {
  const started: { close(): Promise<void> }[] = []
  afterEach(async () => {
    for (const each of started.splice(0)) await each.close()
  })

  async function start(chassis: Readonly<Record<string, Chassis>>) {
    const service = await serve(new Map(Object.entries(chassis)))
    const meter = meterOf(5000)
    started.push(meter, service)
    return { service, meter, address: addressOf(service) }
  }

  it('with one chassis need not be told which', async () => {
    const { meter, address, service } = await start({ only: { watts: 210.5, kWh: 2, form: 'metrics' } })
    expect(await meter.read([address], never)).toMatchObject([{ powerW: 210.5, energyJ: 7_200_000 }])
    expect(service.made, 'one session').toBe(1)
    await meter.close()
    expect(service.sessions.size, 'which is given back').toBe(0)
  })

  it('with several are not guessed at', async () => {
    const one = { watts: 1, kWh: undefined, form: 'power' } as const
    const { meter, address } = await start({ left: one, right: one })
    await expect(meter.read([address], never)).rejects.toThrow(/which chassis is meant: left, right/)
  })

  it.each([
    ['nothing', undefined, 'unmeasured'],
    ['null', null, 'unmeasured'],
    ['a text', '210', 'garbled'],
    ['an object', {}, 'garbled'],
  ])('that say %s have no figure', async (_, watts, fault) => {
    for (const form of ['metrics', 'power'] as const) {
      const { meter, address } = await start({ only: { watts, kWh: undefined, form } })
      expect((await meter.read([address], never))[0]).toMatchObject({ powerW: undefined, fault })
    }
  })

  it.each([65535, -1, 9e9])('say %d, and it is passed on: what is plausible is decided elsewhere', async (watts) => {
    const { meter, address } = await start({ only: { watts, kWh: undefined, form: 'power' } })
    expect((await meter.read([address], never))[0]?.powerW).toBe(watts)
  })
})
