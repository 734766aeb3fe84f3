// Brings a database to the schema of this version. The files sql/NNNNNN.sql are numbered without gaps, run once, in order,
// each in a transaction together with the note that it ran, under a lock that makes a second replica wait. They never
// change: the digest of each is kept and compared. A database with a migration this version does not know is refused.
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { GleanerError } from '@gleaner/model'
import type { Client } from 'pg'
import { oldestMajor } from '../postgres/programs.ts'
import { schemaName } from './session.ts'
import { translateFault } from './store-fault.ts'

export interface Migration {
  readonly number: number
  readonly text: string
  readonly sha256: string
}

/** Any number that no other program uses on the same database. */
const migrationLock = 1_735_159_410
/** The same place seen from src/ and from dist/. */
const migrationFolder = new URL('../../sql/', import.meta.url)

export async function loadMigrations(folder: URL = migrationFolder): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{6}\.sql$/.test(name)).sort()
  return Promise.all(
    names.map(async (name) => {
      // A checkout on another system may have other line ends; that is not a change.
      const text = (await readFile(new URL(name, folder), 'utf8')).replaceAll('\r\n', '\n')
      return { number: Number.parseInt(name, 10), text, sha256: createHash('sha256').update(text).digest('hex') }
    }),
  )
}

/** Resolves with the numbers of those that were run now. The connection must be set up, and without limits. */
export async function migrate(client: Client, migrations: readonly Migration[]): Promise<readonly number[]> {
  try {
    await checkVersion(client)
    await client.query('select pg_advisory_lock($1)', [migrationLock])
    try {
      return await migrateLocked(client, migrations)
    } finally {
      await client.query('select pg_advisory_unlock($1)', [migrationLock]).catch(() => {})
    }
  } catch (error) {
    throw translateFault(error)
  }
}

async function checkVersion(client: Client): Promise<void> {
  const { rows } = await client.query<{ number: string; shown: string }>(
    "select current_setting('server_version_num') as number, current_setting('server_version') as shown",
  )
  if (Math.floor(Number(rows[0]?.number) / 10_000) < oldestMajor)
    throw new GleanerError('store-too-old', { found: rows[0]?.shown ?? 'unknown', needed: oldestMajor })
}

async function migrateLocked(client: Client, migrations: readonly Migration[]): Promise<readonly number[]> {
  // Not "if not exists": that asks for the right to create even when there is nothing to create.
  const schema = await client.query('select 1 from pg_namespace where nspname = $1', [schemaName])
  if (schema.rowCount === 0) await client.query(`create schema ${schemaName}`)
  const table = await client.query("select 1 where to_regclass('migration') is not null")
  if (table.rowCount === 0)
    await client.query(
      'create table migration (number integer primary key, sha256 text not null, applied_at timestamptz not null default now())',
    )
  const applied = await client.query<{ number: number; sha256: string }>(
    'select number, sha256 from migration order by number',
  )
  const known = new Map(migrations.map((migration) => [migration.number, migration]))
  const newest = migrations.at(-1)?.number ?? 0
  for (const { number, sha256 } of applied.rows) {
    if (number > newest) throw new GleanerError('store-version', { found: number, known: newest })
    if (known.get(number)?.sha256 !== sha256) throw new GleanerError('store-changed-migration', { migration: number })
  }
  const done = new Set(applied.rows.map(({ number }) => number))
  const pending = migrations.filter(({ number }) => !done.has(number))
  for (const migration of pending) await run(client, migration)
  return pending.map(({ number }) => number)
}

async function run(client: Client, { number, text, sha256 }: Migration): Promise<void> {
  await client.query('begin')
  try {
    await client.query(text)
    await client.query('insert into migration (number, sha256) values ($1, $2)', [number, sha256])
    await client.query('commit')
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  }
}
