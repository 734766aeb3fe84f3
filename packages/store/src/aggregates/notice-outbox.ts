// Notices that wait to be delivered, per notifier. A row goes when its notice was delivered or given up: what is not there
// any more is not delivered, what is there is delivered again after a crash.
import type { NoticeOutbox } from '@gleaner/ports'
import { sql } from 'kysely'
import type { Database, Queries } from '../database/database.ts'
import { toNotice, withDeliveries } from './notices.ts'

export function noticeOutbox(database: Database): NoticeOutbox {
  return {
    due: (notifier, { nowMs, limit }) =>
      database.read(async (queries) => {
        const rows = await withDeliveries(queries)
          .innerJoin('notice_outbox', 'notice_outbox.notice_id', 'notice.id')
          .select('notice_outbox.attempts')
          .where('notice_outbox.notifier', '=', notifier)
          .where('notice_outbox.next_at_ms', '<=', nowMs)
          .orderBy('notice_outbox.next_at_ms')
          .orderBy('notice_outbox.created_at_ms')
          .orderBy('notice.id')
          .limit(limit)
          .execute()
        return rows.map(({ attempts, ...row }) => ({ notice: toNotice(row), attempts }))
      }),
    sent: (fence, notifier, id) =>
      database.fenced(fence, async (queries) => {
        await remove(queries, notifier, id)
        await sql`
          insert into notice_delivery (notice_id, notifier) select id, ${notifier} from notice where id = ${id}
          on conflict do nothing`.execute(queries)
      }),
    later: (fence, notifier, { id, nextAtMs }) =>
      database.fenced(fence, async (queries) => {
        await queries
          .updateTable('notice_outbox')
          .set({ next_at_ms: nextAtMs, attempts: sql<number>`least(attempts, 1000000) + 1` })
          .where('notifier', '=', notifier)
          .where('notice_id', '=', id)
          .execute()
      }),
    giveUp: (fence, notifier, id) => database.fenced(fence, (queries) => remove(queries, notifier, id)),
    trim: (fence, notifier, { most, beforeMs }) =>
      database.fenced(fence, async (queries) => {
        const gone = await sql`
          delete from notice_outbox where notifier = ${notifier} and (
            created_at_ms < ${beforeMs}
            or notice_id in (
              select notice_id from notice_outbox where notifier = ${notifier}
              order by created_at_ms desc, notice_id desc offset ${most}))`.execute(queries)
        return Number(gone.numAffectedRows ?? 0n)
      }),
    keepOnly: (fence, notifiers) =>
      database.fenced(fence, async (queries) => {
        let removal = queries.deleteFrom('notice_outbox')
        if (notifiers.length > 0) removal = removal.where('notifier', 'not in', [...notifiers])
        await removal.execute()
      }),
    recent: (notifier, { limit, projectIds }) =>
      database.read(async (queries) => {
        const rows = await withDeliveries(queries)
          .leftJoin('notice_outbox', (join) =>
            join.onRef('notice_outbox.notice_id', '=', 'notice.id').on('notice_outbox.notifier', '=', notifier),
          )
          .leftJoin('notice_delivery', (join) =>
            join.onRef('notice_delivery.notice_id', '=', 'notice.id').on('notice_delivery.notifier', '=', notifier),
          )
          .select('notice_outbox.attempts')
          .where((where) =>
            where.or([
              where('notice_outbox.notifier', 'is not', null),
              where('notice_delivery.notifier', 'is not', null),
            ]),
          )
          .$if(projectIds !== undefined, (query) =>
            query.where(sql<boolean>`notice.about ->> 'projectId' = any(${projectIds}::text[])`),
          )
          .orderBy('notice.created_at_ms', 'desc')
          .orderBy('notice.id', 'desc')
          .limit(limit)
          .execute()
        return rows.map(({ attempts, ...row }) => ({ notice: toNotice(row), attempts: attempts ?? undefined }))
      }),
    waiting: (notifier) =>
      database.read(async (queries) => {
        const row = await queries
          .selectFrom('notice_outbox')
          .select((each) => [each.fn.countAll<string>().as('count'), each.fn.min('created_at_ms').as('oldest')])
          .where('notifier', '=', notifier)
          .executeTakeFirstOrThrow()
        return { count: Number(row.count), oldestAtMs: row.oldest ?? undefined }
      }),
  }
}

async function remove(queries: Queries, notifier: string, id: string): Promise<void> {
  await queries.deleteFrom('notice_outbox').where('notifier', '=', notifier).where('notice_id', '=', id).execute()
}
