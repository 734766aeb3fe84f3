// The least that covering what is left can cost (fact 3 of cheapest-cover.ts): for each resource alone, the cheapest
// instances per unit first and of the last one only the part that is needed. Tables are made when they are first asked for.
import type { CoverKind } from './cover-kinds.ts'
import { perUnit } from './cover-kinds.ts'
import { addRow, compareRows, type LossRow } from './loss-row.ts'

interface Table {
  /** What the first 1, 2, … free and cost together, and each of them. */
  readonly freed: readonly number[]
  readonly losses: readonly LossRow[]
  readonly sizes: readonly number[]
  readonly rows: readonly LossRow[]
}

export interface OpenCover {
  readonly loss: LossRow
  readonly need: readonly [number, number, number]
  /** The first kind that is not decided yet. */
  readonly from: number
}

export class CoverBound {
  readonly #kinds: readonly CoverKind[]
  readonly #wholeCosts: boolean
  readonly #none: LossRow
  readonly #tables = new Map<number, Table>()

  constructor(kinds: readonly CoverKind[], width: number, wholeCosts: boolean) {
    this.#kinds = kinds
    this.#none = new Float64Array(width)
    this.#wholeCosts = wholeCosts
  }

  /** False when no completion of the open cover costs less than `best`, or there is none. */
  mayBeat(best: LossRow, open: OpenCover): boolean {
    if (compareRows(open.loss, best) >= 0) return false
    for (const d of [0, 1, 2] as const) {
      const need = open.need[d]
      if (need === 0) continue
      const least = this.#least(open.from, d, need)
      if (least === undefined || compareRows(addRow(open.loss, least), best) >= 0) return false
    }
    return true
  }

  #least(from: number, d: 0 | 1 | 2, need: number): LossRow | undefined {
    const table = this.#table(from, d)
    let low = 0
    let high = table.freed.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((table.freed[middle] ?? 0) < need) low = middle + 1
      else high = middle
    }
    const size = table.sizes[low]
    if (size === undefined) return undefined
    const before = low === 0 ? 0 : (table.freed[low - 1] ?? 0)
    const whole = low === 0 ? this.#none : (table.losses[low - 1] ?? this.#none)
    const part = (need - before) / size
    const least = addRow(
      whole,
      (table.rows[low] ?? this.#none).map((value) => value * part),
    )
    return this.#wholeCosts ? roundedUp(least) : least
  }

  #table(from: number, d: 0 | 1 | 2): Table {
    const key = from * 3 + d
    const known = this.#tables.get(key)
    if (known !== undefined) return known
    const singles = this.#kinds
      .slice(from)
      .filter((kind) => kind.size[d] > 0)
      .flatMap((kind) => kind.rows.map((row) => ({ row, size: kind.size[d], ratio: perUnit(row, kind.size[d]) })))
      .sort((a, b) => compareRows(a.ratio, b.ratio))
    const freed: number[] = []
    const losses: LossRow[] = []
    for (const { row, size } of singles) {
      freed.push((freed.at(-1) ?? 0) + size)
      losses.push(addRow(losses.at(-1) ?? this.#none, row))
    }
    const table = { freed, losses, sizes: singles.map(({ size }) => size), rows: singles.map(({ row }) => row) }
    this.#tables.set(key, table)
    return table
  }
}

/** The first figure that is not 0 is a whole number in every real cover; what follows it is then open. */
function roundedUp(least: LossRow): LossRow {
  const at = least.findIndex((part) => part !== 0)
  if (at < 0) return least
  const rounded = new Float64Array(least.length)
  rounded[at] = Math.ceil((least[at] ?? 0) - 1e-9)
  return rounded
}
