// The journal of actions. Each write is one transaction that checks the leader's term, moves the entry one step forward and
// appends that step to journal_transition. The schema itself refuses a second entry with the same idempotency key, a
// second open entry of an instance or host, and every step back. Steps on a guest's memory open and close its loan with them.
import { GleanerError, type JournalEntry, loanOfKey, type MemoryLoan, type Verdict, type Yield } from '@gleaner/model'
import type { JournalFilter, JournalStore } from '@gleaner/ports'
import { type Selectable, sql } from 'kysely'
import type { Database, Queries } from '../database/database.ts'
import { violatedConstraint } from '../database/store-fault.ts'
import type { JournalTable } from '../database/tables/actions.ts'
import { toJson } from '../database/to-json.ts'

type Row = Selectable<JournalTable>

const openStates = ['intended', 'accepted'] as const

export function journal(database: Database): JournalStore {
  return {
    intend: (fence, entry) =>
      database.fenced(fence, async (queries) => {
        await queries
          .insertInto('journal')
          .values({ ...toRow(entry), term: fence.term })
          .execute()
          .catch((error: unknown) => {
            throw refusal(error, entry)
          })
        await note(queries, entry.id, entry.intendedAtMs)
        await openLoan(queries, entry)
      }),
    attempt: (fence, id) =>
      database.fenced(fence, async (queries) => {
        const row = await locked(queries, id)
        if (row.state !== 'intended') throw notForward(row, 'called again')
        await change(queries, id, { attempts: row.attempts + 1, term: fence.term })
        await note(queries, id, null)
      }),
    accept: (fence, id, atMs) =>
      database.fenced(fence, async (queries) => {
        const row = await locked(queries, id)
        if (row.state === 'accepted') return
        if (row.state !== 'intended') throw notForward(row, 'accepted')
        await change(queries, id, { state: 'accepted', accepted_at_ms: atMs, term: fence.term })
        await note(queries, id, atMs)
      }),
    finish: (fence, id, { state, atMs, outcome }) =>
      database.fenced(fence, async (queries) => {
        const row = await locked(queries, id)
        // The same end again: the answer to the first write was lost on the way.
        if (row.state === state && row.outcome === outcome) return
        if (row.finished_at_ms !== null) throw notForward(row, `ended as ${state}`)
        await change(queries, id, { state, finished_at_ms: atMs, outcome, term: fence.term })
        await note(queries, id, atMs)
        if (state === 'done') await queries.deleteFrom('memory_loan').where('return_id', '=', id).execute()
      }),
    loans: () => database.read(loans),
    open: () =>
      database.read(async (queries) => {
        const rows = await queries
          .selectFrom('journal')
          .selectAll()
          .where('state', 'in', openStates)
          .orderBy('intended_at_ms')
          .orderBy('id')
          .execute()
        return rows.map(toEntry)
      }),
    find: (id) =>
      database.read(async (queries) => {
        const row = await queries.selectFrom('journal').selectAll().where('id', '=', id).executeTakeFirst()
        return row === undefined ? undefined : toEntry(row)
      }),
    list: (filter, { limit, offset }) =>
      database.read(async (queries) => {
        const matching = filtered(queries, filter)
        const rows = await matching
          .selectAll()
          .orderBy('intended_at_ms', 'desc')
          .orderBy('id', 'desc')
          .limit(limit)
          .offset(offset)
          .execute()
        const { total } = await matching
          .select((select) => select.fn.countAll<number>().as('total'))
          .executeTakeFirstOrThrow()
        return { items: rows.map(toEntry), total }
      }),
    since: (fromMs) =>
      database.read(async (queries) => {
        const rows = await queries
          .selectFrom('journal')
          .selectAll()
          .where('intended_at_ms', '>=', fromMs)
          .orderBy('intended_at_ms')
          .orderBy('id')
          .execute()
        return rows.map(toEntry)
      }),
  }
}

/** A loan begins with the intent: whether the call that follows arrives nobody may ever know. */
async function openLoan(queries: Queries, { id, action, idempotencyKey }: JournalEntry): Promise<void> {
  if (action === 'balloon')
    await queries.insertInto('memory_loan').values({ journal_id: id, return_id: null }).execute()
  if (action !== 'return-memory') return
  const loanId = loanOfKey(idempotencyKey)
  if (loanId === undefined) return
  await queries.updateTable('memory_loan').set({ return_id: id }).where('journal_id', '=', loanId).execute()
}

async function loans(queries: Queries): Promise<readonly MemoryLoan[]> {
  const rows = await queries.selectFrom('memory_loan').selectAll().execute()
  const ids = rows.flatMap(({ journal_id, return_id }) => (return_id === null ? [journal_id] : [journal_id, return_id]))
  if (ids.length === 0) return []
  const entries = await queries
    .selectFrom('journal')
    .selectAll()
    .where('id', '=', sql<string>`any(${ids}::text[])`)
    .execute()
  const byId = new Map(entries.map((row) => [row.id, toEntry(row)]))
  return rows.flatMap(({ journal_id, return_id }) => {
    const entry = byId.get(journal_id)
    if (entry?.instanceId === undefined) return []
    return [{ instanceId: entry.instanceId, entry, lastReturn: return_id === null ? undefined : byId.get(return_id) }]
  })
}

async function locked(queries: Queries, id: string): Promise<Row> {
  const row = await queries.selectFrom('journal').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
  if (row === undefined) throw new GleanerError('not-found', { object: `journal entry ${id}` })
  return row
}

async function change(
  queries: Queries,
  id: string,
  to: Partial<Pick<Row, 'state' | 'attempts' | 'accepted_at_ms' | 'finished_at_ms' | 'outcome' | 'term'>>,
): Promise<void> {
  await queries.updateTable('journal').set(to).where('id', '=', id).execute()
}

/** Appends how the entry stands now. The entry is locked, so the numbers have no gap. */
async function note(queries: Queries, id: string, atMs: number | null): Promise<void> {
  await sql`
    insert into journal_transition (journal_id, seq, state, attempts, at_ms, outcome, term)
    select id, 1 + (select count(*) from journal_transition where journal_id = id), state, attempts,
      ${atMs}::float8, outcome, term
    from journal where id = ${id}`.execute(queries)
}

function filtered(queries: Queries, filter: JournalFilter) {
  const { instanceId, onHostId, states, cause, fromMs, toMs, text, projectIds } = filter
  let query = queries.selectFrom('journal')
  if (instanceId !== undefined) query = query.where('instance_id', '=', instanceId)
  if (onHostId !== undefined) query = query.where('host_id', '=', onHostId).where('instance_id', 'is', null)
  if (states !== undefined) query = query.where('state', '=', sql<string>`any(${states}::text[])`)
  if (cause !== undefined) query = query.where('cause', '=', cause)
  if (fromMs !== undefined) query = query.where('intended_at_ms', '>=', fromMs)
  if (toMs !== undefined) query = query.where('intended_at_ms', '<', toMs)
  if (projectIds !== undefined) query = query.where('project_id', '=', sql<string>`any(${projectIds}::text[])`)
  if (text !== undefined) {
    const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`
    query = query.where((where) =>
      where.or([
        where('instance_name', 'ilike', pattern),
        where('host_name', 'ilike', pattern),
        where('cause', 'ilike', pattern),
        where('action', 'ilike', pattern),
      ]),
    )
  }
  return query
}

function toRow(entry: JournalEntry) {
  const isOnHost = entry.instanceId === undefined
  return {
    id: entry.id,
    idempotency_key: entry.idempotencyKey,
    proposal_id: entry.proposalId ?? null,
    capability: entry.capability,
    action: entry.action,
    cloud_id: entry.cloudId,
    instance_id: entry.instanceId ?? null,
    instance_name: isOnHost ? null : entry.targetName,
    project_id: entry.projectId ?? null,
    host_id: entry.hostId ?? null,
    host_name: isOnHost ? entry.targetName : null,
    setting: entry.setting === undefined ? null : toJson(entry.setting),
    cause: entry.cause,
    reason: toJson(entry.reason),
    state: entry.state,
    state_before: entry.stateBefore,
    intended_at_ms: entry.intendedAtMs,
    accepted_at_ms: entry.acceptedAtMs ?? null,
    finished_at_ms: entry.finishedAtMs ?? null,
    attempts: entry.attempts,
    deadline_ms: entry.deadlineMs,
    outcome: entry.outcome ?? null,
    gives: toJson(entry.gives),
  }
}

function toEntry(row: Row): JournalEntry {
  return {
    id: row.id,
    idempotencyKey: row.idempotency_key,
    proposalId: row.proposal_id ?? undefined,
    capability: row.capability as JournalEntry['capability'],
    action: row.action as JournalEntry['action'],
    cloudId: row.cloud_id as JournalEntry['cloudId'],
    setting: row.setting ?? undefined,
    instanceId: (row.instance_id ?? undefined) as JournalEntry['instanceId'],
    targetName: row.instance_name ?? row.host_name ?? '',
    projectId: (row.project_id ?? undefined) as JournalEntry['projectId'],
    hostId: (row.host_id ?? undefined) as JournalEntry['hostId'],
    cause: row.cause,
    reason: row.reason as Verdict,
    state: row.state as JournalEntry['state'],
    stateBefore: row.state_before,
    intendedAtMs: row.intended_at_ms,
    acceptedAtMs: row.accepted_at_ms ?? undefined,
    finishedAtMs: row.finished_at_ms ?? undefined,
    attempts: row.attempts,
    deadlineMs: row.deadline_ms,
    outcome: row.outcome ?? undefined,
    gives: row.gives as Yield,
    term: row.term,
  }
}

function refusal(error: unknown, entry: JournalEntry): unknown {
  switch (violatedConstraint(error)) {
    case 'journal_idempotency_key':
    case 'journal_pkey':
      return new GleanerError('conflict', { detail: 'This action was written before.' }, { cause: error })
    case 'journal_open_instance_key':
    case 'journal_open_host_key':
      return new GleanerError(
        'conflict',
        { detail: `Another action on ${entry.targetName} is under way.` },
        { cause: error, remedy: 'Wait for its end; gleaner history shows it.' },
      )
    case undefined:
    default:
      return error
  }
}

function notForward(row: Row, step: string): GleanerError {
  return new GleanerError('conflict', {
    detail: `The ${row.action} of ${row.instance_name ?? row.host_name} is ${row.state}; it cannot be ${step}.`,
  })
}
