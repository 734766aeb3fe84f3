// The answer of a Prometheus-compatible database to `query` and `query_range`: vector or matrix. Its series go to the sink;
// what it says besides (an error in an answer of status 200, warnings, that it is only a part) is kept for whoever asks.
// Members that are not known are passed over, so that newer servers can say more.
import { AnswerFault, printable } from './answer-fault.ts'
import { JsonScanner, type JsonVisitor, parseLatin1, type Want } from './json-scanner.ts'
import type { Labels, SeriesSink } from './series-sink.ts'

const atTop = 1
const inData = 2
const inResult = 3
const inSeries = 4

export class PrometheusAnswer implements JsonVisitor {
  readonly #sink: SeriesSink
  readonly #scanner = new JsonScanner(this)
  readonly #warnings: string[] = []
  #key: string | undefined
  #wanted = false
  #status: unknown
  #error: unknown
  #resultType: unknown

  constructor(sink: SeriesSink) {
    this.#sink = sink
  }

  push(chunk: Buffer): void {
    this.#scanner.push(chunk)
  }

  /** What the server says about the answer besides its series: that it is partial, and why. */
  finish(): readonly string[] {
    this.#scanner.finish()
    if (this.#status !== 'success') {
      const said = typeof this.#error === 'string' ? printable(this.#error) : 'no status that is known'
      throw new AnswerFault(this.#status === 'error' ? 'rejected' : 'protocol', said)
    }
    if (this.#resultType !== 'matrix' && this.#resultType !== 'vector') {
      throw new AnswerFault(
        'protocol',
        `its result is neither series nor values (${printable(String(this.#resultType))})`,
      )
    }
    return this.#warnings
  }

  member(name: string | undefined, depth: number): Want {
    if (depth === 0 || depth === inResult || (depth === atTop && name === 'data')) return 'enter'
    if (depth === inData && name === 'result') {
      // A scalar has no series; it is refused when its type is known.
      return this.#resultType === 'scalar' || this.#resultType === 'string' ? 'text' : 'enter'
    }
    if (depth === inSeries && (name === 'values' || name === 'value')) {
      if (this.#key === undefined) throw new AnswerFault('protocol', 'samples come before the labels of their series')
      return 'pairs'
    }
    return 'text'
  }

  text(json: string, name: string | undefined, depth: number): void {
    if (depth === inSeries && name === 'metric') {
      this.#key = json
      this.#wanted = this.#sink.begin(json, () => labelsOf(json))
    } else if (depth === inData && name === 'resultType') this.#resultType = parseLatin1(json)
    else if (depth === atTop && name === 'status') this.#status = parseLatin1(json)
    else if (depth === atTop && name === 'error') this.#error = parseLatin1(json)
    else if (depth === atTop && name === 'isPartial' && json === 'true') this.#warnings.push('only a part of the data')
    else if (depth === atTop && name === 'warnings') {
      const warnings = parseLatin1(json)
      if (Array.isArray(warnings)) this.#warnings.push(...warnings.map((warning) => printable(String(warning))))
    }
  }

  number(): void {}

  pair(seconds: number, value: number): void {
    if (this.#wanted) this.#sink.sample(Math.round(seconds * 1000), value)
  }

  leave(depth: number): void {
    if (depth === inSeries) this.#key = undefined
  }
}

/** The labels of a series as a text of the scanner. */
export function labelsOf(json: string): Labels {
  const parsed = parseLatin1(json)
  const labels: Record<string, string> = Object.create(null) as Record<string, string>
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new AnswerFault('protocol', `these are no labels: ${printable(json)}`)
  }
  for (const [name, value] of Object.entries(parsed)) {
    if (typeof value !== 'string') throw new AnswerFault('protocol', `these are no labels: ${printable(json)}`)
    labels[name] = value
  }
  return labels
}
