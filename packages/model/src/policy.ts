// The operator's limits on what Gleaner may do. Every field has a cautious default (see defaultPolicy).
import type { Capability, Mode } from './capability.ts'
import type { TermsOfProjects } from './project-terms.ts'

/** A recurring span in which actions are allowed: cron start, duration, time zone. */
export interface MaintenanceWindow {
  readonly cron: string
  readonly durationMs: number
  readonly timeZone: string
}

export interface Policy {
  readonly modes: Readonly<Record<Capability, Mode>>
  readonly killSwitch: { readonly by: string; readonly sinceMs: number; readonly reason: string } | undefined
  /** Cycles in a row, each on new data, before a proposal counts. At least 2. */
  readonly confirmations: number
  /** A snapshot older than this is not acted upon. */
  readonly snapshotMaxAgeMs: number
  /** An instance whose last usage sample is older than this is not acted upon. */
  readonly telemetryMaxAgeMs: number
  /** How long a person's action on an instance is not overruled. */
  readonly personWinsMs: number
  /** How long Gleaner leaves an instance alone after it acted on it. */
  readonly coolDownMs: number
  readonly budgets: {
    readonly actionsPerMinute: number
    /** Share of the instances of one host that may be acted upon within `shareWindowMs`; at least one always may. */
    readonly hostShare: number
    readonly projectShare: number
    /** Share of the hosts of one cloud that something may be taken from as a whole within `shareWindowMs`. */
    readonly cloudShare: number
    readonly shareWindowMs: number
  }
  /** Tags that protect an instance. */
  readonly protectedTags: readonly string[]
  /** Empty: always allowed. */
  readonly maintenanceWindows: readonly MaintenanceWindow[]
  /** Kept free on each host: fraction of the usable cores and memory. */
  readonly headroomShare: number
  /** Window over which the firm peak is measured. */
  readonly peakWindowMs: number
  /** How long an action is watched before it counts as timed out. */
  readonly actionTimeoutMs: number
  /** What holds for the rules in single projects. */
  readonly projects: TermsOfProjects
}

export const defaultPolicy: Policy = {
  modes: {
    idleness: 'observe',
    oversubscription: 'observe',
    preemption: 'observe',
    reservations: 'observe',
    energy: 'observe',
    opportunism: 'observe',
  },
  killSwitch: undefined,
  confirmations: 2,
  snapshotMaxAgeMs: 180_000,
  telemetryMaxAgeMs: 300_000,
  personWinsMs: 4 * 3_600_000,
  coolDownMs: 30 * 60_000,
  budgets: { actionsPerMinute: 10, hostShare: 0.5, projectShare: 0.5, cloudShare: 0.2, shareWindowMs: 10 * 60_000 },
  protectedTags: ['gleaner-protected'],
  maintenanceWindows: [],
  headroomShare: 0.1,
  peakWindowMs: 86_400_000,
  actionTimeoutMs: 300_000,
  projects: new Map(),
}
