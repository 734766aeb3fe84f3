// Usage from a time-series database: the TelemetrySource port over whatever backend. What is asked for one metric is a
// `MeasureShape`; where two of them give the same metric of the same subject, the one that is listed first counts.
import { type CloudId, metrics, type Metric } from '@gleaner/model'
import type {
  CheckItem,
  Clock,
  HistoryPart,
  HistoryRequest,
  SourceReading,
  SubjectDirectory,
  TelemetrySource,
} from '@gleaner/ports'
import {
  GridReader,
  type GridReading,
  type Labels,
  type Measure,
  nameSeries,
  partOf,
  type Placement,
  type Term,
} from '@gleaner/wire-timeseries'
import { checkSource } from './check-source.ts'
import type { MeasureShape } from './measure-shape.ts'
import type { SeriesBackend } from './series-backend.ts'
import { toSourceError } from './source-error.ts'

export interface SeriesSourceOptions<Query> {
  readonly id: string
  readonly address: string
  readonly clouds: readonly CloudId[]
  readonly clock: Clock
  /** Length of a step of the windows. */
  readonly stepMs: number
  /** Counters are read this far back; must span two of their readings. Three minutes when absent. */
  readonly lookbackMs: number | undefined
  /** What the names and addresses in the labels are called here. */
  readonly names: Readonly<Record<string, string>> | undefined
  readonly shapes: readonly MeasureShape<Query>[]
  readonly backend: SeriesBackend<Query>
}

/** A question with the metric it is for: what a fault has to name. */
interface NamedQuery<Query> {
  readonly query: Query
  readonly metric: Metric
  readonly of: 'instances' | 'hosts'
}

const defaultLookbackMs = 180_000

export class SeriesSource<Query> implements TelemetrySource {
  readonly id: string
  readonly kind: string
  readonly address: string
  readonly clouds: readonly CloudId[]
  readonly #options: SeriesSourceOptions<Query>
  readonly #reader: GridReader<NamedQuery<Query>>
  readonly #aliases: ReadonlyMap<string, string>
  readonly #lookbackMs: number
  #directory: SubjectDirectory | undefined
  /** One reading after the other: they share what is remembered of the series. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(options: SeriesSourceOptions<Query>) {
    this.#options = options
    this.id = options.id
    this.kind = options.backend.kind
    this.address = options.address
    this.clouds = options.clouds
    this.#lookbackMs = options.lookbackMs ?? defaultLookbackMs
    this.#aliases = new Map(Object.entries(options.names ?? {}))
    this.#reader = new GridReader({
      measures: options.shapes.map((shape) => this.#measureOf(shape)),
      columns: metrics.length,
      stepMs: options.stepMs,
      maxGapMs: this.#lookbackMs,
      fetch: async ({ query, metric, of }, span, to) => {
        try {
          return await options.backend.fetch(query, span, to)
        } catch (error) {
          throw toSourceError(error, { source: this.id, metric, of })
        }
      },
    })
  }

  check(signal: AbortSignal): Promise<readonly CheckItem[]> {
    const { backend, shapes } = this.#options
    return checkSource({ backend, shapes, source: this.id, lookbackMs: this.#lookbackMs, signal })
  }

  sample(subjects: SubjectDirectory, signal: AbortSignal): Promise<SourceReading> {
    return this.#inTurn(async () => {
      this.#use(subjects)
      const nowMs = this.#options.clock.nowMs()
      return toReading(await this.#reader.read({ fromMs: nowMs - this.#lookbackMs, toMs: nowMs + 1 }, signal))
    })
  }

  async *history({ fromMs, toMs, subjects }: HistoryRequest, signal: AbortSignal): AsyncGenerator<HistoryPart> {
    const parts = this.#reader.readParts({ fromMs, toMs }, signal)
    try {
      for (;;) {
        const part = await this.#inTurn(async () => {
          this.#use(subjects)
          return parts.next()
        })
        if (part.done === true) return
        yield { batch: part.value.rows, doneUntilMs: part.value.doneUntilMs }
      }
    } finally {
      await parts.return(undefined)
    }
  }

  async close(): Promise<void> {
    this.#options.backend.close()
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work)
    this.#turn = turn.catch(() => {})
    return turn
  }

  #use(subjects: SubjectDirectory): void {
    if (this.#directory?.revision !== subjects.revision) this.#reader.forget()
    this.#directory = subjects
  }

  #measureOf({ metric, naming, sums }: MeasureShape<Query>): Measure<NamedQuery<Query>> {
    const of = naming.of === 'host' ? 'hosts' : 'instances'
    const named = ({ query, kind, factor }: Term<Query>) => ({ query: { query, metric, of } as const, kind, factor })
    return {
      column: metrics.indexOf(metric),
      busy: metric === 'idle' ? 'low' : 'high',
      sums: sums.map((sum) => sum.map(named)),
      place: (labels): Placement => this.#place(labels, naming),
    }
  }

  #place(labels: Labels, naming: MeasureShape<Query>['naming']): Placement {
    const claim = nameSeries(labels, naming, this.#aliases)
    if (claim === undefined) return 'unmatched'
    const match = this.#directory?.match(claim)
    if (match?.kind === 'one') return { subject: match.subject, part: partOf(labels, naming) }
    return match?.kind === 'several' ? 'ambiguous' : 'unmatched'
  }
}

function toReading({ rows, counts, examples, warnings }: GridReading): SourceReading {
  return { batch: rows, notes: { ...counts, examples, warnings } }
}
