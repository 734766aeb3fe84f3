// The actions the simulated cloud offers, what each gives back, and how long it takes: memory and disk moved at the
// bandwidth of a local disk array, plus what the hypervisor and the guest need to get ready.
import type { ActionKind } from '@gleaner/model'
import type { ActionSupport } from '@gleaner/ports'
import type { GuestSpec } from './guest.ts'

const nothing = { physicalCores: false, physicalMemory: false, sellable: false }

export const supportedActions: readonly ActionSupport[] = [
  {
    action: 'pause',
    givesBack: { physicalCores: true, physicalMemory: false, sellable: false },
    meaning: 'Stops the vcpus at once and keeps the memory on the host.',
  },
  {
    action: 'suspend',
    givesBack: { physicalCores: true, physicalMemory: true, sellable: false },
    meaning: 'Writes the memory to disk; the scheduler keeps the room claimed until it is resumed.',
  },
  {
    action: 'stop',
    givesBack: { physicalCores: true, physicalMemory: true, sellable: true },
    meaning: 'Shuts the guest down; its disk stays on the host and its room can be sold to others.',
  },
  {
    action: 'shelve',
    givesBack: { physicalCores: true, physicalMemory: true, sellable: true },
    meaning: 'Shuts the guest down, moves its disk to the image store and leaves the host.',
  },
  { action: 'resume', givesBack: nothing, meaning: 'Continues a paused or suspended instance where it was.' },
  { action: 'start', givesBack: nothing, meaning: 'Boots a stopped or shelved instance, on another host if need be.' },
  {
    action: 'balloon',
    givesBack: { physicalCores: false, physicalMemory: true, sellable: false },
    meaning: 'Changes how much memory the running guest may touch; its nominal size stays.',
  },
  { action: 'return-memory', givesBack: nothing, meaning: 'Lets the running guest touch all of its memory again.' },
  {
    action: 'delete',
    givesBack: { physicalCores: true, physicalMemory: true, sellable: true },
    meaning: 'Ends the instance and everything on its disk.',
  },
]

const memoryMiBPerS = 400
const diskMiBPerS = 250
const networkMiBPerS = 600

/** Memory copied while the guest goes on writing to it, over a network shared with others. */
export function migrationMs(spec: GuestSpec): number {
  return Math.round(1000 * (4 + (spec.memoryMiB * 1.3) / networkMiBPerS))
}

/** How long the move takes from a state, for a guest that holds this much memory. */
export function moveMs(action: ActionKind, spec: GuestSpec, from: string): number {
  const memoryS = (spec.memoryMiB * 0.5) / memoryMiBPerS
  // Images are sparse: about a third of the nominal disk is ever written.
  const diskS = (spec.diskGiB * 1024 * 0.33) / diskMiBPerS
  return Math.round(1000 * seconds(action, { from, memoryS, diskS }))
}

function seconds(
  action: ActionKind,
  { from, memoryS, diskS }: { readonly from: string; readonly memoryS: number; readonly diskS: number },
): number {
  switch (action) {
    case 'pause':
      return 0.8
    case 'suspend':
      return 2 + memoryS
    case 'stop':
      return 9
    case 'shelve':
      return from === 'stopped' ? diskS : 9 + diskS
    case 'resume':
      return from === 'paused' ? 0.8 : 2 + memoryS
    case 'start':
      return from === 'shelved' ? 14 + diskS : 14
    case 'delete':
      return 6
    case 'balloon':
    case 'return-memory':
    case 'migrate':
    case 'notify':
      return 0
  }
}
