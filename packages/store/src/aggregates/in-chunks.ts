// Cuts a long list into parts that one statement takes well: large enough to be fast, small enough for the time limit.
export function* inChunks<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size)
}
