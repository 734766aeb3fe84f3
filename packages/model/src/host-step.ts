// What Gleaner can do to a host as a whole, and which way each step goes. A step that takes (sells more of a host than it
// has, closes it) may hurt somebody and passes every check of the gate; one that gives back never waits for a budget.
import type { ActionKind } from './action.ts'
import type { HostId } from './ids.ts'

/**
 * raise-ratio, lower-ratio: what the cloud's scheduler sells per core and MiB; close, open: whether it places anything new
 * there; sleep, wake: whether the machine is switched on. Those that change the host's state exclude each other; the ratios do not.
 */
export const hostStepKinds = ['raise-ratio', 'lower-ratio', 'close', 'open', 'sleep', 'wake'] as const
export type HostStepKind = (typeof hostStepKinds)[number]

/** Whatever a proposal or a journal entry can be about. */
export type StepKind = ActionKind | HostStepKind

interface HostStepTraits {
  /** Takes something away that somebody may need; else it gives back. */
  readonly takes: boolean
  /** Decided from measured usage: without fresh usage of the host it is not done. */
  readonly needsUsage: boolean
  /** Steps of the same kind of effect exclude each other; of the wishes for one only the strongest is followed. */
  readonly changes: 'state' | 'ratio'
}

export const hostSteps: Readonly<Record<HostStepKind, HostStepTraits>> = {
  'raise-ratio': { takes: true, needsUsage: true, changes: 'ratio' },
  'lower-ratio': { takes: false, needsUsage: false, changes: 'ratio' },
  close: { takes: true, needsUsage: false, changes: 'state' },
  open: { takes: false, needsUsage: false, changes: 'state' },
  sleep: { takes: true, needsUsage: false, changes: 'state' },
  wake: { takes: false, needsUsage: false, changes: 'state' },
}

export function isHostStep(kind: StepKind): kind is HostStepKind {
  return kind in hostSteps
}

/** The figures a step sets, for the steps that set one; absent ones stay as they are. */
export interface StepSetting {
  /** balloon: the memory the guest shall have from now on. */
  readonly memoryMiB?: number
  /** migrate: where the instance shall run from now on. */
  readonly toHostId?: HostId
  /** raise-ratio, lower-ratio: what the scheduler shall sell per core and per MiB. */
  readonly coreRatio?: number
  readonly memoryRatio?: number
}

export function isSameSetting(a: StepSetting | undefined, b: StepSetting | undefined): boolean {
  return (
    a?.memoryMiB === b?.memoryMiB &&
    a?.toHostId === b?.toHostId &&
    a?.coreRatio === b?.coreRatio &&
    a?.memoryRatio === b?.memoryRatio
  )
}
