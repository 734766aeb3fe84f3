// Notices that wait to be delivered, per notifier. A row goes when its notice was delivered or given up: what is not there
// any more is not delivered, what is there is delivered again after a crash.
import type { NoticeOutbox, NoticePassage } from '@gleaner/ports'
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
    sent: (fence, notifier, { id, fault = null }) =>
      database.fenced(fence, async (queries) => {
        await remove(queries, notifier, id)
        await sql`
          insert into notice_delivery (notice_id, notifier, fault) select id, ${notifier}, ${fault} from notice where id = ${id}
          on conflict do nothing`.execute(queries)
      }),
    later: (fence, notifier, { id, nextAtMs, atMs, fault }) =>
      database.fenced(fence, async (queries) => {
        await queries
          .updateTable('notice_outbox')
          .set({
            next_at_ms: nextAtMs,
            attempts: sql<number>`least(attempts, 1000000) + 1`,
            fault,
            tried_at_ms: atMs,
          })
          .where('notifier', '=', notifier)
          .where('notice_id', '=', id)
          .execute()
      }),
    giveUp: (fence, notifier, { id, atMs, fault }) =>
      database.fenced(fence, async (queries) => {
        await sql`
          with gone as (delete from notice_outbox where notifier = ${notifier} and notice_id = ${id} returning *)
          insert into notice_failure (notice_id, notifier, outcome, at_ms, attempts, fault)
          select notice_id, notifier, 'refused', ${atMs}, least(attempts, 1000000) + 1, ${fault}::text from gone
          on conflict do nothing`.execute(queries)
      }),
    trim: (fence, notifier, { most, beforeMs, nowMs }) =>
      database.fenced(fence, async (queries) => {
        const gone = await sql`
          with gone as (
            delete from notice_outbox where notifier = ${notifier} and (
              created_at_ms < ${beforeMs}
              or notice_id in (
                select notice_id from notice_outbox where notifier = ${notifier}
                order by created_at_ms desc, notice_id desc offset ${most}))
            returning *)
          insert into notice_failure (notice_id, notifier, outcome, at_ms, attempts, fault)
          select notice_id, notifier, 'given-up', ${nowMs}, attempts, fault from gone
          on conflict (notice_id, notifier) do update set at_ms = excluded.at_ms`.execute(queries)
        return Number(gone.numAffectedRows ?? 0n)
      }),
    keepOnly: (fence, notifiers) =>
      database.fenced(fence, async (queries) => {
        let removal = queries.deleteFrom('notice_outbox')
        if (notifiers.length > 0) removal = removal.where('notifier', 'not in', [...notifiers])
        await removal.execute()
      }),
    recent: (notifier, { limit, offset, projectIds }) =>
      database.read(async (queries) => {
        const rows = await withDeliveries(queries)
          .leftJoin('notice_outbox', (join) =>
            join.onRef('notice_outbox.notice_id', '=', 'notice.id').on('notice_outbox.notifier', '=', notifier),
          )
          .leftJoin('notice_delivery', (join) =>
            join.onRef('notice_delivery.notice_id', '=', 'notice.id').on('notice_delivery.notifier', '=', notifier),
          )
          .leftJoin('notice_failure', (join) =>
            join.onRef('notice_failure.notice_id', '=', 'notice.id').on('notice_failure.notifier', '=', notifier),
          )
          .select([
            'notice_delivery.notifier as taken_by',
            'notice_delivery.fault as taken_fault',
            'notice_outbox.attempts',
            'notice_outbox.fault',
            'notice_outbox.tried_at_ms',
            'notice_outbox.next_at_ms',
            'notice_failure.outcome as failed',
            'notice_failure.attempts as failed_attempts',
            'notice_failure.fault as failed_fault',
            'notice_failure.at_ms as failed_at_ms',
          ])
          .where((where) =>
            where.or([
              where('notice_outbox.notifier', 'is not', null),
              where('notice_delivery.notifier', 'is not', null),
              where('notice_failure.notifier', 'is not', null),
            ]),
          )
          .$if(projectIds !== undefined, (query) =>
            query.where(sql<boolean>`notice.about ->> 'projectId' = any(${projectIds}::text[])`),
          )
          .orderBy('notice.created_at_ms', 'desc')
          .orderBy('notice.id', 'desc')
          .limit(limit)
          .offset(offset)
          .execute()
        const items = rows.map((row) => ({ notice: toNotice(row), ...passageOf(row) }))
        return { items, total: await countOf(queries, notifier, projectIds) }
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

async function countOf(queries: Queries, notifier: string, projectIds?: readonly string[]): Promise<number> {
  const { rows } = await sql<{ total: string }>`
    select count(*) as total from (
      select notice_id from notice_outbox where notifier = ${notifier}
      union select notice_id from notice_delivery where notifier = ${notifier}
      union select notice_id from notice_failure where notifier = ${notifier}) as passage
    ${
      projectIds === undefined
        ? sql``
        : sql`join notice on notice.id = notice_id where about ->> 'projectId' = any(${[...projectIds]}::text[])`
    }`.execute(queries)
  return Number(rows[0]?.total ?? 0)
}

interface PassageRow {
  readonly taken_by: string | null
  readonly taken_fault: string | null
  readonly attempts: number | null
  readonly fault: string | null
  readonly tried_at_ms: number | null
  readonly next_at_ms: number | null
  readonly failed: 'refused' | 'given-up' | null
  readonly failed_attempts: number | null
  readonly failed_fault: string | null
  readonly failed_at_ms: number | null
}

function passageOf(row: PassageRow): Omit<NoticePassage, 'notice'> {
  const none = { attempts: undefined, faultAtMs: undefined, nextAtMs: undefined }
  if (row.taken_by !== null) return { ...none, outcome: 'delivered', fault: row.taken_fault ?? undefined }
  if (row.failed !== null)
    return {
      outcome: row.failed,
      attempts: row.failed_attempts ?? undefined,
      fault: row.failed_fault ?? undefined,
      faultAtMs: row.failed_at_ms ?? undefined,
      nextAtMs: undefined,
    }
  return {
    outcome: 'waiting',
    attempts: row.attempts ?? undefined,
    fault: row.fault ?? undefined,
    faultAtMs: row.tried_at_ms ?? undefined,
    nextAtMs: row.next_at_ms ?? undefined,
  }
}

async function remove(queries: Queries, notifier: string, id: string): Promise<void> {
  await queries.deleteFrom('notice_outbox').where('notifier', '=', notifier).where('notice_id', '=', id).execute()
}
