// What holds for the rules in single projects. A change locks the row of its project, so that its line of the audit tells what was
// there before, and is written with that line or not at all.
import type { ProjectId, ProjectLimits, ProjectOptOut, ProjectTerms } from '@gleaner/model'
import type { ProjectTermsStore } from '@gleaner/ports'
import type { Database } from '../database/database.ts'
import { toJson } from '../database/to-json.ts'
import { appendAudit } from './audit.ts'

interface Row {
  readonly project_id: string
  readonly opt_out: unknown
  readonly limits: unknown
}

export function projectTerms(database: Database): ProjectTermsStore {
  return {
    all: () =>
      database.read(async (queries) => {
        const rows = await queries.selectFrom('project_terms').selectAll().orderBy('project_id').execute()
        return new Map(rows.map((row) => [row.project_id as ProjectId, termsOf(row)]))
      }),
    change: (projectId, change, lineOf) =>
      database.write(async (queries) => {
        await queries
          .insertInto('project_terms')
          .values({ project_id: projectId, opt_out: null, limits: '{}' })
          .onConflict((conflict) => conflict.column('project_id').doNothing())
          .execute()
        const row = await queries
          .selectFrom('project_terms')
          .selectAll()
          .where('project_id', '=', projectId)
          .forUpdate()
          .executeTakeFirstOrThrow()
        const before = termsOf(row)
        const line = lineOf(before)
        const written =
          'optOut' in change
            ? { opt_out: change.optOut === undefined ? null : toJson(change.optOut) }
            : { limits: toJson(change.limits) }
        await queries.updateTable('project_terms').set(written).where('project_id', '=', projectId).execute()
        await appendAudit(queries, [line])
        return { ...before, ...change }
      }),
  }
}

function termsOf({ project_id, opt_out, limits }: Row): ProjectTerms {
  const optOut = opt_out === null ? undefined : (opt_out as ProjectOptOut)
  return {
    projectId: project_id as ProjectId,
    // The end is absent in the column where there is none.
    optOut: optOut === undefined ? undefined : { ...optOut, untilMs: optOut.untilMs },
    limits: limits as ProjectLimits,
  }
}
