// Leases on their way to the store. What comes while others are being written goes together in the next transaction: a hundred
// who ask at once wait for two commits, not for a hundred. Where the store refuses one of several, each is written alone, in the
// order in which they came, so that nobody loses by the fault of another. Those that were given together stay together.
import { isError, type LeaseId } from '@gleaner/model'
import type { Fence, LeaseStore, LeaseWrite } from '@gleaner/ports'

interface Waiting {
  readonly fence: Fence
  readonly writes: readonly LeaseWrite[]
  readonly resolve: () => void
  readonly reject: (reason: unknown) => void
}

export class LeaseWriter {
  readonly #store: Pick<LeaseStore, 'save'>
  #waiting: Waiting[] = []
  #isWriting = false

  constructor(store: Pick<LeaseStore, 'save'>) {
    this.#store = store
  }

  /**
   * All of them written, with their lines, when it resolves; rejects, and none is, with what the store said of these leases. No
   * lease is among them twice.
   */
  write(fence: Fence, writes: readonly LeaseWrite[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ fence, writes, resolve, reject })
      if (!this.#isWriting) void this.#writeAll()
    })
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true
    // Who asks in the same turn of the event loop comes along.
    await new Promise(setImmediate)
    for (let group = this.#next(); group.length > 0; group = this.#next()) await this.#writeGroup(group)
    this.#isWriting = false
  }

  /** From the front, as long as it is the same term and no lease comes twice. */
  #next(): readonly Waiting[] {
    const ids = new Set<LeaseId>()
    const term = this.#waiting[0]?.fence.term
    const end = this.#waiting.findIndex(({ fence, writes }) => {
      const isOther = fence.term !== term || writes.some(({ lease }) => ids.has(lease.id))
      for (const { lease } of writes) ids.add(lease.id)
      return isOther
    })
    const group = end < 0 ? this.#waiting : this.#waiting.slice(0, end)
    this.#waiting = end < 0 ? [] : this.#waiting.slice(end)
    return group
  }

  async #writeGroup(group: readonly Waiting[]): Promise<void> {
    const [first] = group
    if (first === undefined) return
    try {
      await this.#store.save(
        first.fence,
        group.flatMap(({ writes }) => writes),
      )
      for (const { resolve } of group) resolve()
    } catch (error) {
      if (group.length > 1 && isError(error, 'conflict')) for (const one of group) await this.#writeGroup([one])
      else for (const { reject } of group) reject(error)
    }
  }
}
