import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { nowMs } from '../testing/samples.ts'
import { openTestStore, type TestStore } from '../testing/test-store.ts'
import type { Queries } from './database.ts'

let opened: TestStore
beforeAll(async () => {
  opened = await openTestStore()
})
afterAll(() => opened.close())

const names = ['first', 'second']
const lock = (queries: Queries, name: string | undefined) =>
  sql`update setting set value = (value::int + 1)::text where name = ${name}`.execute(queries)

it('a write that was given up to end a deadlock is done again, once', { timeout: 60_000 }, async () => {
  const { store, database } = opened
  for (const name of names) await store.settings.set(name, 0, { by: 'tests', nowMs })
  let open = () => {}
  const gate = new Promise<void>((resolve) => (open = resolve))
  let attempts = 0
  let holding = 0
  const write = (order: readonly string[]) =>
    database.write(async (queries) => {
      attempts++
      await lock(queries, order[0])
      // Both hold their first row before either asks for its second.
      if (++holding === 2) open()
      await gate
      await lock(queries, order[1])
    })
  await Promise.all([write(names), write(names.toReversed())])
  expect(attempts).toBe(3)
  const all = await store.settings.all()
  expect(names.map((name) => all.get(name))).toEqual([2, 2])
})

it('any other fault of a statement is not tried again', async () => {
  let attempts = 0
  const failing = opened.database.write(async (queries) => {
    attempts++
    await sql`select 1 / 0`.execute(queries)
  })
  await expect(failing).rejects.toThrow('division by zero')
  expect(attempts).toBe(1)
})
