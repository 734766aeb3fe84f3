import { isError } from '@gleaner/model'
import { endsWithin } from '@gleaner/testkit'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Database, openDatabase } from './database/database.ts'
import { type ClosableLeadership, leadership } from './leadership.ts'
import { runSource } from './testing/run-source.ts'
import { createTestDatabase, type TestDatabase } from './testing/test-database.ts'

let test: TestDatabase
let databases: readonly Database[] = []
let one: ClosableLeadership
let two: ClosableLeadership
let counter = 0

beforeAll(async () => {
  test = await createTestDatabase()
  databases = [openDatabase(test.address), openDatabase(test.address)]
  const [a, b] = databases.map(leadership)
  if (a === undefined || b === undefined) throw new Error('two replicas are needed')
  one = a
  two = b
})
afterAll(async () => {
  await one.close()
  await two.close()
  for (const database of databases) await database.close()
  await test.drop()
})

const newScope = () => `scope-${counter++}`
const thrown = (running: Promise<unknown>) => running.catch((error: unknown) => error)

async function lead(replica: ClosableLeadership, scope: string, holder: string) {
  const won = await replica.tryLead(scope, holder)
  if (won === undefined) throw new Error(`${holder} does not lead`)
  return won
}

function fired(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

/** Tries as a follower does, until it leads. */
async function takeOver(replica: ClosableLeadership, scope: string) {
  const untilMs = performance.now() + 30_000
  for (;;) {
    const won = await replica.tryLead(scope, 'follower')
    if (won !== undefined) return won
    if (performance.now() > untilMs) throw new Error('the follower did not take over within 30 s')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Until somebody who has the session lock waits for the row of the leader. */
async function waitsForLeaderRow(): Promise<void> {
  const untilMs = performance.now() + 30_000
  for (;;) {
    const found = await databases[0]?.read((queries) =>
      sql`select from pg_stat_activity where wait_event_type = 'Lock' and query like '%insert into leader%'
          and datname = current_database() and pid <> pg_backend_pid()`.execute(queries),
    )
    if ((found?.rows.length ?? 0) > 0) return
    if (performance.now() > untilMs) throw new Error('nobody waits for the row of the leader')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

describe('leadership', () => {
  it('has one leader per scope, known to all, and a growing term', async () => {
    const scope = newScope()
    const first = await lead(one, scope, 'replica one')
    expect(first.fence).toEqual({ scope, term: 1 })
    expect(await two.tryLead(scope, 'replica two')).toBeUndefined()
    expect(await one.tryLead(scope, 'replica one again')).toBeUndefined()
    expect(await two.current(scope)).toMatchObject({ holder: 'replica one', term: 1 })
    const elsewhere = await lead(two, newScope(), 'replica two')
    await first.release()
    const second = await takeOver(two, scope)
    expect(second.fence.term).toBe(2)
    expect(first.lost.aborted).toBe(false)
    await second.release()
    await elsewhere.release()
    expect(await one.current(newScope())).toBeUndefined()
  })

  it('tells the leader at once when its connection is cut, and lets another one lead', async () => {
    const scope = newScope()
    const first = await lead(one, scope, 'replica one')
    await databases[1]?.write(async (queries) => {
      await sql`select pg_terminate_backend(pid) from pg_stat_activity
                where application_name like ${`gleaner leader ${scope} %`}`.execute(queries)
    })
    await endsWithin(10_000, fired(first.lost))
    expect(isError(first.lost.reason, 'not-leader')).toBe(true)
    const second = await takeOver(two, scope)
    expect(second.fence.term).toBe(2)
    await second.release()
  })

  it('refuses the writes of a leader that was replaced without noticing, and changes nothing', async () => {
    const scope = newScope()
    const [database] = databases
    const first = await lead(one, scope, 'replica one')
    const write = (name: string) =>
      database?.fenced(first.fence, (queries) =>
        queries
          .insertInto('setting')
          .values({ name, value: '1', changed_at_ms: 0, changed_by: 'test' })
          .execute()
          .then(() => undefined),
      ) ?? Promise.reject(new Error('no database'))
    await write('while-leading')
    await first.release()
    const second = await takeOver(two, scope)
    const error = await thrown(write('too-late'))
    expect(isError(error, 'not-leader')).toBe(true)
    expect(String(error)).toContain('its term 1 has ended; the term is 2')
    const rows = await database?.read((queries) => queries.selectFrom('setting').select('name').execute())
    expect(rows).toEqual([{ name: 'while-leading' }])
    await second.release()
    const nobody = await thrown(database?.fenced({ scope: 'never led', term: 1 }, async () => {}) ?? Promise.resolve())
    expect(isError(nobody, 'not-leader')).toBe(true)
  })

  it('lets a write that is under way end before the next leader has its term', async () => {
    const scope = newScope()
    const [database] = databases
    const first = await lead(one, scope, 'replica one')
    let order = ''
    let finish = () => {}
    let entered = () => {}
    const inside = new Promise<void>((resolve) => (entered = resolve))
    const gate = new Promise<void>((resolve) => (finish = resolve))
    const writing = database?.fenced(first.fence, async () => {
      entered()
      await gate
      order += 'write '
    })
    await inside
    await first.release()
    const second = takeOver(two, scope).then(async (won) => {
      order += 'lead '
      await won.release()
    })
    await waitsForLeaderRow()
    finish()
    await writing
    await second
    expect(order).toBe('write lead ')
  })

  it('passes to a follower when the leading process is killed', async () => {
    const scope = newScope()
    const other = runSource(new URL('./leadership.process.ts', import.meta.url), { url: test.url, scope })
    expect(await other.line('term')).toBe('1')
    expect(await one.tryLead(scope, 'follower')).toBeUndefined()
    other.child.kill('SIGKILL')
    const won = await takeOver(one, scope)
    expect(won.fence.term).toBe(2)
    await won.release()
  })
})
