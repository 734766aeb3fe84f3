// The directory of the clouds of a source, made anew only when something in it is called otherwise or stands elsewhere: a
// source remembers every series for as long as the directory is the same.
import type { Snapshot } from '@gleaner/engine'
import type { CloudId } from '@gleaner/model'
import type { SubjectDirectory } from '@gleaner/ports'
import type { LiveState } from '../state/live-state.ts'
import { subjectDirectory } from './subject-directory.ts'

interface Kept {
  readonly snapshots: readonly Snapshot[]
  readonly directory: SubjectDirectory
}

export class Directories {
  readonly #state: LiveState
  readonly #kept = new Map<string, Kept>()
  #made = 0

  constructor(state: LiveState) {
    this.#state = state
  }

  /** Undefined while none of the clouds was read. */
  of(clouds: readonly CloudId[]): SubjectDirectory | undefined {
    const snapshots = clouds.flatMap((cloudId) => this.#state.clouds.get(cloudId)?.snapshot ?? [])
    if (snapshots.length === 0) return undefined
    const key = clouds.join(' ')
    const kept = this.#kept.get(key)
    const directory =
      kept !== undefined && sameNames(kept.snapshots, snapshots)
        ? kept.directory
        : subjectDirectory(snapshots, `${key}:${++this.#made}`)
    this.#kept.set(key, { snapshots, directory })
    return directory
  }
}

function sameNames(before: readonly Snapshot[], now: readonly Snapshot[]): boolean {
  return (
    before.length === now.length &&
    now.every((snapshot, index) => {
      const other = before[index]
      return (
        other !== undefined &&
        sameList(other.hosts, snapshot.hosts, (a, b) => a.id === b.id && a.name === b.name) &&
        sameList(
          other.instances,
          snapshot.instances,
          (a, b) => a.id === b.id && a.name === b.name && a.hostId === b.hostId,
        )
      )
    })
  )
}

function sameList<Item>(before: readonly Item[], now: readonly Item[], same: (a: Item, b: Item) => boolean): boolean {
  return (
    before === now || (before.length === now.length && now.every((item, index) => same(before[index] as Item, item)))
  )
}
