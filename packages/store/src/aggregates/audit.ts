// Who did what, from where, and what was there before and after. Append-only; only retention removes.
import type { AuditEntry, Store } from '@gleaner/ports'
import { sql } from 'kysely'
import type { Database, Queries } from '../database/database.ts'
import { toJson } from '../database/to-json.ts'
import { newId } from '../ids/new-id.ts'

export function audit(database: Database): Store['audit'] {
  return {
    append: (entry) => database.write((queries) => appendAudit(queries, [entry])),
    list: ({ limit, offset, search }) =>
      database.read(async (queries) => {
        const rows = await queries
          .selectFrom('audit')
          .selectAll()
          .$if(search !== undefined, (query) => query.where(matching(search ?? '')))
          .orderBy('at_ms', 'desc')
          .orderBy('id', 'desc')
          .limit(limit)
          .offset(offset)
          .execute()
        const { total } = await queries
          .selectFrom('audit')
          .select((select) => select.fn.countAll<number>().as('total'))
          .$if(search !== undefined, (query) => query.where(matching(search ?? '')))
          .executeTakeFirstOrThrow()
        const items = rows.map((row) => ({
          atMs: row.at_ms,
          by: row.made_by,
          from: row.made_from,
          what: row.what,
          object: row.object,
          before: row.before ?? undefined,
          after: row.after ?? undefined,
        }))
        return { items, total }
      }),
  }
}

/** Also as a part of the transaction that makes the change. */
export async function appendAudit(queries: Queries, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) return
  await queries
    .insertInto('audit')
    .values(
      entries.map((entry) => ({
        id: newId('aud', entry.atMs),
        at_ms: entry.atMs,
        made_by: entry.by,
        made_from: entry.from,
        what: entry.what,
        object: entry.object,
        before: toText(entry.before),
        after: toText(entry.after),
      })),
    )
    .execute()
}

/** Upper and lower case are the same; what would be a wild card is a character like others. */
function matching(search: string) {
  const pattern = `%${search.replace(/[\\%_]/g, '\\$&')}%`
  return sql<boolean>`(made_by ilike ${pattern} or what ilike ${pattern} or object ilike ${pattern})`
}

function toText(value: unknown): string | null {
  return value === undefined ? null : toJson(value)
}
