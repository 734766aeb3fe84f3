// Preemptible creates that passed Gleaner and that no reading shows yet. A reading shows what was there when it began, so a
// create counts here until one begins after the cloud's answer. What the cloud refused does not count; what it never answered
// may have been made, and counts like what it accepted.
import type { ProjectId } from '@gleaner/model'

export interface UnreadCreate {
  readonly projectId: ProjectId
  readonly count: number
  /** Of one of them. */
  readonly vcpus: number
  readonly memoryMiB: number
}

export class UnreadCreates {
  readonly #answeredAtMs = new Map<UnreadCreate, number | undefined>()

  /** Counts from now on, in the same turn of the event loop: two requests at once do not both get the last place. */
  begin(create: UnreadCreate): void {
    this.#answeredAtMs.set(create, undefined)
  }

  refused(create: UnreadCreate): void {
    this.#answeredAtMs.delete(create)
  }

  mayBeThere(create: UnreadCreate, nowMs: number): void {
    if (this.#answeredAtMs.has(create)) this.#answeredAtMs.set(create, nowMs)
  }

  /** Of all projects, and forgets what a reading that began at `takenAtMs` shows. */
  notIn({ takenAtMs }: { readonly takenAtMs: number }): readonly UnreadCreate[] {
    for (const [create, answeredAtMs] of this.#answeredAtMs)
      if (answeredAtMs !== undefined && answeredAtMs < takenAtMs) this.#answeredAtMs.delete(create)
    return [...this.#answeredAtMs.keys()]
  }
}
