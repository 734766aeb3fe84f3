import { isError } from '@gleaner/model'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { nowMs, sampleRule } from '../testing/samples.ts'
import { openTestStore, type TestStore } from '../testing/test-store.ts'

let opened: TestStore
beforeAll(async () => {
  opened = await openTestStore()
})
afterAll(() => opened.close())
beforeEach(async () => {
  for (const rule of await opened.store.rules.list()) await opened.store.rules.remove(rule.id, 'tests', nowMs)
})

const thrown = (running: Promise<unknown>) => running.catch((error: unknown) => error)
const later = { by: 'bob', nowMs: nowMs + 1000 }

describe('rules', () => {
  it('come back as they were made, by id and by name', async () => {
    const { rules } = opened.store
    const definition = sampleRule({
      covers: { projects: ['web'], expression: 'name.startsWith("t")' },
      schedule: { cron: '0 20 * * 1-5', duration: '10h', timeZone: 'Europe/Madrid' },
    })
    const made = await rules.create(definition, 'alice', nowMs)
    expect(made).toEqual({
      ...definition,
      id: made.id,
      revision: 1,
      source: 'api',
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
      updatedBy: 'alice',
    })
    expect(await rules.find(made.id)).toEqual(made)
    expect(await rules.find('night-suspend')).toEqual(made)
    expect(await rules.find('unknown')).toBeUndefined()
    expect(await rules.list()).toEqual([made])
  })

  it('keep every revision and refuse a change made from an old one', async () => {
    const { rules } = opened.store
    const made = await rules.create(sampleRule(), 'alice', nowMs)
    const definition = sampleRule({ mode: 'enforce' })
    const changed = await rules.update(made.id, { definition, expectedRevision: 1 }, later)
    expect(changed).toMatchObject({
      revision: 2,
      mode: 'enforce',
      createdAtMs: nowMs,
      updatedAtMs: nowMs + 1000,
      updatedBy: 'bob',
    })
    const stale = await thrown(rules.update(made.id, { definition, expectedRevision: 1 }, later))
    expect(isError(stale, 'conflict')).toBe(true)
    expect(String(stale)).toContain('is at revision 2 by now; the change was made from 1')
    await rules.update(made.id, { definition: sampleRule({ mode: 'off' }), expectedRevision: undefined }, later)
    expect((await rules.revisions(made.id)).map(({ revision, mode }) => [revision, mode])).toEqual([
      [3, 'off'],
      [2, 'enforce'],
      [1, 'observe'],
    ])
    await rules.remove(made.id, 'bob', nowMs + 2000)
    expect(await rules.find(made.id)).toBeUndefined()
    expect(await rules.revisions(made.id)).toHaveLength(3)
  })

  it('of two changes made from the same revision at the same time, take one', async () => {
    const { rules } = opened.store
    const made = await rules.create(sampleRule(), 'alice', nowMs)
    const changes = ['10m', '20m', '30m', '40m'].map((grace) =>
      rules.update(made.id, { definition: sampleRule({ grace }), expectedRevision: 1 }, later),
    )
    const settled = await Promise.allSettled(changes)
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect((await rules.find(made.id))?.revision).toBe(2)
  })

  it('have names that are unique, at making and at renaming', async () => {
    const { rules } = opened.store
    await rules.create(sampleRule(), 'alice', nowMs)
    expect(isError(await thrown(rules.create(sampleRule(), 'bob', nowMs)), 'conflict')).toBe(true)
    const other = await rules.create(sampleRule({ name: 'other' }), 'bob', nowMs)
    const renaming = rules.update(other.id, { definition: sampleRule(), expectedRevision: 1 }, later)
    expect(isError(await thrown(renaming), 'conflict')).toBe(true)
    expect((await rules.find(other.id))?.revision).toBe(1)
  })

  it('of the file become exactly what the file says; those of the API stay', async () => {
    const { rules } = opened.store
    const own = await rules.create(sampleRule({ name: 'own' }), 'alice', nowMs)
    const a = sampleRule({ name: 'a' })
    const b = sampleRule({ name: 'b' })
    const first = await rules.replaceFileRules([a, b], nowMs)
    expect(first.map(({ name, revision, source }) => [name, revision, source])).toEqual([
      ['a', 1, 'file'],
      ['b', 1, 'file'],
    ])
    const second = await rules.replaceFileRules([a, { ...b, priority: 5 }, sampleRule({ name: 'c' })], nowMs + 1000)
    expect(second.map(({ name, revision }) => [name, revision])).toEqual([
      ['a', 1],
      ['b', 2],
      ['c', 1],
    ])
    expect(second[0]).toEqual(first[0])
    await rules.replaceFileRules([], nowMs + 2000)
    expect(await rules.list()).toEqual([own])
    expect(isError(await thrown(rules.replaceFileRules([a, { ...b, name: 'own' }], nowMs)), 'conflict')).toBe(true)
    expect(await rules.list()).toEqual([own])
  })

  it('that do not exist are not found', async () => {
    const { rules } = opened.store
    const change = { definition: sampleRule(), expectedRevision: undefined }
    expect(isError(await thrown(rules.update('rule_none', change, later)), 'not-found')).toBe(true)
    expect(isError(await thrown(rules.remove('rule_none', 'bob', nowMs)), 'not-found')).toBe(true)
    expect(await rules.revisions('rule_none')).toEqual([])
  })
})
