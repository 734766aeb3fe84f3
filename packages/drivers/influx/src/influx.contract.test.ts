// The shared contract suite against fakes that speak the real wire of InfluxDB 1.x and 2.x.
import { cloudId } from '@gleaner/model'
import { FaultServer, sourceContract, type SourceHarness, type StoredSeries, VirtualClock } from '@gleaner/testkit'
import { describe, it } from 'vitest'
import { makeInfluxSource } from './make-influx-source.ts'
import type { InfluxQuery } from './options.ts'
import { FakeInflux } from './testing/fake-influx.ts'

const secret = 'geheim-7f3a'

const queries: readonly InfluxQuery[] = [
  { metric: 'cpu', of: 'instances', measurement: 'usage', field: 'cpu', where: { of: 'instance' }, name: 'name' },
  { metric: 'memory', of: 'instances', measurement: 'usage', field: 'memory', where: { of: '/^inst/' }, name: 'name' },
  {
    metric: 'networkRx',
    of: 'instances',
    measurement: 'usage',
    field: 'networkRx',
    where: { device: '!lo' },
    counter: true,
    sum: ['device'],
    name: 'name',
  },
  { metric: 'cpu', of: 'hosts', measurement: 'usage', field: 'cpu', where: { of: '!instance' }, name: 'name' },
  { metric: 'memory', of: 'hosts', measurement: 'usage', field: 'memory', where: { of: '!/inst|none/' }, name: 'name' },
]

async function open(version: 1 | 2): Promise<SourceHarness> {
  const clock = new VirtualClock()
  const authorization = version === 1 ? `Basic ${btoa(`gleaner:${secret}`)}` : `Token ${secret}`
  const fake = new FakeInflux(version, authorization)
  const server = await FaultServer.start((asked) => fake.answer(asked))
  const source = makeInfluxSource({
    id: 'influx',
    url: server.url,
    place: version === 1 ? { database: 'usage' } : { bucket: 'usage', org: 'lab' },
    clouds: [cloudId('lab')],
    clock,
    stepMs: 60_000,
    authorization,
    queries,
    timeoutMs: 1000,
    maxAnswerBytes: 300_000,
  })
  return {
    source,
    nowMs: () => clock.nowMs(),
    stepMs: 60_000,
    put: async (...series: readonly StoredSeries[]) => {
      for (const { of, name, metric, device, samples } of series) {
        const tags = { of, name, ...(device === undefined ? {} : { device }) }
        fake.points.push({ measurement: 'usage', field: metric, tags, samples })
      }
    },
    behave: (fault) => server.behave(fault),
    limitSamples: (most) => {
      fake.mostSamples = most ?? Number.POSITIVE_INFINITY
    },
    secrets: [secret],
    questions: () => server.asked.length,
    dispose: async () => {
      await source.close()
      await server.close()
    },
  }
}

sourceContract({ describe, it }, 'InfluxDB 1', { open: () => open(1) })
sourceContract({ describe, it }, 'InfluxDB 2', { open: () => open(2) })
