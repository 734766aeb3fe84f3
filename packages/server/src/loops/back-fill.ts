// Fills the windows with the past that the sources have and the windows have not: all of it at the first start, and what was
// missed while Gleaner did not run at any other. It runs once, as soon as every cloud was tried. Samples wait for it, because
// the windows take the past of a subject only in the order of time; for the same reason all sources are fetched side by
// side, the one that is furthest behind next. Without data nothing is decided, so that waiting is safe.
//
// How much: what `backfill` of the source says, but no more than `mostCells` of subjects times steps; from the middle one of
// the newest samples of its running subjects on, so that a single one that never had any does not bring all of it back. A
// value is taken only when it is newer than what its window has. A source that fails ends its own part, where it had come to.
import type { CloudId, SampleBatch } from '@gleaner/model'
import { describeError, formatDurationMs, metrics } from '@gleaner/model'
import type { HistoryPart, TelemetrySource } from '@gleaner/ports'
import type { Runtime } from '../runtime.ts'
import { ingestSlices } from '../sources/ingest-slices.ts'
import { sourceSubject } from '../sources/source-problems.ts'
import { newSourceState } from '../sources/source-state.ts'
import { Loop } from './loop.ts'

const mostCells = 40_000_000
/** In real time; then the present is more urgent than the past. */
const longestMs = 20 * 60_000

interface Track {
  readonly source: TelemetrySource
  readonly parts: AsyncIterator<HistoryPart>
  readonly fromMs: number
  doneUntilMs: number
  samples: number
}

export function backFillLoop(runtime: Runtime, sources: readonly TelemetrySource[]): Loop {
  const { clock, state, log } = runtime
  let told: string | undefined
  return new Loop({
    name: 'back-fill',
    periodMs: 600_000,
    clock,
    onError: (error) => {
      state.backFilling.clear()
      void runtime.problems.reportError('the past of the sources', error)
    },
    run: async (signal) => {
      if (told !== undefined) return told
      const untried = [...runtime.clouds.keys()].filter((cloudId) => state.clouds.get(cloudId) === undefined)
      if (untried.length > 0) return `waits for the first reading of ${untried.join(', ')}`
      told = await fillIn(runtime, sources, signal)
      state.backFilling.clear()
      log.info({}, `back-fill: ${told}`)
      runtime.wake(...[...runtime.clouds.keys(), ...sources.map(({ id }) => id)].map((id) => `sample:${id}`))
      return told
    },
  })
}

async function fillIn(runtime: Runtime, sources: readonly TelemetrySource[], signal: AbortSignal): Promise<string> {
  const nowMs = runtime.clock.nowMs()
  const ended = new AbortController()
  const either = AbortSignal.any([signal, ended.signal])
  const tracks = sources.flatMap((source) => trackOf(runtime, source, { nowMs, signal: either }))
  if (tracks.length === 0) return 'nothing was missing'
  const begunMs = performance.now()
  const open = new Set(tracks)
  while (open.size > 0) {
    const track = [...open].reduce((a, b) => (b.doneUntilMs < a.doneUntilMs ? b : a))
    if (performance.now() - begunMs > longestMs) {
      ended.abort(new Error('the back-fill takes too long'))
      break
    }
    try {
      const part = await track.parts.next()
      if (part.done === true) open.delete(track)
      else await takePart(runtime, track, part.value)
    } catch (error) {
      signal.throwIfAborted()
      open.delete(track)
      await runtime.problems.reportError(sourceSubject(track.source.id), error, 'warning')
      runtime.log.warn({}, `back-fill from ${track.source.id} ended early: ${describeError(error)}`)
    }
  }
  for (const track of open) await track.parts.return?.().catch(() => {})
  return tracks
    .map(
      ({ source, samples, fromMs }) =>
        `${samples} samples of the past ${formatDurationMs(nowMs - fromMs)} from ${source.id}`,
    )
    .join(', ')
}

function trackOf(
  runtime: Runtime,
  source: TelemetrySource,
  { nowMs, signal }: { readonly nowMs: number; readonly signal: AbortSignal },
): Track[] {
  const { stepMs } = runtime.telemetry.layout
  const wantedMs = runtime.config.sources.find(({ config }) => config.id === source.id)?.backfillMs ?? 0
  const directory = runtime.directories.of(source.clouds)
  if (wantedMs === 0 || directory === undefined) return []
  const newest = newestSamples(runtime, source.clouds)
  if (newest.length === 0) return []
  const affordableMs = Math.floor(mostCells / newest.length) * stepMs
  const earliestMs = nowMs - Math.min(wantedMs, affordableMs, runtime.telemetry.layout.retentionMs)
  const fromMs = Math.max(earliestMs, (newest[newest.length >> 1] as number) + 1)
  if (nowMs - fromMs < 2 * stepMs) return []
  const parts = source.history({ fromMs, toMs: nowMs, subjects: directory }, signal)
  return [{ source, parts: parts[Symbol.asyncIterator](), fromMs, doneUntilMs: fromMs, samples: 0 }]
}

/** Sorted; 0 for a subject without any. */
function newestSamples({ state, telemetry }: Runtime, clouds: readonly CloudId[]): Float64Array {
  const subjects = clouds.flatMap((cloudId) => {
    const snapshot = state.clouds.get(cloudId)?.snapshot
    if (snapshot === undefined) return []
    return [...snapshot.hosts, ...snapshot.instances.filter((instance) => instance.state === 'running')].map(
      ({ id }) => id,
    )
  })
  return Float64Array.from(subjects, (id) => telemetry.lastAtMs(telemetry.slotOf(id)) || 0).sort()
}

async function takePart(runtime: Runtime, track: Track, { batch, doneUntilMs }: HistoryPart): Promise<void> {
  track.samples += await ingestSlices(runtime.telemetry, onlyNewer(runtime, batch), runtime.clock.nowMs())
  track.doneUntilMs = doneUntilMs
  const { id } = track.source
  const before = runtime.state.sources.get(id) ?? newSourceState(id)
  runtime.state.sources.set(id, { ...before, samples: track.samples })
  runtime.state.backFilling.set(id, doneUntilMs)
}

/** Rows are in the order of time: what a window had before the back-fill is what it has before the first row of a subject. */
function onlyNewer({ telemetry }: Runtime, batch: SampleBatch): SampleBatch {
  const values = batch.values.slice()
  for (let row = 0; row < batch.subjects.length; row++) {
    const slot = telemetry.slotOf(batch.subjects[row] as string)
    if (slot < 0) continue
    metrics.forEach((metric, column) => {
      if ((batch.atMs[row] as number) <= telemetry.lastAtMs(slot, metric))
        values[row * metrics.length + column] = Number.NaN
    })
  }
  return { ...batch, values }
}
