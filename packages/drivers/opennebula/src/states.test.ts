// The table of states against the enumeration of OpenNebula's own header, and the recorded instances against what they were.
import { hostStates, instanceStates } from '@gleaner/model'
import { describe, expect, it } from 'vitest'
import { parse } from './parse/parse-task.ts'
import { hostState, instanceState, stateName } from './states.ts'
import { recordedAnswer } from './testing/recorded.ts'

/** include/VirtualMachine.h of 7.4, in its order; gaps are numbers that are commented out there. */
const lcmNames =
  `LCM_INIT PROLOG BOOT RUNNING MIGRATE SAVE_STOP SAVE_SUSPEND SAVE_MIGRATE PROLOG_MIGRATE PROLOG_RESUME EPILOG_STOP EPILOG
  SHUTDOWN CANCEL FAILURE CLEANUP_RESUBMIT UNKNOWN HOTPLUG SHUTDOWN_POWEROFF BOOT_UNKNOWN BOOT_POWEROFF BOOT_SUSPENDED BOOT_STOPPED
  CLEANUP_DELETE HOTPLUG_SNAPSHOT HOTPLUG_NIC HOTPLUG_SAVEAS HOTPLUG_SAVEAS_POWEROFF HOTPLUG_SAVEAS_SUSPENDED SHUTDOWN_UNDEPLOY
  EPILOG_UNDEPLOY PROLOG_UNDEPLOY BOOT_UNDEPLOY HOTPLUG_PROLOG_POWEROFF HOTPLUG_EPILOG_POWEROFF BOOT_MIGRATE BOOT_FAILURE
  BOOT_MIGRATE_FAILURE PROLOG_MIGRATE_FAILURE PROLOG_FAILURE EPILOG_FAILURE EPILOG_STOP_FAILURE EPILOG_UNDEPLOY_FAILURE
  PROLOG_MIGRATE_POWEROFF PROLOG_MIGRATE_POWEROFF_FAILURE PROLOG_MIGRATE_SUSPEND PROLOG_MIGRATE_SUSPEND_FAILURE BOOT_UNDEPLOY_FAILURE
  BOOT_STOPPED_FAILURE PROLOG_RESUME_FAILURE PROLOG_UNDEPLOY_FAILURE DISK_SNAPSHOT_POWEROFF DISK_SNAPSHOT_REVERT_POWEROFF
  DISK_SNAPSHOT_DELETE_POWEROFF DISK_SNAPSHOT_SUSPENDED DISK_SNAPSHOT_REVERT_SUSPENDED DISK_SNAPSHOT_DELETE_SUSPENDED DISK_SNAPSHOT
  DISK_SNAPSHOT_REVERT DISK_SNAPSHOT_DELETE PROLOG_MIGRATE_UNKNOWN PROLOG_MIGRATE_UNKNOWN_FAILURE DISK_RESIZE DISK_RESIZE_POWEROFF
  DISK_RESIZE_UNDEPLOYED HOTPLUG_NIC_POWEROFF HOTPLUG_RESIZE HOTPLUG_SAVEAS_UNDEPLOYED HOTPLUG_SAVEAS_STOPPED BACKUP BACKUP_POWEROFF
  RESTORE`.split(/\s+/)

const active = (lcmState: number) => ({ state: 3, lcmState })

describe('every LCM state', () => {
  it.each(lcmNames.map((name, number) => [number, name] as const))('%i is %s', (number, name) => {
    expect(stateName(active(number))).toBe(name)
    expect(instanceStates).toContain(instanceState(active(number)))
  })

  it('that failed is an error, and no other is', () => {
    for (const [number, name] of lcmNames.entries()) {
      expect(instanceState(active(number)) === 'error', name).toBe(name.endsWith('FAILURE'))
    }
  })

  it('of a guest that is off or saved is not running', () => {
    for (const [number, name] of lcmNames.entries()) {
      const state = instanceState(active(number))
      if (/^(HOTPLUG|DISK|BACKUP).*_POWEROFF$/.test(name)) expect(state, name).toBe('stopped')
      if (/^(HOTPLUG|DISK).*_SUSPENDED$/.test(name)) expect(state, name).toBe('suspended')
      if (/^(HOTPLUG|DISK).*_(UNDEPLOYED|STOPPED)$/.test(name)) expect(state, name).toBe('shelved')
      if (/^PROLOG_MIGRATE(?!.*FAILURE)/.test(name)) expect(state, name).toBe('migrating')
    }
  })

  it('or state that nobody knows yet is unknown, and shown as its number', () => {
    expect(instanceState(active(72))).toBe('unknown')
    expect(stateName(active(72))).toBe('LCM state 72')
    expect(instanceState({ state: 12, lcmState: 0 })).toBe('unknown')
    expect(stateName({ state: 12, lcmState: 0 })).toBe('state 12')
    expect(hostState(9)).toBe('unknown')
  })
})

it('settled states count on the host or not as OpenNebula counts them', () => {
  const states = [1, 2, 4, 5, 8, 9].map((state) => instanceState({ state, lcmState: 0 }))
  expect(states).toEqual(['starting', 'shelved', 'shelved', 'suspended', 'stopped', 'shelved'])
})

it('hosts', () => {
  expect([2, 3, 4, 8].map(hostState)).toEqual(['up', 'down', 'disabled', 'maintenance'])
  for (let state = 0; state <= 8; state++) expect(hostStates).toContain(hostState(state))
})

it('recorded instances are what they were', () => {
  const word = (name: string) => {
    const row = parse('vm', recordedAnswer(name))
    return `${stateName(row)} ${instanceState(row)}`
  }
  expect(word('vm-5-running')).toBe('RUNNING running')
  expect(word('vm-5-suspended')).toBe('SUSPENDED suspended')
  expect(word('vm-2-poweroff')).toBe('POWEROFF stopped')
  expect(word('vm-7-stopped')).toBe('STOPPED shelved')
  expect(word('vm-12-hold')).toBe('HOLD shelved')
  expect(word('vm-7-resumed-stopped-pending')).toBe('PENDING starting')
  expect(word('vm-14-boot-failure')).toBe('BOOT_FAILURE error')
  expect(word('vm-1-epilog-stop-failure')).toBe('EPILOG_STOP_FAILURE error')
  expect(word('vm-9-after-failed-suspend')).toBe('RUNNING running')
})
