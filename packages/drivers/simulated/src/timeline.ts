// Moves that are under way, in the order of their ends; of two that end at the same moment the older instance goes first.
import type { Guest } from './guest.ts'

interface Due {
  readonly atMs: number
  readonly guest: Guest
}

/** Latest first, so that the next one is taken from the end. */
export class Timeline {
  readonly #due: Due[] = []

  add(atMs: number, guest: Guest): void {
    if (atMs === Number.POSITIVE_INFINITY) return
    const due = { atMs, guest }
    let low = 0
    let high = this.#due.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (isLater(this.#due[middle] as Due, due)) low = middle + 1
      else high = middle
    }
    this.#due.splice(low, 0, due)
  }

  get nextMs(): number {
    return this.#due.at(-1)?.atMs ?? Number.POSITIVE_INFINITY
  }

  /** The guest whose move ends next; callers skip those that meanwhile do something else. */
  take(): Due | undefined {
    return this.#due.pop()
  }
}

function isLater(a: Due, b: Due): boolean {
  return a.atMs > b.atMs || (a.atMs === b.atMs && a.guest.spec.serial > b.guest.spec.serial)
}
