// What Gleaner can do to an instance, what state each action leads to, and what it gives back.
import type { InstanceState } from './inventory.ts'

/** notify only tells the owner; balloon shrinks or restores the memory of a running guest. */
export const actionKinds = ['notify', 'pause', 'suspend', 'stop', 'shelve', 'resume', 'start', 'balloon'] as const
export type ActionKind = (typeof actionKinds)[number]

/** Actions that take something away from an instance. Each of them passes the gate, without exception. */
export const reclaimingKinds: readonly ActionKind[] = ['pause', 'suspend', 'stop', 'shelve', 'balloon']

export function isReclaiming(kind: ActionKind): boolean {
  return reclaimingKinds.includes(kind)
}

/** The settled state an action leads to; undefined for those that change no state. */
export const targetState: Readonly<Record<ActionKind, InstanceState | undefined>> = {
  notify: undefined,
  pause: 'paused',
  suspend: 'suspended',
  stop: 'stopped',
  shelve: 'shelved',
  resume: 'running',
  start: 'running',
  balloon: undefined,
}

/** States in which an action can begin. */
export const startStates: Readonly<Record<ActionKind, readonly InstanceState[]>> = {
  notify: ['running', 'paused', 'suspended', 'stopped', 'shelved', 'error'],
  pause: ['running'],
  suspend: ['running', 'paused'],
  stop: ['running', 'paused'],
  shelve: ['running', 'paused', 'suspended', 'stopped'],
  resume: ['paused', 'suspended'],
  start: ['stopped', 'shelved'],
  balloon: ['running'],
}

/** The moving state seen between the call and the target. */
export const movingState: Readonly<Record<ActionKind, InstanceState | undefined>> = {
  notify: undefined,
  pause: 'pausing',
  suspend: 'suspending',
  stop: 'stopping',
  shelve: 'shelving',
  resume: 'resuming',
  start: 'starting',
  balloon: undefined,
}

/**
 * What an action gives back on a given cloud. `physical` is what the machine really has free again; `sellable` is what
 * the cloud's own scheduler can place anew. Suspend on most clouds gives back memory and nothing sellable.
 */
export interface GivesBack {
  readonly physicalCores: boolean
  readonly physicalMemory: boolean
  readonly sellable: boolean
}

/** The same in figures, for one instance. */
export interface Yield {
  readonly physicalCores: number
  readonly physicalMemoryMiB: number
  readonly sellableCores: number
  readonly sellableMemoryMiB: number
}

export const noYield: Yield = { physicalCores: 0, physicalMemoryMiB: 0, sellableCores: 0, sellableMemoryMiB: 0 }
