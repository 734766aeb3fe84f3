// The tables as Kysely sees them: one interface per table of sql/, in the same order. Times are epoch milliseconds. A json
// column is read as a parsed value and written as text made by toJson: the driver would turn an array into a
// PostgreSQL array.
import type {
  DecisionState,
  EvictionKind,
  LeaseEventKind,
  LeaseEventState,
  LeaseState,
  ReturnState,
} from '@gleaner/model'
import type { ColumnType, GeneratedAlways } from 'kysely'

type Json = ColumnType<unknown, string, string>

interface LeaderTable {
  scope: string
  holder: string
  term: number
  since_ms: number
}

interface SettingTable {
  name: string
  value: string
  changed_at_ms: number
  changed_by: string
}

export interface RuleTable {
  id: string
  name: string
  revision: number
  source: 'file' | 'api'
  definition: Json
  created_at_ms: number
  updated_at_ms: number
  updated_by: string
}

interface RuleRevisionTable {
  rule_id: string
  revision: number
  source: 'file' | 'api'
  definition: Json
  created_at_ms: number
  updated_at_ms: number
  updated_by: string
  removed_at_ms: number | null
  removed_by: string | null
}

export interface ProposalTable {
  id: string
  instance_id: string | null
  action: string
  capability: string
  state: string
  created_at_ms: number
  updated_at_ms: number
  approved_by: string | null
  document: Json
  project_id: GeneratedAlways<string | null>
  host_id: GeneratedAlways<string | null>
}

export interface JournalTable {
  id: string
  idempotency_key: string
  proposal_id: string | null
  capability: string
  action: string
  cloud_id: string
  instance_id: string | null
  instance_name: string | null
  project_id: string | null
  host_id: string | null
  cause: string
  reason: Json
  state: string
  state_before: string
  intended_at_ms: number
  accepted_at_ms: number | null
  finished_at_ms: number | null
  attempts: number
  deadline_ms: number
  outcome: string | null
  gives: Json
  term: number
  host_name: string | null
  setting: ColumnType<unknown, string | null, string | null>
}

interface MemoryLoanTable {
  journal_id: string
  return_id: string | null
}

interface JournalTransitionTable {
  journal_id: string
  seq: number
  state: string
  attempts: number
  at_ms: number | null
  outcome: string | null
  term: number
}

export interface HoldTable {
  id: string
  instance_id: string | null
  kind: 'keep' | 'person-acted' | 'veto' | 'cool-down'
  until_ms: number
  made_by: string
  reason: string
  created_at_ms: number
  released_at_ms: number | null
  released_by: string | null
  host_id: string | null
}

export interface UsedLinkTable {
  id: string
  used_at_ms: number
  ends_at_ms: number
}

export interface ProblemTable {
  id: string
  key: string
  code: string
  severity: 'warning' | 'error'
  subject: string
  sentence: string
  remedy: string
  first_seen_ms: number
  last_seen_ms: number
  count: number
  cleared_at_ms: number | null
  cleared_by: string | null
  resolved_at_ms: number | null
}

export interface TokenTable {
  id: string
  name: string
  sha256: Uint8Array
  role: 'viewer' | 'member' | 'operator' | 'administrator'
  projects: string[]
  created_at_ms: number
  created_by: string
  expires_at_ms: number | null
  last_used_at_ms: number | null
}

export interface PersonTable {
  id: string
  issuer: string
  subject: string
  active: boolean
  role: 'viewer' | 'member' | 'operator' | 'administrator'
  projects: string[]
  serial: string
  fingerprint: string
  certificate_ends_at_ms: number
  first_seen_ms: number
  last_seen_ms: number
  decided_at_ms: number | null
  decided_by: string | null
}

interface PlanTable {
  id: string
  created_at_ms: number
  content: Uint8Array
  document: Uint8Array
}

interface InstanceMemoryTable {
  instance_id: string
  cloud_id: string
  state: string
  state_since_ms: number
  first_seen_ms: number
  last_seen_ms: number
}

interface LedgerPointTable {
  cloud_id: string
  at_ms: number
  cores: Json
  memory_mib: Json
}

interface TelemetryBlobTable {
  subject: string
  bytes: Uint8Array
}

export interface NoticeTable {
  id: string
  instance_id: string
  proposal_id: string | null
  sentence: string
  created_at_ms: number
  due_at_ms: number | null
  about: ColumnType<unknown, string | null, never>
  report: ColumnType<unknown, string | null | undefined, never>
}

interface NoticeDeliveryTable {
  notice_id: string
  notifier: string
}

interface NoticeOutboxTable {
  notifier: string
  notice_id: string
  created_at_ms: number
  next_at_ms: number
  attempts: number
}

interface AuditTable {
  id: string
  at_ms: number
  made_by: string
  made_from: string
  what: string
  object: string
  before: ColumnType<unknown, string | null, never>
  after: ColumnType<unknown, string | null, never>
}

export interface EstimateTable {
  host_id: string
  at_ms: number
  cloud_id: string
  scope_ms: number
  strategy: string
  blind: boolean
  cores_capacity: number
  cores_booked: number
  cores_mean: number | null
  cores_peak: number | null
  cores_estimate: number
  cores_violation: number
  cores_confidence: number
  cores_ratio: number | null
  cores_aim: number | null
  memory_capacity: number
  memory_booked: number
  memory_mean: number | null
  memory_peak: number | null
  memory_estimate: number
  memory_violation: number
  memory_confidence: number
  memory_ratio: number | null
  memory_aim: number | null
}

interface EstimatorTable {
  host_id: string
  cloud_id: string
  estimate: Json
  state: Uint8Array
}

export interface EvictionDecisionTable {
  id: string
  request_id: string
  kind: EvictionKind
  cloud_id: string
  state: DecisionState
  created_at_ms: number
  updated_at_ms: number
  document: Json
  term: number
}

export interface EvictionTable {
  id: string
  decision_id: string
  cloud_id: string
  instance_id: string
  project_id: string
  state: ReturnState
  evicted_at_ms: number
  updated_at_ms: number
  document: Json
}

export interface LeaseTable {
  id: string
  name: string
  cloud_id: string
  project_id: string
  state: LeaseState
  start_ms: number
  end_ms: number
  created_at_ms: number
  updated_at_ms: number
  document: Json
  term: number
}

interface LeaseEventTable {
  lease_id: string
  kind: LeaseEventKind
  due_at_ms: number
  state: LeaseEventState
  done_at_ms: number | null
  outcome: string | null
}

interface ReservableHostTable {
  host_id: string
  vcpus: number
  memory_mib: number
  disk_gib: number
}

interface LeaseAllocationTable {
  lease_id: string
  reservation_id: string
  host_id: string
  units: number
  start_ms: number
  end_ms: number
  vcpus: number | null
  memory_mib: number | null
  disk_gib: number | null
}

interface HostEnergyTable {
  host_id: string
  at_ms: number
  cloud_id: string
  energy_j: number
  estimated_j: number
  bridged_j: number
  measured_ms: number
}

interface TenantEnergyTable {
  at_ms: number
  host_id: string
  cloud_id: string
  instance_id: string
  project_id: string
  idle_j: number
  dynamic_j: number
  estimated_j: number
}

interface EnergyBatchTable {
  scope: string
  id: string
}

interface HostPowerTable {
  host_id: string
  document: Json
}

interface HostOfferTable {
  host_id: string
  document: Json
}

interface PrivatePropertyTable {
  name: string
}

interface ProjectTermsTable {
  project_id: string
  opt_out: ColumnType<unknown, string | null, string | null>
  limits: Json
}

interface JoinTokenTable {
  id: string
  sha256: Uint8Array
  host_name: string
  cloud_id: string | null
  pool: string
  lends: boolean
  created_at_ms: number
  created_by: string
  expires_at_ms: number
  used_at_ms: number | null
}

export interface DesktopTable {
  id: string
  host_name: string
  cloud_id: string | null
  pool: string
  lends: boolean
  joined_at_ms: number
  public_key: Uint8Array | null
  next_key: Uint8Array | null
  key_until_ms: number | null
  revoked_at_ms: number | null
  revoked_by: string | null
  sequence: number
  last_beat_ms: number | null
  word: ColumnType<unknown, string | null, string | null>
  phase_since_ms: number | null
  lent_ms: number
  interruptions: number
  lost_changes: number
  changes_taken: number
  reports: ColumnType<unknown, string | null, string | null>
}

interface DesktopPhaseTable {
  desktop_id: string
  at_ms: number
  phase: string
  verdict: Json
}

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
