// Graphics processors at work: games, films, drawing, models. The share of busy time that the kernel's drivers tell (amdgpu and others:
// gpu_busy_percent). A card whose driver does not tell has nothing to say; when one that told falls silent a signal is missing.
import { existsSync, readdirSync } from 'node:fs'
import type { MonitorRule } from '@gleaner/engine/opportunism'
import { readSmallFile } from '../read/small-file.ts'
import { type MachineRoots, type Monitor, type Seen, seen } from './monitor.ts'

export class GpuMonitor implements Monitor {
  readonly rule: MonitorRule
  readonly everyMs: number
  readonly #folder: string
  readonly #how: { readonly startBelow: number; readonly suspendAbove: number }
  readonly #told = new Set<string>()

  constructor(
    rule: MonitorRule,
    how: {
      readonly roots: MachineRoots
      readonly everyMs: number
      /** Shares, 0 to 1. */
      readonly startBelow: number
      readonly suspendAbove: number
    },
  ) {
    this.rule = rule
    this.everyMs = how.everyMs
    this.#folder = `${how.roots.sys}/class/drm`
    this.#how = how
  }

  read(): Seen {
    const cards = existsSync(this.#folder) ? readdirSync(this.#folder).filter((name) => /^card\d+$/.test(name)) : []
    let most = 0
    for (const card of new Set([...this.#told, ...cards])) {
      const path = `${this.#folder}/${card}/device/gpu_busy_percent`
      let text: string
      try {
        text = readSmallFile(path).trim()
      } catch (error) {
        if (!this.#told.has(card)) continue
        throw error
      }
      const share = Number(text) / 100
      if (text === '' || !(share >= 0 && share <= 1)) throw new Error(`${path}: "${text}" is no share`)
      this.#told.add(card)
      most = Math.max(most, share)
    }
    if (this.#told.size === 0) return seen('idle', 'no graphics processor tells how busy it is')
    const detail = `the busiest of ${this.#told.size} graphics processors is ${(most * 100).toFixed(0)} % busy`
    const facts = { share: most, ...this.#thresholds() }
    if (most > this.#how.suspendAbove) return seen('active', detail, facts)
    return seen(most > this.#how.startBelow ? 'between' : 'idle', detail, facts)
  }

  close(): void {}

  #thresholds() {
    return { startBelow: this.#how.startBelow, suspendAbove: this.#how.suspendAbove }
  }
}
