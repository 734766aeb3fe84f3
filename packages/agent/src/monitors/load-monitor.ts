// Whether the machine works for somebody else than for guests: processor time used since the last look, of /proc/stat, without what
// the control groups of the guests used. Not the load average, which counts the guests: the ancestor took a busy guest for a user.
// Two thresholds: above the higher guests have to go, below the lower they may begin, between them everything stays as it is.
import type { MonitorRule } from '@gleaner/engine/opportunism'
import { readSmallFile } from '../read/small-file.ts'
import { type MachineRoots, type Monitor, type Seen, seen } from './monitor.ts'

export interface LoadSettings {
  readonly roots: MachineRoots
  readonly everyMs: number
  /** Cores in use by others. */
  readonly startBelowCores: number
  readonly suspendAboveCores: number
  /** The folders of the guests' control groups, below /sys/fs/cgroup; asked anew at each look. */
  readonly guestGroups: () => readonly string[]
}

interface Taken {
  readonly busyS: number
  readonly guestsS: number
  readonly atMs: number
}

/** The kernel counts in hundredths of a second wherever Linux runs today (USER_HZ). */
const ticksPerS = 100

export class LoadMonitor implements Monitor {
  readonly rule: MonitorRule
  readonly everyMs: number
  readonly #how: LoadSettings
  #before: Taken | undefined
  /** Smoothed over about half a minute: a mail that arrives is no user. */
  #cores = 0

  constructor(rule: MonitorRule, how: LoadSettings) {
    this.rule = rule
    this.everyMs = how.everyMs
    this.#how = how
  }

  read(nowMs: number): Seen {
    const now = { busyS: this.#busyS(), guestsS: this.#guestsS(), atMs: nowMs }
    const before = this.#before
    this.#before = now
    if (before === undefined || !(nowMs > before.atMs)) return seen('between', 'the first look')
    const spanS = (nowMs - before.atMs) / 1000
    // A guest that ended takes its count along: then nothing is taken off.
    const guests = Math.max(0, now.guestsS - before.guestsS)
    const cores = Math.max(0, now.busyS - before.busyS - guests) / spanS
    const weight = Math.min(1, spanS / 30)
    this.#cores += (cores - this.#cores) * weight
    const { startBelowCores, suspendAboveCores } = this.#how
    const facts = { cores: round(this.#cores), guestCores: round(guests / spanS), startBelowCores, suspendAboveCores }
    const detail = `${facts.cores} cores busy without guests`
    if (this.#cores > suspendAboveCores) return seen('active', `${detail}, more than ${suspendAboveCores}`, facts)
    if (this.#cores > startBelowCores) return seen('between', `${detail}, more than ${startBelowCores}`, facts)
    return seen('idle', detail, facts)
  }

  close(): void {
    this.#before = undefined
  }

  /** user, nice, system, irq, softirq, steal; neither idle nor iowait, and no guest time, which is part of user. */
  #busyS(): number {
    const path = `${this.#how.roots.proc}/stat`
    const [first = ''] = readSmallFile(path).split('\n', 1)
    const words = first.split(/\s+/)
    const at = (nth: number) => Number(words[nth] ?? Number.NaN)
    const ticks = at(1) + at(2) + at(3) + at(6) + at(7) + at(8)
    if (words[0] !== 'cpu' || !Number.isFinite(ticks)) throw new Error(`${path}: "${first}" is no line of counts`)
    return ticks / ticksPerS
  }

  #guestsS(): number {
    let sum = 0
    for (const group of this.#how.guestGroups()) {
      const path = `${this.#how.roots.sys}/fs/cgroup/${group}/cpu.stat`
      try {
        const used = /^usage_usec (\d+)$/m.exec(readSmallFile(path))?.[1]
        if (used === undefined) throw new Error(`${path}: no usage_usec`)
        sum += Number(used) / 1e6
      } catch (error) {
        // A guest that has just ended: what it used counts as others'.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      }
    }
    return sum
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
