import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeError, GleanerError, isError } from '@gleaner/model'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStore } from '../open-store.ts'
import { type PrivatePostgres, startPrivatePostgres } from '../postgres/supervisor.ts'
import { createTestDatabase } from '../testing/test-database.ts'
import { parseDatabaseUrl } from './database-address.ts'
import { openDatabase } from './database.ts'
import { migrate } from './migrate.ts'

const secret = 'p@ss/w:rd%Zz'
const encoded = encodeURIComponent(secret)

let base = ''
let postgres: PrivatePostgres
let counter = 0

// A server as an administrator would run it: passwords, and users with few rights.
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'gleaner-connect-'))
  await mkdir(join(base, 'postgres'), { recursive: true, mode: 0o700 })
  const hba = join(base, 'postgres', 'hba.conf')
  await writeFile(hba, 'local all gleaner trust\nlocal all all scram-sha-256\n')
  await writeFile(join(base, 'postgres', 'local.conf'), `hba_file = '${hba}'\n`)
  postgres = await startPrivatePostgres({ stateDirectory: base, durable: false })
  const client = new Client({ host: postgres.socketDirectory, user: 'gleaner', database: 'postgres' })
  await client.connect()
  await client.query(`create role alice login password '${secret}'`)
  await client.query(`create role guest login password '${secret}'`)
  await client.query('create database owned owner alice')
  await client.query('create database foreign_one')
  await client.end()
}, 60_000)
afterAll(async () => {
  await postgres.stop()
  await rm(base, { recursive: true, force: true })
})

const url = (user: string, password: string, database: string) =>
  `postgres://${user}:${password}@/${database}?host=${encodeURIComponent(postgres.socketDirectory)}`

async function refusal(databaseUrl: string): Promise<GleanerError> {
  const stateDirectory = join(base, `state-${counter++}`)
  const opened = await openStore({ stateDirectory, databaseUrl, nowMs: 0 }).catch((error: unknown) => error)
  if (!(opened instanceof GleanerError)) throw new Error(`not refused: ${String(opened)}`)
  // Whatever is printed of an error: its sentence, its causes, its stack, its fields.
  const shown = [
    describeError(opened),
    opened.stack,
    JSON.stringify(opened),
    String(opened.cause),
    opened.remedy,
  ].join()
  for (const form of [secret, encoded, 'very-secret']) expect(shown).not.toContain(form)
  return opened
}

describe('DATABASE_URL', () => {
  it('is enough, with the right to make a schema', async () => {
    const opened = await openStore({
      stateDirectory: join(base, 'state'),
      databaseUrl: url('alice', encoded, 'owned'),
      nowMs: 0,
    })
    expect(opened.info).toEqual({ kind: 'external', detail: `alice@${postgres.socketDirectory}/owned` })
    await opened.store.ping(AbortSignal.timeout(5000))
    await opened.close()
  })

  it('with a wrong password, user or database is refused in words', async () => {
    const wrong = await refusal(url('alice', 'very-secret', 'owned'))
    expect([wrong.code, wrong.message]).toEqual([
      'store-refused',
      'PostgreSQL refuses the connection (the password is wrong).',
    ])
    expect((await refusal(url('nobody', 'very-secret', 'owned'))).code).toBe('store-refused')
    const none = await refusal(`postgres://alice@/owned?host=${encodeURIComponent(postgres.socketDirectory)}`)
    expect([none.code, none.message]).toEqual([
      'store-refused',
      'PostgreSQL refuses the connection (a password is needed).',
    ])
    const missing = await refusal(url('alice', encoded, 'nowhere'))
    expect([missing.code, missing.message]).toEqual([
      'store-refused',
      'PostgreSQL refuses the connection (database "nowhere" does not exist).',
    ])
  })

  it('of a user who may not make a schema is refused with the right that is missing', async () => {
    const error = await refusal(url('guest', encoded, 'foreign_one'))
    expect([error.code, error.message]).toEqual([
      'store-refused',
      'PostgreSQL refuses the connection (permission denied for database foreign_one).',
    ])
  })

  it('of a server that is not there, or no PostgreSQL, says so', async () => {
    const nothing = await refusal('postgres://alice:very-secret@127.0.0.1:1/owned')
    expect([nothing.code, nothing.facts['detail']]).toEqual(['store-unavailable', 'nothing listens at its address'])
    const unknown = await refusal('postgres://alice:very-secret@no-such-host.invalid/owned')
    expect([unknown.code, unknown.facts['detail']]).toEqual(['store-unavailable', 'its host name is unknown'])
    const mute = createServer((socket) => socket.on('error', () => {}))
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve))
    const { port } = mute.address() as { port: number }
    const silent = await refusal(`postgres://alice:very-secret@127.0.0.1:${port}/owned`)
    expect([silent.code, silent.facts['detail']]).toEqual(['store-unavailable', 'no answer in time'])
    mute.close()
  })

  it('that cannot be read is refused without being quoted', async () => {
    for (const bad of [
      'mysql://alice:very-secret@db/owned',
      'postgres://alice:very-secret@[db/owned',
      'postgres://alice:very-secret@db:99999/owned',
      'postgres://alice:very-secret@db/',
      'postgres://:very-secret@db/owned',
      'postgres://alice:very-secret@db/%zz',
    ])
      expect((await refusal(bad)).code).toBe('store-refused')
  })
})

describe('a server that is too old', () => {
  it('is refused with both versions', async () => {
    const test = await createTestDatabase('empty')
    const database = openDatabase(test.address)
    const client = await database.connect('tests', 'unlimited')
    await client.query(`
      create schema shadow;
      create function shadow.current_setting(name text) returns text language sql as
        $$ select case name when 'server_version_num' then '130014' else '13.14' end $$;
      set search_path to shadow, pg_catalog`)
    const error = await migrate(client, []).catch((thrown: unknown) => thrown)
    expect(isError(error, 'store-too-old') && error.message).toBe('PostgreSQL 13.14 is too old; 14 or newer is needed.')
    await client.end()
    await database.close()
    await test.drop()
  })
})

describe('parseDatabaseUrl', () => {
  it('shows where, never the password', () => {
    expect(parseDatabaseUrl('postgresql://alice:very-secret@db.example.org/gleaner').shown).toBe(
      'alice@db.example.org:5432/gleaner',
    )
    expect(parseDatabaseUrl('postgres://a%20b:x@[::1]:6000/g%2Fh?sslmode=require').shown).toBe('a b@[::1]:6000/g/h')
    expect(parseDatabaseUrl('postgres://a:x@/g?host=/run/postgresql').shown).toBe('a@/run/postgresql/g')
  })

  it('gives sslmode the meaning it has everywhere else', () => {
    const { config } = parseDatabaseUrl('postgres://a:x@db/g?sslmode=require')
    expect(new Client(config)).toMatchObject({ ssl: { rejectUnauthorized: false } })
    const strict = new Client(parseDatabaseUrl('postgres://a:x@db/g').config)
    expect((strict as unknown as { ssl: unknown }).ssl).toBe(false)
  })
})
