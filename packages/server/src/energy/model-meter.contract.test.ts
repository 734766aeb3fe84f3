// The contract against hosts that are told what they use: a straight line from 100 to 300 W over ten cores.
import type { Host, HostId } from '@gleaner/model'
import { meterContract, VirtualClock } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { plainHost } from '../testing/plain-objects.ts'
import { ModelMeter, type ModelMeterOptions } from './model-meter.ts'

const never = new AbortController().signal

function opened(more: Partial<ModelMeterOptions> = {}, of: Partial<Host> = {}) {
  const clock = new VirtualClock()
  const hosts = new Map(
    ['a', 'b', 'c'].map((name) => {
      const host = { ...plainHost(name), cores: 10, ...of }
      return [host.id, host]
    }),
  )
  const used = new Map<HostId, number>([...hosts.keys()].map((id) => [id, -1]))
  const meter = new ModelMeter({
    id: 'rest',
    clock,
    curve: undefined,
    idleW: 0,
    fullW: 400,
    hostOf: (id) => hosts.get(id),
    usedCores: (id) => used.get(id) ?? Number.NaN,
    ...more,
  })
  return { clock, hosts, used, meter, ids: [...hosts.keys()] as [HostId, HostId, HostId] }
}

meterContract({ describe, it }, 'a model', {
  open: async () => {
    const { clock, used, meter, ids } = opened()
    return {
      meter,
      outlets: ids,
      absent: 'lab:none',
      resolutionW: 0.001,
      countsEnergy: false,
      nowMs: () => clock.nowMs(),
      setPower: (outlet, powerW) => void used.set(outlet as HostId, powerW / 40),
      setFault: (outlet) => void used.set(outlet as HostId, Number.NaN),
      faults: [],
      behave: () => {},
      secrets: [],
      dispose: () => meter.close(),
    }
  },
})

describe('a model of a host', () => {
  it('follows a measured curve where there is one', async () => {
    const { meter, used, ids } = opened({ curve: [90, 200, 250] })
    used.set(ids[0], 2.5)
    expect((await meter.read([ids[0]], never))[0]?.powerW).toBe(145)
  })

  it('takes what the cloud says of the host, and has no figure where nobody says anything', async () => {
    const known = opened({ idleW: undefined, fullW: undefined }, { idlePowerW: 100, fullPowerW: 200 })
    known.used.set(known.ids[0], 5)
    expect((await known.meter.read([known.ids[0]], never))[0]?.powerW).toBe(150)
    const unknown = opened({ idleW: undefined, fullW: undefined }, { idlePowerW: undefined, fullPowerW: undefined })
    unknown.used.set(unknown.ids[0], 5)
    expect((await unknown.meter.read([unknown.ids[0]], never))[0]?.fault).toBe('unmeasured')
  })

  it.each(['asleep', 'down'] as const)('draws nothing while it is %s', async (state) => {
    const { meter, ids } = opened({ idleW: 100 }, { state })
    expect((await meter.read([ids[0]], never))[0]?.powerW).toBe(0)
  })
})
