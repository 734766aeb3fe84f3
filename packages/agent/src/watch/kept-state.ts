// What outlives the agent: which guests it paused itself, so that only these go on later, and what the owner wished. Written beside
// the file and renamed over it, before anything is done. A file that cannot be read is as if nothing had been paused: guests that
// stand still stay so, and a person lets them go on.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { OwnerWish } from '@gleaner/engine/opportunism'

interface Kept {
  readonly paused: readonly string[]
  readonly wish?: { readonly kind: OwnerWish['kind']; readonly untilWallMs: number | null }
}

export class KeptState {
  readonly #folder: string
  #kept: Kept = { paused: [] }

  constructor(folder: string) {
    this.#folder = folder
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    try {
      const read = JSON.parse(readFileSync(this.#file, 'utf8')) as Partial<Kept>
      const paused = Array.isArray(read.paused) ? read.paused.filter((name) => typeof name === 'string') : []
      this.#kept = { paused, ...(isWish(read.wish) ? { wish: read.wish } : {}) }
    } catch {
      // The first start, or a damaged file.
    }
  }

  get paused(): ReadonlySet<string> {
    return new Set(this.#kept.paused)
  }

  setPaused(names: ReadonlySet<string>): void {
    this.#write({ ...this.#kept, paused: [...names].sort() })
  }

  /** On the clocks of now; what was left of it on the wall counts. */
  wish(now: { readonly monoMs: number; readonly wallMs: number }): OwnerWish | undefined {
    const { wish } = this.#kept
    if (wish === undefined) return undefined
    const untilWallMs = wish.untilWallMs ?? Number.POSITIVE_INFINITY
    const leftMs = Math.max(0, untilWallMs - now.wallMs)
    return { kind: wish.kind, untilWallMs, untilMonoMs: now.monoMs + leftMs }
  }

  setWish(wish: OwnerWish | undefined): void {
    const { paused } = this.#kept
    if (wish === undefined) return this.#write({ paused })
    const untilWallMs = Number.isFinite(wish.untilWallMs) ? wish.untilWallMs : null
    this.#write({ paused, wish: { kind: wish.kind, untilWallMs } })
  }

  get #file(): string {
    return `${this.#folder}/state.json`
  }

  #write(kept: Kept): void {
    writeFileSync(`${this.#file}.new`, JSON.stringify(kept), { mode: 0o600 })
    renameSync(`${this.#file}.new`, this.#file)
    this.#kept = kept
  }
}

function isWish(wish: unknown): wish is NonNullable<Kept['wish']> {
  if (typeof wish !== 'object' || wish === null) return false
  const { kind, untilWallMs } = wish as Record<string, unknown>
  return (kind === 'not-now' || kind === 'lend') && (untilWallMs === null || typeof untilWallMs === 'number')
}
