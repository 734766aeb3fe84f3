// An index with few changes upon one with many entries: what a reading of a hundred thousand instances costs when a dozen
// are not what they were. Guarantees: reads like a Map of the same entries that was changed in place, order included; the
// index before stays as it was. When the changes are no longer few, they are put into an index of their own.

/** One change for so many entries is few: each is copied once per reading. */
const entriesPerChange = 32

const isGone = Symbol('gone')
type Gone = typeof isGone

export interface IndexChanges<K, V> {
  readonly gone: readonly K[]
  readonly set: readonly (readonly [K, V])[]
}

export function changedIndex<K, V extends object>(
  before: ReadonlyMap<K, V>,
  { gone, set }: IndexChanges<K, V>,
): ReadonlyMap<K, V> {
  const base = before instanceof LayeredIndex ? (before.base as ReadonlyMap<K, V>) : before
  const over = new Map<K, V | Gone>(before instanceof LayeredIndex ? before.over : [])
  for (const key of gone) over.set(key, isGone)
  for (const [key, value] of set) {
    // What was gone and is there again stands last, as in any Map.
    if (over.get(key) === isGone) return flat(before, { gone, set })
    over.set(key, value)
  }
  return over.size * entriesPerChange > base.size ? flat(before, { gone, set }) : new LayeredIndex(base, over)
}

function flat<K, V>(before: ReadonlyMap<K, V>, { gone, set }: IndexChanges<K, V>): ReadonlyMap<K, V> {
  const all = new Map(before)
  for (const key of gone) all.delete(key)
  for (const [key, value] of set) all.set(key, value)
  return all
}

class LayeredIndex<K, V extends object> implements ReadonlyMap<K, V> {
  readonly base: ReadonlyMap<K, V>
  readonly over: ReadonlyMap<K, V | Gone>
  readonly size: number

  constructor(base: ReadonlyMap<K, V>, over: ReadonlyMap<K, V | Gone>) {
    this.base = base
    this.over = over
    let size = base.size
    for (const [key, value] of over) size += Number(value !== isGone) - Number(base.has(key))
    this.size = size
  }

  get(key: K): V | undefined {
    const changed = this.over.get(key)
    if (changed === undefined) return this.base.get(key)
    return changed === isGone ? undefined : changed
  }

  has(key: K): boolean {
    return this.get(key) !== undefined
  }

  forEach(visit: (value: V, key: K, map: ReadonlyMap<K, V>) => void): void {
    for (const [key, value] of this.entries()) visit(value, key, this)
  }

  *entries(): Generator<[K, V], undefined> {
    for (const [key, value] of this.base) {
      const now = this.over.get(key) ?? value
      if (now !== isGone) yield [key, now]
    }
    for (const [key, value] of this.over) if (value !== isGone && !this.base.has(key)) yield [key, value]
    return undefined
  }

  *keys(): Generator<K, undefined> {
    for (const [key] of this.entries()) yield key
    return undefined
  }

  *values(): Generator<V, undefined> {
    for (const [, value] of this.entries()) yield value
    return undefined
  }

  [Symbol.iterator](): Generator<[K, V], undefined> {
    return this.entries()
  }
}
