// Typing at terminals: consoles, ssh, terminal windows, by the access time of the terminal. The kernel moves it only when somebody
// reads what was typed, in steps of eight seconds; output moves another one. It is compared with what it was a look ago and never
// with the clock, which anybody may set. A terminal that appears or goes is a person too.
import { readdirSync, statSync } from 'node:fs'
import type { MonitorRule } from '@gleaner/engine/opportunism'
import { type MachineRoots, type Monitor, type Seen, seen } from './monitor.ts'

export class TerminalMonitor implements Monitor {
  readonly rule: MonitorRule
  readonly everyMs: number
  readonly #dev: string
  readonly #ignored: ReadonlySet<string>
  #before: ReadonlyMap<string, number> | undefined

  constructor(
    rule: MonitorRule,
    how: { readonly roots: MachineRoots; readonly everyMs: number; readonly ignored: readonly string[] },
  ) {
    this.rule = rule
    this.everyMs = how.everyMs
    this.#dev = how.roots.dev
    this.#ignored = new Set(how.ignored)
  }

  read(): Seen {
    const now = new Map<string, number>()
    for (const name of this.#names()) {
      if (this.#ignored.has(name)) continue
      const info = statSync(`${this.#dev}/${name}`, { throwIfNoEntry: false })
      if (info !== undefined) now.set(name, info.atimeMs)
    }
    const before = this.#before
    this.#before = now
    const facts = { terminals: now.size }
    if (before === undefined) return seen('idle', `${now.size} terminals`, facts)
    for (const [name, atMs] of now) {
      const known = before.get(name)
      if (known === undefined) return seen('active', `${name} was opened`, facts)
      if (known !== atMs) return seen('active', `somebody typed at ${name}`, facts)
    }
    for (const name of before.keys()) if (!now.has(name)) return seen('active', `${name} was closed`, facts)
    return seen('idle', `nothing typed at ${now.size} terminals`, facts)
  }

  close(): void {
    this.#before = undefined
  }

  /** Consoles, serial lines and pseudo-terminals. A line that machines talk over is named in `ignored`. */
  #names(): readonly string[] {
    const consoles = readdirSync(this.#dev).filter((name) => /^tty([1-9]\d*|S\d+|USB\d+)$/.test(name))
    const windows = readdirSync(`${this.#dev}/pts`).filter((name) => /^\d+$/.test(name))
    return [...consoles, ...windows.map((name) => `pts/${name}`)]
  }
}
