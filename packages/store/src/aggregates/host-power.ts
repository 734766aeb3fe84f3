// What is remembered of hosts that are switched off and on, one document a host.
import type { HostPowerRecord } from '@gleaner/model'
import type { HostPowerStore } from '@gleaner/ports'
import type { Database } from '../database/database.ts'
import { toJson } from '../database/to-json.ts'

export function hostPower(database: Database): HostPowerStore {
  return {
    all: () =>
      database.read(async (queries) => {
        const rows = await queries.selectFrom('host_power').selectAll().orderBy('host_id').execute()
        return rows.map(toRecord)
      }),
    save: (fence, record) =>
      database.fenced(fence, async (queries) => {
        const document = toJson(record)
        await queries
          .insertInto('host_power')
          .values({ host_id: record.hostId, document })
          .onConflict((conflict) => conflict.column('host_id').doUpdateSet({ document }))
          .execute()
      }),
  }
}

/** JSON leaves out what is undefined, and it comes back as such. */
function toRecord({ document }: { readonly document: unknown }): HostPowerRecord {
  return document as HostPowerRecord
}
