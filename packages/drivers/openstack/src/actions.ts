// What Gleaner can do to a server of nova, and what nova must be asked for it.
//
// Measured on nova 26: a suspended, stopped or paused server keeps its allocation in placement, so the scheduler can sell
// nothing of it; shelving (with offloading) and deleting release it.
import { type ActionKind, type InstanceState, movingState, startStates, targetState } from '@gleaner/model'
import type { ActionSupport } from '@gleaner/ports'
import type { Json } from '@gleaner/wire-openstack'

const nothing = { physicalCores: false, physicalMemory: false, sellable: false }
const coresAndMemory = { physicalCores: true, physicalMemory: true, sellable: false }
const everything = { physicalCores: true, physicalMemory: true, sellable: true }

export const supportedActions: readonly ActionSupport[] = [
  {
    action: 'pause',
    givesBack: { physicalCores: true, physicalMemory: false, sellable: false },
    meaning: 'Stops the virtual processors at once; the memory stays on the host, and nova can sell nothing of it.',
  },
  {
    action: 'suspend',
    givesBack: coresAndMemory,
    meaning:
      'Writes the memory to the host’s disk and frees cores and memory; nova counts all of it as sold until the server is shelved or deleted.',
  },
  {
    action: 'stop',
    givesBack: coresAndMemory,
    meaning: 'Asks the guest to shut down, then switches it off; nova counts all of it as sold.',
  },
  {
    action: 'shelve',
    givesBack: everything,
    meaning:
      'Shuts the guest down, keeps its disk as an image and takes it off its host: nova can sell the room anew. It comes back by start, where there is room then.',
  },
  {
    action: 'resume',
    givesBack: nothing,
    meaning: 'Continues a paused server, or restores a suspended one from the disk.',
  },
  { action: 'start', givesBack: nothing, meaning: 'Boots a stopped server, or brings a shelved one to a host.' },
  {
    action: 'delete',
    givesBack: everything,
    meaning:
      'Deletes the server for good, also where nova would keep deleted ones for a while; nova can sell the room.',
  },
]

export type NovaCall = Readonly<Record<string, Json>>

export interface Situation {
  readonly state: InstanceState
  readonly vmState: string | undefined
}

/**
 * The calls, in their order; each but the last must have come to its end before the next. None when nothing needs to be
 * done; undefined when the action cannot begin in this state.
 */
export function callsFor(action: ActionKind, { state, vmState }: Situation): readonly NovaCall[] | undefined {
  if (state === targetState[action] || state === movingState[action]) return []
  if (!startStates[action].includes(state)) return undefined
  const isShelvedOnHost = vmState === 'shelved'
  switch (action) {
    case 'pause':
      return [{ pause: null }]
    case 'suspend':
      // Nova suspends and stops only what runs.
      return state === 'paused' ? [{ unpause: null }, { suspend: null }] : [{ suspend: null }]
    case 'stop':
      return state === 'paused' ? [{ unpause: null }, { 'os-stop': null }] : [{ 'os-stop': null }]
    case 'shelve':
      return [isShelvedOnHost ? { shelveOffload: null } : { shelve: null }]
    case 'resume':
      return [state === 'paused' ? { unpause: null } : { resume: null }]
    case 'start':
      return [state === 'shelved' || isShelvedOnHost ? { unshelve: null } : { 'os-start': null }]
    case 'delete':
      return [{ forceDelete: null }]
    case 'notify':
    case 'migrate':
    case 'balloon':
    case 'return-memory':
      return undefined
  }
}
