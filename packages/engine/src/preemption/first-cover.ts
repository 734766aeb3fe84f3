// A good cover to begin with, not always the best: takes the candidates that free most for what they cost until the need
// is covered, then gives back every one that turned out superfluous, the dearest first.
import type { Cover } from './cheapest-cover.ts'
import { type CoverKind, perUnit } from './cover-kinds.ts'
import { addRow, compareRows, type LossRow } from './loss-row.ts'

/** Undefined when all together do not suffice. */
export function firstCover(
  need: readonly [number, number, number],
  kinds: readonly CoverKind[],
  width: number,
): Cover | undefined {
  const singles = kinds.flatMap((kind, at) => kind.rows.map((row) => ({ kind, at, row })))
  singles.sort((a, b) => compareRows(perUnit(a.row, a.kind.use), perUnit(b.row, b.kind.use)))
  const left: [number, number, number] = [...need]
  const taken: (typeof singles)[number][] = []
  for (const single of singles) {
    if (left.every((part) => part <= 0)) break
    if (!left.some((part, d) => part > 0 && (single.kind.size[d] ?? 0) > 0)) continue
    add(left, single.kind.size, -1)
    taken.push(single)
  }
  if (left.some((part) => part > 0)) return undefined
  const counts = kinds.map(() => 0)
  let loss: LossRow = new Float64Array(width)
  taken.sort((a, b) => compareRows(b.row, a.row))
  for (const { kind, at, row } of taken) {
    if (left.every((part, d) => part + (kind.size[d] ?? 0) <= 0)) add(left, kind.size, 1)
    else {
      counts[at] = (counts[at] ?? 0) + 1
      loss = addRow(loss, row)
    }
  }
  return { loss, counts }
}

function add(left: [number, number, number], size: CoverKind['size'], sign: 1 | -1): void {
  for (const d of [0, 1, 2] as const) left[d] += sign * size[d]
}
