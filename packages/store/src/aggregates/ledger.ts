// The history of the ledger's totals, one point per cloud and moment.
import type { LedgerLine } from '@gleaner/model'
import type { Store } from '@gleaner/ports'
import type { Database } from '../database/database.ts'
import { toJson } from '../database/to-json.ts'

export function ledger(database: Database): Store['ledger'] {
  return {
    append: (fence, cloudId, point) =>
      database.fenced(fence, async (queries) => {
        const lines = { cores: toJson(point.cores), memory_mib: toJson(point.memoryMiB) }
        await queries
          .insertInto('ledger_point')
          .values({ cloud_id: cloudId, at_ms: point.atMs, ...lines })
          .onConflict((conflict) => conflict.columns(['cloud_id', 'at_ms']).doUpdateSet(lines))
          .execute()
      }),
    range: (cloudId, fromMs, toMs) =>
      database.read(async (queries) => {
        const rows = await queries
          .selectFrom('ledger_point')
          .selectAll()
          .where('cloud_id', '=', cloudId)
          .where('at_ms', '>=', fromMs)
          .where('at_ms', '<', toMs)
          .orderBy('at_ms')
          .execute()
        return rows.map((row) => ({
          atMs: row.at_ms,
          cores: toLine(row.cores),
          memoryMiB: toLine(row.memory_mib),
        }))
      }),
  }
}

/** Lines from before there were estimates hold one peak, the measured one. */
function toLine(stored: unknown): LedgerLine {
  const line = stored as LedgerLine & { readonly measuredPeak?: number }
  return { ...line, measuredPeak: line.measuredPeak ?? line.firmPeak, estimatedPeak: line.estimatedPeak }
}
