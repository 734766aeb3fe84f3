// How the ids of a cloud are cut into ranges that hold at most a page of instances each.
//
// OpenNebula pages by offset as well, but then an instance that is deleted between two pages moves all later ones by one
// place, and one of them is never seen. Ranges of ids have no such hole: together they cover every id there can be, each
// once. Ids only grow, so a range that lies below the highest known id can only lose instances, and everything that was
// created since falls into the last, open one.

/** From and to, both included; -1 as the end means: and everything above. */
export interface IdRange {
  readonly from: number
  readonly to: number
}

export const openEnd = -1

export function idRanges(knownIds: Iterable<number>, pageSize: number): readonly IdRange[] {
  const ids = Int32Array.from(knownIds).sort()
  const ranges: IdRange[] = []
  let from = 0
  for (let nth = pageSize; nth <= ids.length; nth += pageSize) {
    const to = ids[nth - 1] ?? from
    if (to < from) continue
    ranges.push({ from, to })
    from = to + 1
  }
  return [...ranges, { from, to: openEnd }]
}
