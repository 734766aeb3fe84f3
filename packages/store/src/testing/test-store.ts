// A store on a database of its own, with the fence of a leader, for the tests of one file.
import type { Fence, Store } from '@gleaner/ports'
import { createStore } from '../create-store.ts'
import { type Database, openDatabase } from '../database/database.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'

export interface TestStore {
  readonly store: Store
  readonly database: Database
  readonly test: TestDatabase
  readonly fence: Fence
  close(): Promise<void>
}

export async function openTestStore(): Promise<TestStore> {
  const test = await createTestDatabase()
  const database = openDatabase(test.address)
  const store = createStore(database)
  const led = await store.leadership.tryLead('main', 'tests')
  if (led === undefined) throw new Error('the tests do not lead their own database')
  const close = async () => {
    await store.close()
    await test.drop()
  }
  return { store, database, test, fence: led.fence, close }
}
