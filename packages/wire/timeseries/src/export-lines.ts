// The answer of VictoriaMetrics to `/api/v1/export`: one object a line with the labels of a series, its values and its
// times, as they were stored. A series comes in several lines when it is long.
import { AnswerFault } from './answer-fault.ts'
import { JsonScanner, type JsonVisitor, type Want } from './json-scanner.ts'
import { labelsOf } from './prometheus-answer.ts'
import type { SeriesSink } from './series-sink.ts'

export class ExportLines implements JsonVisitor {
  readonly #sink: SeriesSink
  readonly #scanner = new JsonScanner(this, { many: true })
  #key: string | undefined
  #list: 'values' | 'timestamps' = 'values'
  #values: Float64Array = new Float64Array(256)
  #times: Float64Array = new Float64Array(256)
  #valueCount = 0
  #timeCount = 0

  constructor(sink: SeriesSink) {
    this.#sink = sink
  }

  push(chunk: Buffer): void {
    this.#scanner.push(chunk)
  }

  /** No series at all is an empty answer here. */
  finish(): void {
    this.#scanner.push(Buffer.from('{}'))
    this.#scanner.finish()
  }

  member(name: string | undefined, depth: number): Want {
    if (depth === 0) return 'enter'
    if (name !== 'values' && name !== 'timestamps') return 'text'
    this.#list = name
    return 'numbers'
  }

  text(json: string, name: string | undefined): void {
    if (name === 'metric') this.#key = json
  }

  number(value: number): void {
    if (this.#list === 'values') {
      if (this.#valueCount === this.#values.length) this.#values = doubled(this.#values)
      this.#values[this.#valueCount++] = value
    } else {
      if (this.#timeCount === this.#times.length) this.#times = doubled(this.#times)
      this.#times[this.#timeCount++] = value
    }
  }

  pair(): void {}

  leave(): void {
    const key = this.#key
    const count = this.#valueCount
    if (count !== this.#timeCount) {
      throw new AnswerFault('protocol', `a series has ${count} values and ${this.#timeCount} times`)
    }
    this.#key = undefined
    this.#valueCount = 0
    this.#timeCount = 0
    if (key === undefined) {
      if (count > 0) throw new AnswerFault('protocol', 'a series has no labels')
      return
    }
    if (!this.#sink.begin(key, () => labelsOf(key))) return
    for (let i = 0; i < count; i++) this.#sink.sample(this.#times[i] as number, this.#values[i] as number)
  }
}

function doubled(numbers: Float64Array): Float64Array {
  const larger = new Float64Array(2 * numbers.length)
  larger.set(numbers)
  return larger
}
