// What nova's three words for a server's state mean in Gleaner's one. Total: a combination that is not foreseen is
// `unknown`, upon which nothing acts; a server that is deleted, or waits in nova's bin to be, is undefined: not there.
//
// - task_state, while there is one, tells what is under way. A snapshot or a new password is not a change of state.
// - SHELVED is off, but still on its host with all it holds: stopped. Only SHELVED_OFFLOADED has left it.
// - RESIZED holds room on two hosts until somebody confirms: still migrating. RESCUED is in a person's hands: unknown.
// - ACTIVE with a guest that nova has not yet noticed to be off: as its power state says.
//
// Source of the words: nova/compute/vm_states.py, task_states.py, power_state.py (Zed).
import type { InstanceState } from '@gleaner/model'

export interface NovaState {
  readonly vmState: string | undefined
  readonly taskState: string | undefined
  readonly powerState: number | undefined
  readonly status: string
}

/** Undefined where the task leaves the state as it is. */
const tasks: ReadonlyMap<string, InstanceState | undefined> = new Map<string, InstanceState | undefined>([
  ['scheduling', 'starting'],
  ['block_device_mapping', 'starting'],
  ['networking', 'starting'],
  ['spawning', 'starting'],
  ['image_snapshot', undefined],
  ['image_snapshot_pending', undefined],
  ['image_pending_upload', undefined],
  ['image_uploading', undefined],
  ['image_backup', undefined],
  ['updating_password', undefined],
  ['resize_prep', 'migrating'],
  ['resize_migrating', 'migrating'],
  ['resize_migrated', 'migrating'],
  ['resize_finish', 'migrating'],
  ['resize_reverting', 'migrating'],
  ['resize_confirming', 'migrating'],
  ['rebooting', 'starting'],
  ['reboot_pending', 'starting'],
  ['reboot_started', 'starting'],
  ['rebooting_hard', 'starting'],
  ['reboot_pending_hard', 'starting'],
  ['reboot_started_hard', 'starting'],
  ['pausing', 'pausing'],
  ['unpausing', 'resuming'],
  ['suspending', 'suspending'],
  ['resuming', 'resuming'],
  ['powering-off', 'stopping'],
  ['powering-on', 'starting'],
  ['rescuing', 'starting'],
  ['unrescuing', 'starting'],
  ['rebuilding', 'starting'],
  ['rebuild_block_device_mapping', 'starting'],
  ['rebuild_spawning', 'starting'],
  ['migrating', 'migrating'],
  ['soft-deleting', 'deleting'],
  ['deleting', 'deleting'],
  ['restoring', 'starting'],
  ['shelving', 'shelving'],
  ['shelving_image_pending_upload', 'shelving'],
  ['shelving_image_uploading', 'shelving'],
  ['shelving_offloading', 'shelving'],
  ['unshelving', 'starting'],
])

const settled: ReadonlyMap<string, InstanceState> = new Map<string, InstanceState>([
  ['building', 'starting'],
  ['paused', 'paused'],
  ['suspended', 'suspended'],
  ['stopped', 'stopped'],
  ['rescued', 'unknown'],
  ['resized', 'migrating'],
  ['error', 'error'],
  ['shelved', 'stopped'],
  ['shelved_offloaded', 'shelved'],
])

const activePower: Readonly<Record<number, InstanceState>> = {
  1: 'running',
  3: 'paused',
  4: 'stopped',
  6: 'error',
  7: 'suspended',
}

/** Undefined when the server is not there (any more). */
export function instanceState({ vmState, taskState, powerState, status }: NovaState): InstanceState | undefined {
  if (vmState === 'deleted' || vmState === 'soft-delete') return undefined
  // A token that may not see the states sees the status that nova makes of them.
  if (vmState === undefined) return stateOfStatus(status)
  if (taskState !== undefined) {
    const moving = tasks.get(taskState)
    if (moving !== undefined) return moving
    if (!tasks.has(taskState)) return 'unknown'
  }
  if (vmState !== 'active') return settled.get(vmState) ?? 'unknown'
  return powerState === undefined ? 'running' : (activePower[powerState] ?? 'unknown')
}

function stateOfStatus(status: string): InstanceState | undefined {
  switch (status) {
    case 'DELETED':
    case 'SOFT_DELETED':
      return undefined
    case 'ACTIVE':
    case 'PASSWORD':
      return 'running'
    case 'BUILD':
    case 'REBUILD':
    case 'REBOOT':
    case 'HARD_REBOOT':
      return 'starting'
    case 'RESIZE':
    case 'VERIFY_RESIZE':
    case 'REVERT_RESIZE':
    case 'MIGRATING':
      return 'migrating'
    case 'PAUSED':
      return 'paused'
    case 'SUSPENDED':
      return 'suspended'
    case 'SHUTOFF':
    case 'SHELVED':
      return 'stopped'
    case 'SHELVED_OFFLOADED':
      return 'shelved'
    case 'ERROR':
      return 'error'
    default:
      return 'unknown'
  }
}
