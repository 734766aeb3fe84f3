// Takes a large batch into the windows slice by slice, giving way to the event loop in between: the API stays responsive.
import { setImmediate as giveWay } from 'node:timers/promises'
import type { TelemetryWindows } from '@gleaner/engine'
import { metrics, type SampleBatch } from '@gleaner/model'

const sliceRows = 20_000

/** How many rows were taken. */
export async function ingestSlices(telemetry: TelemetryWindows, batch: SampleBatch, nowMs: number): Promise<number> {
  let taken = 0
  for (let from = 0; from < batch.subjects.length; from += sliceRows) {
    const to = Math.min(from + sliceRows, batch.subjects.length)
    const slice = {
      subjects: batch.subjects.slice(from, to),
      atMs: batch.atMs.subarray(from, to),
      values: batch.values.subarray(from * metrics.length, to * metrics.length),
    }
    taken += telemetry.ingest(slice, nowMs).accepted
    if (to < batch.subjects.length) await giveWay()
  }
  return taken
}
