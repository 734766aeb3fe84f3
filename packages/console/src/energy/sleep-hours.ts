// The strip of a host: when it slept, and will, hour by hour. Hours begin at whole hours; the one that has just begun is the first to come.
import type { SleepHoursView, SleepSpanView } from '@gleaner/model'

const hourMs = 3_600_000

export type SpanKind = SleepSpanView['kind']

export interface Frame {
  readonly fromMs: number
  readonly nowMs: number
  readonly toMs: number
}

export interface Bar {
  readonly kind: SpanKind
  /** Shares of the whole strip. */
  readonly left: number
  readonly width: number
}

export function frameOf({ from, now, to }: Pick<SleepHoursView, 'from' | 'now' | 'to'>): Frame {
  return { fromMs: Date.parse(from), nowMs: Date.parse(now), toMs: Date.parse(to) }
}

export function barsOf(spans: readonly SleepSpanView[], { fromMs, toMs }: Frame): readonly Bar[] {
  const lengthMs = toMs - fromMs
  return spans.flatMap(({ kind, from, to }): Bar[] => {
    const startMs = Math.max(fromMs, Date.parse(from))
    const endMs = Math.min(toMs, Date.parse(to))
    if (!(endMs > startMs)) return []
    return [{ kind, left: (startMs - fromMs) / lengthMs, width: (endMs - startMs) / lengthMs }]
  })
}

/** Hours of the frame, by their beginnings, relative to the present one: -48 … 47. */
export function hoursOf({ fromMs, nowMs, toMs }: Frame): { readonly first: number; readonly last: number } {
  const thisHour = Math.floor(nowMs / hourMs)
  return { first: Math.ceil(fromMs / hourMs) - thisHour, last: Math.ceil(toMs / hourMs) - 1 - thisHour }
}

/** When an hour of the frame begins. */
export function hourAtMs({ nowMs }: Frame, hour: number): number {
  return (Math.floor(nowMs / hourMs) + hour) * hourMs
}

/** What a host is for most of the hour; undefined: awake, or not known. */
export function kindIn(spans: readonly SleepSpanView[], startMs: number): SpanKind | undefined {
  const lengths = new Map<SpanKind, number>()
  for (const { kind, from, to } of spans) {
    const ms = Math.min(startMs + hourMs, Date.parse(to)) - Math.max(startMs, Date.parse(from))
    if (ms > 0) lengths.set(kind, (lengths.get(kind) ?? 0) + ms)
  }
  let found: SpanKind | undefined
  let most = hourMs / 2
  for (const [kind, ms] of lengths)
    if (ms >= most) {
      found = kind
      most = ms
    }
  return found
}
