// Tables of notices and of their delivery.
import type { ColumnType } from 'kysely'

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

export interface NoticeDeliveryTable {
  notice_id: string
  notifier: string
  fault: string | null
}

export interface NoticeFailureTable {
  notice_id: string
  notifier: string
  outcome: 'refused' | 'given-up'
  at_ms: number
  attempts: number
  fault: string | null
}

export interface NoticeOutboxTable {
  notifier: string
  notice_id: string
  created_at_ms: number
  next_at_ms: number
  attempts: number
  fault: string | null
  tried_at_ms: number | null
}
