// The span and resolution of a usage series that a request asks for: the past day in 300 parts unless it says otherwise.
import { parseDurationMs } from '@gleaner/model'
import type { Clock } from '@gleaner/ports'

const dayMs = 86_400_000

export function usageSpan(
  query: { readonly for?: string; readonly points?: number },
  clock: Clock,
): { fromMs: number; toMs: number; points: number } {
  const toMs = clock.nowMs()
  const lengthMs = Math.max(1000, parseDurationMs(query.for ?? '1d') ?? dayMs)
  return { fromMs: toMs - lengthMs, toMs, points: query.points ?? 300 }
}
