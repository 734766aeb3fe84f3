// What an export holds, in an order in which it can be restored (a table after those it refers to). `leader` goes along so
// that terms keep growing after a restore; its rows do not make a database count as used.
import type { Tables } from './database/tables.ts'

export const exportFormat = 'gleaner-export'
export const exportVersion = 1

interface ExportedTable {
  readonly name: keyof Tables
  /** Columns that order the rows, so that two exports of the same state are the same. */
  readonly order: readonly string[]
}

export const exportedTables: readonly ExportedTable[] = [
  { name: 'leader', order: ['scope'] },
  { name: 'setting', order: ['name'] },
  { name: 'rule', order: ['id'] },
  { name: 'rule_revision', order: ['rule_id', 'revision'] },
  { name: 'proposal', order: ['id'] },
  { name: 'journal', order: ['id'] },
  { name: 'journal_transition', order: ['journal_id', 'seq'] },
  { name: 'memory_loan', order: ['journal_id'] },
  { name: 'hold', order: ['id'] },
  { name: 'used_link', order: ['id'] },
  { name: 'problem', order: ['id'] },
  { name: 'token', order: ['id'] },
  { name: 'person', order: ['id'] },
  { name: 'plan', order: ['id'] },
  { name: 'instance_memory', order: ['instance_id'] },
  { name: 'ledger_point', order: ['cloud_id', 'at_ms'] },
  { name: 'telemetry_blob', order: ['subject'] },
  { name: 'notice', order: ['id'] },
  { name: 'notice_delivery', order: ['notice_id', 'notifier'] },
  { name: 'notice_failure', order: ['notice_id', 'notifier'] },
  { name: 'notice_outbox', order: ['notifier', 'notice_id'] },
  { name: 'audit', order: ['id'] },
  { name: 'estimate', order: ['host_id', 'at_ms'] },
  { name: 'estimator', order: ['host_id'] },
  { name: 'eviction_decision', order: ['id'] },
  { name: 'eviction', order: ['id'] },
  { name: 'lease', order: ['id'] },
  { name: 'lease_event', order: ['lease_id', 'kind'] },
  { name: 'reservable_host', order: ['host_id'] },
  { name: 'host_energy', order: ['host_id', 'at_ms'] },
  { name: 'tenant_energy', order: ['at_ms', 'host_id', 'instance_id', 'project_id'] },
  { name: 'energy_batch', order: ['scope'] },
  { name: 'lease_allocation', order: ['lease_id', 'reservation_id', 'host_id'] },
  { name: 'host_power', order: ['host_id'] },
  { name: 'host_offer', order: ['host_id'] },
  { name: 'private_property', order: ['name'] },
  { name: 'project_terms', order: ['project_id'] },
  { name: 'join_token', order: ['id'] },
  { name: 'desktop', order: ['id'] },
  { name: 'desktop_phase', order: ['desktop_id', 'at_ms'] },
]
