// Whether programs of the machine wait for processor, memory or disk: the kernel's pressure stall information, averaged over ten
// seconds (the `some` line: at least one had to wait). Guests that are paused press nobody; those that run may press the user's own
// programs, which is what this is for. A kernel without it (psi=0) has nothing to say, and that is missing.
import type { MonitorRule } from '@gleaner/engine/opportunism'
import { readSmallFile } from '../read/small-file.ts'
import { type MachineRoots, type Monitor, type Seen, seen } from './monitor.ts'

export interface PressureLimits {
  /** Shares of the time, 0 to 1. */
  readonly cpu: number
  readonly memory: number
  readonly io: number
}

export class PressureMonitor implements Monitor {
  readonly rule: MonitorRule
  readonly everyMs: number
  readonly #folder: string
  readonly #limits: PressureLimits

  constructor(
    rule: MonitorRule,
    how: { readonly roots: MachineRoots; readonly everyMs: number; readonly limits: PressureLimits },
  ) {
    this.rule = rule
    this.everyMs = how.everyMs
    this.#folder = `${how.roots.proc}/pressure`
    this.#limits = how.limits
  }

  read(): Seen {
    const facts: Record<string, number> = {}
    const over: string[] = []
    for (const name of ['cpu', 'memory', 'io'] as const) {
      const path = `${this.#folder}/${name}`
      const waited = /^some avg10=(\d+(?:\.\d+)?) /m.exec(readSmallFile(path))?.[1]
      if (waited === undefined) throw new Error(`${path}: no average of ten seconds`)
      const share = Number(waited) / 100
      facts[name] = share
      if (share > this.#limits[name]) over.push(`${name} ${(share * 100).toFixed(0)} %`)
    }
    return over.length > 0
      ? seen('active', `programs wait: ${over.join(', ')}`, facts)
      : seen('idle', 'programs wait for nothing', facts)
  }

  close(): void {}
}
