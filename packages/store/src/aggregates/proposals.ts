// Proposals and how far each has come. What has ended does not reopen: writing an open state over it is ignored. A person's
// approval is never undone by a cycle that began before it: a stored approval outlives a write without one.
import { type Capability, GleanerError, type Proposal, openProposalStates } from '@gleaner/model'
import type { ProposalStore } from '@gleaner/ports'
import { type Selectable, sql } from 'kysely'
import type { Database, Queries } from '../database/database.ts'
import { violatedConstraint } from '../database/store-fault.ts'
import type { ProposalTable } from '../database/tables/actions.ts'
import { toJson } from '../database/to-json.ts'
import { inChunks } from './in-chunks.ts'

type Row = Selectable<ProposalTable>

const rowsPerStatement = 1000
const endedStates = ['done', 'failed', 'timed-out', 'cancelled'] as const

export function proposals(database: Database): ProposalStore {
  return {
    open: () =>
      database.read(async (queries) => {
        const rows = await queries
          .selectFrom('proposal')
          .selectAll()
          .where('state', 'not in', endedStates)
          .orderBy('created_at_ms')
          .orderBy('id')
          .execute()
        return rows.map(toProposal)
      }),
    find: (id) =>
      database.read(async (queries) => {
        const row = await queries.selectFrom('proposal').selectAll().where('id', '=', id).executeTakeFirst()
        return row === undefined ? undefined : toProposal(row)
      }),
    save: (fence, changed) =>
      database.fenced(fence, async (queries) => {
        // Ends first: what they were the only open one of may then be proposed anew in the same breath.
        const isOpen = ({ state }: Proposal) => openProposalStates.includes(state)
        const ordered = [...changed.filter((one) => !isOpen(one)), ...changed.filter(isOpen)]
        for (const chunk of inChunks(ordered, rowsPerStatement)) await save(queries, chunk)
      }),
    approve: (id, by, nowMs) =>
      database.write(async (queries) => {
        const row = await queries.selectFrom('proposal').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
        if (row === undefined) throw new GleanerError('not-found', { object: `proposal ${id}` })
        if (row.state !== 'awaiting-approval')
          throw new GleanerError(
            'conflict',
            { detail: `The proposal is ${row.state}; it does not wait for approval.` },
            { remedy: 'The command gleaner plan shows those that wait.' },
          )
        if (row.approved_by !== null)
          throw new GleanerError(
            'conflict',
            { detail: `The proposal was approved by ${row.approved_by} already.` },
            { remedy: 'There is nothing to do; gleaner plan shows when it is due.' },
          )
        const change = { approved_by: by, updated_at_ms: nowMs }
        await queries.updateTable('proposal').set(change).where('id', '=', id).execute()
        return toProposal({ ...row, ...change })
      }),
    forInstance: (instanceId, limit) =>
      database.read(async (queries) => {
        const rows = await queries
          .selectFrom('proposal')
          .selectAll()
          .where('instance_id', '=', instanceId)
          .orderBy('updated_at_ms', 'desc')
          .orderBy('id', 'desc')
          .limit(limit)
          .execute()
        return rows.map(toProposal)
      }),
    forHost: (hostId, limit) =>
      database.read(async (queries) => {
        const rows = await queries
          .selectFrom('proposal')
          .selectAll()
          .where('host_id', '=', hostId)
          .where('instance_id', 'is', null)
          .orderBy('updated_at_ms', 'desc')
          .orderBy('id', 'desc')
          .limit(limit)
          .execute()
        return rows.map(toProposal)
      }),
    observed: ({ startMs, endMs }) =>
      database.read(async (queries) => {
        const rows = await queries
          .selectFrom('proposal')
          .selectAll()
          .where('state', 'in', ['observed', 'cancelled'])
          .where(sql<boolean>`document ->> 'mode' = 'observe'`)
          .where('created_at_ms', '<', endMs)
          .where((where) => where.or([where('state', '=', 'observed'), where('updated_at_ms', '>', startMs)]))
          .orderBy('created_at_ms')
          .orderBy('id')
          .execute()
        return rows.map(toProposal)
      }),
    recent: ({ state, capability, projectIds }, { limit, offset }) =>
      database.read(async (queries) => {
        const matching = queries
          .selectFrom('proposal')
          .$if(state !== undefined, (query) => query.where('state', '=', state ?? ''))
          .$if(capability !== undefined, (query) => query.where('capability', '=', capability ?? ''))
          .$if(projectIds !== undefined, (query) =>
            query.where('project_id', '=', sql<string>`any(${projectIds}::text[])`),
          )
        const rows = await matching
          .selectAll()
          .orderBy('updated_at_ms', 'desc')
          .orderBy('id', 'desc')
          .limit(limit)
          .offset(offset)
          .execute()
        const { total } = await matching
          .select((select) => select.fn.countAll<number>().as('total'))
          .executeTakeFirstOrThrow()
        return { items: rows.map(toProposal), total }
      }),
  }
}

async function save(queries: Queries, chunk: readonly Proposal[]): Promise<void> {
  const column = <T>(of: (proposal: Proposal) => T) => chunk.map(of)
  await sql`
    insert into proposal as stored
      (id, instance_id, action, capability, state, created_at_ms, updated_at_ms, approved_by, document)
    select * from unnest(
      ${column(({ id }) => id)}::text[], ${column(({ instanceId }) => (instanceId ?? null) as string | null)}::text[],
      ${column(({ action }) => action)}::text[], ${column(({ capability }) => capability)}::text[],
      ${column(({ state }) => state)}::text[], ${column(({ createdAtMs }) => createdAtMs)}::float8[],
      ${column(({ updatedAtMs }) => updatedAtMs)}::float8[], ${column(({ approvedBy }) => approvedBy ?? null)}::text[],
      ${column(toDocument)}::json[])
    on conflict (id) do update set
      state = excluded.state, updated_at_ms = excluded.updated_at_ms, document = excluded.document,
      approved_by = coalesce(excluded.approved_by, stored.approved_by)
    where stored.state not in (${sql.join(endedStates)})`
    .execute(queries)
    .catch((error: unknown) => {
      const violated = violatedConstraint(error)
      if (violated !== 'proposal_open_key' && violated !== 'proposal_open_host_key') throw error
      const detail = 'There is an open proposal for this action on the instance or host already.'
      throw new GleanerError('conflict', { detail }, { cause: error })
    })
}

const inColumns: ReadonlySet<string> = new Set<keyof Proposal>([
  'id',
  'instanceId',
  'action',
  'capability',
  'state',
  'createdAtMs',
  'updatedAtMs',
  'approvedBy',
])

/** What no column holds. */
function toDocument(proposal: Proposal): string {
  return toJson(Object.fromEntries(Object.entries(proposal).filter(([name]) => !inColumns.has(name))))
}

function toProposal(row: Row): Proposal {
  const stored = row.document as Omit<Proposal, 'id'>
  return {
    ...stored,
    setting: stored.setting,
    projectId: stored.projectId,
    hostId: stored.hostId,
    ruleId: stored.ruleId,
    ruleRevision: stored.ruleRevision,
    noticeAtMs: stored.noticeAtMs,
    dueAtMs: stored.dueAtMs,
    id: row.id,
    instanceId: (row.instance_id ?? undefined) as Proposal['instanceId'],
    action: row.action as Proposal['action'],
    capability: row.capability as Capability,
    state: row.state as Proposal['state'],
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
    approvedBy: row.approved_by ?? undefined,
  }
}
