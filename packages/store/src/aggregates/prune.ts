// Deletes what is older than its retention, in parts small enough that nobody waits long for a lock. What is still in force
// stays whatever its age: open proposals, open journal entries, those of memory that is lent still, holds, open problems, the
// revisions of existing rules, decisions to evict that are under way, and those whose victims have not come back yet, leases
// that are not over.
import type { Store } from '@gleaner/ports'
import { type RawBuilder, sql } from 'kysely'
import type { Database } from '../database/database.ts'
import type { Tables } from '../database/tables.ts'

const rowsPerStatement = 2000

export function prune(database: Database): Store['prune'] {
  const sweep = async (table: keyof Tables, condition: RawBuilder<unknown>) => {
    const name = sql.table(table)
    for (;;) {
      const { numAffectedRows } = await database.write((queries) =>
        sql`delete from ${name} where ctid = any(array(
              select ctid from ${name} where ${condition} limit ${rowsPerStatement}))`.execute(queries),
      )
      if ((numAffectedRows ?? 0n) < BigInt(rowsPerStatement)) return
    }
  }
  return async (beforeMs) => {
    await sweep('plan', sql`created_at_ms < ${beforeMs.plans}`)
    await sweep('ledger_point', sql`at_ms < ${beforeMs.ledger}`)
    await sweep('estimate', sql`at_ms < ${beforeMs.ledger}`)
    await sweep('host_energy', sql`at_ms < ${beforeMs.energy}`)
    await sweep('tenant_energy', sql`at_ms < ${beforeMs.energy}`)
    const history = beforeMs.history
    await sweep('proposal', sql`updated_at_ms < ${history} and state in ('done', 'failed', 'timed-out', 'cancelled')`)
    await sweep(
      'journal',
      sql`finished_at_ms < ${history} and not exists (select from memory_loan where journal_id = journal.id)`,
    )
    await sweep('hold', sql`least(until_ms, released_at_ms) < ${history}`)
    await sweep('used_link', sql`ends_at_ms < ${history}`)
    await sweep(
      'problem',
      sql`last_seen_ms < ${history} and (cleared_at_ms < ${history} or resolved_at_ms < ${history})`,
    )
    await sweep(
      'eviction_decision',
      sql`updated_at_ms < ${history} and state in ('observed', 'done', 'failed', 'cancelled', 'refused')
          and not exists (
            select from eviction where decision_id = eviction_decision.id and state in ('waiting', 'returning'))`,
    )
    await sweep('lease', sql`updated_at_ms < ${history} and state in ('ended', 'cancelled', 'lapsed')`)
    await sweep('desktop_phase', sql`at_ms < ${history}`)
    await sweep('join_token', sql`expires_at_ms < ${history}`)
    await sweep('notice', sql`created_at_ms < ${history}`)
    await sweep('audit', sql`at_ms < ${history}`)
    await sweep(
      'rule_revision',
      sql`updated_at_ms < ${history} and not exists (
            select from rule_revision last
            where last.rule_id = rule_revision.rule_id
              and (last.removed_at_ms >= ${history}
                or exists (select from rule where rule.id = last.rule_id)))`,
    )
  }
}
