// Plans, deflated JSON, for later comparison. A plan is the same as the one before it when it decides the same: the same
// proposals in the same states for the same reasons, the same ends, the same counts of reasons, the same clouds fit to
// act upon. Ids, times and measured numbers do not count; the ledger's history is kept apart. The same one is not
// stored twice in a row.
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { deflate, inflate } from 'node:zlib'
import type { Plan, Proposal } from '@gleaner/model'
import type { Store } from '@gleaner/ports'
import type { Database } from '../database/database.ts'

const compress = promisify<Buffer, { level: number }, Buffer>(deflate)
const expand = promisify<Uint8Array, Buffer>(inflate)

export function plans(database: Database): Store['plans'] {
  return {
    save: async (fence, plan) => {
      const document = await compress(Buffer.from(JSON.stringify(plan)), { level: 1 })
      await database.fenced(fence, async (queries) => {
        const content = digest(plan)
        const last = await queries
          .selectFrom('plan')
          .select('content')
          .orderBy('created_at_ms', 'desc')
          .orderBy('id', 'desc')
          .limit(1)
          .executeTakeFirst()
        if (last !== undefined && content.equals(last.content)) return
        await queries
          .insertInto('plan')
          .values({ id: plan.id, created_at_ms: plan.createdAtMs, content, document })
          .onConflict((conflict) => conflict.column('id').doNothing())
          .execute()
      })
    },
    find: (id) =>
      database.read(async (queries) => {
        const row = await queries.selectFrom('plan').select('document').where('id', '=', id).executeTakeFirst()
        return row === undefined ? undefined : toPlan(row.document)
      }),
    latest: (limit) =>
      database.read(async (queries) => {
        const rows = await queries
          .selectFrom('plan')
          .select('document')
          .orderBy('created_at_ms', 'desc')
          .orderBy('id', 'desc')
          .limit(limit)
          .execute()
        return Promise.all(rows.map(({ document }) => toPlan(document)))
      }),
  }
}

function digest(plan: Plan): Buffer {
  const said = ({ id, state, verdict, reason, approvedBy, dueAtMs }: Proposal) =>
    [id, state, verdict.code, reason.code, approvedBy ?? '', dueAtMs ?? ''].join(' ')
  const decided = {
    basis: plan.basis.map(({ cloudId, complete, fresh }) => [cloudId, complete, fresh]),
    proposals: plan.proposals.map(said),
    ended: plan.ended.map(said),
    reasons: Object.entries(plan.reasons).sort(([a], [b]) => (a < b ? -1 : 1)),
  }
  return createHash('sha256').update(JSON.stringify(decided)).digest()
}

async function toPlan(document: Uint8Array): Promise<Plan> {
  return JSON.parse((await expand(document)).toString('utf8')) as Plan
}
