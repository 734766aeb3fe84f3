// What libvirt's state, its reason and a saved image mean in Gleaner's words.
//
// A domain that is shut off with a saved image is suspended. One that is paused because a save or a migration is under
// way, or because it is just being started, is moving. A guest that put itself to sleep (pmsuspended) counts as paused:
// it keeps its memory and uses no core. A pause after an I/O error is an error: continuing it alone does not help.
import type { InstanceState } from '@gleaner/model'
import { domainStates, pausedReasons, shutoffReasons } from '@gleaner/wire-libvirt'

export interface RawState {
  readonly state: number
  readonly reason: number
  readonly hasSavedImage: boolean
}

export function instanceState({ state, reason, hasSavedImage }: RawState): InstanceState {
  switch (state) {
    case domainStates.running:
    case domainStates.blocked:
      return 'running'
    case domainStates.paused:
      return pausedState(reason, hasSavedImage)
    case domainStates.pmSuspended:
      return 'paused'
    case domainStates.shutdown:
      return 'stopping'
    case domainStates.shutoff:
      return hasSavedImage ? 'suspended' : 'stopped'
    case domainStates.crashed:
      return 'error'
    default:
      return 'unknown'
  }
}

function pausedState(reason: number, hasSavedImage: boolean): InstanceState {
  switch (reason) {
    case pausedReasons.save:
      return 'suspending'
    case pausedReasons.migration:
    case pausedReasons.postcopy:
      return 'migrating'
    case pausedReasons.startingUp:
      return hasSavedImage ? 'resuming' : 'starting'
    case pausedReasons.shuttingDown:
      return 'stopping'
    case pausedReasons.ioError:
    case pausedReasons.crashed:
    case pausedReasons.postcopyFailed:
      return 'error'
    default:
      return 'paused'
  }
}

/** The two readings it was made from contradict each other: it was saved, and its image is not there. */
export function isContradictory({ state, reason, hasSavedImage }: RawState): boolean {
  return state === domainStates.shutoff && reason === shutoffReasons.saved && !hasSavedImage
}
