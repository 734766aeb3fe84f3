// Ids as small numbers, so that what belongs to an id can be kept in arrays: those of a list in its order, and after them
// whatever else is asked for. A numbering made after another one of the same list goes on with its numbers (`goesOn`).
export interface Numbering<Id extends string, T> {
  /** By number; undefined for an id that is not in the list. */
  readonly items: readonly T[]
  readonly goesOn: boolean
  readonly numbers: Map<Id, number>
  numberOf(id: Id): number
}

/** So many ids that were in no list are kept; beyond, they may be of long ago. */
const mostOthers = 10_000

export function numbered<Id extends string, T extends { readonly id: Id }>(
  items: readonly T[],
  before: Numbering<Id, T> | undefined,
): Numbering<Id, T> {
  const goesOn =
    before !== undefined && hasSameIds(items, before.items) && before.numbers.size <= items.length + mostOthers
  const numbers = goesOn ? before.numbers : new Map<Id, number>()
  // Of two with the same id the last one counts.
  if (!goesOn) for (const [number, { id }] of items.entries()) numbers.set(id, number)
  return {
    items,
    goesOn,
    numbers,
    numberOf(id) {
      const known = numbers.get(id)
      if (known !== undefined) return known
      // Never a number of the list, though with equal ids in it there are fewer numbers than items.
      const number = items.length + numbers.size
      numbers.set(id, number)
      return number
    },
  }
}

function hasSameIds<T extends { readonly id: string }>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every(({ id }, nth) => id === b[nth]?.id)
}
