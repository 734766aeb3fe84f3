// The Store port: what must outlive the process. Contract:
//
// - Every method either has happened durably when it resolves, or rejects with a `store-…` GleanerError and changed nothing.
// - Methods that take a `Fence` check in the same transaction that its term is still the current one of its scope, and
//   reject with `not-leader` otherwise: a leader that was paused and replaced cannot write when it wakes up.
// - Times are epoch milliseconds and come from the caller; the store reads no clock for anything that is decided upon.
import type { AuditStore } from './audit.ts'
import type { DesktopStore } from './desktops.ts'
import type { EnergyStore } from './energy.ts'
import type { EstimateStore } from './estimates.ts'
import type { EvictionStore } from './evictions.ts'
import type { HoldStore } from './holds.ts'
import type { HostOffersStore, HostPowerStore } from './hosts.ts'
import type { InstanceStore } from './instances.ts'
import type { JournalStore } from './journal.ts'
import type { Leadership } from './leadership.ts'
import type { LeaseStore } from './leases.ts'
import type { LedgerStore } from './ledger.ts'
import type { NoticeOutbox, NoticeStore } from './notices.ts'
import type { PersonStore } from './people.ts'
import type { PlanStore } from './plans.ts'
import type { ProblemStore } from './problems.ts'
import type { ProjectTermsStore } from './project-terms.ts'
import type { ProposalStore } from './proposals.ts'
import type { RuleStore } from './rules.ts'
import type { SettingStore } from './settings.ts'
import type { TelemetryStore } from './telemetry.ts'
import type { TokenStore } from './tokens.ts'

export interface Store {
  readonly leadership: Leadership
  readonly rules: RuleStore
  readonly proposals: ProposalStore
  readonly journal: JournalStore
  readonly holds: HoldStore
  readonly evictions: EvictionStore
  readonly leases: LeaseStore
  readonly hostOffers: HostOffersStore
  readonly projectTerms: ProjectTermsStore
  readonly hostPower: HostPowerStore
  readonly desktops: DesktopStore
  readonly problems: ProblemStore
  readonly tokens: TokenStore
  readonly people: PersonStore
  readonly estimates: EstimateStore
  readonly energy: EnergyStore

  readonly settings: SettingStore
  readonly plans: PlanStore
  readonly instances: InstanceStore
  readonly ledger: LedgerStore
  readonly telemetry: TelemetryStore
  readonly notices: NoticeStore
  readonly outbox: NoticeOutbox
  readonly audit: AuditStore

  /**
   * Deletes what is older than the retention: plans, ledger points with estimates, ended proposals, finished journal entries,
   * ended decisions to evict, leases that are over, energy, phases of desktops and join tokens that are over, audit.
   */
  prune(beforeMs: {
    readonly plans: number
    readonly ledger: number
    readonly history: number
    readonly energy: number
  }): Promise<void>
  /** Rejects when the database cannot be written. */
  ping(signal: AbortSignal): Promise<void>
  /** Lines of a gzip-compressed export, with header and checksum. */
  exportState(): AsyncIterable<Uint8Array>
  /** Only into an empty database. */
  restoreState(source: AsyncIterable<Uint8Array>): Promise<{ readonly rows: number }>
  close(): Promise<void>
}
