// What each cloud can do and what that gives back, as the drivers declare it, in a form that decisions can look up. Steps on
// hosts need no declaration: a cloud can do those it has the facet for, and they move nothing but what can be sold.
import type { ActionKind, CloudId, GivesBack, HostStepKind, StepKind } from '@gleaner/model'

/** The part of a driver's declaration that decisions need. */
export interface SupportedAction {
  readonly action: ActionKind
  readonly givesBack: GivesBack
  /** One that is paused goes on for it, and until it is done. */
  readonly wakesPaused?: boolean
}

export interface StepSupport extends GivesBack {
  readonly wakesPaused?: boolean | undefined
}

export type StepSupports = ReadonlyMap<StepKind, StepSupport>
export type ActionSupports = ReadonlyMap<CloudId, StepSupports>

/** The part of a driver that tells what it can do. */
export interface Supporting {
  readonly id: CloudId
  readonly actions: readonly SupportedAction[]
  readonly migration?: unknown
  readonly ratioControl?: unknown
  readonly hostControl?: unknown
  readonly powerControl?: unknown
}

const sellableOnly: GivesBack = { physicalCores: false, physicalMemory: false, sellable: true }
/** It holds its room on another host. */
const nothing: GivesBack = { physicalCores: false, physicalMemory: false, sellable: false }
const ratioSteps: readonly HostStepKind[] = ['raise-ratio', 'lower-ratio']
const doorSteps: readonly HostStepKind[] = ['close', 'open']
const powerSteps: readonly HostStepKind[] = ['sleep', 'wake']

export function indexSupports(clouds: Iterable<Supporting>): ActionSupports {
  const index = new Map<CloudId, StepSupports>()
  for (const { id, actions, migration, ratioControl, hostControl, powerControl } of clouds) {
    const steps = new Map<StepKind, StepSupport>(
      actions.map(({ action, givesBack, wakesPaused }) => [action, { ...givesBack, wakesPaused }]),
    )
    if (migration !== undefined) steps.set('migrate', nothing)
    if (ratioControl !== undefined) for (const step of ratioSteps) steps.set(step, sellableOnly)
    if (hostControl !== undefined) for (const step of doorSteps) steps.set(step, sellableOnly)
    if (powerControl !== undefined) for (const step of powerSteps) steps.set(step, sellableOnly)
    index.set(id, steps)
  }
  return index
}
