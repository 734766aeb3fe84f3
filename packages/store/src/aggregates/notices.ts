// Notices to owners and operators. One that is added waits for its notifiers from the same transaction on.
import type { NoticeAbout, ReportBody } from '@gleaner/model'
import type { Store, StoredNotice } from '@gleaner/ports'
import { type Selectable, sql } from 'kysely'
import type { Database, Queries } from '../database/database.ts'
import type { NoticeTable } from '../database/tables/notices.ts'
import { toJson } from '../database/to-json.ts'

type Row = Selectable<NoticeTable> & { readonly sent_by: string[] }

export function notices(database: Database): Store['notices'] {
  return {
    add: (fence, notice, queueFor = []) =>
      database.fenced(fence, async (queries) => {
        const added = await queries
          .insertInto('notice')
          .values({
            id: notice.id,
            instance_id: notice.instanceId,
            proposal_id: notice.proposalId ?? null,
            sentence: notice.sentence,
            created_at_ms: notice.createdAtMs,
            due_at_ms: notice.dueAtMs ?? null,
            about: notice.about === undefined ? null : toJson(notice.about),
            report: notice.report === undefined ? null : toJson(notice.report),
          })
          .onConflict((conflict) => conflict.column('id').doNothing())
          .returning('id')
          .execute()
        if (added.length === 0) return false
        for (const notifier of queueFor)
          await queries
            .insertInto('notice_outbox')
            .values({
              notifier,
              notice_id: notice.id,
              created_at_ms: notice.createdAtMs,
              next_at_ms: notice.createdAtMs,
              attempts: 0,
            })
            .execute()
        for (const notifier of notice.sentBy) await deliver(queries, notice.id, notifier)
        return true
      }),
    forInstance: (instanceId, limit) =>
      database.read(async (queries) => {
        const rows = await withDeliveries(queries)
          .where('instance_id', '=', instanceId)
          .orderBy('created_at_ms', 'desc')
          .orderBy('id', 'desc')
          .limit(limit)
          .execute()
        return rows.map(toNotice)
      }),
  }
}

/** A notice that was pruned in the meantime has nothing left to mark. */
async function deliver(queries: Queries, id: string, notifier: string): Promise<void> {
  await sql`
    insert into notice_delivery (notice_id, notifier) select id, ${notifier} from notice where id = ${id}
    on conflict do nothing`.execute(queries)
}

export function withDeliveries(queries: Queries) {
  return queries
    .selectFrom('notice')
    .selectAll('notice')
    .select(
      sql<string[]>`array(select notifier from notice_delivery where notice_id = notice.id order by 1)`.as('sent_by'),
    )
}

export function toNotice(row: Row): StoredNotice {
  return {
    id: row.id,
    instanceId: row.instance_id,
    proposalId: row.proposal_id ?? undefined,
    sentence: row.sentence,
    createdAtMs: row.created_at_ms,
    dueAtMs: row.due_at_ms ?? undefined,
    sentBy: row.sent_by,
    about: (row.about ?? undefined) as NoticeAbout | undefined,
    ...(row.report === null ? {} : { report: row.report as ReportBody }),
  }
}
