// What the closures of several rules share: the time zones they ask for, and one memo place per distinct question to
// telemetry or history, so that twenty rules that ask for the same window ask once per instance.
import type { Cursor } from './cursor.ts'

export type NumberReader = (cursor: Cursor) => number

export interface Linker {
  readonly zones: readonly string[]
  readonly memoLength: number
  /** Index of the zone in the cursor's calendars. */
  zoneIndex(zone: string): number
  /** The reader, memoised under the key; the same key must stand for the same question. */
  share(key: string, read: () => NumberReader): NumberReader
}

export function createLinker(): Linker {
  const zones: string[] = []
  const shared = new Map<string, NumberReader>()
  return {
    zones,
    get memoLength() {
      return shared.size
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
