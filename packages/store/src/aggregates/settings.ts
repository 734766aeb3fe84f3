// Settings: JSON values under dotted names, each with who set it and when.
import type { Store } from '@gleaner/ports'
import type { Database } from '../database/database.ts'
import { toJson } from '../database/to-json.ts'

export function settings(database: Database): Store['settings'] {
  return {
    all: () =>
      database.read(async (queries) => {
        const rows = await queries.selectFrom('setting').select(['name', 'value']).orderBy('name').execute()
        return new Map(rows.map(({ name, value }) => [name, JSON.parse(value) as unknown]))
      }),
    set: (name, value, { by, nowMs }) =>
      database.write(async (queries) => {
        const row = { value: toJson(value), changed_at_ms: nowMs, changed_by: by }
        await queries
          .insertInto('setting')
          .values({ name, ...row })
          .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
          .execute()
      }),
    remove: (name) =>
      database.write(async (queries) => {
        await queries.deleteFrom('setting').where('name', '=', name).execute()
      }),
  }
}
