// From the configuration to sources of measurements: the one place that knows them all.
import { makeInfluxSource } from '@gleaner/driver-influx'
import { makePrometheusSource } from '@gleaner/driver-prometheus'
import { parseDurationMs } from '@gleaner/model'
import type { Clock, TelemetrySource } from '@gleaner/ports'
import type { Config } from '../config/config.ts'

export function makeSources(config: Config, clock: Clock): readonly TelemetrySource[] {
  return config.sources.map((source): TelemetrySource => {
    const { id, url, names, lookback, timeout, maxAnswerMiB } = source.config
    const common = {
      id,
      url,
      names,
      clock,
      clouds: source.clouds,
      stepMs: config.telemetry.stepMs,
      authorization: source.authorization,
      headers: source.headers,
      ca: source.ca,
      lookbackMs: optionalMs(lookback),
      timeoutMs: optionalMs(timeout),
      maxAnswerBytes: maxAnswerMiB === undefined ? undefined : maxAnswerMiB * 1_048_576,
    }
    if (source.kind === 'influx') {
      return makeInfluxSource({
        ...common,
        place: source.place,
        presets: source.config.presets,
        queries: source.config.queries,
      })
    }
    const { presets, queries, vmprobePrefix, match, rateWindow, export: mayExport } = source.config
    const rateWindowMs = optionalMs(rateWindow)
    return makePrometheusSource({
      ...common,
      presets,
      queries,
      vmprobePrefix,
      match,
      rateWindowMs,
      export: mayExport,
    })
  })
}

function optionalMs(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseDurationMs(text)
}
