// What the clauses and rules of a program said about each instance, and until when that stands: a rule that was decided
// with a margin is not asked again in the next cycle. Guarantees: the verdicts are those of asking anew. A verdict is kept
// only with a promise that covers it (`bind-standing.ts`, `TelemetryForesight`), and all verdicts on an instance are
// forgotten when its record is another object, when its samples were rewritten, or when time goes back.
// Belongs to one program and one telemetry; the memory takes 5 bytes for each place and instance.
// Most promises end within the hour: of an instance that was not looked at for half of that, next to nothing is remembered.
import type { Instance } from '@gleaner/model'
import type { Cursor } from './cursor.ts'
import type { InstanceTable } from './instance-table.ts'
import type { RuleProgram } from './rule-program.ts'
import type { TelemetryForesight } from './telemetry-access.ts'
import type { Ternary } from './ternary.ts'

/** After so many steps it is tried again to get a promise that could not be had. */
const retrySteps = 5
/** Instead of a verdict: there is no promise, and none is sought before its time. */
const noPromise = 3
/** An instance was looked at lately when it was within so many steps. */
const lateSteps = 30

export class VerdictMemory {
  readonly foresight: TelemetryForesight
  readonly #places: number
  /** At [row + place]: the step up to which the verdict stands. */
  #standsTo = new Int32Array(0)
  #verdicts = new Uint8Array(0)
  // By slot: what the row is about.
  #instances: (Instance | undefined)[] = []
  #rewritten = new Int32Array(0)
  #lookedAt = new Int32Array(0)
  #nowMs = Number.NEGATIVE_INFINITY

  constructor(program: RuleProgram, foresight: TelemetryForesight) {
    this.foresight = foresight
    this.#places = program.linker.places
  }

  get bytes(): number {
    const arrays = [this.#standsTo, this.#verdicts, this.#rewritten, this.#lookedAt]
    return arrays.reduce((sum, array) => sum + array.byteLength, 8 * this.#instances.length)
  }

  /** Before the instances of a table are looked at. */
  begin(table: InstanceTable, nowMs: number): void {
    if (nowMs < this.#nowMs) this.#instances.fill(undefined)
    this.#nowMs = nowMs
    let slots = 0
    for (const slot of table.slots) if (slot >= slots) slots = slot + 1
    if (slots > this.#instances.length) this.#grow(Math.ceil(slots * 1.25))
  }

  stepAt(nowMs: number): number {
    return Math.ceil(nowMs / this.foresight.stepMs) - 1
  }

  /** Whether it pays to look at the instance beforehand: something could be remembered of it, and (all but) nothing is. */
  isNew(instance: Instance, slot: number): boolean {
    const rewritten = slot < 0 ? 0 : this.foresight.rewritten(slot, this.#nowMs)
    if (rewritten === 0) return false
    const isSame = this.#instances[slot] === instance && this.#rewritten[slot] === rewritten
    return !isSame || (this.#lookedAt[slot] as number) < this.stepAt(this.#nowMs) - lateSteps
  }

  /** Where the row of the instance under the cursor begins, which is looked at now; -1 when nothing is remembered of it. */
  rowOf({ slot, instance, nowMs, step }: Cursor): number {
    if (slot < 0) return -1
    const rewritten = this.foresight.rewritten(slot, nowMs)
    if (rewritten === 0) return -1
    const row = slot * this.#places
    if (this.#instances[slot] !== instance || this.#rewritten[slot] !== rewritten) {
      this.#instances[slot] = instance
      this.#rewritten[slot] = rewritten
      this.#standsTo.fill(-1, row, row + this.#places)
    }
    this.#lookedAt[slot] = step
    return row
  }

  /** The verdict that still stands, undefined when it must be found anew. Tells the cursor up to when. */
  recall(cursor: Cursor, at: number): Ternary | undefined {
    const standsTo = this.#standsTo[at] as number
    const verdict = this.#verdicts[at] as number
    if (standsTo < cursor.step || verdict === noPromise) return undefined
    cursor.standsTo = standsTo
    return verdict as Ternary
  }

  /** Whether it is worth looking for a promise. */
  seeks(cursor: Cursor, at: number): boolean {
    return (this.#standsTo[at] as number) < cursor.step
  }

  /** Keeps a verdict that stands up to the cursor's `standsTo`; before now: that there is no promise. */
  keep(cursor: Cursor, at: number, verdict: Ternary): void {
    const isPromised = cursor.standsTo >= cursor.step
    this.#standsTo[at] = isPromised ? cursor.standsTo : cursor.step + retrySteps
    this.#verdicts[at] = isPromised ? verdict : noPromise
  }

  #grow(slots: number): void {
    const standsTo = new Int32Array(slots * this.#places).fill(-1)
    const verdicts = new Uint8Array(slots * this.#places)
    const rewritten = new Int32Array(slots)
    const lookedAt = new Int32Array(slots)
    standsTo.set(this.#standsTo)
    verdicts.set(this.#verdicts)
    rewritten.set(this.#rewritten)
    lookedAt.set(this.#lookedAt)
    this.#standsTo = standsTo
    this.#verdicts = verdicts
    this.#rewritten = rewritten
    this.#lookedAt = lookedAt
    while (this.#instances.length < slots) this.#instances.push(undefined)
  }
}
