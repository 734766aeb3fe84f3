// Losses of one search as rows of equal width, which add and compare faster than lists: two numbers per priority that
// occurs, cost and victims, highest priority first. The order is that of loss.ts.
import { compareCost } from './loss.ts'

export type LossRow = Float64Array

export function addRow(a: LossRow, b: LossRow): LossRow {
  const sum = new Float64Array(a.length)
  for (let at = 0; at < a.length; at++) sum[at] = (a[at] ?? 0) + (b[at] ?? 0)
  return sum
}

export function compareRows(a: LossRow, b: LossRow): number {
  for (let at = 0; at < a.length; at += 2) {
    const costs = compareRowPart(a, b, at)
    if (costs !== 0) return costs
  }
  return 0
}

/** None of a priority is less than any of it, also when it costs nothing: then the number of victims decides. */
function compareRowPart(a: LossRow, b: LossRow, at: number): number {
  const [victimsA, victimsB] = [a[at + 1] ?? 0, b[at + 1] ?? 0]
  return compareCost(a[at] ?? 0, b[at] ?? 0) || compareCost(victimsA, victimsB)
}
