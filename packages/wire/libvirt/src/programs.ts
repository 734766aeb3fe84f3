// Program and procedure numbers, flags and enumerations of libvirt's wire protocol, as far as they are used here.
// Sources: remote_protocol.x, qemu_protocol.x, virkeepaliveprotocol.x, libvirt-domain.h, virterror.h. They never change once released.

export const remoteProgram = { program: 0x2000_8086, version: 1 } as const
/** What only qemu has: one procedure of it is used here. Source: qemu_protocol.x. */
export const qemuProgram = { program: 0x2000_8087, version: 1, agentCommand: 3 } as const
export const keepaliveProgram = { program: 0x6b65_6570, version: 1, ping: 1, pong: 2 } as const

export const procedures = {
  connectOpen: 1,
  connectClose: 2,
  connectGetVersion: 4,
  nodeGetInfo: 6,
  connectGetCapabilities: 7,
  domainDefineXml: 11,
  domainDestroy: 12,
  domainGetXmlDesc: 14,
  domainGetInfo: 16,
  domainLookupByName: 23,
  domainLookupByUuid: 24,
  domainResume: 28,
  domainSuspend: 34,
  connectGetHostname: 59,
  connectSupportsFeature: 60,
  authList: 66,
  authPolkit: 70,
  connectGetLibVersion: 157,
  domainGetJobInfo: 163,
  domainAbortJob: 164,
  domainManagedSave: 182,
  domainHasManagedSaveImage: 183,
  domainManagedSaveRemove: 184,
  domainCreateWithFlags: 196,
  domainSetMemoryFlags: 204,
  domainGetState: 212,
  nodeGetCpuStats: 227,
  nodeGetMemoryStats: 228,
  domainUndefineFlags: 231,
  domainShutdownFlags: 258,
  domainSetMetadata: 264,
  domainGetMetadata: 265,
  domainPmWakeup: 267,
  connectListAllDomains: 273,
  connectDomainEventCallbackRegisterAny: 316,
  connectDomainEventCallbackDeregisterAny: 317,
  domainEventCallbackLifecycle: 318,
  connectGetAllDomainStats: 344,
} as const

/** VIR_DRV_FEATURE_*: what `supportsFeature` can be asked. */
export const features = { keepalive: 10, eventCallback: 14 } as const

/** virDomainState. */
export const domainStates = {
  noState: 0,
  running: 1,
  blocked: 2,
  paused: 3,
  shutdown: 4,
  shutoff: 5,
  crashed: 6,
  pmSuspended: 7,
} as const

/** virDomainPausedReason, those that do not come from a person. */
export const pausedReasons = {
  user: 1,
  migration: 2,
  save: 3,
  ioError: 5,
  shuttingDown: 8,
  crashed: 10,
  startingUp: 11,
  postcopy: 12,
  postcopyFailed: 13,
} as const

/** virDomainShutoffReason, the one that tells a saved domain. */
export const shutoffReasons = { saved: 5 } as const

/** virDomainJobType. */
export const jobTypes = { none: 0, bounded: 1, unbounded: 2, completed: 3, failed: 4, cancelled: 5 } as const

/** Filters of the list of all domains (virConnectListAllDomainsFlags); 0 is all of them. */
export const listFlags = { all: 0, active: 1, inactive: 2, managedSave: 256 } as const

/** Groups of bulk statistics (virDomainStatsTypes). */
export const statsGroups = { state: 1, cpu: 2, balloon: 4, vcpu: 8, interface: 16, block: 32 } as const

/** Bulk statistics: do not wait for domains that are busy with a job; they come without what needs their monitor. */
export const statsNoWait = 0x2000_0000

/** virDomainSaveRestoreFlags: the domain runs after the restore even when it was paused before the save. */
export const saveRunning = 2

/** VIR_DOMAIN_UNDEFINE_*. */
export const undefineFlags = { managedSave: 1, snapshotsMetadata: 2, nvram: 4, checkpointsMetadata: 16 } as const

/** virDomainModificationImpact. */
export const affect = { current: 0, live: 1, config: 2 } as const

/** virDomainMetadataType: an XML element of one's own. */
export const metadataElement = 2

/** virErrorNumber, those that callers tell apart. */
export const errorNumbers = {
  internal: 1,
  noMemory: 2,
  noSupport: 3,
  invalidConnection: 6,
  invalidArgument: 8,
  operationFailed: 9,
  operationDenied: 29,
  systemError: 38,
  rpc: 39,
  noDomain: 42,
  authFailed: 45,
  operationInvalid: 55,
  configUnsupported: 67,
  operationTimeout: 68,
  argumentUnsupported: 74,
  authCancelled: 79,
  noDomainMetadata: 80,
  operationUnsupported: 84,
  agentUnresponsive: 86,
  resourceBusy: 87,
  accessDenied: 88,
  authUnavailable: 94,
} as const
