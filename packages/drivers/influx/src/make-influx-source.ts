// Usage from InfluxDB 1.x or 2.x. The user's own queries weigh more than presets, and presets as they are listed.
import { type MeasureShape, type SeriesBackend, SeriesSource } from '@gleaner/driver-series'
import type { Clock, TelemetrySource } from '@gleaner/ports'
import { HttpClient } from '@gleaner/wire-timeseries'
import type { FieldQuery } from './field-query.ts'
import { InfluxApi } from './influx-api.ts'
import type { InfluxOptions } from './options.ts'
import { presetMeasures } from './presets.ts'
import { queryMeasure } from './query-measure.ts'

const defaults = { timeoutMs: 30_000, maxAnswerBytes: 512 * 1_048_576 }

export function makeInfluxSource(options: InfluxOptions): TelemetrySource {
  const { authorization, headers, ca, stepMs } = options
  const client = new HttpClient({
    url: options.url,
    headers: { ...headers, ...(authorization === undefined ? {} : { authorization }) },
    ...(ca === undefined ? {} : { ca }),
    timeoutMs: options.timeoutMs ?? defaults.timeoutMs,
    maxBytes: options.maxAnswerBytes ?? defaults.maxAnswerBytes,
  })
  const shapes: readonly MeasureShape<FieldQuery>[] = [
    ...(options.queries ?? []).map(queryMeasure),
    ...(options.presets ?? []).flatMap(presetMeasures),
  ]
  const { id, clouds, clock, lookbackMs, names } = options
  const backend = backendOf(client, options.place, clock)
  return new SeriesSource({ id, address: options.url, clouds, clock, stepMs, lookbackMs, names, shapes, backend })
}

function backendOf(client: HttpClient, place: InfluxOptions['place'], clock: Clock): SeriesBackend<FieldQuery> {
  const api = new InfluxApi(client, place)
  return {
    kind: 'influx',
    fetch: async (query, { fromMs, toMs, reachMs }, to) => {
      await api.points(query, { fromMs: fromMs - reachMs, toMs: toMs + reachMs }, to)
      return []
    },
    count: async (query, lookbackMs, signal) => {
      let count = 0
      const begin = () => {
        count++
        return false
      }
      const nowMs = clock.nowMs()
      const span = { fromMs: nowMs - lookbackMs, toMs: nowMs + 1, firstOnly: true }
      await api.points(query, span, { sink: { begin, sample: () => {} }, signal })
      return count
    },
    version: (signal) => api.version(signal),
    describe: ({ measurement, field }) => `${measurement}.${field}`,
    close: () => client.close(),
  }
}
