// Usage from a Prometheus-compatible database: Prometheus, VictoriaMetrics, Thanos, Mimir. The user's own queries weigh more
// than presets, and presets as they are listed.
import { type MeasureShape, type SeriesBackend, SeriesSource } from '@gleaner/driver-series'
import type { TelemetrySource } from '@gleaner/ports'
import { HttpClient } from '@gleaner/wire-timeseries'
import type { PrometheusOptions } from './options.ts'
import { presetMeasures } from './presets.ts'
import type { PromQuery } from './prom-query.ts'
import { PrometheusApi } from './prometheus-api.ts'
import { queryMeasure } from './query-measure.ts'

const defaults = { rateWindowMs: 180_000, timeoutMs: 30_000, maxAnswerBytes: 512 * 1_048_576 }

export function makePrometheusSource(options: PrometheusOptions): TelemetrySource {
  const { authorization, headers, ca, stepMs } = options
  const client = new HttpClient({
    url: options.url,
    headers: { ...headers, ...(authorization === undefined ? {} : { authorization }) },
    ...(ca === undefined ? {} : { ca }),
    timeoutMs: options.timeoutMs ?? defaults.timeoutMs,
    maxBytes: options.maxAnswerBytes ?? defaults.maxAnswerBytes,
  })
  const settings = { match: options.match, vmprobePrefix: options.vmprobePrefix ?? 'vmprobe' }
  const shapes: readonly MeasureShape<PromQuery>[] = [
    ...(options.queries ?? []).map(queryMeasure),
    ...(options.presets ?? []).flatMap((preset) => presetMeasures(preset, settings)),
  ]
  const backend = backendOf(client, {
    mayExport: options.export ?? true,
    window: `${options.rateWindowMs ?? defaults.rateWindowMs}ms`,
    step: `${stepMs}ms`,
  })
  const { id, clouds, clock, lookbackMs, names } = options
  return new SeriesSource({ id, address: options.url, clouds, clock, stepMs, lookbackMs, names, shapes, backend })
}

function backendOf(
  client: HttpClient,
  settings: { readonly mayExport: boolean; readonly window: string; readonly step: string },
): SeriesBackend<PromQuery> {
  const api = new PrometheusApi(client, settings.mayExport)
  const filledIn = (expression: string) =>
    expression.replaceAll('$window', settings.window).replaceAll('$step', settings.step)
  return {
    kind: 'prometheus',
    fetch: (query, span, to) =>
      'selector' in query ? api.raw(query.selector, span, to) : api.steps(filledIn(query.expression), span, to),
    count: async (query, lookbackMs, signal) => {
      const counted =
        'selector' in query ? `last_over_time(${query.selector}[${lookbackMs}ms])` : filledIn(query.expression)
      const count = await api.number(`count(${counted})`, signal)
      return Number.isNaN(count) ? 0 : count
    },
    version: async (signal) => {
      await api.number('vector(1)', signal)
      return api.version(signal)
    },
    describe: (query) => ('selector' in query ? query.selector : query.expression),
    close: () => client.close(),
  }
}
