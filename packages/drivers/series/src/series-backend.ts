// What one kind of time-series database has to know: its language and its transport. Faults are AnswerFaults of the wire.
import type { SeriesSink, Span } from '@gleaner/wire-timeseries'

export interface SeriesBackend<Query> {
  /** prometheus, influx, … */
  readonly kind: string
  /** Hands the samples of a span to the sink; resolves with what the database says about the answer besides. */
  fetch(
    query: Query,
    span: Span,
    to: { readonly sink: SeriesSink; readonly signal: AbortSignal },
  ): Promise<readonly string[]>
  /** How many series there were within the past `lookbackMs`. */
  count(query: Query, lookbackMs: number, signal: AbortSignal): Promise<number>
  /** Fails when the database does not answer; else what it says of its version. */
  version(signal: AbortSignal): Promise<string>
  /** The question as people write it. */
  describe(query: Query): string
  close(): void
}
