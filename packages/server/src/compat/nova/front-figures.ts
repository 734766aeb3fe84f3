// What the front counts, for /metrics.

export interface FrontFigures {
  /** Requests that ended, by what they were and how they ended ("create 2xx", "show gone", "other fault"). */
  readonly requests: ReadonlyMap<string, number>
  readonly open: number
  /** Creates by what became of their wish for room ("preemptible", "firm free", "firm held", …). */
  readonly creates: ReadonlyMap<string, number>
  /** Creates that wait for room at this moment. */
  readonly waiting: number
  /** Tags set after creation, by outcome. */
  readonly tags: ReadonlyMap<string, number>
}

export class FrontCounter implements FrontFigures {
  readonly requests = new Map<string, number>()
  readonly creates = new Map<string, number>()
  readonly tags = new Map<string, number>()
  open = 0
  waiting = 0

  ended(kind: string, outcome: string): void {
    count(this.requests, `${kind} ${outcome}`)
  }

  created(what: string): void {
    count(this.creates, what)
  }

  tagged(outcome: string): void {
    count(this.tags, outcome)
  }
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
