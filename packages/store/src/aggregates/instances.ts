// What is remembered of every instance of a cloud between two runs.
import type { InstanceState } from '@gleaner/model'
import type { InstanceMemory, Store } from '@gleaner/ports'
import { sql } from 'kysely'
import type { Database, Queries } from '../database/database.ts'
import { inChunks } from './in-chunks.ts'

const rowsPerStatement = 5000

export function instances(database: Database): Store['instances'] {
  return {
    memories: (cloudId) =>
      database.read(async (queries) => {
        const rows = await queries.selectFrom('instance_memory').selectAll().where('cloud_id', '=', cloudId).execute()
        return rows.map((row) => ({
          instanceId: row.instance_id,
          state: row.state as InstanceState,
          stateSinceMs: row.state_since_ms,
          firstSeenMs: row.first_seen_ms,
          lastSeenMs: row.last_seen_ms,
        }))
      }),
    remember: (fence, cloudId, memories) =>
      database.fenced(fence, async (queries) => {
        for (const chunk of inChunks(memories, rowsPerStatement)) await remember(queries, cloudId, chunk)
      }),
    forget: (fence, cloudId, instanceIds) =>
      database.fenced(fence, async (queries) => {
        for (const chunk of inChunks(instanceIds, rowsPerStatement))
          await sql`delete from instance_memory where cloud_id = ${cloudId} and instance_id = any(${chunk}::text[])`.execute(
            queries,
          )
      }),
  }
}

async function remember(queries: Queries, cloudId: string, chunk: readonly InstanceMemory[]): Promise<void> {
  await sql`
    insert into instance_memory (cloud_id, instance_id, state, state_since_ms, first_seen_ms, last_seen_ms)
    select ${cloudId}, * from unnest(
      ${chunk.map(({ instanceId }) => instanceId)}::text[], ${chunk.map(({ state }) => state)}::text[],
      ${chunk.map(({ stateSinceMs }) => stateSinceMs)}::float8[], ${chunk.map(({ firstSeenMs }) => firstSeenMs)}::float8[],
      ${chunk.map(({ lastSeenMs }) => lastSeenMs)}::float8[])
    on conflict (instance_id) do update set
      cloud_id = excluded.cloud_id, state = excluded.state, state_since_ms = excluded.state_since_ms,
      first_seen_ms = excluded.first_seen_ms, last_seen_ms = excluded.last_seen_ms`.execute(queries)
}
