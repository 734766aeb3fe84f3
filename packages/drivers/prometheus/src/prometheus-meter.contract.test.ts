import { FaultServer, meterContract } from '@gleaner/testkit'
import { afterEach, describe, expect, it } from 'vitest'
import { powerPresets, PrometheusMeter } from './prometheus-meter.ts'
import { FakePrometheus } from './testing/fake-prometheus.ts'

const token = 'geheim-9c1d'
const never = new AbortController().signal
const clock = { nowMs: () => Date.now(), speed: 1, sleep: () => Promise.resolve() }
const { expression, label, wattsPerUnit } = powerPresets.scaphandre

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function opened() {
  const fake = new FakePrometheus({ exports: false, authorization: `Bearer ${token}` })
  const powers = new Map<string, number>([
    ['kvm1:8080', 0],
    ['kvm2:8080', 0],
    ['kvm3:8080', 0],
  ])
  const tell = () =>
    fake.instants.set(
      expression,
      [...powers].map(([instance, powerW]) => ({
        labels: { instance },
        samples: [[clock.nowMs(), powerW / wattsPerUnit]],
      })),
    )
  tell()
  const server = await FaultServer.start((asked) => fake.answer(asked))
  const meter = new PrometheusMeter({
    id: 'rapl',
    url: server.url,
    clock,
    expression,
    label,
    wattsPerUnit,
    authorization: `Bearer ${token}`,
    timeoutMs: 1000,
  })
  const dispose = async () => {
    await meter.close()
    await server.close()
  }
  return { fake, powers, tell, server, meter, dispose }
}

meterContract({ describe, it }, 'Prometheus', {
  open: async () => {
    const { powers, tell, server, meter, dispose } = await opened()
    return {
      meter,
      outlets: ['kvm1:8080', 'kvm2:8080', 'kvm3:8080'],
      absent: 'kvm9:8080',
      resolutionW: 0.001,
      countsEnergy: false,
      nowMs: clock.nowMs,
      setPower: (outlet, powerW) => {
        powers.set(outlet, powerW)
        tell()
      },
      setFault: (outlet) => {
        powers.set(outlet, Number.NaN)
        tell()
      },
      faults: ['away', 'hang', 'refuse', 'garbage'],
      behave: (fault) => server.behave(fault),
      secrets: [token],
      dispose,
    }
  },
})

describe('power from a Prometheus', () => {
  it('gives a host of two values none of them, and leaves out what names no host', async () => {
    const { fake, meter, dispose } = await opened()
    closing.push(dispose)
    const at = clock.nowMs()
    fake.instants.set(expression, [
      { labels: { instance: 'a' }, samples: [[at, 100e6]] },
      { labels: { instance: 'a' }, samples: [[at, 90e6]] },
      { labels: {}, samples: [[at, 80e6]] },
      { labels: { instance: 'b' }, samples: [[at, 70e6]] },
    ])
    const readings = await meter.read(['a', 'b'], never)
    expect(readings.map(({ powerW, fault }) => powerW ?? fault)).toEqual(['unmeasured', 70])
  })

  it('tells that an expression is none', async () => {
    const { fake, meter, dispose } = await opened()
    closing.push(dispose)
    fake.instants.clear()
    await expect(meter.read(['a'], never)).rejects.toThrow('The meter rapl gave an answer that makes no sense')
  })
})
