// Spans that are asked for, and the series of a subject over one.
import { GleanerError, type metrics, parseDurationMs } from '@gleaner/model'
import type { FakeState } from './fake-state.ts'
import { seriesOf } from './usage.ts'

interface SpanQuery {
  readonly for?: string
  readonly points?: number
}

export function spanOf(state: FakeState, query: SpanQuery) {
  const toMs = state.nowMs()
  return { fromMs: toMs - (parseDurationMs(query.for ?? '1d') ?? 86_400_000), toMs, points: query.points ?? 300 }
}

export function seriesById(state: FakeState, id: string, query: SpanQuery & { metric?: (typeof metrics)[number] }) {
  const shape = state.world.shapes.get(id)
  if (!shape) throw new GleanerError('not-found', { object: id })
  return seriesOf(shape, query.metric ?? 'cpu', spanOf(state, query))
}
