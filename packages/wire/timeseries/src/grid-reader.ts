// Asks for every term of every measure, puts the answers onto one grid, and gives the rows. A measure fills one column for
// the subjects its series belong to; where several measures fill the same cell the first of them counts. How a term is
// asked for is left to whoever knows the database. A term that fails fails the whole reading: half an answer would look
// like instances that do nothing.
import { AnswerFault } from './answer-fault.ts'
import { evaluateFormula, type FactoredTerm, type MetricGrid, type SampleRows, sampleRows } from './formula.ts'
import { noCounts, type SeriesCounts } from './series-counts.ts'
import type { Grid, SeriesKind } from './series-folder.ts'
import type { SeriesSink } from './series-sink.ts'
import { type Place, StrandIndex, SubjectRows } from './subject-rows.ts'
import { TermReading } from './term-reading.ts'

export interface Term<Query> {
  readonly query: Query
  readonly kind: SeriesKind
  readonly factor: number
}

export interface Measure<Query> {
  readonly column: number
  readonly busy: 'high' | 'low'
  /** The first of these sums that is whole is the value. */
  readonly sums: readonly (readonly Term<Query>[])[]
  readonly place: Place
}

/** The steps that begin in [fromMs, toMs). Raw samples are wanted `reachMs` before and after as well. */
export interface Span {
  readonly fromMs: number
  readonly toMs: number
  readonly stepMs: number
  readonly reachMs: number
}

export interface GridReaderOptions<Query> {
  readonly measures: readonly Measure<Query>[]
  readonly columns: number
  readonly stepMs: number
  /** Two readings of a counter that lie further apart tell nothing. */
  readonly maxGapMs: number
  /** Asks for the samples of a span and hands them to the sink; resolves with what the database says besides. */
  fetch(
    query: Query,
    span: Span,
    to: { readonly sink: SeriesSink; readonly signal: AbortSignal },
  ): Promise<readonly string[]>
}

export interface GridReading {
  readonly rows: SampleRows
  readonly counts: SeriesCounts
  readonly examples: { readonly unmatched: readonly string[]; readonly ambiguous: readonly string[] }
  readonly warnings: readonly string[]
}

/** Cells of one column that a part of history may have: what bounds its memory. */
const mostCells = 1_000_000
const firstPartSteps = 15
/** Several sources are taken in side by side into windows that keep two hours exactly: no part may be longer than half of it. */
const mostPartSteps = 60
/** Keys of series that are remembered beyond those of the last answer. */
const staleKeys = 4

export class GridReader<Query> {
  readonly #options: GridReaderOptions<Query>
  #rows = new SubjectRows()
  #indices: StrandIndex[][][] = []
  #seriesBefore = 0

  constructor(options: GridReaderOptions<Query>) {
    this.#options = options
    this.forget()
  }

  /** The subjects are others than before: every series is placed anew. */
  forget(): void {
    this.#rows = new SubjectRows()
    this.#indices = this.#options.measures.map((measure) =>
      measure.sums.map((sum) => sum.map(() => new StrandIndex(this.#rows, measure.place))),
    )
  }

  /** The steps that begin in [fromMs, toMs). */
  async read(span: { readonly fromMs: number; readonly toMs: number }, signal: AbortSignal): Promise<GridReading> {
    const { measures, columns, stepMs, maxGapMs } = this.#options
    const fromMs = Math.ceil(span.fromMs / stepMs) * stepMs
    const grid = { fromMs, stepMs, steps: Math.max(0, Math.ceil((span.toMs - fromMs) / stepMs)) }
    const asked = { fromMs, toMs: fromMs + grid.steps * stepMs, stepMs, reachMs: maxGapMs }
    const counts = noCounts()
    const warnings = new Set<string>()
    // When one question fails, the others are not waited for.
    const failed = new AbortController()
    const ended = AbortSignal.any([signal, failed.signal])
    const filled: (MetricGrid | undefined)[] = Array.from({ length: columns })
    this.#dropStaleKeys()
    for (const [number, measure] of measures.entries()) {
      const what = { grid, asked, counts, warnings, signal: ended, indices: this.#indices[number] ?? [] }
      const sums = await this.#readMeasure(measure, what).catch((error: unknown) => {
        failed.abort(error)
        throw error
      })
      const values = evaluateFormula(sums, grid, this.#rows.subjects.length)
      filled[measure.column] = merged(filled[measure.column], values)
    }
    this.#seriesBefore = counts.series
    const all = this.#indices.flat(2)
    return {
      rows: sampleRows(filled, { grid, subjects: this.#rows.subjects }),
      counts,
      examples: {
        unmatched: unique(all.flatMap(({ examples }) => examples.unmatched)),
        ambiguous: unique(all.flatMap(({ examples }) => examples.ambiguous)),
      },
      warnings: [...warnings],
    }
  }

  /**
   * The same for a long stretch, in parts. A part that is too much for the database, or for the memory here, is asked for
   * again in halves, down to a single step.
   */
  async *readParts(
    span: { readonly fromMs: number; readonly toMs: number },
    signal: AbortSignal,
  ): AsyncGenerator<GridReading & { readonly doneUntilMs: number }> {
    const { stepMs } = this.#options
    let steps = firstPartSteps
    for (let fromMs = Math.ceil(span.fromMs / stepMs) * stepMs; fromMs < span.toMs; ) {
      steps = Math.min(steps, Math.ceil((span.toMs - fromMs) / stepMs))
      const toMs = Math.min(span.toMs, fromMs + steps * stepMs)
      let reading: GridReading
      try {
        reading = await this.read({ fromMs, toMs }, signal)
      } catch (error) {
        if (!isTooMuch(error) || steps === 1) throw error
        steps = Math.ceil(steps / 2)
        continue
      }
      yield { ...reading, doneUntilMs: toMs }
      fromMs = toMs
      const room = Math.floor(mostCells / Math.max(1, this.#rows.subjects.length))
      steps = Math.max(1, Math.min(2 * steps, room, mostPartSteps))
    }
  }

  async #readMeasure(
    measure: Measure<Query>,
    what: {
      readonly grid: Grid
      readonly asked: Span
      readonly counts: SeriesCounts
      readonly warnings: Set<string>
      readonly signal: AbortSignal
      readonly indices: readonly (readonly StrandIndex[])[]
    },
  ): Promise<FactoredTerm[][]> {
    const { maxGapMs } = this.#options
    return Promise.all(
      measure.sums.map((sum, sumNumber) =>
        Promise.all(
          sum.map(async ({ query, kind, factor }, termNumber) => {
            const index = what.indices[sumNumber]?.[termNumber] as StrandIndex
            const shape = { kind, maxGapMs, busy: measure.busy }
            const reading = new TermReading(index, { shape, grid: what.grid }, what.counts)
            const to = { sink: reading, signal: what.signal }
            for (const warning of await this.#options.fetch(query, what.asked, to)) what.warnings.add(warning)
            reading.finish()
            return { reading, factor }
          }),
        ),
      ),
    )
  }

  /** Series come and go while the subjects stay: what has gone is forgotten when it is most of what is remembered. */
  #dropStaleKeys(): void {
    const remembered = this.#indices.flat(2).reduce((sum, { size }) => sum + size, 0)
    if (remembered > staleKeys * this.#seriesBefore + 1000) this.forget()
  }
}

function merged(first: MetricGrid | undefined, second: MetricGrid): MetricGrid {
  if (first === undefined) return second
  const { values, times } = second
  for (let cell = 0; cell < first.values.length; cell++) {
    if (Number.isNaN(first.values[cell])) continue
    values[cell] = first.values[cell] as number
    times[cell] = first.times[cell] as number
  }
  return second
}

/** Faults that less of a question may avoid, whatever they are wrapped in. */
function isTooMuch(error: unknown): boolean {
  if (error instanceof AnswerFault) return ['overloaded', 'too-large', 'deadline'].includes(error.fault)
  return error instanceof Error && error.cause !== undefined && isTooMuch(error.cause)
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].slice(0, 5)
}
