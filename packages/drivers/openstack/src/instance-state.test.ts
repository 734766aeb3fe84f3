import { instanceStates } from '@gleaner/model'
import { describe, expect, it } from 'vitest'
import { instanceState, type NovaState } from './instance-state.ts'

const state = (vmState: string | undefined, taskState?: string, more: Partial<NovaState> = {}) =>
  instanceState({ vmState, taskState, powerState: 1, status: 'ACTIVE', ...more })

/** Every word of nova/compute/vm_states.py (Zed). */
const vmStates = {
  active: 'running',
  building: 'starting',
  paused: 'paused',
  suspended: 'suspended',
  stopped: 'stopped',
  rescued: 'unknown',
  resized: 'migrating',
  'soft-delete': undefined,
  deleted: undefined,
  error: 'error',
  shelved: 'stopped',
  shelved_offloaded: 'shelved',
} as const

/** Every word of nova/compute/task_states.py (Zed) and what it means for a server that is active otherwise. */
const taskStates = {
  scheduling: 'starting',
  block_device_mapping: 'starting',
  networking: 'starting',
  spawning: 'starting',
  image_snapshot: 'running',
  image_snapshot_pending: 'running',
  image_pending_upload: 'running',
  image_uploading: 'running',
  image_backup: 'running',
  updating_password: 'running',
  resize_prep: 'migrating',
  resize_migrating: 'migrating',
  resize_migrated: 'migrating',
  resize_finish: 'migrating',
  resize_reverting: 'migrating',
  resize_confirming: 'migrating',
  rebooting: 'starting',
  reboot_pending: 'starting',
  reboot_started: 'starting',
  rebooting_hard: 'starting',
  reboot_pending_hard: 'starting',
  reboot_started_hard: 'starting',
  pausing: 'pausing',
  unpausing: 'resuming',
  suspending: 'suspending',
  resuming: 'resuming',
  'powering-off': 'stopping',
  'powering-on': 'starting',
  rescuing: 'starting',
  unrescuing: 'starting',
  rebuilding: 'starting',
  rebuild_block_device_mapping: 'starting',
  rebuild_spawning: 'starting',
  migrating: 'migrating',
  deleting: 'deleting',
  'soft-deleting': 'deleting',
  restoring: 'starting',
  shelving: 'shelving',
  shelving_image_pending_upload: 'shelving',
  shelving_image_uploading: 'shelving',
  shelving_offloading: 'shelving',
  unshelving: 'starting',
} as const

describe('the state of an instance', () => {
  it.each(Object.entries(vmStates))('in vm_state %s is %s', (vmState, expected) => {
    expect(state(vmState)).toBe(expected)
  })

  it.each(Object.entries(taskStates))('under task_state %s is %s', (taskState, expected) => {
    expect(state('active', taskState)).toBe(expected)
  })

  it.each([
    [1, 'running'],
    [3, 'paused'],
    [4, 'stopped'],
    [6, 'error'],
    [7, 'suspended'],
    [0, 'unknown'],
    [99, 'unknown'],
    [undefined, 'running'],
  ] as const)('that nova takes for active is what its power state %s says: %s', (powerState, expected) => {
    expect(state('active', undefined, { powerState })).toBe(expected)
  })

  it('is unknown where nova says a word that is not known here', () => {
    expect(state('enlightened')).toBe('unknown')
    expect(state('active', 'enlightening')).toBe('unknown')
    expect(state('constructor')).toBe('unknown')
    expect(state('active', 'constructor')).toBe('unknown')
  })

  it('is that of a server being deleted, also when it is in error', () => {
    expect(state('error', 'deleting')).toBe('deleting')
  })

  it('stays what it was while an image is made of it', () => {
    for (const vmState of ['stopped', 'paused', 'suspended'] as const) {
      expect(state(vmState, 'image_uploading')).toBe(vmStates[vmState])
    }
  })

  it.each([
    ['ACTIVE', 'running'],
    ['BUILD', 'starting'],
    ['REBUILD', 'starting'],
    ['REBOOT', 'starting'],
    ['HARD_REBOOT', 'starting'],
    ['PASSWORD', 'running'],
    ['RESIZE', 'migrating'],
    ['VERIFY_RESIZE', 'migrating'],
    ['REVERT_RESIZE', 'migrating'],
    ['MIGRATING', 'migrating'],
    ['PAUSED', 'paused'],
    ['SUSPENDED', 'suspended'],
    ['SHUTOFF', 'stopped'],
    ['SHELVED', 'stopped'],
    ['SHELVED_OFFLOADED', 'shelved'],
    ['RESCUE', 'unknown'],
    ['ERROR', 'error'],
    ['UNKNOWN', 'unknown'],
    ['DELETED', undefined],
    ['SOFT_DELETED', undefined],
  ] as const)('where only the status %s is shown is %s', (status, expected) => {
    expect(state(undefined, undefined, { status })).toBe(expected)
  })

  it('is one of Gleaner’s own for every combination of nova’s words', () => {
    for (const vmState of Object.keys(vmStates)) {
      for (const taskState of [undefined, ...Object.keys(taskStates)]) {
        for (const powerState of [undefined, 0, 1, 3, 4, 6, 7]) {
          const found = state(vmState, taskState, { powerState })
          expect([undefined, ...instanceStates]).toContain(found)
          expect(found === undefined).toBe(vmState === 'deleted' || vmState === 'soft-delete')
        }
      }
    }
  })
})
