// The answer of InfluxDB 2.x to a Flux query: annotated CSV. Tables of equal columns share one head of annotations
// (#datatype, #group, #default) and names; a blank line or a new annotation begins the next. A table is one series: its
// labels are the grouped columns but for those that begin with an underscore, its samples `_time` and `_value`. A fault
// that comes up while the answer runs is a table of its own, with a column `error`.
import { AnswerFault, printable } from './answer-fault.ts'
import { readDecimal } from './decimal.ts'
import { readInstant } from './instant.ts'
import type { SeriesSink } from './series-sink.ts'

const longestLine = 1 << 20
const newline = 0x0a
const carriageReturn = 0x0d
const comma = 0x2c
const quote = 0x22
const hash = 0x23

interface Head {
  readonly names: readonly string[]
  readonly defaults: readonly string[]
  /** Columns that are labels of a series. */
  readonly labels: readonly number[]
  readonly table: number
  readonly time: number
  readonly value: number
  readonly error: number
}

export class AnnotatedCsv {
  readonly #sink: SeriesSink
  #buffer: Buffer = Buffer.alloc(0)
  #line = 0
  #annotations = new Map<string, readonly string[]>()
  #head: Head | undefined
  #table = ''
  #wanted = false
  /** Where the cells of the line begin and end; a quoted cell is told by its quotes. */
  #starts: number[] = []
  #ends: number[] = []

  constructor(sink: SeriesSink) {
    this.#sink = sink
  }

  push(chunk: Buffer): void {
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk])
    const bytes = this.#buffer
    let at = 0
    for (;;) {
      const end = lineEnd(bytes, at)
      if (end === -1) break
      this.#line++
      this.#readLine(at, end > at && bytes[end - 1] === carriageReturn ? end - 1 : end)
      at = end + 1
    }
    this.#buffer = bytes.subarray(at)
    if (this.#buffer.length > longestLine) throw this.#fault('the line is too long')
  }

  finish(): void {
    if (this.#buffer.length > 0) {
      throw new AnswerFault('protocol', `the answer ends in the middle of line ${this.#line + 1}`)
    }
  }

  #readLine(start: number, end: number): void {
    if (end === start) {
      this.#head = undefined
      this.#annotations = new Map()
      return
    }
    this.#cut(start, end)
    if (this.#buffer[start] === hash) {
      if (this.#head !== undefined) this.#annotations = new Map()
      this.#head = undefined
      const [name = '', ...cells] = this.#texts()
      this.#annotations.set(name, ['', ...cells])
    } else if (this.#head === undefined) this.#head = this.#readHead()
    else this.#readRow(this.#head)
  }

  #readHead(): Head {
    const names = this.#texts()
    const groups = this.#annotations.get('#group') ?? []
    const types = this.#annotations.get('#datatype') ?? []
    const head = {
      names,
      defaults: this.#annotations.get('#default') ?? [],
      labels: [...names.keys()].filter((column) => groups[column] === 'true' && !/^(_|$)/.test(names[column] ?? '')),
      table: names.indexOf('table'),
      time: names.indexOf('_time'),
      value: names.indexOf('_value'),
      error: names.indexOf('error'),
    }
    this.#table = ''
    if (head.error > 0) return head
    if (head.table < 0 || head.time < 0 || head.value < 0) {
      throw this.#fault(`the columns table, _time and _value are not all there (${printable(names.join(', '))})`)
    }
    const type = types[head.value] ?? ''
    if (!['double', 'long', 'unsignedLong'].includes(type)) {
      throw this.#fault(`the values are of type ${printable(type) || 'unknown'}, not numbers`)
    }
    return head
  }

  #readRow(head: Head): void {
    if (head.error > 0) throw new AnswerFault('rejected', printable(this.#cell(head, head.error)))
    if (this.#starts.length !== head.names.length) {
      throw this.#fault(`there are ${this.#starts.length} cells below ${head.names.length} columns`)
    }
    const table = this.#cell(head, head.table)
    if (table !== this.#table) {
      this.#table = table
      const cells = head.labels.map((column) => [head.names[column] ?? '', this.#cell(head, column)] as const)
      this.#wanted = this.#sink.begin(JSON.stringify(cells), () =>
        Object.fromEntries(cells.filter(([, value]) => value !== '')),
      )
    }
    if (!this.#wanted) return
    const bytes = this.#buffer
    const atMs = readInstant(bytes, this.#starts[head.time] as number, this.#ends[head.time] as number)
    const from = this.#starts[head.value] as number
    const to = this.#ends[head.value] as number
    const value = from === to ? Number.NaN : readDecimal(bytes, from, to)
    if (Number.isNaN(atMs) || value === undefined) throw this.#fault('the time or the value cannot be read')
    this.#sink.sample(atMs, value)
  }

  #cell(head: Head, column: number): string {
    return this.#text(column) || (head.defaults[column] ?? '')
  }

  #texts(): string[] {
    return this.#starts.map((_, column) => this.#text(column))
  }

  #text(column: number): string {
    const start = this.#starts[column] as number
    const text = this.#buffer.toString('utf8', start, this.#ends[column])
    return this.#buffer[start] === quote ? text.slice(1, -1).replaceAll('""', '"') : text
  }

  #cut(start: number, end: number): void {
    const bytes = this.#buffer
    this.#starts.length = 0
    this.#ends.length = 0
    let at = start
    for (;;) {
      this.#starts.push(at)
      if (bytes[at] === quote) {
        for (at++; at < end && !(bytes[at] === quote && bytes[at + 1] !== quote); at++) {
          if (bytes[at] === quote) at++
        }
        at++
        if (at > end || (at < end && bytes[at] !== comma)) throw this.#fault('a quoted cell does not end')
      } else {
        while (at < end && bytes[at] !== comma) at++
      }
      this.#ends.push(at)
      if (at >= end) return
      at++
    }
  }

  #fault(what: string): AnswerFault {
    return new AnswerFault('protocol', `line ${this.#line}: ${what}`)
  }
}

/** Where the line ends, -1 when it has not come yet; a quoted cell may hold line ends of its own. */
function lineEnd(bytes: Buffer, start: number): number {
  let end = bytes.indexOf(newline, start)
  let counted = start
  let quotes = 0
  while (end !== -1) {
    for (let at = bytes.indexOf(quote, counted); at !== -1 && at < end; at = bytes.indexOf(quote, at + 1)) quotes++
    if (quotes % 2 === 0) return end
    counted = end + 1
    end = bytes.indexOf(newline, counted)
  }
  return -1
}
