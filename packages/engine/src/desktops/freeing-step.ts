// By which step the memory of one guest is given back: as its terms say, a stronger one where that has failed or cannot be done, never a
// stronger one than stopping unless the terms ask for it. Who stands still is not woken for it: a guest that has to shut itself down would
// run while the user is there, or for ever stand still on the way where the agent pauses it again. It is saved instead. A firm or protected instance is never deleted. One that moves away stands still
// by the cloud's own doing before and goes on there: who only stands still by its desktop's agent would do so for ever.
import { type ActionKind, type Instance, type Project, startStates } from '@gleaner/model'
import type { StepSupports } from '../ledger/action-support.ts'
import { type FreeingWay, freeingWayOf, type LendingTerms } from './lending-terms.ts'
import type { GuestPast } from './plan-lending.ts'

const stepsOf: Readonly<Record<FreeingWay, readonly ActionKind[]>> = {
  migrate: ['migrate', 'suspend', 'stop'],
  save: ['suspend', 'stop'],
  stop: ['stop', 'suspend'],
  delete: ['delete', 'stop', 'suspend'],
  nothing: [],
}

export interface FreeingQuestion {
  readonly guest: Instance
  readonly project: Pick<Project, 'id' | 'name'>
  readonly past: GuestPast
  readonly can: StepSupports
  readonly terms: LendingTerms
  /** Whether another host has room for it. */
  readonly hasRefuge: () => boolean
}

/** Undefined: nothing is to be done about its memory, or it is given back already. */
export function freeingStep({ guest, project, past, can, terms, hasRefuge }: FreeingQuestion): ActionKind | undefined {
  if (guest.state !== 'running' && guest.state !== 'paused') return undefined
  const mayDelete = guest.firmness === 'preemptible' && guest.protectedBy === undefined
  return stepsOf[freeingWayOf(guest, project, terms)].find((step) => {
    if (step === 'migrate') return canMove(past, guest, can) && hasRefuge()
    const support = can.get(step)
    return (
      support?.physicalMemory === true &&
      !(support.wakesPaused === true && guest.state === 'paused') &&
      !past.failed.has(step) &&
      startStates[step].includes(guest.state) &&
      (step !== 'delete' || mayDelete)
    )
  })
}

function canMove({ failed }: GuestPast, { state }: Instance, can: StepSupports): boolean {
  const standsStill = state === 'paused' || !failed.has('pause')
  return standsStill && !failed.has('migrate') && can.has('migrate') && can.has('pause') && can.has('resume')
}
