// Asks one source for the newest usage and keeps it in the windows, but for what a stronger supplier measures. After an
// outage what was missed is fetched first, as far back as the windows still take it. While the past is being filled in
// nothing is sampled: the windows of a new subject take samples in the order of time.
import type { TelemetrySource } from '@gleaner/ports'
import type { Runtime } from '../runtime.ts'
import { ingestSlices } from '../sources/ingest-slices.ts'
import { sourceSubject, tellSourceProblems } from '../sources/source-problems.ts'
import { newSourceState, type SourceState } from '../sources/source-state.ts'
import { Loop } from './loop.ts'

/** Half of what the windows keep exactly: the rest is room for what is late. */
const catchUpShare = 0.5

export function sampleSourceLoop(runtime: Runtime, source: TelemetrySource): Loop {
  const { clock, config, state, telemetry, problems, owners } = runtime
  const keep = (change: Partial<SourceState>) => {
    const before = state.sources.get(source.id) ?? newSourceState(source.id)
    state.sources.set(source.id, { ...before, ...change })
    runtime.hub.tell('status')
  }
  const samples = () => state.sources.get(source.id)?.samples ?? 0

  async function catchUp(subjects: Parameters<TelemetrySource['sample']>[0], signal: AbortSignal): Promise<void> {
    const readAtMs = state.sources.get(source.id)?.readAtMs
    const nowMs = clock.nowMs()
    if (readAtMs === undefined || nowMs - readAtMs < 2 * config.periods.sampleMs) return
    const fromMs = Math.max(readAtMs, nowMs - catchUpShare * config.telemetry.recentMs)
    for await (const { batch } of source.history({ fromMs, toMs: nowMs, subjects }, signal)) {
      const mine = owners.without(batch, source.id, nowMs)
      keep({ samples: samples() + (await ingestSlices(telemetry, mine, clock.nowMs())) })
    }
  }

  return new Loop({
    name: `sample:${source.id}`,
    periodMs: config.periods.sampleMs,
    clock,
    onError: (error) => {
      keep({ fault: error instanceof Error ? error.message : 'failed' })
      void problems.reportError(sourceSubject(source.id), error)
    },
    run: async (signal) => {
      if (state.backFilling.size > 0) return 'waits until the past is filled in'
      const subjects = runtime.directories.of(source.clouds)
      if (subjects === undefined) return 'waits for the first reading of its clouds'
      await catchUp(subjects, signal)
      const { batch, notes } = await source.sample(subjects, signal)
      const nowMs = clock.nowMs()
      const taken = await ingestSlices(telemetry, owners.without(batch, source.id, nowMs), nowMs)
      owners.claim(batch, source.id, nowMs)
      const before = state.sources.get(source.id)
      keep({
        readAtMs: nowMs,
        notes,
        fault: undefined,
        samples: samples() + taken,
        subjects: new Set(batch.subjects).size,
        unmatchedReadings: notes.unmatched > 0 ? (before?.unmatchedReadings ?? 0) + 1 : 0,
      })
      await tellSourceProblems(problems, state.sources.get(source.id) ?? newSourceState(source.id))
      return `${notes.series} series, ${taken} samples taken`
    },
  })
}
