// The tables of sql/ as Kysely sees them: one interface per table, in the same order; each stands in tables/ with those of its
// kind. Times are epoch milliseconds.
import type {
  HoldTable,
  JournalTable,
  JournalTransitionTable,
  MemoryLoanTable,
  PlanTable,
  ProposalTable,
  UsedLinkTable,
} from './tables/actions.ts'
import type { DesktopPhaseTable, DesktopTable, JoinTokenTable } from './tables/desktops.ts'
import type { EnergyBatchTable, HostEnergyTable, TenantEnergyTable } from './tables/energy.ts'
import type { EstimateTable, EstimatorTable } from './tables/estimates.ts'
import type { EvictionDecisionTable, EvictionTable } from './tables/evictions.ts'
import type {
  HostOfferTable,
  HostPowerTable,
  InstanceMemoryTable,
  LedgerPointTable,
  PrivatePropertyTable,
  TelemetryBlobTable,
} from './tables/inventory.ts'
import type { LeaseAllocationTable, LeaseEventTable, LeaseTable, ReservableHostTable } from './tables/leases.ts'
import type { NoticeDeliveryTable, NoticeFailureTable, NoticeOutboxTable, NoticeTable } from './tables/notices.ts'
import type { PersonTable, TokenTable } from './tables/people.ts'
import type { ProjectTermsTable, RuleRevisionTable, RuleTable } from './tables/rules.ts'
import type { AuditTable, LeaderTable, ProblemTable, SettingTable } from './tables/system.ts'

export interface Tables {
  leader: LeaderTable
  setting: SettingTable
  rule: RuleTable
  rule_revision: RuleRevisionTable
  proposal: ProposalTable
  journal: JournalTable
  journal_transition: JournalTransitionTable
  memory_loan: MemoryLoanTable
  hold: HoldTable
  used_link: UsedLinkTable
  problem: ProblemTable
  token: TokenTable
  person: PersonTable
  plan: PlanTable
  instance_memory: InstanceMemoryTable
  ledger_point: LedgerPointTable
  telemetry_blob: TelemetryBlobTable
  notice: NoticeTable
  notice_delivery: NoticeDeliveryTable
  notice_failure: NoticeFailureTable
  notice_outbox: NoticeOutboxTable
  audit: AuditTable
  estimate: EstimateTable
  estimator: EstimatorTable
  eviction_decision: EvictionDecisionTable
  eviction: EvictionTable
  lease: LeaseTable
  lease_event: LeaseEventTable
  reservable_host: ReservableHostTable
  lease_allocation: LeaseAllocationTable
  host_energy: HostEnergyTable
  tenant_energy: TenantEnergyTable
  energy_batch: EnergyBatchTable
  host_power: HostPowerTable
  host_offer: HostOfferTable
  private_property: PrivatePropertyTable
  project_terms: ProjectTermsTable
  join_token: JoinTokenTable
  desktop: DesktopTable
  desktop_phase: DesktopPhaseTable
}
