// Programs that read from disk or write to it, by name or command line: a copy, a backup, a build. What each has read and written so far
// stands in /proc/PID/io, which only its own user and root may read: a program that matches and may not be asked is missing.
import { readdirSync } from 'node:fs'
import type { MonitorRule } from '@gleaner/engine/opportunism'
import { readSmallFile } from '../read/small-file.ts'
import { type MachineRoots, type Monitor, type Seen, seen } from './monitor.ts'

export class ProcessIoMonitor implements Monitor {
  readonly rule: MonitorRule
  readonly everyMs: number
  readonly #proc: string
  readonly #patterns: readonly RegExp[]
  #before: ReadonlyMap<string, number> | undefined

  constructor(
    rule: MonitorRule,
    how: { readonly roots: MachineRoots; readonly everyMs: number; readonly patterns: readonly RegExp[] },
  ) {
    this.rule = rule
    this.everyMs = how.everyMs
    this.#proc = how.roots.proc
    this.#patterns = how.patterns
  }

  read(): Seen {
    const now = new Map<string, number>()
    let processes = 0
    let moved: string | undefined
    for (const id of readdirSync(this.#proc)) {
      if (!/^\d+$/.test(id)) continue
      const words = this.#read(id, 'cmdline')
      if (words === undefined) continue
      processes += 1
      const line = words.replaceAll('\0', ' ').trim()
      if (!this.#patterns.some((pattern) => pattern.test(line))) continue
      const text = this.#read(id, 'io')
      // Ended between the two.
      if (text === undefined) continue
      const bytes = amount(text, 'read_bytes') + amount(text, 'write_bytes')
      if (Number.isNaN(bytes)) throw new Error(`${this.#proc}/${id}/io: does not tell what was read and written`)
      now.set(id, bytes)
      const before = this.#before?.get(id) ?? (this.#before === undefined ? bytes : 0)
      if (bytes !== before) moved ??= `${line.slice(0, 60)} reads or writes`
    }
    this.#before = now
    if (processes === 0) return seen('missing', `${this.#proc} shows no processes`)
    return moved === undefined
      ? seen('idle', `none of ${now.size} programs reads or writes`, { programs: now.size })
      : seen('active', moved, { programs: now.size })
  }

  close(): void {
    this.#before = undefined
  }

  #read(id: string, name: string): string | undefined {
    try {
      return readSmallFile(`${this.#proc}/${id}/${name}`)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOENT' || code === 'ESRCH') return undefined
      throw error
    }
  }
}

function amount(text: string, key: string): number {
  return Number(new RegExp(`^${key}: (\\d+)$`, 'm').exec(text)?.[1] ?? Number.NaN)
}
