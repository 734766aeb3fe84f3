// What the closures of several rules share: the time zones they ask for, and one memo place per distinct question to
// telemetry or history, so that twenty rules that ask for the same window ask once per instance; and one place for each
// distinct clause whose verdict may be remembered from one cycle to the next.
import type { Cursor } from './cursor.ts'

export type NumberReader = (cursor: Cursor) => number

export interface Linker {
  readonly zones: readonly string[]
  readonly memoLength: number
  /** Index of the zone in the cursor's calendars. */
  zoneIndex(zone: string): number
  /** The reader, memoised under the key; the same key must stand for the same question. */
  share(key: string, read: () => NumberReader): NumberReader
  /** Where a `VerdictMemory` keeps what was said about the clause; the same key must stand for the same clause. */
  place(key: string): number
  /** How many such places there are. */
  readonly places: number
}

export function createLinker(): Linker {
  const zones: string[] = []
  const shared = new Map<string, NumberReader>()
  const places = new Map<string, number>()
  return {
    zones,
    get memoLength() {
      return shared.size
    },
    get places() {
      return places.size
    },
    place(key) {
      const known = places.get(key)
      if (known !== undefined) return known
      places.set(key, places.size)
      return places.size - 1
    },
    zoneIndex(zone) {
      const known = zones.indexOf(zone)
      return known >= 0 ? known : zones.push(zone) - 1
    },
    share(key, read) {
      const known = shared.get(key)
      if (known !== undefined) return known
      const memoised = memoise(read(), shared.size)
      shared.set(key, memoised)
      return memoised
    },
  }
}

function memoise(read: NumberReader, place: number): NumberReader {
  return (cursor) => {
    if (cursor.memoStamp[place] === cursor.stamp) return cursor.memo[place] as number
    const value = read(cursor)
    cursor.memo[place] = value
    cursor.memoStamp[place] = cursor.stamp
    return value
  }
}
