// The subjects of a source and the series that belong to them, remembered from one answer to the next: in the steady state
// a series costs one look-up by its key and no reading of its labels.
import type { Labels } from './series-sink.ts'

/** Whose series it is, and which part of it: series of one subject and several parts are added up. */
export interface Placed {
  readonly subject: string
  readonly part: string
}

/** `unwanted`: not looked for, and nothing to tell. */
export type Placement = Placed | 'unmatched' | 'ambiguous' | 'unwanted'
export type Place = (labels: Labels) => Placement

export const refusals = { unmatched: -1, ambiguous: -2, unwanted: -3 } as const

export class SubjectRows {
  readonly subjects: string[] = []
  readonly #rows = new Map<string, number>()

  rowOf(subject: string): number {
    const known = this.#rows.get(subject)
    if (known !== undefined) return known
    const row = this.subjects.length
    this.subjects.push(subject)
    this.#rows.set(subject, row)
    return row
  }
}

const mostExamples = 5

/** The series of one term. A strand is a part of a subject; several series may claim the same. */
export class StrandIndex {
  /** Of each strand: the row of its subject. */
  readonly rowOfStrand: number[] = []
  readonly examples: { readonly unmatched: string[]; readonly ambiguous: string[] } = { unmatched: [], ambiguous: [] }
  readonly #rows: SubjectRows
  readonly #place: Place
  readonly #strandOfKey = new Map<string, number>()
  readonly #strandOfPart = new Map<string, number>()

  constructor(rows: SubjectRows, place: Place) {
    this.#rows = rows
    this.#place = place
  }

  /** How many keys are remembered: series that have gone are among them. */
  get size(): number {
    return this.#strandOfKey.size
  }

  /** A strand, or one of the `refusals`. */
  find(key: string, labels: () => Labels): number {
    const known = this.#strandOfKey.get(key)
    if (known !== undefined) return known
    const found = labels()
    const strand = this.#strandFor(this.#place(found), found)
    this.#strandOfKey.set(key, strand)
    return strand
  }

  #strandFor(placement: Placement, labels: Labels): number {
    if (typeof placement === 'string') {
      if (placement !== 'unwanted' && this.examples[placement].length < mostExamples) {
        this.examples[placement].push(labelText(labels))
      }
      return refusals[placement]
    }
    const row = this.#rows.rowOf(placement.subject)
    const part = `${row}\n${placement.part}`
    const known = this.#strandOfPart.get(part)
    if (known !== undefined) return known
    const strand = this.rowOfStrand.length
    this.rowOfStrand.push(row)
    this.#strandOfPart.set(part, strand)
    return strand
  }
}

/** As people write a series: `name{label="value",…}`. */
export function labelText(labels: Labels): string {
  const { __name__: name = '', ...others } = labels
  const parts = Object.entries(others).map(([label, value]) => `${label}=${JSON.stringify(value)}`)
  return parts.length === 0 ? name || '{}' : `${name}{${parts.join(',')}}`
}
