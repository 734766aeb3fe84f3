// Keyboards, mice and touch screens of every seat, by reading /dev/input/event* and dropping what was read: that something came is
// all it knows. What came is never looked at.
//
// A device wakes the watch when something comes, so a key is seen at once whatever the time between two looks. Devices are looked
// for anew every second: one that is plugged in later is watched too, and plugging in or out is itself the act of a person.
//
// Two of these stand side by side, keyboards and pointers, because only a pointer moves when somebody bumps into the desk. The
// keyboard's is missing when there is no device at all; a machine without a pointer has no pointer that could move.
import { readdirSync } from 'node:fs'
import type { MonitorRule } from '@gleaner/engine/opportunism'
import { InputDevice } from '../read/input-device.ts'
import { type InputKind, inputKind } from '../read/input-devices.ts'
import { faultText, type MachineRoots, type Monitor, type Seen, seen } from './monitor.ts'

const rescanMs = 1000

export class InputMonitor implements Monitor {
  readonly rule: MonitorRule
  readonly everyMs: number
  readonly #roots: MachineRoots
  readonly #kind: InputKind
  readonly #open = new Map<string, InputDevice>()
  readonly #refused = new Map<string, string>()
  #scannedAtMs = Number.NEGATIVE_INFINITY
  #woken: () => void = () => {}
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

  listen(woken: () => void): void {
    this.#woken = woken
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
    for (const device of this.#open.values()) device.close()
    this.#open.clear()
    this.#kinds.clear()
    this.#scannedAtMs = Number.NEGATIVE_INFINITY
  }

  #look(nowMs: number): Seen {
    const moved: string[] = []
    for (const [name, device] of this.#open) {
      const news = device.take()
      if (news === 'gone') {
        device.close()
        this.#open.delete(name)
        moved.push(`${name} was unplugged`)
      } else if (news === 'used') moved.push(`${name} was used`)
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
    for (const [name, device] of this.#open) {
      if (names.includes(name)) continue
      device.close()
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
        this.#open.set(name, new InputDevice(`${this.#roots.dev}/input/${name}`, () => this.#woken()))
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
