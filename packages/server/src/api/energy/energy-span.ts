// From when until when a question about energy is: `from` and `to`, or the last so long. Hours are the unit of what is kept,
// so the begin is that of an hour and the end that of the hour it lies in.
import { GleanerError, hourMs, parseDurationMs } from '@gleaner/model'
import { timeMs, timeText } from '../view/time-text.ts'

const dayMs = 24 * hourMs
const longestMs = 1100 * dayMs

export interface SpanQuery {
  readonly from?: string
  readonly to?: string
  readonly for?: string
}

/** From when on hours are kept, where the span begins earlier: what is missing before is not nothing. */
export function keptFrom(
  { fromMs }: { readonly fromMs: number },
  { nowMs, retentionMs }: { readonly nowMs: number; readonly retentionMs: number },
): { readonly keptFrom?: string } {
  const keptFromMs = Math.ceil((nowMs - retentionMs) / hourMs) * hourMs
  return fromMs < keptFromMs ? { keptFrom: timeText(keptFromMs) } : {}
}

export function energySpan(query: SpanQuery, nowMs: number): { readonly fromMs: number; readonly toMs: number } {
  if (query.from !== undefined && query.for !== undefined)
    throw new GleanerError('request-invalid', { detail: 'for: give from, or for how long until to' })
  const endMs = query.to === undefined ? nowMs : timeMs(query.to)
  const beginMs = query.from === undefined ? endMs - (parseDurationMs(query.for ?? '1d') ?? dayMs) : timeMs(query.from)
  const toMs = Math.ceil(endMs / hourMs) * hourMs
  const fromMs = Math.floor(beginMs / hourMs) * hourMs
  if (!(fromMs < toMs))
    throw new GleanerError('request-invalid', { detail: 'to: the time asked for has to end after it begins' })
  if (toMs - fromMs > longestMs)
    throw new GleanerError('request-invalid', {
      detail: `from: the time asked for is ${Math.ceil((toMs - fromMs) / dayMs)} days long; at most ${longestMs / dayMs} are told at once`,
    })
  return { fromMs, toMs }
}
