// The shared contract suite against fakes that speak the real wire: one answers range selectors only, one exports.
import { cloudId } from '@gleaner/model'
import { FaultServer, sourceContract, type SourceHarness, type StoredSeries, VirtualClock } from '@gleaner/testkit'
import { describe, it } from 'vitest'
import type { PrometheusQuery } from './options.ts'
import { makePrometheusSource } from './make-prometheus-source.ts'
import { FakePrometheus } from './testing/fake-prometheus.ts'

const token = 'geheim-7f3a'

const queries: readonly PrometheusQuery[] = [
  { metric: 'cpu', of: 'instances', series: 'usage_cpu{of="instance"}', name: 'name' },
  { metric: 'memory', of: 'instances', series: 'usage_memory{of="instance"}', name: 'name' },
  { metric: 'networkRx', of: 'instances', series: 'usage_networkRx', counter: true, sum: ['device'], name: 'name' },
  { metric: 'cpu', of: 'hosts', series: 'usage_cpu{of="host"}', name: 'name' },
  { metric: 'memory', of: 'hosts', series: 'usage_memory{of="host"}', name: 'name' },
]

async function open(exports: boolean): Promise<SourceHarness> {
  const clock = new VirtualClock()
  const fake = new FakePrometheus({ exports, authorization: `Bearer ${token}` })
  const server = await FaultServer.start((asked) => fake.answer(asked))
  const source = makePrometheusSource({
    id: 'prom',
    url: server.url,
    clouds: [cloudId('lab')],
    clock,
    stepMs: 60_000,
    authorization: `Bearer ${token}`,
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
        const labels = { __name__: `usage_${metric}`, of, name, ...(device === undefined ? {} : { device }) }
        fake.series.push({ labels, samples })
      }
    },
    behave: (fault) => server.behave(fault),
    limitSamples: (most) => {
      fake.mostSamples = most ?? Number.POSITIVE_INFINITY
    },
    secrets: [token],
    questions: () => server.asked.length,
    dispose: async () => {
      await source.close()
      await server.close()
    },
  }
}

sourceContract({ describe, it }, 'Prometheus', { open: () => open(false) })
sourceContract({ describe, it }, 'VictoriaMetrics', { open: () => open(true) })
