// Opens the state of a Gleaner: locks the state directory, starts or adopts the private PostgreSQL (or takes the one that a
// URL names), brings the schema up to date, and gives the Store. Ends in the opposite order. A fault on the way leaves
// nothing running and nothing locked.
import { mkdir } from 'node:fs/promises'
import type { Store } from '@gleaner/ports'
import { createStore } from './create-store.ts'
import { type DatabaseAddress, parseDatabaseUrl, socketAddress } from './database/database-address.ts'
import { type Database, openDatabase } from './database/database.ts'
import { loadMigrations, migrate } from './database/migrate.ts'
import type { PostgresProgress } from './postgres/launch.ts'
import { rememberedDataDirectory } from './postgres/placement.ts'
import { findPostmaster } from './postgres/postmaster.ts'
import { databaseName, databasePort, databaseUser } from './postgres/settings.ts'
import { lockStateDirectory } from './postgres/state-lock.ts'
import { startPrivatePostgres } from './postgres/supervisor.ts'

/** What happens at the moment; each event ends the phase before it. `ready` comes last. */
export interface StoreProgress {
  readonly phase: PostgresProgress['phase'] | 'connect' | 'migrate' | 'ready'
  readonly detail: string
}

export interface OpenStoreOptions {
  readonly stateDirectory: string
  /** DATABASE_URL; the private PostgreSQL when undefined. */
  readonly databaseUrl: string | undefined
  /** Real time, shown to whoever finds the directory locked. */
  readonly nowMs: number
  readonly onProgress?: (progress: StoreProgress) => void
  /** Folder of the private PostgreSQL's programs, or `package` for those from npm. */
  readonly programs?: string
}

export interface OpenedStore {
  readonly store: Store
  readonly info: { readonly kind: 'private' | 'external'; readonly detail: string }
  /** Closes the store, stops the private PostgreSQL and unlocks the directory. */
  close(): Promise<void>
}

export async function openStore(options: OpenStoreOptions): Promise<OpenedStore> {
  const report = options.onProgress ?? (() => {})
  const endings: (() => Promise<void>)[] = []
  const close = async () => {
    for (const end of endings.splice(0).reverse()) await end()
  }
  try {
    const lock = await lockStateDirectory(options.stateDirectory, options.nowMs)
    endings.push(() => lock.release())
    const address =
      options.databaseUrl === undefined ? await startPrivate(options, endings) : parseDatabaseUrl(options.databaseUrl)
    report({ phase: 'connect', detail: address.shown })
    const database = openDatabase(address)
    const store = createStore(database)
    endings.push(() => store.close())
    await upgrade(database, report)
    report({ phase: 'ready', detail: address.shown })
    return {
      store,
      info: { kind: options.databaseUrl === undefined ? 'private' : 'external', detail: address.shown },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/**
 * The store of a Gleaner that runs now, for a command beside it: neither locks nor starts nor migrates anything.
 * Undefined when the private PostgreSQL of the directory does not run.
 */
export async function attachStore(
  options: Pick<OpenStoreOptions, 'stateDirectory' | 'databaseUrl'>,
): Promise<Store | undefined> {
  if (options.databaseUrl !== undefined) return createStore(openDatabase(parseDatabaseUrl(options.databaseUrl)))
  const live = await findPostmaster(await rememberedDataDirectory(options.stateDirectory))
  return live?.status === 'ready' ? createStore(openDatabase(privateAddress(live.socketDirectory))) : undefined
}

async function startPrivate(options: OpenStoreOptions, endings: (() => Promise<void>)[]): Promise<DatabaseAddress> {
  const { stateDirectory, onProgress, programs } = options
  await mkdir(stateDirectory, { recursive: true, mode: 0o700 })
  const postgres = await startPrivatePostgres({
    stateDirectory,
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(programs === undefined ? {} : { programs }),
  })
  endings.push(() => postgres.stop())
  const control = openDatabase({ ...privateAddress(postgres.socketDirectory, 'postgres') })
  const client = await control.connect('start', 'unlimited')
  try {
    const found = await client.query('select from pg_database where datname = $1', [databaseName])
    if (found.rowCount === 0) await client.query(`create database ${databaseName}`)
  } finally {
    await client.end()
    await control.close()
  }
  return privateAddress(postgres.socketDirectory)
}

function privateAddress(socketDirectory: string, database: string = databaseName): DatabaseAddress {
  return socketAddress({ directory: socketDirectory, port: databasePort, user: databaseUser, database })
}

async function upgrade(database: Database, report: (progress: StoreProgress) => void): Promise<void> {
  const client = await database.connect('migrate', 'unlimited')
  try {
    report({ phase: 'migrate', detail: 'schema' })
    await migrate(client, await loadMigrations())
  } finally {
    await client.end().catch(() => {})
  }
}
