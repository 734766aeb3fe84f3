// Any table, CSV or Parquet, one sample a row, with these columns in any order:
//   time, instance, cpu                     needed (cpu in cores used; or cpu_seconds_total, a counter)
//   host                                    without the column all instances are on one host; with it, a row needs it
//   memory                                  MB used
//   cpu_allocated, memory_allocated         what the instance was promised
//   host_cpu, host_memory                   capacity of its host
// A counter that goes back has wrapped or was reset: that interval is left out and named, never guessed.
import { GleanerError } from '@gleaner/model/errors'
import { openParquet } from './parquet-rows.ts'
import { parseTime, secondsOf } from './parse-time.ts'
import { readLines } from './read-lines.ts'
import { splitRow } from './split-row.ts'
import type { TraceSink } from './trace-sink.ts'

export const tableColumns = [
  'time',
  'instance',
  'cpu',
  'cpu_seconds_total',
  'host',
  'memory',
  'cpu_allocated',
  'memory_allocated',
  'host_cpu',
  'host_memory',
] as const
type Column = (typeof tableColumns)[number]

type Row = Partial<Record<Column, number | string>>

interface Batch {
  readonly rows: readonly (Row | undefined)[]
  readonly first: number
  /** line or row. */
  readonly unit: string
}

export async function readTable(file: string, sink: TraceSink): Promise<void> {
  const reader = new TableReader(file, sink)
  for await (const { rows, first, unit } of batches(file, sink)) {
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]
      if (row !== undefined) reader.take(row, `${unit} ${first + i}`)
    }
  }
}

/** The most common distance between neighbouring samples of one instance among the first rows; undefined when none tells. */
export async function detectStep(file: string, sink: TraceSink): Promise<number | undefined> {
  const before = new Map<string, number>()
  const distances = new Map<number, number>()
  let seen = 0
  for await (const { rows } of batches(file, sink)) {
    for (const row of rows) {
      if (row === undefined) continue
      const name = `${row.host ?? ''}\n${row.instance ?? ''}`
      const timeS = timeOf(row.time)
      const distance = timeS - (before.get(name) ?? Number.NaN)
      before.set(name, timeS)
      if (distance > 0) distances.set(distance, (distances.get(distance) ?? 0) + 1)
      seen++
    }
    if (seen > 20_000) break
  }
  const [common] = [...distances].sort((a, b) => b[1] - a[1] || a[0] - b[0])
  return common?.[0]
}

async function* batches(file: string, sink: TraceSink): AsyncGenerator<Batch> {
  if (/\.parquet$/i.test(file)) {
    const table = await openParquet(file, sink.onBytes)
    try {
      requireColumns(file, table.columns)
      for await (const { rows, firstRow } of table.rows(tableColumns)) {
        yield { rows: rows.map((cells) => rowOf(tableColumns, cells)), first: firstRow, unit: 'row' }
      }
    } finally {
      table.close()
    }
    return
  }
  let heads: string[] | undefined
  let separator = ','
  for await (const { lines, firstNumber } of readLines({ file, onBytes: sink.onBytes, faults: sink.faults })) {
    const rows: (Row | undefined)[] = []
    for (const [i, line] of lines.entries()) {
      if (heads === undefined) {
        separator = line.includes(';') && !line.includes(',') ? ';' : ','
        heads = splitRow(line.replace(/^\uFEFF/, ''), separator).map((head) => head.trim().toLowerCase())
        requireColumns(file, heads)
        rows.push(undefined)
        continue
      }
      if (line === '') {
        rows.push(undefined)
        continue
      }
      const cells = splitRow(line, separator)
      if (cells.length === heads.length) rows.push(rowOf(heads, cells))
      else {
        const detail = `the row has ${cells.length} cells, the head ${heads.length}; it is left out`
        sink.fault('bad-row', file, { position: `line ${firstNumber + i}`, detail })
        rows.push(undefined)
      }
    }
    yield { rows, first: firstNumber, unit: 'line' }
  }
  if (heads === undefined) {
    throw new GleanerError('trace-unreadable', { file, detail: 'the file is empty', position: 'byte 0' })
  }
}

function requireColumns(file: string, heads: readonly string[]): void {
  for (const needed of ['time', 'instance'] as const) {
    if (heads.includes(needed)) continue
    throw new GleanerError('trace-format-unknown', { file, detail: `a table needs the column "${needed}"` })
  }
  if (!heads.includes('cpu') && !heads.includes('cpu_seconds_total')) {
    const detail = 'a table needs the column "cpu" (cores used) or "cpu_seconds_total" (a counter)'
    throw new GleanerError('trace-format-unknown', { file, detail })
  }
}

function rowOf(heads: readonly string[], cells: readonly (number | string | undefined)[]): Row {
  const row: Row = {}
  for (let i = 0; i < heads.length; i++) {
    const cell = cells[i]
    if (cell !== undefined && cell !== '') row[heads[i] as Column] = cell
  }
  return row
}

function timeOf(value: number | string | undefined): number {
  if (typeof value === 'number') return secondsOf(value)
  return value === undefined ? Number.NaN : parseTime(value)
}

class TableReader {
  readonly #file: string
  readonly #sink: TraceSink
  readonly #numbers = new Map<string, number>()
  readonly #counters = new Map<number, { timeS: number; seconds: number }>()

  constructor(file: string, sink: TraceSink) {
    this.#file = file
    this.#sink = sink
  }

  take(row: Row, where: string): void {
    const timeS = timeOf(row.time)
    if (Number.isNaN(timeS) || row.instance === undefined) {
      const detail = 'the row has no time or no instance and is left out'
      this.#sink.fault('bad-row', this.#file, { position: where, detail })
      return
    }
    const instance = this.#instance(row, where)
    if (instance === undefined) return
    const cpu =
      row.cpu_seconds_total === undefined
        ? this.#number(row, 'cpu', where)
        : this.#rate(instance, row, { timeS, where })
    const memory = row.memory === undefined ? Number.NaN : this.#number(row, 'memory', where)
    this.#sink.sample({ instance, timeS, cpu, memory, where }, this.#file)
  }

  #instance(row: Row, where: string): number | undefined {
    const hostName = row.host === undefined ? '' : String(row.host)
    if (this.#numbers.size > 0 && this.#hasHosts !== (row.host !== undefined)) {
      const detail = `instance "${row.instance}" has no host here and is left out`
      this.#sink.fault('no-host', this.#file, { position: where, detail })
      return undefined
    }
    this.#hasHosts = row.host !== undefined
    const key = `${hostName}\n${row.instance}`
    let number = this.#numbers.get(key)
    if (number === undefined) {
      const host = this.#sink.host(hostName)
      number = this.#sink.addInstance({ name: String(row.instance), host, cpuAllocation: 0, memoryAllocation: 0 })
      this.#numbers.set(key, number)
      const cpu = Number(row.host_cpu ?? Number.NaN)
      const memory = Number(row.host_memory ?? Number.NaN)
      if (!this.#sink.capacities.has(host) && (cpu >= 0 || memory >= 0))
        this.#sink.capacities.set(host, { cpu, memory })
    }
    const size: { cpu?: number; memory?: number } = {}
    if (Number(row.cpu_allocated) >= 0) size.cpu = Number(row.cpu_allocated)
    if (Number(row.memory_allocated) >= 0) size.memory = Number(row.memory_allocated)
    this.#sink.resize(number, size)
    return number
  }

  #hasHosts = false

  #number(row: Row, column: 'cpu' | 'memory', where: string): number {
    const value = row[column]
    const number = value === undefined ? Number.NaN : Number(value)
    if (Number.isNaN(number)) {
      const detail = `${column} is "${value ?? ''}"; the sample is left out`
      this.#sink.fault(value === undefined ? 'missing' : 'not-a-number', this.#file, { position: where, detail })
    }
    return number
  }

  #rate(instance: number, row: Row, { timeS, where }: { timeS: number; where: string }): number {
    const seconds = Number(row.cpu_seconds_total)
    const before = this.#counters.get(instance)
    if (!(seconds >= 0)) return this.#number(row, 'cpu', where)
    this.#counters.set(instance, { timeS, seconds })
    if (before === undefined || timeS <= before.timeS) return Number.NaN
    if (seconds < before.seconds) {
      const detail = `the counter fell from ${before.seconds} to ${seconds}: wrapped or reset; the interval is left out`
      this.#sink.fault('counter-went-back', this.#file, { position: where, detail })
      return Number.NaN
    }
    return (seconds - before.seconds) / (timeS - before.timeS)
  }
}
