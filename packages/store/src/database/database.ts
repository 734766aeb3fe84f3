// The connections to PostgreSQL and the three ways to use them:
//
// - read: may be repeated a few times within about two seconds when the connection breaks, then `store-unavailable`.
// - write: one transaction, repeated only when the server itself took it back to end a deadlock. When the connection breaks
//   during COMMIT, and nobody can know whether it took place, the server is asked what became of the transaction
//   (pg_xact_status) as soon as it answers again.
// - fenced: a write that first checks, under a lock on the leader's row, that the term is still the current one. A new
//   leader raises the term only after such a transaction has ended.
//
// A connection on which a fault of the store was seen is closed, never reused; the pool opens new ones by itself, so
// everything works again as soon as the server does.
import { setTimeout as pause } from 'node:timers/promises'
import { GleanerError, isError } from '@gleaner/model'
import type { Fence } from '@gleaner/ports'
import {
  Kysely,
  type PostgresCursor,
  PostgresDialect,
  type PostgresPool,
  type PostgresPoolClient,
  type PostgresQueryResult,
  sql,
} from 'kysely'
import { Client, Pool, type PoolClient } from 'pg'
import type { DatabaseAddress } from './database-address.ts'
import { sessionConfig, sessionSetup, storable } from './session.ts'
import { isDeadlock, translateFault } from './store-fault.ts'
import type { Tables } from './tables.ts'

export type Queries = Kysely<Tables>

export interface Database {
  readonly address: DatabaseAddress
  read<T>(work: (queries: Queries) => Promise<T>): Promise<T>
  write<T>(work: (queries: Queries) => Promise<T>): Promise<T>
  fenced<T>(fence: Fence, work: (queries: Queries) => Promise<T>): Promise<T>
  /** A connection outside of the pool, set up like the others but without limit on the time of a statement if asked. */
  connect(name: string, limit: 'limited' | 'unlimited'): Promise<Client>
  close(): Promise<void>
}

const poolSize = 10
const readPausesMs = [50, 200, 600]
/** No further attempt at a read begins after this. */
const readPatienceMs = 2000
/** Whoever was given up to end a deadlock finds the other through; more than once is rare, thrice a fault of ours. */
const attemptsAtWrite = 3
const outcomePausesMs = [50, 100, 200, 400, 800, 1500, 2000]

export function openDatabase(address: DatabaseAddress): Database {
  const pool = new Pool({
    ...sessionConfig(address, 'store'),
    max: poolSize,
    idleTimeoutMillis: 60_000,
    onConnect: async (client) => {
      await client.query(sessionSetup)
    },
  })
  // A connection that breaks while nobody uses it: the pool has removed it already. One that breaks while it is in use, but
  // between two statements, tells only its own listeners; the next statement on it fails.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  const queries: Queries = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: guard(pool) }) })
  let closing: Promise<void> | undefined

  const attempt = <T>(begin: (on: Queries) => Promise<string>, work: (on: Queries) => Promise<T>): Promise<T> =>
    queries
      .connection()
      .execute(async (on) => {
        await sql`begin`.execute(on)
        let xid: string
        let result: T
        try {
          xid = await begin(on)
          result = await work(on)
        } catch (error) {
          await sql`rollback`.execute(on).catch(() => {})
          throw error
        }
        try {
          await sql`commit`.execute(on)
        } catch (error) {
          return { result, doubt: { xid, error } }
        }
        return { result, doubt: undefined }
      })
      .then(async ({ result, doubt }) => {
        // Asked only now that the broken connection is given back.
        if (doubt !== undefined && !(await wasCommitted(queries, doubt))) throw doubt.error
        return result
      })

  const transaction = async <T>(
    begin: (on: Queries) => Promise<string>,
    work: (on: Queries) => Promise<T>,
  ): Promise<T> => {
    for (let nth = 1; ; nth++)
      try {
        return await attempt(begin, work)
      } catch (error) {
        if (nth === attemptsAtWrite || !isDeadlock(error)) throw error
      }
  }

  return {
    address,
    read: (work) => readPatiently(() => work(queries)),
    write: (work) => transaction(currentTransaction, work),
    fenced: (fence, work) => transaction((on) => checkTerm(on, fence), work),
    connect: async (name, limit) => {
      const client = new Client({
        ...sessionConfig(address, name),
        ...(limit === 'unlimited' ? { query_timeout: 0 } : {}),
      })
      client.on('error', () => {})
      try {
        await client.connect()
        await client.query(sessionSetup)
        if (limit === 'unlimited') await client.query('set statement_timeout to 0; set lock_timeout to 0')
      } catch (error) {
        await client.end().catch(() => {})
        throw translateFault(error)
      }
      return client
    },
    close: () => (closing ??= queries.destroy()),
  }
}

async function readPatiently<T>(work: () => Promise<T>): Promise<T> {
  const startMs = performance.now()
  for (const pauseMs of readPausesMs)
    try {
      return await work()
    } catch (error) {
      if (!isError(error, 'store-unavailable') || performance.now() - startMs + pauseMs > readPatienceMs) throw error
      await pause(pauseMs)
    }
  return work()
}

async function currentTransaction(on: Queries): Promise<string> {
  const { rows } = await sql<{ xid: string }>`select pg_current_xact_id()::text as xid`.execute(on)
  return rows[0]?.xid ?? ''
}

async function checkTerm(on: Queries, fence: Fence): Promise<string> {
  const { rows } = await sql<{ term: number; xid: string }>`
    select term, pg_current_xact_id()::text as xid from leader where scope = ${fence.scope} for share`.execute(on)
  const found = rows[0]
  if (found === undefined || found.term !== fence.term)
    throw new GleanerError('not-leader', {
      detail: `its term ${fence.term} has ended; the term is ${found?.term ?? 0}`,
    })
  return found.xid
}

/** False also when it cannot be found out in time: the caller then throws the fault, which says "unavailable". */
async function wasCommitted(
  queries: Queries,
  doubt: { readonly xid: string; readonly error: unknown },
): Promise<boolean> {
  if (!isError(doubt.error, 'store-unavailable')) return false
  for (const pauseMs of outcomePausesMs) {
    await pause(pauseMs)
    try {
      const { rows } = await sql<{ status: string | null }>`
        select pg_xact_status(${doubt.xid}::xid8) as status`.execute(queries)
      // "in progress": the server has not noticed yet that the connection is gone.
      if (rows[0]?.status !== 'in progress') return rows[0]?.status === 'committed'
    } catch (error) {
      if (!isError(error, 'store-unavailable')) return false
    }
  }
  return false
}

/** The pool as Kysely wants it, with our faults, our parameters, and no reuse of a broken connection. */
function guard(pool: Pool): PostgresPool {
  return {
    connect: async () => {
      try {
        return guardClient(await pool.connect())
      } catch (error) {
        throw translateFault(error)
      }
    },
    end: () => pool.end(),
  }
}

function guardClient(client: PoolClient): PostgresPoolClient {
  let broken = false
  function query<R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>
  function query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>
  function query<R>(
    text: string | PostgresCursor<R>,
    parameters: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<R>> | PostgresCursor<R> {
    if (typeof text !== 'string') throw new TypeError('no cursors are used')
    const sent = client.query(text, storable(parameters)) as unknown as Promise<PostgresQueryResult<R>>
    return sent.catch((error: unknown) => {
      const fault = translateFault(error)
      if (isError(fault)) broken = true
      throw fault
    })
  }
  return { query, release: () => client.release(broken) }
}
