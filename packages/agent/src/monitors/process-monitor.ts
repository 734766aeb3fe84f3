// Programs that want the machine for themselves: a presentation, a game, a burning of discs. Their names (/proc/PID/comm, at most 15
// characters) or, for a pattern with a space or a slash in it, their whole command line are looked through every few seconds.
import { readdirSync } from 'node:fs'
import type { MonitorRule } from '@gleaner/engine/opportunism'
import { readSmallFile } from '../read/small-file.ts'
import { type MachineRoots, type Monitor, type Seen, seen } from './monitor.ts'

export class ProcessMonitor implements Monitor {
  readonly rule: MonitorRule
  readonly everyMs: number
  readonly #proc: string
  readonly #patterns: readonly RegExp[]
  readonly #whole: boolean

  constructor(
    rule: MonitorRule,
    how: {
      readonly roots: MachineRoots
      readonly everyMs: number
      readonly patterns: readonly RegExp[]
      /** Whole command lines and not only names. */
      readonly whole: boolean
    },
  ) {
    this.rule = rule
    this.everyMs = how.everyMs
    this.#proc = how.roots.proc
    this.#patterns = how.patterns
    this.#whole = how.whole
  }

  read(): Seen {
    let count = 0
    for (const id of readdirSync(this.#proc)) {
      if (!/^\d+$/.test(id)) continue
      const words = this.#wordsOf(id)
      if (words === undefined) continue
      count += 1
      const pattern = this.#patterns.find((each) => each.test(words))
      if (pattern !== undefined)
        return seen('active', `${words.slice(0, 60)} runs (process ${id})`, { process: Number(id) })
    }
    // A /proc that shows nobody's processes (hidepid) is no proof that none runs.
    if (count === 0) return seen('missing', `${this.#proc} shows no processes`)
    return seen('idle', `none of ${count} processes`, { processes: count })
  }

  close(): void {}

  #wordsOf(id: string): string | undefined {
    try {
      const text = readSmallFile(`${this.#proc}/${id}/${this.#whole ? 'cmdline' : 'comm'}`)
      return text.replaceAll('\0', ' ').trim()
    } catch {
      return undefined // It has just ended.
    }
  }
}
