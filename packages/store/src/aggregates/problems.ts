// Problems, one row per code and subject for ever. Reported again: counted up, seen last now, and open again whatever
// closed it. First seen stays the very first time.
import { GleanerError, type Problem } from '@gleaner/model'
import type { ProblemStore } from '@gleaner/ports'
import { type Selectable, sql } from 'kysely'
import type { Database } from '../database/database.ts'
import type { ProblemTable } from '../database/tables/system.ts'
import { newId } from '../ids/new-id.ts'

export function problems(database: Database): ProblemStore {
  return {
    report: ({ code, severity, subject, sentence, remedy }, nowMs) =>
      database.write(async (queries) => {
        const seen = { severity, sentence, remedy, last_seen_ms: nowMs }
        const row = await queries
          .insertInto('problem')
          .values({
            id: newId('prob', nowMs),
            key: problemKey(code, subject),
            code,
            subject,
            first_seen_ms: nowMs,
            count: 1,
            ...seen,
          })
          .onConflict((conflict) =>
            conflict.column('key').doUpdateSet({
              ...seen,
              count: sql<number>`least(problem.count, 2147483646) + 1`,
              cleared_at_ms: null,
              cleared_by: null,
              resolved_at_ms: null,
            }),
          )
          .returningAll()
          .executeTakeFirstOrThrow()
        return toProblem(row)
      }),
    resolve: (code, subject, nowMs) =>
      database.write(async (queries) => {
        await queries
          .updateTable('problem')
          .set({ resolved_at_ms: nowMs })
          .where('key', '=', problemKey(code, subject))
          .where('resolved_at_ms', 'is', null)
          .execute()
      }),
    clear: (id, by, nowMs) =>
      database.write(async (queries) => {
        const row = await queries
          .updateTable('problem')
          .set({ cleared_at_ms: nowMs, cleared_by: by })
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirst()
        if (row === undefined) throw new GleanerError('not-found', { object: `problem ${id}` })
        return toProblem(row)
      }),
    list: ({ includeClosed }) =>
      database.read(async (queries) => {
        let query = queries.selectFrom('problem').selectAll()
        if (!includeClosed) query = query.where('cleared_at_ms', 'is', null).where('resolved_at_ms', 'is', null)
        return (await query.orderBy('last_seen_ms', 'desc').orderBy('id', 'desc').execute()).map(toProblem)
      }),
  }
}

/** Codes hold no space, so no two pairs make the same key. */
function problemKey(code: string, subject: string): string {
  return `${code} ${subject}`
}

function toProblem(row: Selectable<ProblemTable>): Problem {
  return {
    id: row.id,
    key: row.key,
    code: row.code,
    severity: row.severity,
    subject: row.subject,
    sentence: row.sentence,
    remedy: row.remedy,
    firstSeenMs: row.first_seen_ms,
    lastSeenMs: row.last_seen_ms,
    count: row.count,
    clearedAtMs: row.cleared_at_ms ?? undefined,
    clearedBy: row.cleared_by ?? undefined,
    resolvedAtMs: row.resolved_at_ms ?? undefined,
  }
}
