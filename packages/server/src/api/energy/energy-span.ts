// From when until when a question about energy is: `from` and `to`, or the last so long. Hours are the unit of what is kept,
// so the begin is that of an hour and the end that of the hour it lies in.
import { GleanerError, hourMs, parseDurationMs } from '@gleaner/model'
import { timeMs } from '../view/time-text.ts'

const dayMs = 24 * hourMs
const longestMs = 1100 * dayMs

export interface SpanQuery {
  readonly from?: string
  readonly to?: string
  readonly for?: string
}

export function energySpan(query: SpanQuery, nowMs: number): { readonly fromMs: number; readonly toMs: number } {
  if (query.from !== undefined && query.for !== undefined)
    throw new GleanerError('request-invalid', { detail: 'for: give from, or for how long until to' })
  const endMs = query.to === undefined ? nowMs : timeMs(query.to)
  const beginMs = query.from === undefined ? endMs - (parseDurationMs(query.for ?? '1d') ?? dayMs) : timeMs(query.from)
  const toMs = Math.ceil(endMs / hourMs) * hourMs
  const fromMs = Math.floor(beginMs / hourMs) * hourMs
  if (!(fromMs < toMs) || toMs - fromMs > longestMs)
    throw new GleanerError('request-invalid', {
      detail: 'to: the time asked for ends after it begins, at most 1100 days later',
    })
  return { fromMs, toMs }
}
