// The answer of InfluxDB 1.x to one SELECT of one field, grouped by all tags, asked with `chunked=true` and `epoch=ms`: JSON
// documents one after the other. A series comes in several chunks when it is long. Tags that are empty are none.
import { AnswerFault, printable } from './answer-fault.ts'
import { JsonScanner, type JsonVisitor, parseLatin1, type Want } from './json-scanner.ts'
import { labelsOf } from './prometheus-answer.ts'
import type { SeriesSink } from './series-sink.ts'

const inDocument = 1
const inResults = 2
const inStatement = 3
const inSeriesList = 4
const inSeries = 5

export class InfluxqlAnswer implements JsonVisitor {
  readonly #sink: SeriesSink
  readonly #scanner = new JsonScanner(this, { many: true })
  #tags = '{}'
  #begun = false
  #wanted = false

  constructor(sink: SeriesSink) {
    this.#sink = sink
  }

  push(chunk: Buffer): void {
    this.#scanner.push(chunk)
  }

  finish(): void {
    this.#scanner.finish()
  }

  member(name: string | undefined, depth: number): Want {
    if (depth === 0 || depth === inResults || depth === inSeriesList) {
      if (depth === inSeriesList) this.#begin()
      return 'enter'
    }
    if ((depth === inDocument && name === 'results') || (depth === inStatement && name === 'series')) return 'enter'
    if (depth === inSeries && name === 'values') {
      if (!this.#begun) this.#wanted = this.#sink.begin(this.#tags, tagsOf(this.#tags))
      this.#begun = true
      return 'pairs'
    }
    return 'text'
  }

  text(json: string, name: string | undefined, depth: number): void {
    if (name === 'error') throw errorOf(json)
    if (depth !== inSeries) return
    if (name === 'tags') this.#tags = json
    if (name === 'columns' && columnCount(json) !== 2) {
      throw new AnswerFault('protocol', `a series has the columns ${printable(json)}, not a time and a value`)
    }
  }

  number(): void {}

  pair(atMs: number, value: number): void {
    if (this.#wanted) this.#sink.sample(atMs, value)
  }

  leave(): void {}

  #begin(): void {
    this.#tags = '{}'
    this.#begun = false
  }
}

function tagsOf(json: string) {
  return () => Object.fromEntries(Object.entries(labelsOf(json)).filter(([, value]) => value !== ''))
}

function columnCount(json: string): number {
  const parsed = parseLatin1(json)
  return Array.isArray(parsed) ? parsed.length : 0
}

const notThere = /database not found|retention policy not found/i
const notAllowed = /authoriz|authentica|unable to parse authentication|requires/i

/** InfluxDB reports most faults with status 200, in the words of one sentence. */
function errorOf(json: string): AnswerFault {
  const parsed = parseLatin1(json)
  const said = printable(typeof parsed === 'string' ? parsed : json)
  if (notThere.test(said)) return new AnswerFault('missing', said)
  if (notAllowed.test(said)) return new AnswerFault('refused', said)
  return new AnswerFault(/timeout|too many|max-/i.test(said) ? 'overloaded' : 'rejected', said)
}
