// What Gleaner can do to an instance, what state each action leads to, and what it gives back.
import type { StepKind } from './host-step.ts'
import type { InstanceState } from './inventory.ts'

/**
 * notify only tells the owner; migrate moves a guest with its memory to another host, where it runs on, or stands still as before; balloon lends memory from a running guest, return-memory gives it all of it back; delete ends
 * an instance for good, which only preemptible instances and the ends of leases know: no rule and no person's command of the API does it.
 */
export const actionKinds = [
  'notify',
  'pause',
  'suspend',
  'stop',
  'shelve',
  'resume',
  'start',
  'balloon',
  'return-memory',
  'migrate',
  'delete',
] as const
export type ActionKind = (typeof actionKinds)[number]

/** Actions that take something away from an instance. Each of them passes the gate, without exception. */
export const reclaimingKinds: readonly ActionKind[] = ['pause', 'suspend', 'stop', 'shelve', 'balloon', 'delete']

export function isReclaiming(kind: StepKind): boolean {
  return (reclaimingKinds as readonly StepKind[]).includes(kind)
}

/** The settled state an action leads to; undefined for those that change no state, and for `delete`: see `endsInstance`. */
export const targetState: Readonly<Record<ActionKind, InstanceState | undefined>> = {
  notify: undefined,
  pause: 'paused',
  suspend: 'suspended',
  stop: 'stopped',
  shelve: 'shelved',
  resume: 'running',
  start: 'running',
  balloon: undefined,
  'return-memory': undefined,
  migrate: undefined,
  delete: undefined,
}

/** Steps on the memory of a running guest, which change no state: what became of them is told by the guest's memory. */
export function isMemoryStep(kind: StepKind): kind is 'balloon' | 'return-memory' {
  return kind === 'balloon' || kind === 'return-memory'
}

/** Whether the action has reached its end when the instance is no longer there. */
export function endsInstance(kind: ActionKind): boolean {
  return kind === 'delete'
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
  'return-memory': ['running'],
  migrate: ['running', 'paused'],
  delete: ['running', 'paused', 'suspended', 'stopped', 'shelved', 'error'],
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
  'return-memory': undefined,
  migrate: 'migrating',
  delete: 'deleting',
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
