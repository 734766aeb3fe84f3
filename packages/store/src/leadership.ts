// Leadership of a scope: whoever holds the session lock of the scope on a connection of its own leads. Winning raises the
// scope's term, which every write of the leader checks (Database.fenced), so that a leader that was paused while another
// took over can write nothing when it wakes up.
//
// `lost` fires when the connection breaks, when the server does not answer a beat in time, or when the term is no longer
// ours; whichever is seen first. The server gives the lock up when it sees the connection gone: at once for a process
// that died, after the keep-alive settings below for a machine that fell silent.
import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import { GleanerError } from '@gleaner/model'
import type { Fence, Leadership } from '@gleaner/ports'
import type { Client } from 'pg'
import type { Database } from './database/database.ts'
import { translateFault } from './database/store-fault.ts'

const beatIntervalMs = 1000
const beatTimeoutMs = 5000
/** A silent peer is given up after 5 + 3 x 5 seconds. */
const keepAlive = 'set tcp_keepalives_idle to 5; set tcp_keepalives_interval to 5; set tcp_keepalives_count to 3'

interface Led {
  readonly fence: Fence
  readonly lost: AbortSignal
  release(): Promise<void>
}

export interface ClosableLeadership extends Leadership {
  /** Gives up every scope that is led. */
  close(): Promise<void>
}

export function leadership(database: Database): ClosableLeadership {
  const led = new Set<Led>()
  return {
    tryLead: async (scope, holder) => {
      const client = await database.connect(`leader ${scope} on ${hostname()}`, 'limited')
      try {
        await client.query(keepAlive)
        const locked = await client.query<{ won: boolean }>('select pg_try_advisory_lock($1) as won', [lockOf(scope)])
        if (locked.rows[0]?.won !== true) {
          await client.end()
          return undefined
        }
        const won = hold(client, { scope, term: await raiseTerm(client, scope, holder) }, () => led.delete(won))
        led.add(won)
        return won
      } catch (error) {
        await client.end().catch(() => {})
        throw translateFault(error)
      }
    },
    current: (scope) =>
      database.read(async (queries) => {
        const row = await queries.selectFrom('leader').selectAll().where('scope', '=', scope).executeTakeFirst()
        return row === undefined ? undefined : { holder: row.holder, term: row.term, sinceMs: row.since_ms }
      }),
    close: async () => {
      for (const one of led) await one.release()
    },
  }
}

async function raiseTerm(client: Client, scope: string, holder: string): Promise<number> {
  const { rows } = await client.query<{ term: number }>(
    `insert into leader (scope, holder, term, since_ms)
     values ($1, $2, 1, extract(epoch from clock_timestamp()) * 1000)
     on conflict (scope) do update
       set holder = excluded.holder, term = leader.term + 1, since_ms = excluded.since_ms
     returning term`,
    [scope, holder],
  )
  const term = rows[0]?.term
  if (term === undefined) throw new GleanerError('internal', { detail: 'raising the leader’s term' })
  return term
}

function hold(client: Client, fence: Fence, forget: () => void): Led {
  const lost = new AbortController()
  let over = false
  const end = async () => {
    over = true
    clearInterval(timer)
    forget()
    await client.end().catch(() => {})
  }
  const lose = (detail: string) => {
    if (over) return
    lost.abort(new GleanerError('not-leader', { detail }))
    void end()
  }
  let beating = false
  const beat = async () => {
    if (beating) return
    beating = true
    const late = setTimeout(() => lose('PostgreSQL does not answer'), beatTimeoutMs)
    try {
      const { rows } = await client.query<{ term: number }>('select term from leader where scope = $1', [fence.scope])
      if (rows[0]?.term !== fence.term) lose(`another one has term ${rows[0]?.term ?? 0}`)
    } catch {
      lose('the connection to PostgreSQL broke')
    } finally {
      clearTimeout(late)
      beating = false
    }
  }
  const timer = setInterval(() => void beat(), beatIntervalMs)
  timer.unref()
  client.on('error', () => lose('the connection to PostgreSQL broke'))
  client.on('end', () => lose('the connection to PostgreSQL ended'))
  return { fence, lost: lost.signal, release: end }
}

/** Advisory locks have 64-bit numbers: the first eight bytes of the scope's digest, as text for the driver. */
function lockOf(scope: string): string {
  return createHash('sha256').update(`gleaner leader ${scope}`).digest().readBigInt64BE(0).toString()
}
