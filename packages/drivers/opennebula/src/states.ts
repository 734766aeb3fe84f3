// What each of OpenNebula's states means in Gleaner's words: STATE, and while it is ACTIVE the LCM_STATE below it (source:
// include/VirtualMachine.h and include/Host.h of OpenNebula 5.12 to 7.4). A number that is not in a table is `unknown`.
//
// - OpenNebula counts SUSPENDED and POWEROFF against the host's room: suspended and stopped, still on the host. STOPPED and
//   UNDEPLOYED have left it: shelved. HOLD was never placed and waits for a person: shelved too, it takes no room.
// - A guest that runs on while something is attached, copied or backed up is running; one that is off or saved meanwhile
//   stays what it is. OpenNebula refuses actions on it until that is over, which the action's caller is told.
// - UNKNOWN is OpenNebula's own word for an instance whose host tells nothing of it.
import type { HostState, InstanceState } from '@gleaner/model'

type Meaning = readonly [name: string, state: InstanceState]

export const vmState = { active: 3, done: 6 } as const

const vmStates: Readonly<Record<number, Meaning>> = {
  0: ['INIT', 'starting'],
  1: ['PENDING', 'starting'],
  2: ['HOLD', 'shelved'],
  4: ['STOPPED', 'shelved'],
  5: ['SUSPENDED', 'suspended'],
  6: ['DONE', 'deleting'],
  7: ['FAILED', 'error'],
  8: ['POWEROFF', 'stopped'],
  9: ['UNDEPLOYED', 'shelved'],
  10: ['CLONING', 'starting'],
  11: ['CLONING_FAILURE', 'error'],
}

const lcmStates: Readonly<Record<number, Meaning>> = {
  0: ['LCM_INIT', 'starting'],
  1: ['PROLOG', 'starting'],
  2: ['BOOT', 'starting'],
  3: ['RUNNING', 'running'],
  4: ['MIGRATE', 'migrating'],
  5: ['SAVE_STOP', 'shelving'],
  6: ['SAVE_SUSPEND', 'suspending'],
  7: ['SAVE_MIGRATE', 'migrating'],
  8: ['PROLOG_MIGRATE', 'migrating'],
  9: ['PROLOG_RESUME', 'starting'],
  10: ['EPILOG_STOP', 'shelving'],
  11: ['EPILOG', 'deleting'],
  12: ['SHUTDOWN', 'deleting'],
  13: ['CANCEL', 'deleting'],
  14: ['FAILURE', 'error'],
  15: ['CLEANUP_RESUBMIT', 'starting'],
  16: ['UNKNOWN', 'unknown'],
  17: ['HOTPLUG', 'running'],
  18: ['SHUTDOWN_POWEROFF', 'stopping'],
  19: ['BOOT_UNKNOWN', 'starting'],
  20: ['BOOT_POWEROFF', 'starting'],
  21: ['BOOT_SUSPENDED', 'resuming'],
  22: ['BOOT_STOPPED', 'starting'],
  23: ['CLEANUP_DELETE', 'deleting'],
  24: ['HOTPLUG_SNAPSHOT', 'running'],
  25: ['HOTPLUG_NIC', 'running'],
  26: ['HOTPLUG_SAVEAS', 'running'],
  27: ['HOTPLUG_SAVEAS_POWEROFF', 'stopped'],
  28: ['HOTPLUG_SAVEAS_SUSPENDED', 'suspended'],
  29: ['SHUTDOWN_UNDEPLOY', 'shelving'],
  30: ['EPILOG_UNDEPLOY', 'shelving'],
  31: ['PROLOG_UNDEPLOY', 'starting'],
  32: ['BOOT_UNDEPLOY', 'starting'],
  33: ['HOTPLUG_PROLOG_POWEROFF', 'stopped'],
  34: ['HOTPLUG_EPILOG_POWEROFF', 'stopped'],
  35: ['BOOT_MIGRATE', 'migrating'],
  36: ['BOOT_FAILURE', 'error'],
  37: ['BOOT_MIGRATE_FAILURE', 'error'],
  38: ['PROLOG_MIGRATE_FAILURE', 'error'],
  39: ['PROLOG_FAILURE', 'error'],
  40: ['EPILOG_FAILURE', 'error'],
  41: ['EPILOG_STOP_FAILURE', 'error'],
  42: ['EPILOG_UNDEPLOY_FAILURE', 'error'],
  43: ['PROLOG_MIGRATE_POWEROFF', 'migrating'],
  44: ['PROLOG_MIGRATE_POWEROFF_FAILURE', 'error'],
  45: ['PROLOG_MIGRATE_SUSPEND', 'migrating'],
  46: ['PROLOG_MIGRATE_SUSPEND_FAILURE', 'error'],
  47: ['BOOT_UNDEPLOY_FAILURE', 'error'],
  48: ['BOOT_STOPPED_FAILURE', 'error'],
  49: ['PROLOG_RESUME_FAILURE', 'error'],
  50: ['PROLOG_UNDEPLOY_FAILURE', 'error'],
  51: ['DISK_SNAPSHOT_POWEROFF', 'stopped'],
  52: ['DISK_SNAPSHOT_REVERT_POWEROFF', 'stopped'],
  53: ['DISK_SNAPSHOT_DELETE_POWEROFF', 'stopped'],
  54: ['DISK_SNAPSHOT_SUSPENDED', 'suspended'],
  55: ['DISK_SNAPSHOT_REVERT_SUSPENDED', 'suspended'],
  56: ['DISK_SNAPSHOT_DELETE_SUSPENDED', 'suspended'],
  57: ['DISK_SNAPSHOT', 'running'],
  58: ['DISK_SNAPSHOT_REVERT', 'running'],
  59: ['DISK_SNAPSHOT_DELETE', 'running'],
  60: ['PROLOG_MIGRATE_UNKNOWN', 'migrating'],
  61: ['PROLOG_MIGRATE_UNKNOWN_FAILURE', 'error'],
  62: ['DISK_RESIZE', 'running'],
  63: ['DISK_RESIZE_POWEROFF', 'stopped'],
  64: ['DISK_RESIZE_UNDEPLOYED', 'shelved'],
  65: ['HOTPLUG_NIC_POWEROFF', 'stopped'],
  66: ['HOTPLUG_RESIZE', 'running'],
  67: ['HOTPLUG_SAVEAS_UNDEPLOYED', 'shelved'],
  68: ['HOTPLUG_SAVEAS_STOPPED', 'shelved'],
  69: ['BACKUP', 'running'],
  70: ['BACKUP_POWEROFF', 'stopped'],
  71: ['RESTORE', 'stopped'],
}

/** OFFLINE hosts are not even monitored, by an operator's wish or because Gleaner closes hosts so (inventory.ts). 1, 5, 6 and 7 are seen on old servers only. */
const hostStates: Readonly<Record<number, readonly [name: string, state: HostState]>> = {
  0: ['INIT', 'unknown'],
  1: ['MONITORING_MONITORED', 'up'],
  2: ['MONITORED', 'up'],
  3: ['ERROR', 'down'],
  4: ['DISABLED', 'disabled'],
  5: ['MONITORING_ERROR', 'down'],
  6: ['MONITORING_INIT', 'unknown'],
  7: ['MONITORING_DISABLED', 'disabled'],
  8: ['OFFLINE', 'maintenance'],
}

export interface RawState {
  readonly state: number
  readonly lcmState: number
}

export function instanceState(raw: RawState): InstanceState {
  return meaningOf(raw)?.[1] ?? 'unknown'
}

/** OpenNebula's own word for it, as its command line shows it. */
export function stateName(raw: RawState): string {
  const number = raw.state === vmState.active ? `LCM state ${raw.lcmState}` : `state ${raw.state}`
  return meaningOf(raw)?.[0] ?? number
}

export function hostState(state: number): HostState {
  return hostStates[state]?.[1] ?? 'unknown'
}

function meaningOf({ state, lcmState }: RawState): Meaning | undefined {
  return state === vmState.active ? lcmStates[lcmState] : vmStates[state]
}
