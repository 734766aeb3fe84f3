// Holds on instances and hosts. A hold is in force while it is not released and its time has not come; `untilMs` itself is outside.
import { GleanerError, type Hold } from '@gleaner/model'
import type { HoldStore } from '@gleaner/ports'
import type { Selectable } from 'kysely'
import type { Database, Queries } from '../database/database.ts'
import type { HoldTable } from '../database/tables/actions.ts'
import { newId } from '../ids/new-id.ts'

export function holds(database: Database): HoldStore {
  return {
    active: (nowMs) =>
      database.read(async (queries) => {
        const rows = await queries
          .selectFrom('hold')
          .selectAll()
          .where('released_at_ms', 'is', null)
          .where('until_ms', '>', nowMs)
          .orderBy('created_at_ms')
          .orderBy('id')
          .execute()
        return rows.map(toHold)
      }),
    forInstance: (instanceId) =>
      database.read(async (queries) => {
        const rows = await queries
          .selectFrom('hold')
          .selectAll()
          .where('instance_id', '=', instanceId)
          .where('released_at_ms', 'is', null)
          .orderBy('created_at_ms', 'desc')
          .orderBy('id', 'desc')
          .execute()
        return rows.map(toHold)
      }),
    since: (fromMs) =>
      database.read(async (queries) => {
        const rows = await queries
          .selectFrom('hold')
          .selectAll()
          .where('created_at_ms', '>=', fromMs)
          .orderBy('created_at_ms')
          .orderBy('id')
          .execute()
        return rows.map(toHold)
      }),
    add: (hold) => database.write((queries) => insert(queries, hold)),
    addByLink: (link, hold) =>
      database.write(async (queries) => {
        const used = await queries
          .insertInto('used_link')
          .values({ id: link.id, used_at_ms: hold.createdAtMs, ends_at_ms: link.endsAtMs })
          .onConflict((conflict) => conflict.column('id').doNothing())
          .returning('id')
          .execute()
        return used.length === 0 ? undefined : insert(queries, hold)
      }),
    linkUsedAtMs: (linkId) =>
      database.read(async (queries) => {
        const found = await queries.selectFrom('used_link').select('used_at_ms').where('id', '=', linkId).execute()
        return found[0]?.used_at_ms
      }),
    release: (id, by, nowMs) =>
      database.write(async (queries) => {
        const found = await queries
          .selectFrom('hold')
          .select('released_at_ms')
          .where('id', '=', id)
          .forUpdate()
          .execute()
        if (found.length === 0) throw new GleanerError('not-found', { object: `hold ${id}` })
        await queries
          .updateTable('hold')
          .set({ released_at_ms: nowMs, released_by: by })
          .where('id', '=', id)
          .where('released_at_ms', 'is', null)
          .execute()
      }),
  }
}

async function insert(queries: Queries, hold: Omit<Hold, 'id'>): Promise<Hold> {
  const id = newId('hold', hold.createdAtMs)
  await queries
    .insertInto('hold')
    .values({
      id,
      instance_id: hold.instanceId ?? null,
      host_id: hold.hostId ?? null,
      kind: hold.kind,
      until_ms: hold.untilMs,
      made_by: hold.by,
      reason: hold.reason,
      created_at_ms: hold.createdAtMs,
    })
    .execute()
  return { ...hold, id }
}

function toHold(row: Selectable<HoldTable>): Hold {
  return {
    id: row.id,
    instanceId: (row.instance_id ?? undefined) as Hold['instanceId'],
    hostId: (row.host_id ?? undefined) as Hold['hostId'],
    kind: row.kind,
    untilMs: row.until_ms,
    by: row.made_by,
    reason: row.reason,
    createdAtMs: row.created_at_ms,
  }
}
