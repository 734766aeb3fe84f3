// Changes of the phase that the control plane has not taken yet. Bounded: while nobody takes them the oldest are dropped and counted. On
// disk, so that a restart loses none; what cannot be written stays in memory, since no desktop is held up by its own report.
//
// Each has a number, given once and kept with it, by which the control plane counts it once however often it is told. Numbers follow the
// clock on the wall and lie above the last beat of the link: no beat ever carried a larger one, so an agent whose file was lost, or is
// older than what it told, gives none that counts already. After joining as another desktop, what is left is told under new numbers.
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { LendingPhase, Verdict } from '@gleaner/model'

export interface KeptChange {
  readonly number: number
  readonly wallMs: number
  readonly phase: LendingPhase
  readonly verdict: Verdict
}

export interface ChangeBufferParts {
  readonly file: string
  /** Who tells the changes: numbers given as somebody else mean nothing. */
  readonly desktop: string
  /** The sequence of the link: numbers are larger. */
  readonly after: number
}

type UnnumberedChange = Omit<KeptChange, 'number'>

interface KeptFile {
  readonly desktop: string
  readonly changes: readonly KeptChange[]
  readonly lost: number
}
type FoundFile = { readonly [key in keyof KeptFile]?: unknown }

const most = 200

export class ChangeBuffer {
  readonly #file: string
  readonly #desktop: string
  #changes: readonly KeptChange[] = []
  #lost = 0
  #lastNumber: number

  constructor({ file, desktop, after }: ChangeBufferParts) {
    this.#file = file
    this.#desktop = desktop
    this.#lastNumber = after
    try {
      this.#read(JSON.parse(readFileSync(file, 'utf8')) as FoundFile)
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

  add(change: UnnumberedChange): void {
    this.#lastNumber = Math.max(this.#lastNumber, Math.floor(change.wallMs) - 1)
    const all = [...this.#changes, this.#numbered(change)]
    this.#lost += Math.max(0, all.length - most)
    this.#changes = all.slice(-most)
    this.#write()
  }

  /** Of those that were sent the ones up to this number count; what came meanwhile stays, above it. */
  taken(sent: readonly KeptChange[], upTo: number): void {
    this.#lastNumber = Math.max(this.#lastNumber, upTo)
    const known = new Set(sent)
    const left = this.#changes.filter((change) => !known.has(change) || change.number > upTo)
    // Then none of them was sent: those that were are gone from here, or have a larger number and come before all others.
    const areBehind = (left[0]?.number ?? Number.POSITIVE_INFINITY) <= upTo
    if (left.length === this.#changes.length && !areBehind) return
    this.#changes = areBehind ? left.map((change) => this.#numbered(change)) : left
    this.#write()
  }

  #read({ desktop, changes, lost }: FoundFile): void {
    if (Number.isSafeInteger(lost)) this.#lost = lost as number
    if (!Array.isArray(changes)) return
    const found = changes.filter(isChange).slice(-most)
    if (desktop === this.#desktop && areNumbered(found)) {
      this.#changes = found
      this.#lastNumber = Math.max(this.#lastNumber, this.#changes.at(-1)?.number ?? 0)
      return
    }
    this.#changes = found.map((change) => this.#numbered(change))
    // New numbers are kept before anybody hears of them.
    this.#write()
  }

  #numbered({ wallMs, phase, verdict }: UnnumberedChange): KeptChange {
    return { number: ++this.#lastNumber, wallMs, phase, verdict }
  }

  #write(): void {
    const kept: KeptFile = { desktop: this.#desktop, changes: this.#changes, lost: this.#lost }
    try {
      writeFileSync(`${this.#file}.new`, JSON.stringify(kept), { mode: 0o600 })
      renameSync(`${this.#file}.new`, this.#file)
    } catch {
      // Tried again with the next change.
    }
  }
}

function isChange(value: unknown): value is UnnumberedChange {
  if (typeof value !== 'object' || value === null) return false
  const { wallMs, phase, verdict } = value as Record<string, unknown>
  return typeof wallMs === 'number' && typeof phase === 'string' && typeof verdict === 'object' && verdict !== null
}

/** Each larger than the one before; a file from before there were numbers has none. */
function areNumbered(changes: readonly UnnumberedChange[]): changes is readonly KeptChange[] {
  let last = 0
  return changes.every((change) => {
    const number: unknown = 'number' in change ? change.number : undefined
    const isNext = typeof number === 'number' && Number.isSafeInteger(number) && number > last
    if (isNext) last = number
    return isNext
  })
}
