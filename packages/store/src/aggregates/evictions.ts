// Decisions to evict, and the instances that left. Each write of a decision is one transaction that checks the leader's term
// and takes along the evictions that it notes, so that no instance is noted as gone without its way back, and none twice.
// A decision that has ended does not change any more: the schema refuses it.
import { type Eviction, type EvictionDecision, GleanerError, endedDecisionStates } from '@gleaner/model'
import type { EvictionStore } from '@gleaner/ports'
import { type Selectable, sql } from 'kysely'
import type { Database, Queries } from '../database/database.ts'
import { violatedConstraint } from '../database/store-fault.ts'
import type { EvictionDecisionTable, EvictionTable } from '../database/tables/evictions.ts'
import { toJson } from '../database/to-json.ts'

const onTheirWay = ['waiting', 'returning'] as const

export function evictions(database: Database): EvictionStore {
  return {
    openDecisions: () =>
      database.read(async (queries) => {
        const rows = await queries
          .selectFrom('eviction_decision')
          .selectAll()
          .where('state', 'not in', endedDecisionStates)
          .orderBy('created_at_ms')
          .orderBy('id')
          .execute()
        return rows.map(toDecision)
      }),
    decision: (id) =>
      database.read(async (queries) => {
        const row = await queries.selectFrom('eviction_decision').selectAll().where('id', '=', id).executeTakeFirst()
        return row === undefined ? undefined : toDecision(row)
      }),
    decisionOf: (requestId) =>
      database.read(async (queries) => {
        const row = await queries
          .selectFrom('eviction_decision')
          .selectAll()
          .where('request_id', '=', requestId)
          .executeTakeFirst()
        return row === undefined ? undefined : toDecision(row)
      }),
    decisions: ({ cloudId, kind }, { limit, offset }) =>
      database.read(async (queries) => {
        const matching = queries
          .selectFrom('eviction_decision')
          .$if(cloudId !== undefined, (query) => query.where('cloud_id', '=', cloudId ?? ''))
          .$if(kind !== undefined, (query) => query.where('kind', '=', kind ?? 'room'))
        const rows = await matching
          .selectAll()
          .orderBy('created_at_ms', 'desc')
          .orderBy('id', 'desc')
          .limit(limit)
          .offset(offset)
          .execute()
        const { total } = await matching
          .select((select) => select.fn.countAll<number>().as('total'))
          .executeTakeFirstOrThrow()
        return { items: rows.map(toDecision), total }
      }),
    eviction: (id) =>
      database.read(async (queries) => {
        const row = await queries.selectFrom('eviction').selectAll().where('id', '=', id).executeTakeFirst()
        return row === undefined ? undefined : toEviction(row)
      }),
    decide: (fence, decision) =>
      database.fenced(fence, async (queries) => {
        await queries
          .insertInto('eviction_decision')
          .values({
            id: decision.id,
            request_id: decision.requestId,
            kind: decision.kind,
            cloud_id: decision.cloudId,
            state: decision.state,
            created_at_ms: decision.createdAtMs,
            updated_at_ms: decision.updatedAtMs,
            document: toJson(decision),
            term: fence.term,
          })
          .execute()
          .catch((error: unknown) => {
            if (violatedConstraint(error) !== 'eviction_decision_request_key') throw error
            const detail = `The request ${decision.requestId} was decided upon already.`
            throw new GleanerError('conflict', { detail }, { cause: error })
          })
      }),
    save: (fence, decision, left) =>
      database.fenced(fence, async (queries) => {
        const { numUpdatedRows } = await queries
          .updateTable('eviction_decision')
          .set({
            state: decision.state,
            updated_at_ms: decision.updatedAtMs,
            document: toJson(decision),
            term: fence.term,
          })
          .where('id', '=', decision.id)
          .executeTakeFirst()
          .catch((error: unknown) => {
            if (violatedConstraint(error) !== 'eviction_decision_forward') throw error
            const detail = `The decision ${decision.id} has ended; it does not change any more.`
            throw new GleanerError('conflict', { detail }, { cause: error })
          })
        if (numUpdatedRows === 0n) throw new GleanerError('not-found', { object: `decision ${decision.id}` })
        for (const eviction of left) await add(queries, eviction)
      }),
    onTheirWayBack: () =>
      database.read(async (queries) => {
        const rows = await queries
          .selectFrom('eviction')
          .selectAll()
          .where('state', 'in', onTheirWay)
          .orderBy('evicted_at_ms')
          .orderBy('id')
          .execute()
        return rows.map(toEviction)
      }),
    follow: (fence, eviction) =>
      database.fenced(fence, async (queries) => {
        await queries
          .updateTable('eviction')
          .set({ state: eviction.state, updated_at_ms: eviction.updatedAtMs, document: toJson(eviction) })
          .where('id', '=', eviction.id)
          .execute()
      }),
    evictions: (filter, { limit, offset }) =>
      database.read(async (queries) => {
        const { instanceId, projectIds, fromMs } = filter
        const matching = queries
          .selectFrom('eviction')
          .$if(instanceId !== undefined, (query) => query.where('instance_id', '=', instanceId ?? ''))
          .$if(fromMs !== undefined, (query) => query.where('evicted_at_ms', '>=', fromMs ?? 0))
          .$if(projectIds !== undefined, (query) =>
            query.where('project_id', '=', sql<string>`any(${projectIds}::text[])`),
          )
        const rows = await matching
          .selectAll()
          .orderBy('evicted_at_ms', 'desc')
          .orderBy('id', 'desc')
          .limit(limit)
          .offset(offset)
          .execute()
        const { total } = await matching
          .select((select) => select.fn.countAll<number>().as('total'))
          .executeTakeFirstOrThrow()
        return { items: rows.map(toEviction), total }
      }),
  }
}

/** Noted before: the answer to the first write was lost on the way. */
async function add(queries: Queries, eviction: Eviction): Promise<void> {
  await queries
    .insertInto('eviction')
    .values({
      id: eviction.id,
      decision_id: eviction.decisionId,
      cloud_id: eviction.cloudId,
      instance_id: eviction.instanceId,
      project_id: eviction.projectId,
      state: eviction.state,
      evicted_at_ms: eviction.evictedAtMs,
      updated_at_ms: eviction.updatedAtMs,
      document: toJson(eviction),
    })
    .onConflict((conflict) => conflict.constraint('eviction_once_key').doNothing())
    .execute()
}

/** JSON leaves out what is undefined: read back it is undefined as well. */
function toDecision(row: Selectable<EvictionDecisionTable>): EvictionDecision {
  return row.document as EvictionDecision
}

function toEviction(row: Selectable<EvictionTable>): Eviction {
  return row.document as Eviction
}
