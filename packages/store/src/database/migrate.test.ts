import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isError } from '@gleaner/model'
import type { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts'
import { type Database, openDatabase } from './database.ts'
import { loadMigrations, type Migration, migrate } from './migrate.ts'
import { readSchema } from './read-schema.ts'

const opened: { test: TestDatabase; database: Database; client: Client }[] = []

async function emptyDatabase(content: 'empty' | 'migrated' = 'empty'): Promise<Client> {
  const test = await createTestDatabase(content)
  const database = openDatabase(test.address)
  const client = await database.connect('tests', 'unlimited')
  opened.push({ test, database, client })
  return client
}

afterAll(async () => {
  for (const { test, database, client } of opened) {
    await client.end()
    await database.close()
    await test.drop()
  }
})

const step = (number: number, text: string): Migration => ({ number, text, sha256: `digest of ${text}` })
const fault = (running: Promise<unknown>) => running.catch((error: unknown) => error)

describe('migrate', () => {
  it('runs what is missing, in order, once', async () => {
    const client = await emptyDatabase()
    const first = step(1, 'create table a (x integer)')
    const second = step(2, 'alter table a add y integer')
    expect(await migrate(client, [first])).toEqual([1])
    expect(await migrate(client, [first, second])).toEqual([2])
    expect(await migrate(client, [first, second])).toEqual([])
    await client.query('insert into gleaner.a (x, y) values (1, 2)')
  })

  it('leaves nothing of a migration that fails', async () => {
    const client = await emptyDatabase()
    const bad = step(1, 'create table a (x integer); create table a (x integer)')
    expect(String(await fault(migrate(client, [bad])))).toContain('already exists')
    expect(await migrate(client, [step(1, 'create table a (x integer)')])).toEqual([1])
  })

  it('refuses a changed file and a database from the future', async () => {
    const client = await emptyDatabase()
    await migrate(client, [step(1, 'select 1'), step(2, 'select 2')])
    const changed = await fault(migrate(client, [step(1, 'select 1 + 0'), step(2, 'select 2')]))
    expect(isError(changed, 'store-changed-migration') && changed.facts).toEqual({ migration: 1 })
    const future = await fault(migrate(client, [step(1, 'select 1')]))
    expect(isError(future, 'store-version') && future.facts).toEqual({ found: 2, known: 1 })
  })

  it('runs each one once when several replicas start at the same time', async () => {
    const one = await emptyDatabase()
    const [{ database } = { database: undefined }] = opened.slice(-1)
    const two = await database?.connect('tests', 'unlimited')
    if (two === undefined) throw new Error('no database')
    const steps = [step(1, 'create table a (x integer); select pg_sleep(0.2)'), step(2, 'create table b (x integer)')]
    const done = await Promise.all([migrate(one, steps), migrate(two, steps)])
    expect(done.map((numbers) => numbers.length).sort((a, b) => a - b)).toEqual([0, 2])
    await two.end()
  })
})

describe('the migrations of this version', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gleaner-sql-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('are numbered without gaps', async () => {
    const numbers = (await loadMigrations()).map(({ number }) => number)
    expect(numbers).toEqual(numbers.map((_, index) => index + 1))
    expect(numbers.length).toBeGreaterThan(0)
  })

  it('have the same digest with other line ends', async () => {
    const [first] = await loadMigrations()
    await writeFile(join(folder, '000001.sql'), first?.text.replaceAll('\n', '\r\n') ?? '')
    const [again] = await loadMigrations(pathToFileURL(`${folder}/`))
    expect(again?.sha256).toBe(first?.sha256)
  })

  it('are, and make, what the snapshot shows', async () => {
    const client = await emptyDatabase('migrated')
    const digests = (await loadMigrations()).map(({ number, sha256 }) => `migration ${number} sha256 ${sha256}\n`)
    const shown = [...digests, '\n', await readSchema(client)].join('')
    const snapshot = new URL('../../schema.snapshot.txt', import.meta.url)
    if (process.env['GLEANER_WRITE_SNAPSHOTS'] !== undefined) await writeFile(snapshot, shown)
    expect(shown).toBe(await readFile(snapshot, 'utf8'))
  })
})
