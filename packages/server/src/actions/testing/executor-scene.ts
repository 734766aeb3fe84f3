// The scene of the tests of the executor: a real journal, and executors that know nothing but it and the clouds, as another process
// would.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JournalEntry } from '@gleaner/model'
import type { Fence, Store } from '@gleaner/ports'
import { openStore } from '@gleaner/store'
import { createTestDatabase, type TestDatabase } from '@gleaner/store/testing'
import { VirtualClock } from '@gleaner/testkit'
import { pino } from 'pino'
import { EventHub } from '../../events/hub.ts'
import { Executor, type ExecutorParts } from '../executor.ts'

export const signal = new AbortController().signal
export let clock: VirtualClock
export let store: Store
export let fence: Fence
let directory: string
let database: TestDatabase

export async function begin(): Promise<void> {
  clock = new VirtualClock()
  directory = mkdtempSync(join(tmpdir(), 'gleaner-executor-'))
  database = await createTestDatabase()
  store = (await openStore({ databaseUrl: database.url, stateDirectory: directory, nowMs: clock.nowMs() })).store
  const led = await store.leadership.tryLead('main', 'test')
  if (led === undefined) throw new Error('does not lead')
  fence = led.fence
}

export async function end(): Promise<void> {
  await store.close()
  await database.drop()
  rmSync(directory, { recursive: true, force: true })
}

/** Another process: it knows nothing but the journal and the clouds. */
export const anotherExecutor = (parts: Pick<ExecutorParts, 'clouds' | 'readingOf' | 'actionTimeoutMs'>) =>
  new Executor({
    ...parts,
    store,
    clock,
    hub: new EventHub(clock),
    log: pino({ level: 'silent' }),
    callTimeoutMs: 1000,
  })

/** The only entry that is open. */
export async function onlyOpen(): Promise<JournalEntry> {
  const [first, ...others] = await store.journal.open()
  if (first === undefined || others.length > 0) throw new Error(`${others.length} others are open, and not one`)
  return first
}
