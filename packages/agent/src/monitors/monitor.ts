// What every monitor of a desktop is: something that is asked again and again and answers with one reading. It never throws and
// never answers "idle" for want of a signal: what it cannot read is missing.
import type { MonitorRule, Reading, ReadingState } from '@gleaner/engine/opportunism'
import type { Facts } from '@gleaner/model'

export interface Monitor {
  readonly rule: MonitorRule
  /** How often it is asked. */
  readonly everyMs: number
  read(nowMs: number): Seen
  /** One that knows by itself when something happens says so, and is asked at once. */
  listen?(woken: () => void): void
  /** Gives back what it holds open. */
  close(): void
}

export interface Seen {
  readonly state: ReadingState
  readonly detail: string
  readonly facts: Facts
}

/** Where the machine's own files are; tests bring recorded ones. */
export interface MachineRoots {
  readonly proc: string
  readonly sys: string
  readonly dev: string
  readonly run: string
}

export const machineRoots: MachineRoots = { proc: '/proc', sys: '/sys', dev: '/dev', run: '/run' }

export function seen(state: ReadingState, detail: string, facts: Facts = {}): Seen {
  return { state, detail, facts }
}

/** One reading of a monitor, whatever happens in it. */
export function askMonitor(monitor: Monitor, nowMs: number): Reading {
  const { monitor: name } = monitor.rule
  try {
    return { monitor: name, readAtMs: nowMs, ...monitor.read(nowMs) }
  } catch (error) {
    return { monitor: name, readAtMs: nowMs, ...seen('missing', faultText(error)) }
  }
}

/** A fault of a system call without the address of anybody's code. */
export function faultText(error: unknown): string {
  const { code, path, message } = error as NodeJS.ErrnoException
  if (code === undefined) return message
  return path === undefined ? code : `${path}: ${faultWords[code] ?? code}`
}

const faultWords: Readonly<Record<string, string>> = {
  EACCES: 'may not be read',
  EPERM: 'may not be read',
  ENOENT: 'is not there',
  ENODEV: 'is gone',
  EIO: 'cannot be read',
}
