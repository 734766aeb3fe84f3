// Rules with all their revisions. A change names the revision it was made from; another one in between is a conflict. The
// rules of the configuration file are made to be exactly what the file says, in one transaction; one that did not change
// keeps its revision.
import { isDeepStrictEqual } from 'node:util'
import { GleanerError, type Rule, type RuleDefinition } from '@gleaner/model'
import type { RuleStore } from '@gleaner/ports'
import type { Selectable } from 'kysely'
import type { Database, Queries } from '../database/database.ts'
import { violatedConstraint } from '../database/store-fault.ts'
import type { RuleTable } from '../database/tables/rules.ts'
import { toJson } from '../database/to-json.ts'
import { newId } from '../ids/new-id.ts'

type Row = Selectable<RuleTable>

export function rules(database: Database): RuleStore {
  return {
    list: () =>
      database.read(async (queries) =>
        (await queries.selectFrom('rule').selectAll().orderBy('name').execute()).map(toRule),
      ),
    find: (idOrName) =>
      database.read(async (queries) => {
        const row = await queries
          .selectFrom('rule')
          .selectAll()
          .where((where) => where.or([where('id', '=', idOrName), where('name', '=', idOrName)]))
          .executeTakeFirst()
        return row === undefined ? undefined : toRule(row)
      }),
    create: (definition, by, nowMs) =>
      database.write((queries) => insert(queries, { definition, source: 'api', by, nowMs })),
    update: (id, { definition, expectedRevision }, { by, nowMs }) =>
      database.write(async (queries) => {
        const row = await queries.selectFrom('rule').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
        if (row === undefined) throw new GleanerError('not-found', { object: `rule ${id}` })
        if (expectedRevision !== undefined && expectedRevision !== row.revision)
          throw new GleanerError(
            'conflict',
            {
              detail: `rule "${row.name}" is at revision ${row.revision} by now; the change was made from ${expectedRevision}.`,
            },
            { remedy: 'Look at the rule as it is now, and change that.' },
          )
        return revise(queries, row, { definition, by, nowMs })
      }),
    remove: (id, by, nowMs) => database.write((queries) => remove(queries, id, { by, nowMs })),
    revisions: (id) =>
      database.read(async (queries) => {
        const found = await queries
          .selectFrom('rule_revision')
          .selectAll()
          .where('rule_id', '=', id)
          .orderBy('revision', 'desc')
          .execute()
        return found.map((row) => toRule({ ...row, id: row.rule_id, name: '' }))
      }),
    replaceFileRules: (definitions, nowMs) => database.write((queries) => replace(queries, definitions, nowMs)),
  }
}

async function insert(
  queries: Queries,
  made: {
    readonly definition: RuleDefinition
    readonly source: 'file' | 'api'
    readonly by: string
    readonly nowMs: number
  },
): Promise<Rule> {
  const { definition, source, by, nowMs } = made
  const row = {
    id: newId('rule', nowMs),
    name: definition.name,
    revision: 1,
    source,
    definition: toJson(definition),
    created_at_ms: nowMs,
    updated_at_ms: nowMs,
    updated_by: by,
  }
  await queries
    .insertInto('rule')
    .values(row)
    .execute()
    .catch((error: unknown) => {
      throw nameTaken(error, definition.name)
    })
  await keepRevision(queries, row)
  return toRule({ ...row, definition })
}

async function revise(
  queries: Queries,
  before: Row,
  made: { readonly definition: RuleDefinition; readonly by: string; readonly nowMs: number },
): Promise<Rule> {
  const { definition, by, nowMs } = made
  const row = {
    ...before,
    name: definition.name,
    revision: before.revision + 1,
    definition: toJson(definition),
    updated_at_ms: nowMs,
    updated_by: by,
  }
  await queries
    .updateTable('rule')
    .set(row)
    .where('id', '=', row.id)
    .execute()
    .catch((error: unknown) => {
      throw nameTaken(error, definition.name)
    })
  await keepRevision(queries, row)
  return toRule({ ...row, definition })
}

async function keepRevision(queries: Queries, row: Omit<Row, 'definition'> & { definition: string }): Promise<void> {
  const { id, name: _, ...rest } = row
  await queries
    .insertInto('rule_revision')
    .values({ rule_id: id, ...rest, removed_at_ms: null, removed_by: null })
    .execute()
}

async function remove(
  queries: Queries,
  id: string,
  { by, nowMs }: { readonly by: string; readonly nowMs: number },
): Promise<void> {
  const gone = await queries.deleteFrom('rule').where('id', '=', id).returning('revision').executeTakeFirst()
  if (gone === undefined) throw new GleanerError('not-found', { object: `rule ${id}` })
  await queries
    .updateTable('rule_revision')
    .set({ removed_at_ms: nowMs, removed_by: by })
    .where('rule_id', '=', id)
    .where('revision', '=', gone.revision)
    .execute()
}

async function replace(
  queries: Queries,
  definitions: readonly RuleDefinition[],
  nowMs: number,
): Promise<readonly Rule[]> {
  const stored = await queries.selectFrom('rule').selectAll().where('source', '=', 'file').forUpdate().execute()
  const wanted = new Set(definitions.map(({ name }) => name))
  const by = 'file'
  for (const { id, name } of stored) if (!wanted.has(name)) await remove(queries, id, { by, nowMs })
  const result: Rule[] = []
  for (const definition of definitions) {
    const row = stored.find(({ name }) => name === definition.name)
    if (row === undefined) result.push(await insert(queries, { definition, source: 'file', by, nowMs }))
    else if (isDeepStrictEqual(row.definition, JSON.parse(toJson(definition)))) result.push(toRule(row))
    else result.push(await revise(queries, row, { definition, by, nowMs }))
  }
  return result
}

function toRule(row: Row): Rule {
  return {
    ...(row.definition as RuleDefinition),
    id: row.id,
    revision: row.revision,
    source: row.source,
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
    updatedBy: row.updated_by,
  }
}

function nameTaken(error: unknown, name: string): unknown {
  return violatedConstraint(error) === 'rule_name_key'
    ? new GleanerError(
        'conflict',
        { detail: `There is a rule "${name}" already.` },
        { cause: error, remedy: 'Take another name, or change the rule there is.' },
      )
    : error
}
