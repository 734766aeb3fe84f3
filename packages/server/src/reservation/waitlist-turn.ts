// When the waitlist has to be gone through again: not what happened counts but whether room may have come since it was gone
// through, whoever gave it. What limits a project by time is looked at anew every minute.
const minuteMs = 60_000

export class WaitlistTurn {
  #freed: number | undefined
  #againMs = 0
  /** While it is gone through; whoever needs it done waits for that. */
  running: Promise<void> | undefined

  isDue(freed: number, nowMs: number): boolean {
    return this.#freed !== freed || nowMs >= this.#againMs
  }

  began(freed: number, nowMs: number): void {
    this.#freed = freed
    this.#againMs = nowMs + minuteMs
  }

  /** It was not gone through to its end. */
  again(): void {
    this.#freed = undefined
  }
}
