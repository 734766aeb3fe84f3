// Keyboards at the PS/2 port and most of those built into laptops, by the count of their interrupts: needs no right at all. It sees
// nothing of USB and Bluetooth, so it stands beside the input devices and never instead of them. A line that was there and is not
// any more is missing; a machine that never had one has none to watch.
import type { MonitorRule } from '@gleaner/engine/opportunism'
import { interruptLines } from '../read/interrupt-counts.ts'
import { readSmallFile } from '../read/small-file.ts'
import { type MachineRoots, type Monitor, type Seen, seen } from './monitor.ts'

export class Ps2Monitor implements Monitor {
  readonly rule: MonitorRule
  readonly everyMs: number
  readonly #path: string
  readonly #needed: boolean
  #before: number | undefined
  #lines = 0

  constructor(
    rule: MonitorRule,
    how: { readonly roots: MachineRoots; readonly everyMs: number; readonly needed: boolean },
  ) {
    this.rule = rule
    this.everyMs = how.everyMs
    this.#needed = how.needed
    this.#path = `${how.roots.proc}/interrupts`
  }

  read(): Seen {
    const lines = interruptLines(readSmallFile(this.#path), ['i8042'])
    if (lines.length === 0) {
      if (this.#needed || this.#before !== undefined) return seen('missing', `${this.#path}: no line of i8042`)
      return seen('idle', 'no PS/2 port here')
    }
    // Half a line names no device: what it counted would be gone without a word.
    if (lines.length < this.#lines)
      return seen('missing', `${this.#path}: ${this.#lines - lines.length} lines of i8042 are gone`)
    this.#lines = lines.length
    const count = lines.reduce((sum, line) => sum + line.count, 0)
    const before = this.#before
    this.#before = count
    const facts = { interrupts: count, lines: lines.length }
    if (before === undefined) return seen('idle', `${count} interrupts so far`, facts)
    // Less than before: a processor was taken away or the count began anew. Nobody knows what happened between.
    if (count < before) return seen('active', `interrupts fell from ${before} to ${count}`, facts)
    if (count > before) return seen('active', `${count - before} interrupts of i8042`, facts)
    return seen('idle', `no new interrupt of i8042`, facts)
  }

  close(): void {
    this.#before = undefined
  }
}
