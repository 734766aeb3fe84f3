// Keyboards, mice and touch screens of every seat, by reading /dev/input/event* and dropping what was read: that something came is
// all it knows. What came is never looked at.
//
// Every device is opened without blocking and asked by a read that returns at once. A pending read would hold one of the four
// threads on which all file access of Node runs: with four devices nothing of the agent would answer any more. Devices are looked for
// anew every second: one that is plugged in later is watched too, and plugging in or out is itself the act of a person.
//
// Two of these stand side by side, keyboards and pointers, because only a pointer moves when somebody bumps into the desk. The
// keyboard's is missing when there is no device at all; a machine without a pointer has no pointer that could move.
import { closeSync, constants, openSync, readSync, readdirSync } from 'node:fs'
import type { MonitorRule } from '@gleaner/engine/opportunism'
import { type InputKind, inputKind } from '../read/input-devices.ts'
import { faultText, type MachineRoots, type Monitor, type Seen, seen } from './monitor.ts'

const dropped = Buffer.allocUnsafe(24 * 256)
const rescanMs = 1000

export class InputMonitor implements Monitor {
  readonly rule: MonitorRule
  readonly everyMs: number
  readonly #roots: MachineRoots
  readonly #kind: InputKind
  readonly #open = new Map<string, number>()
  readonly #refused = new Map<string, string>()
  #scannedAtMs = Number.NEGATIVE_INFINITY
  #switchesAtMs = Number.NEGATIVE_INFINITY
  readonly #kinds = new Map<string, InputKind>()

  constructor(
    rule: MonitorRule,
    how: { readonly roots: MachineRoots; readonly kind: InputKind; readonly everyMs: number },
  ) {
    this.rule = rule
    this.everyMs = how.everyMs
    this.#roots = how.roots
    this.#kind = how.kind
  }

  read(nowMs: number): Seen {
    // A read that finds nothing is an error in Node; its stack would cost more than the read.
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    try {
      return this.#look(nowMs)
    } finally {
      Error.stackTraceLimit = stackTraceLimit
    }
  }

  close(): void {
    for (const fd of this.#open.values()) closeSync(fd)
    this.#open.clear()
    this.#kinds.clear()
    this.#scannedAtMs = Number.NEGATIVE_INFINITY
  }

  #look(nowMs: number): Seen {
    const moved: string[] = []
    // A lid and the jacks of a sound card, of which there may be many, are no user who waits: once a second.
    const switches = nowMs - this.#switchesAtMs >= rescanMs
    if (switches) this.#switchesAtMs = nowMs
    for (const [name, fd] of this.#open) {
      if (!switches && this.#kinds.get(name) === 'switch') continue
      const state = drain(fd)
      if (state === 'gone') {
        closeSync(fd)
        this.#open.delete(name)
        moved.push(`${name} was unplugged`)
      } else if (state === 'used') moved.push(`${name} was used`)
    }
    if (nowMs - this.#scannedAtMs >= rescanMs || moved.length > 0) moved.push(...this.#scan(nowMs))
    const facts = { devices: this.#open.size }
    const [fault] = this.#refused
    if (fault !== undefined) return seen('missing', `${this.#roots.dev}/input/${fault[0]} ${fault[1]}`, facts)
    if (this.#kind === 'keyboard' && this.#open.size === 0)
      return seen('missing', `no device below ${this.#roots.dev}/input`, facts)
    if (moved.length > 0) return seen('active', moved.join(', '), facts)
    return seen('idle', `nothing on ${this.#open.size} device${this.#open.size === 1 ? '' : 's'}`, facts)
  }

  /** What is new or gone since the last scan; nothing in the first one. */
  #scan(nowMs: number): readonly string[] {
    const first = this.#scannedAtMs === Number.NEGATIVE_INFINITY
    const names = readdirSync(`${this.#roots.dev}/input`).filter((name) => /^event\d+$/.test(name))
    this.#scannedAtMs = nowMs
    this.#refused.clear()
    const changes: string[] = []
    for (const name of this.#kinds.keys()) if (!names.includes(name)) this.#kinds.delete(name)
    for (const [name, fd] of this.#open) {
      if (names.includes(name)) continue
      closeSync(fd)
      this.#open.delete(name)
      changes.push(`${name} was unplugged`)
    }
    for (const name of names) {
      if (this.#open.has(name)) continue
      const kind = this.#kinds.get(name) ?? inputKind(this.#roots.sys, name)
      this.#kinds.set(name, kind)
      // What is no pointer is the keyboards' to watch.
      if ((kind === 'pointer') !== (this.#kind === 'pointer')) continue
      try {
        const fd = openSync(`${this.#roots.dev}/input/${name}`, constants.O_RDONLY | constants.O_NONBLOCK)
        this.#open.set(name, fd)
        if (!first) changes.push(`${name} was plugged in`)
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        // Gone between the listing and the opening: the next scan tells.
        if (code !== 'ENOENT' && code !== 'ENODEV' && code !== 'ENXIO')
          this.#refused.set(name, code === 'EACCES' || code === 'EPERM' ? 'may not be read' : faultText(error))
      }
    }
    return changes
  }
}

/** Reads all there is and forgets it. The end of a device is the end of its file. */
function drain(fd: number): 'used' | 'calm' | 'gone' {
  let used = false
  for (let nth = 0; nth < 64; nth++) {
    try {
      const count = readSync(fd, dropped, 0, dropped.length, null)
      dropped.fill(0, 0, count)
      if (count === 0) return 'gone'
      used = true
      if (count < dropped.length) return 'used'
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return used ? 'used' : 'calm'
      return 'gone'
    }
  }
  return 'used'
}
