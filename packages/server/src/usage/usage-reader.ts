// Measured usage as the API shows it: the windows of the engine, read at this moment.
import { type TelemetrySeries, type TelemetryWindows, idleForMs } from '@gleaner/engine'
import type { Clock } from '@gleaner/ports'
import type { UsageReader, UsageSeries } from '../application.ts'

export function usageReader(telemetry: TelemetryWindows, clock: Clock): UsageReader {
  return {
    latest: (subject, metric) => telemetry.latest(telemetry.slotOf(subject), metric, clock.nowMs()),
    sampledAtMs: (subject) => telemetry.lastAtMs(telemetry.slotOf(subject)),
    idleForMs: (subject) => idleForMs(telemetry, telemetry.slotOf(subject), clock.nowMs()),
    series: (subject, { metric, fromMs, toMs, points }) =>
      inBuckets(telemetry.series(telemetry.slotOf(subject), metric, { fromMs, toMs, maxPoints: points }), {
        fromMs,
        toMs,
        points,
      }),
    counters: () => ({
      subjects: telemetry.size,
      samples: telemetry.accepted,
      refused: Object.values(telemetry.refusals).reduce((sum, count) => sum + count, 0),
      bytes: telemetry.memory.bytes,
    }),
  }
}

interface Buckets {
  readonly fromMs: number
  readonly toMs: number
  readonly points: number
}

/**
 * Buckets of equal length. Beyond the exact past a stretch can be longer than a bucket: its summary then stands in all
 * buckets it covers, up to the next stretch, which is a gap where nothing was measured.
 */
function inBuckets(series: TelemetrySeries, { fromMs, toMs, points }: Buckets): UsageSeries {
  const stepMs = (toMs - fromMs) / points
  const average = new Float64Array(points).fill(Number.NaN)
  const minimum = new Float64Array(points).fill(Number.NaN)
  const maximum = new Float64Array(points).fill(Number.NaN)
  let stretch = -1
  for (let bucket = 0; bucket < points; bucket++) {
    const endMs = fromMs + (bucket + 1) * stepMs
    while (stretch + 1 < series.atMs.length && (series.atMs[stretch + 1] ?? 0) < endMs) stretch++
    if (stretch < 0) continue
    average[bucket] = series.average[stretch] ?? Number.NaN
    minimum[bucket] = series.minimum[stretch] ?? Number.NaN
    maximum[bucket] = series.maximum[stretch] ?? Number.NaN
  }
  return { startMs: fromMs, stepMs, average, minimum, maximum }
}
