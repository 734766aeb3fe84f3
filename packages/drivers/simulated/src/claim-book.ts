// Room held for nobody's instance yet, in the books of the simulated scheduler: by id, on one host each.
import type { Machine } from './machine.ts'
import type { RoomSize } from '@gleaner/ports'

export interface HeldRoom extends RoomSize {
  readonly claimId: string
  /** Index of the host. */
  readonly host: number
}

export class ClaimBook {
  readonly #machines: readonly Machine[]
  readonly #held = new Map<string, HeldRoom>()

  constructor(machines: readonly Machine[]) {
    this.#machines = machines
  }

  get(claimId: string): HeldRoom | undefined {
    return this.#held.get(claimId)
  }

  /** In the order they were made. */
  all(): readonly HeldRoom[] {
    return [...this.#held.values()]
  }

  put(room: HeldRoom): void {
    this.#held.set(room.claimId, room)
    this.#machines[room.host]?.claim(room)
  }

  remove(claimId: string): void {
    const room = this.#held.get(claimId)
    if (room === undefined) return
    this.#held.delete(claimId)
    this.#machines[room.host]?.unclaim(room)
  }

  clear(): void {
    for (const { claimId } of this.all()) this.remove(claimId)
  }
}
