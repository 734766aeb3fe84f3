// Changes of the phase that the control plane has not taken yet. Bounded: while nobody takes them the oldest are dropped and counted. On
// disk, so that a restart loses none; what cannot be written stays in memory, since no desktop is held up by its own report.
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { LendingPhase, Verdict } from '@gleaner/model'

export interface KeptChange {
  readonly wallMs: number
  readonly phase: LendingPhase
  readonly verdict: Verdict
}

const most = 200

export class ChangeBuffer {
  readonly #file: string
  #changes: readonly KeptChange[] = []
  #lost = 0

  constructor(file: string) {
    this.#file = file
    try {
      const kept = JSON.parse(readFileSync(file, 'utf8')) as { changes?: unknown; lost?: unknown }
      if (Array.isArray(kept.changes)) this.#changes = kept.changes.filter(isChange).slice(-most)
      if (Number.isSafeInteger(kept.lost)) this.#lost = kept.lost as number
    } catch {
      // The first start, or a damaged file: what was in it is lost, and lending does not depend on it.
    }
  }

  get changes(): readonly KeptChange[] {
    return this.#changes
  }

  get lost(): number {
    return this.#lost
  }

  add(change: KeptChange): void {
    const all = [...this.#changes, change]
    this.#lost += Math.max(0, all.length - most)
    this.#changes = all.slice(-most)
    this.#write()
  }

  /** Those that were sent were taken; what came meanwhile stays. */
  taken(sent: readonly KeptChange[]): void {
    const gone = new Set(sent)
    const left = this.#changes.filter((change) => !gone.has(change))
    if (left.length === this.#changes.length) return
    this.#changes = left
    this.#write()
  }

  #write(): void {
    try {
      writeFileSync(`${this.#file}.new`, JSON.stringify({ changes: this.#changes, lost: this.#lost }), { mode: 0o600 })
      renameSync(`${this.#file}.new`, this.#file)
    } catch {
      // Tried again with the next change.
    }
  }
}

function isChange(value: unknown): value is KeptChange {
  if (typeof value !== 'object' || value === null) return false
  const { wallMs, phase, verdict } = value as Record<string, unknown>
  return typeof wallMs === 'number' && typeof phase === 'string' && typeof verdict === 'object' && verdict !== null
}
