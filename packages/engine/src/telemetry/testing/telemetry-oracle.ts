// The exact answers, from all samples kept for ever: what the windows are held against. One metric of one subject.
import type { TelemetryFunction } from '../telemetry-question.ts'

export class TelemetryOracle {
  readonly #stepMs: number
  readonly #samples = new Map<number, number>()

  constructor(stepMs: number) {
    this.#stepMs = stepMs
  }

  set(atMs: number, value: number): void {
    this.#samples.set(Math.floor(atMs / this.#stepMs), value)
  }

  has(step: number): boolean {
    return this.#samples.has(step)
  }

  /** The samples of [fromMs, toMs), oldest first. */
  within(fromMs: number, toMs: number): number[] {
    const found: number[] = []
    for (let step = Math.ceil(fromMs / this.#stepMs); step * this.#stepMs < toMs; step++) {
      const value = this.#samples.get(step)
      if (value !== undefined) found.push(value)
    }
    return found
  }

  answer(question: { fn: TelemetryFunction; argument: number; lengthMs: number }, toMs: number): number {
    const values = this.within(toMs - question.lengthMs, toMs)
    const sum = values.reduce((total, value) => total + value, 0)
    const sorted = values.toSorted((a, b) => a - b)
    const steps = Math.ceil(toMs / this.#stepMs) - Math.ceil((toMs - question.lengthMs) / this.#stepMs)
    switch (question.fn) {
      case 'count':
        return values.length
      case 'coverage':
        return steps > 0 ? values.length / steps : 0
      case 'sum':
        return values.length === 0 ? Number.NaN : sum
      case 'average':
        return sum / values.length
      case 'minimum':
        return sorted[0] ?? Number.NaN
      case 'maximum':
        return sorted.at(-1) ?? Number.NaN
      case 'shareBelow':
        return values.filter((value) => value < question.argument).length / values.length
      case 'percentile': {
        const rank = Math.max(1, Math.ceil((question.argument * values.length) / 100))
        return sorted[rank - 1] ?? Number.NaN
      }
    }
  }

  /** Start of the first sample of the run below the bound that reaches toMs; toMs when busy now; NaN without data. */
  quietSince(question: { below: number; maxGapMs: number }, toMs: number): number {
    const maxGap = Math.floor(question.maxGapMs / this.#stepMs)
    const last = Math.ceil(toMs / this.#stepMs) - 1
    let begin = last + 1
    for (let step = last; begin - step - 1 <= maxGap; step--) {
      const value = this.#samples.get(step)
      if (value === undefined) continue
      if (value >= question.below) return Math.min(begin * this.#stepMs, toMs)
      begin = step
    }
    return begin > last ? Number.NaN : Math.min(begin * this.#stepMs, toMs)
  }
}
