// The things a call names, or the fault it gets when they are not there or in no state for it.
import type { HostId, InstanceId } from '@gleaner/model'
import { GleanerError } from '@gleaner/model'
import type { FaultContext } from '../faults.ts'
import type { Guest } from '../guest.ts'
import type { Machine } from '../machine.ts'
import type { Inside } from './inside.ts'

export function findGuest(inside: Inside, id: InstanceId): Guest {
  const guest = inside.world().find(id)
  if (guest !== undefined) return guest
  throw new GleanerError('cloud-not-found', { cloud: inside.cloud, object: id })
}

export function findMachine(inside: Inside, id: HostId): Machine {
  const { machines, hostIds } = inside.world()
  const machine = machines[hostIds.indexOf(id)]
  if (machine !== undefined) return machine
  throw new GleanerError('cloud-not-found', { cloud: inside.cloud, object: id })
}

export function conflict(inside: Inside, object: string, detail: string): GleanerError {
  return new GleanerError('cloud-conflict', { cloud: inside.cloud, object, detail })
}

/** The faults that refuse a change to this object, as `act` has them. */
export function refuseIfTold(inside: Inside, context: FaultContext, object: string): void {
  if (inside.faults.strike('no-room', context))
    throw new GleanerError('cloud-capacity', { cloud: inside.cloud, object, detail: 'told to have none' })
  if (inside.faults.strike('conflict', context)) throw conflict(inside, object, 'told to be busy')
}
