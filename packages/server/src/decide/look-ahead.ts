// Before a cycle decides, every instance was looked at: where too many are new to the memory of verdicts (after a start, after
// a rule has changed), they are looked at some at a time, and nothing is decided before all of them were. So no cycle takes
// much longer than another, and an instance that was not looked at yet is neither acted upon nor let go.
// Ends whatever happens meanwhile: every instance gets one look, in the order of the table.
import { setImmediate as giveWay } from 'node:timers/promises'
import { beginEvaluation, firstLooks } from '@gleaner/engine'
import type { EvaluationParts } from './evaluate.ts'

/** So many at once make a cycle a quarter longer: they are looked at where it decides. */
const few = 5000
/** How long a run may look. */
const lookMs = 400
const sliceInstances = 250

export interface LookLimits {
  readonly few: number
  readonly lookMs: number
}

export class LookAhead {
  readonly #limits: LookLimits
  /** The row that is to be looked at next; 0 when there is no looking ahead. */
  #next = 0

  constructor(limits: LookLimits = { few, lookMs }) {
    this.#limits = limits
  }

  /** Looks at some; undefined when enough are known to decide, otherwise how far it is. */
  async advance(parts: Omit<EvaluationParts, 'evidence'>): Promise<string | undefined> {
    const { book, table, telemetry, history, nowMs } = parts
    const rows = table.instances.length
    const isLast = this.#next >= rows
    const input = { program: book.program, memory: book.memory, table, telemetry, history, nowMs }
    const due = isLast ? [] : firstLooks(input)
    if (isLast || (this.#next === 0 && due.length <= this.#limits.few)) {
      this.#next = 0
      return undefined
    }
    const evaluation = beginEvaluation(input)
    const rest = due.filter((row) => row >= this.#next)
    let looked = 0
    for (let spentMs = 0; looked < rest.length && spentMs <= this.#limits.lookMs; ) {
      const beganMs = performance.now()
      for (const row of rest.slice(looked, looked + sliceInstances)) evaluation.evaluate(row, row + 1)
      looked += sliceInstances
      spentMs += performance.now() - beganMs
      await giveWay()
    }
    this.#next = rest[looked] ?? rows
    return `looks at instances for the first time: ${this.#next} of ${rows}`
  }
}
