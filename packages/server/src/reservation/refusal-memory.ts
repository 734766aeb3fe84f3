// What was refused, until something changes: of a hundred who ask for the same hosts at once ninety get the same refusal, and to
// explain one takes a look at every host. Only refusals are remembered: what is found is taken, which changes the calendars.
import { type FoundSlot, type LeaseQuestion, type NoSlot, planLease, type ReservationBook } from '@gleaner/engine'

/** Different refusals that are kept at a time; beyond, all are forgotten. */
const most = 100

export class RefusalMemory {
  #book: ReservationBook | undefined
  #revision = -1
  readonly #refusals = new Map<string, NoSlot>()

  /** What `planLease` answers. */
  plan(book: ReservationBook, question: LeaseQuestion): FoundSlot | NoSlot {
    if (book !== this.#book || book.revision !== this.#revision || this.#refusals.size >= most) this.#refusals.clear()
    this.#book = book
    this.#revision = book.revision
    const key = keyOf(question)
    const known = this.#refusals.get(key)
    if (known !== undefined) return known
    const slot = planLease(book, question)
    if (!slot.found) this.#refusals.set(key, slot)
    return slot
  }
}

/** All that a refusal hangs on, beside the book: not what is preferred among hosts that are free, and not the time. */
function keyOf({ window, durationMs, reservations }: LeaseQuestion): string {
  const asked = reservations.map(({ wish, filter, avoid }) => [wish, filter, avoid && [...avoid]])
  // Infinity is not a number to JSON.
  return `${window.startMs} ${window.endMs} ${durationMs} ${JSON.stringify(asked)}`
}
