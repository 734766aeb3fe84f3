// When a host slept, and when it will sleep for all that is known: for whoever looks at it, nothing is decided by it. The past is that of
// the journal; what began before it is taken from what is remembered of the host. What others switch off is told for this moment
// alone, for nobody knows since when. Of the time after its next lease nothing is foretold.
import type { Host, HostPowerRecord, Interval, JournalEntry } from '@gleaner/model'
import { isPowerEntry } from './power-records.ts'

/** asleep: it was; sleeps: it will be; wakes: on its way back for a lease; promised: a lease has it. What is left out is awake, or not known. */
export const sleepSpanKinds = ['asleep', 'sleeps', 'wakes', 'promised'] as const
export type SleepSpanKind = (typeof sleepSpanKinds)[number]

export interface SleepSpan extends Interval {
  readonly kind: SleepSpanKind
}

export interface SleepSpansQuestion {
  readonly host: Pick<Host, 'id' | 'state'>
  readonly record: HostPowerRecord | undefined
  /** Of this host, in any order. */
  readonly history: readonly JournalEntry[]
  /** What leases have of it from now on. */
  readonly promised: readonly Interval[]
  /** It is on its way to sleep, or that is proposed. */
  readonly isClosing: boolean
  /** From the order to wake up until it can be used. */
  readonly leadMs: number
  readonly span: Interval
  readonly nowMs: number
}

/** In the order of their beginnings, cut to the span that is asked for; none overlaps another. */
export function sleepSpans(question: SleepSpansQuestion): readonly SleepSpan[] {
  const { span } = question
  return [...pastOf(question), ...toCome(question)].flatMap(({ kind, startMs, endMs }): SleepSpan[] => {
    const cut = { kind, startMs: Math.max(startMs, span.startMs), endMs: Math.min(endMs, span.endMs) }
    return cut.startMs < cut.endMs ? [cut] : []
  })
}

function pastOf({ host, record, history, span, nowMs }: SleepSpansQuestion): readonly SleepSpan[] {
  const steps = history
    .filter((entry) => isPowerEntry(entry) && entry.state === 'done' && entry.finishedAtMs !== undefined)
    .filter(({ action }) => action === 'sleep' || action === 'wake')
    .sort((a, b) => (a.finishedAtMs ?? 0) - (b.finishedAtMs ?? 0))
  const spans: SleepSpan[] = []
  // A wake-up that comes first ends a sleep that began before anything that is known here.
  let sinceMs: number | undefined = steps[0]?.action === 'wake' ? span.startMs : undefined
  for (const { action, finishedAtMs = 0 } of steps) {
    if (action === 'sleep') sinceMs ??= finishedAtMs
    else if (sinceMs !== undefined) {
      spans.push({ kind: 'asleep', startMs: sinceMs, endMs: finishedAtMs })
      sinceMs = undefined
    }
  }
  if (host.state !== 'asleep') return spans
  const beganMs = sinceMs ?? record?.sleptAtMs
  if (beganMs !== undefined) spans.push({ kind: 'asleep', startMs: beganMs, endMs: nowMs })
  return spans
}

function toCome({ host, promised, isClosing, leadMs, span, nowMs }: SleepSpansQuestion): readonly SleepSpan[] {
  const leases = promised
    .filter(({ endMs }) => endMs > nowMs)
    .map(({ startMs, endMs }) => ({ startMs: Math.max(nowMs, startMs), endMs }))
    .sort((a, b) => a.startMs - b.startMs)
  const spans: SleepSpan[] = []
  if (host.state === 'asleep' || isClosing) {
    const nextMs = leases[0]?.startMs ?? Number.POSITIVE_INFINITY
    const wakeMs = Math.max(nowMs, nextMs - leadMs)
    spans.push({ kind: 'sleeps', startMs: nowMs, endMs: Math.min(wakeMs, span.endMs) })
    if (Number.isFinite(nextMs)) spans.push({ kind: 'wakes', startMs: wakeMs, endMs: nextMs })
  }
  // Room of several leases on one host overlaps.
  let toMs = nowMs
  for (const { startMs, endMs } of leases) {
    if (endMs <= toMs) continue
    spans.push({ kind: 'promised', startMs: Math.max(toMs, startMs), endMs })
    toMs = endMs
  }
  return spans
}
