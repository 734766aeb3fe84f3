// The shared memory of idle_detect, which other programs read as well: two whole numbers of 64 bits, little-endian, in seconds of
// Unix time: when it was updated and when somebody was last active. Both numbers may be read while they are being written, so they
// are read twice and have to agree; a segment that is not kept up is no signal.
import { readFileSync } from 'node:fs'
import type { MonitorRule } from '@gleaner/engine/opportunism'
import { type Monitor, type Seen, seen } from './monitor.ts'

const freshS = 10

export class IdleDetectMonitor implements Monitor {
  readonly rule: MonitorRule
  readonly everyMs: number
  readonly #path: string
  readonly #wallMs: () => number
  #activeS: bigint | undefined

  constructor(
    rule: MonitorRule,
    how: { readonly path: string; readonly everyMs: number; readonly wallMs: () => number },
  ) {
    this.rule = rule
    this.everyMs = how.everyMs
    this.#path = how.path
    this.#wallMs = how.wallMs
  }

  read(): Seen {
    const first = readFileSync(this.#path)
    if (first.length < 16) return seen('missing', `${this.#path}: ${first.length} bytes, not 16`)
    if (!first.subarray(0, 16).equals(readFileSync(this.#path).subarray(0, 16)))
      return seen('between', 'it was being written')
    const updatedS = first.readBigInt64LE(0)
    const activeS = first.readBigInt64LE(8)
    const ageS = this.#wallMs() / 1000 - Number(updatedS)
    if (!(Math.abs(ageS) <= freshS)) return seen('missing', `idle_detect was last updated ${ageS.toFixed(0)} s ago`)
    const before = this.#activeS
    this.#activeS = activeS
    if (before !== undefined && before !== activeS) return seen('active', 'idle_detect saw somebody')
    return seen('idle', 'idle_detect saw nobody', { activeS: Number(activeS) })
  }

  close(): void {
    this.#activeS = undefined
  }
}
