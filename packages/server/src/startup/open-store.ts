// Opens the state: the database that is named, or a private PostgreSQL in the state directory.
import { type PrivatePostgres, openStore, startPrivatePostgres } from '@gleaner/store'
import type { Store } from '@gleaner/ports'
import type { Config } from '../config/config.ts'
import { type StepReporter, step } from './progress.ts'

export interface OpenedStore {
  readonly store: Store
  readonly info: { readonly kind: 'private' | 'external'; readonly detail: string }
  /** Closes the connections, then stops the private server. */
  close(): Promise<void>
}

export async function openState(config: Config, reporter: StepReporter): Promise<OpenedStore> {
  if (config.databaseUrl !== undefined) {
    const url = config.databaseUrl
    const store = await step(reporter, 'connect to PostgreSQL', () => openStore({ url }))
    return { store, info: { kind: 'external', detail: 'DATABASE_URL' }, close: () => store.close() }
  }
  let postgres: PrivatePostgres | undefined
  const server = await step(reporter, 'start PostgreSQL', async () => {
    postgres = await startPrivatePostgres({
      stateDirectory: config.stateDirectory,
      onProgress: (progress) => reporter.note(progress.detail),
    })
    return postgres
  })
  try {
    const store = await step(reporter, 'bring the database up to date', () => openStore({ server }))
    return {
      store,
      info: { kind: 'private', detail: server.adopted ? 'private, taken over from an earlier start' : 'private' },
      close: async () => {
        await store.close()
        await server.stop()
      },
    }
  } catch (error) {
    await server.stop()
    throw error
  }
}
