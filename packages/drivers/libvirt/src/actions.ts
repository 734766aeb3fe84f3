// What Gleaner can do to a libvirt domain, and what must be done for it in a given state.
//
// libvirt has no scheduler: nothing is "sold" but by whoever defines domains, so no action gives back anything sellable;
// what it gives back physically is for others on that host to use.
import { movingState, startStates, targetState, type ActionKind, type InstanceState } from '@gleaner/model'
import type { ActionSupport } from '@gleaner/ports'

const nothing = { physicalCores: false, physicalMemory: false, sellable: false }
const coresAndMemory = { physicalCores: true, physicalMemory: true, sellable: false }

export const supportedActions: readonly ActionSupport[] = [
  {
    action: 'pause',
    givesBack: { physicalCores: true, physicalMemory: false, sellable: false },
    meaning: 'Stops the virtual processors at once; the memory stays on the host.',
  },
  {
    action: 'suspend',
    givesBack: coresAndMemory,
    meaning:
      'Writes the memory to the host’s disk (managed save) and ends the process; a resume continues where it was.',
  },
  {
    action: 'stop',
    givesBack: coresAndMemory,
    // libvirt takes no power button for a domain that is paused, nor could its guest hear it.
    wakesPaused: true,
    meaning:
      'Asks the guest to shut down (agent or power button), a paused one after it was continued; a guest that does not listen keeps running.',
  },
  {
    action: 'resume',
    givesBack: nothing,
    meaning: 'Continues a paused guest, or restores a suspended one from the disk.',
  },
  {
    action: 'delete',
    givesBack: coresAndMemory,
    meaning: 'Pulls the plug and removes the definition with what was saved of its memory; its disks stay on the host.',
  },
  { action: 'start', givesBack: nothing, meaning: 'Boots a stopped guest on its host.' },
  {
    action: 'balloon',
    givesBack: { physicalCores: false, physicalMemory: true, sellable: false },
    meaning: 'Asks the guest to leave memory to others; the guest decides how much it can spare.',
  },
  {
    action: 'return-memory',
    givesBack: nothing,
    meaning: 'Lets the guest have all of the memory it was defined with again.',
  },
]

export type Step =
  | 'pause'
  | 'continue'
  | 'save'
  | 'shutdown'
  | 'boot'
  | 'restore'
  | 'balloon'
  | 'deflate'
  | 'destroy'
  | 'undefine'

const isOff: readonly InstanceState[] = ['suspended', 'stopped']

/** The steps, in their order; none when nothing needs to be done; undefined when it cannot begin in this state. */
export function stepsFor(action: ActionKind, state: InstanceState): readonly Step[] | undefined {
  if (state === targetState[action] || state === movingState[action]) return []
  if (!startStates[action].includes(state)) return undefined
  switch (action) {
    case 'pause':
      return ['pause']
    case 'suspend':
      return ['save']
    case 'stop':
      // A guest that stands still cannot hear the power button.
      return state === 'paused' ? ['continue', 'shutdown'] : ['shutdown']
    case 'resume':
      return state === 'suspended' ? ['restore'] : ['continue']
    case 'start':
      return ['boot']
    case 'balloon':
      return ['balloon']
    case 'return-memory':
      return ['deflate']
    case 'delete':
      return isOff.includes(state) ? ['undefine'] : ['destroy', 'undefine']
    case 'shelve':
    case 'migrate':
    case 'notify':
      return undefined
  }
}
