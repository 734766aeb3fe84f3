// Brings the windows back that an earlier run has stored, or, for a simulated cloud that starts for the first time,
// computes the past it would have had. What cannot be read is left out and told: it is a gap, never wrong data.
import { setImmediate as giveWay } from 'node:timers/promises'
import type { TelemetryWindows } from '@gleaner/engine'
import type { SimulatedCloud } from '@gleaner/driver-simulated'
import type { Clock, Store } from '@gleaner/ports'
import type { Logger } from 'pino'
import type { StepReporter } from './progress.ts'

const sliceRows = 2000
const pastMs = 14 * 86_400_000
const finePastMs = 86_400_000
/** The older past is computed this often and held in between. */
const coarseMs = 600_000
const stepMs = 60_000

export interface RestoreParts {
  readonly telemetry: TelemetryWindows
  readonly store: Store
  readonly log: Logger
  readonly signal: AbortSignal | undefined
}

/** How many subjects came back. */
export async function restoreTelemetry({ telemetry, store, log, signal }: RestoreParts): Promise<number> {
  let restored = 0
  let refused = 0
  for await (const slice of store.telemetry.loadAll(sliceRows)) {
    signal?.throwIfAborted()
    for (const { subject, bytes } of slice) {
      if (telemetry.load(subject, bytes).loaded) restored++
      else refused++
    }
  }
  if (refused > 0) log.warn({ refused, restored }, 'some stored measurements could not be read; they are gaps now')
  return restored
}

export async function backfill(
  clouds: readonly SimulatedCloud[],
  {
    telemetry,
    clock,
    reporter,
  }: { readonly telemetry: TelemetryWindows; readonly clock: Clock; readonly reporter: StepReporter },
): Promise<void> {
  const nowMs = clock.nowMs()
  const startMs = nowMs - pastMs
  const fineMs = nowMs - finePastMs
  let turns = 0
  const shown = async (atMs: number) => {
    if (++turns % 20 > 0) return
    reporter.note(`${Math.floor((100 * (atMs - startMs)) / pastMs)} %`)
    await giveWay()
  }
  for (const cloud of clouds) {
    for (const batch of cloud.history(startMs, fineMs, coarseMs)) {
      const fromMs = batch.atMs[0] ?? startMs
      const atMs = new Float64Array(batch.atMs.length)
      for (let heldMs = 0; heldMs < coarseMs && fromMs + heldMs < fineMs; heldMs += stepMs) {
        atMs.fill(fromMs + heldMs)
        telemetry.ingest({ ...batch, atMs }, fromMs + heldMs)
      }
      await shown(fromMs)
    }
    for (const batch of cloud.history(fineMs, nowMs, stepMs)) {
      telemetry.ingest(batch, batch.atMs[0] ?? fineMs)
      await shown(batch.atMs[0] ?? fineMs)
    }
  }
}
