// What Gleaner can do to an instance of OpenNebula, by which of its actions, in which of its states (source:
// src/dm/DispatchManagerActions.cc).
//
// OpenNebula keeps counting a suspended or powered-off instance against its host: the memory is free and cannot be sold.
// Only stop, undeploy and terminate give the scheduler its room back.
import { type ActionKind, type InstanceState, movingState, startStates, targetState } from '@gleaner/model'
import type { ActionSupport } from '@gleaner/ports'
import type { OpenNebulaCloudOptions } from './options.ts'

type Ways = Pick<OpenNebulaCloudOptions, 'shelveBy' | 'deleteBy'>

const nothing = { physicalCores: false, physicalMemory: false, sellable: false }
const physical = { physicalCores: true, physicalMemory: true, sellable: false }
const everything = { physicalCores: true, physicalMemory: true, sellable: true }

export function supportedActions({ shelveBy, deleteBy }: Ways): readonly ActionSupport[] {
  return [
    {
      action: 'suspend',
      givesBack: physical,
      meaning: 'Writes the memory to the host’s disk; the scheduler still counts the instance on its host.',
    },
    {
      action: 'stop',
      givesBack: physical,
      meaning:
        'Powers off: asks the guest to shut down; one that does not listen keeps running. The scheduler still counts it.',
    },
    {
      action: 'shelve',
      givesBack: everything,
      meaning:
        shelveBy === 'stop'
          ? 'Saves the memory and moves it with the disks to the image store; the instance leaves its host.'
          : 'Undeploys: asks the guest to shut down and moves its disks to the image store; the instance leaves its host.',
    },
    { action: 'resume', givesBack: nothing, meaning: 'Restores a suspended guest on the same host.' },
    {
      action: 'start',
      givesBack: nothing,
      meaning: 'Boots a powered-off guest on its host; a shelved one waits for the scheduler to place it.',
    },
    {
      action: 'delete',
      givesBack: everything,
      meaning:
        deleteBy === 'terminate-hard'
          ? 'Terminates at once, without asking the guest; disks that are not persistent are gone.'
          : 'Terminates: asks the guest to shut down; disks that are not persistent are gone.',
    },
  ]
}

/** OpenNebula's action; `done` when nothing needs to be done; undefined when it cannot begin in this state. */
export function oneAction(
  action: ActionKind,
  { state, isHeld }: { readonly state: InstanceState; readonly isHeld: boolean },
  { shelveBy = 'undeploy', deleteBy = 'terminate' }: Ways,
): string | undefined {
  if (state === targetState[action] || state === movingState[action]) return 'done'
  if (!startStates[action].includes(state)) return undefined
  switch (action) {
    case 'suspend':
      return 'suspend'
    case 'stop':
      return 'poweroff'
    case 'shelve':
      // What is saved can only be moved, and what is off has no memory to save.
      return state === 'suspended' ? 'stop' : state === 'stopped' ? 'undeploy' : shelveBy
    case 'resume':
      return 'resume'
    case 'start':
      return isHeld ? 'release' : 'resume'
    case 'delete':
      return deleteBy
    case 'pause':
    case 'migrate':
    case 'balloon':
    case 'return-memory':
    case 'notify':
      return undefined
  }
}
