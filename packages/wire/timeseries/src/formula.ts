// From terms to the value of a metric: a sum of terms, each with a factor, and the first of several such sums that is whole.
// A sum is whole in a step when every term is there and all parts of each are known; half a sum is no value.
import { type Grid, unknown } from './series-folder.ts'
import type { TermReading } from './term-reading.ts'

export interface FactoredTerm {
  readonly reading: TermReading
  readonly factor: number
}

/** Values and times of each subject and step: row r has [r * steps, (r + 1) * steps); NaN where there is none. */
export interface MetricGrid {
  readonly values: Float64Array
  readonly times: Float64Array
}

export function evaluateFormula(sums: readonly (readonly FactoredTerm[])[], grid: Grid, rows: number): MetricGrid {
  const cells = rows * grid.steps
  const values = new Float64Array(cells).fill(Number.NaN)
  const times = new Float64Array(cells).fill(Number.NaN)
  for (const terms of sums) {
    const sum = new Float64Array(cells)
    const newest = new Float64Array(cells)
    /** Bit t: term t is there. */
    const seen = new Uint8Array(cells)
    const bad = new Uint8Array(cells)
    terms.forEach((term, number) => addTerm(term, { steps: grid.steps, bit: 1 << number, sum, newest, seen, bad }))
    const all = (1 << terms.length) - 1
    for (let cell = 0; cell < cells; cell++) {
      if (!Number.isNaN(values[cell]) || seen[cell] !== all || bad[cell] === 1) continue
      values[cell] = sum[cell] as number
      times[cell] = newest[cell] as number
    }
  }
  return { values, times }
}

interface Sum {
  readonly steps: number
  readonly bit: number
  readonly sum: Float64Array
  readonly newest: Float64Array
  readonly seen: Uint8Array
  readonly bad: Uint8Array
}

function addTerm({ reading, factor }: FactoredTerm, { steps, bit, sum, newest, seen, bad }: Sum): void {
  const { rowOfStrand } = reading.index
  const strands = Math.min(rowOfStrand.length, reading.cells.length / steps)
  for (let strand = 0; strand < strands; strand++) {
    const from = strand * steps
    const to = (rowOfStrand[strand] as number) * steps
    for (let step = 0; step < steps; step++) {
      const value = reading.cells[from + step] as number
      if (Number.isNaN(value)) continue
      const cell = to + step
      if (value === unknown) bad[cell] = 1
      else {
        sum[cell] = (sum[cell] as number) + factor * value
        seen[cell] = (seen[cell] as number) | bit
        const atMs = reading.times[from + step] as number
        if (atMs > (newest[cell] as number)) newest[cell] = atMs
      }
    }
  }
}

/** Rows of samples, in the order of their steps and within a step of the subjects; a row for each step with any value. */
export interface SampleRows {
  readonly subjects: string[]
  readonly atMs: Float64Array
  readonly values: Float64Array
}

/** `columns`: a grid per column of the rows, undefined for one that is not measured. */
export function sampleRows(
  columns: readonly (MetricGrid | undefined)[],
  what: { readonly grid: Grid; readonly subjects: readonly string[]; readonly fromStep?: number },
): SampleRows {
  const { grid, subjects, fromStep = 0 } = what
  const { steps } = grid
  const present = new Uint8Array(subjects.length * steps)
  let rows = 0
  for (const column of columns) {
    if (column === undefined) continue
    for (let cell = 0; cell < column.values.length; cell++) {
      if (present[cell] === 1 || Number.isNaN(column.values[cell]) || cell % steps < fromStep) continue
      present[cell] = 1
      rows++
    }
  }
  const width = columns.length
  const result = {
    subjects: Array.from<string>({ length: rows }),
    atMs: new Float64Array(rows),
    values: new Float64Array(rows * width).fill(Number.NaN),
  }
  let row = 0
  for (let step = fromStep; step < steps; step++) {
    for (let subject = 0; subject < subjects.length; subject++) {
      const cell = subject * steps + step
      if (present[cell] !== 1) continue
      result.subjects[row] = subjects[subject] as string
      let newestMs = 0
      for (let index = 0; index < width; index++) {
        const column = columns[index]
        if (column === undefined || cell >= column.values.length || Number.isNaN(column.values[cell])) continue
        result.values[row * width + index] = column.values[cell] as number
        newestMs = Math.max(newestMs, column.times[cell] as number)
      }
      result.atMs[row++] = newestMs
    }
  }
  return result
}
