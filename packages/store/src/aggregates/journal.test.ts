import { cloudId, hostId, isError, type JournalEntry, returnKey } from '@gleaner/model'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { instance, nowMs, sampleEntry } from '../testing/samples.ts'
import { openTestStore, type TestStore } from '../testing/test-store.ts'

const lab = cloudId('lab')
let opened: TestStore
let counter = 0
beforeAll(async () => {
  opened = await openTestStore()
})
afterAll(() => opened.close())

const thrown = (running: Promise<unknown>) => running.catch((error: unknown) => error)
const fresh = (more: Partial<JournalEntry> = {}) => {
  const n = String(counter++)
  return sampleEntry({
    id: `act_${n}`,
    idempotencyKey: `key_${n}`,
    instanceId: instance(`i-${n}`),
    targetName: `i-${n}`,
    ...more,
  })
}
const done = { state: 'done', atMs: nowMs + 9000, outcome: 'the instance is suspended' } as const

async function transitions(id: string) {
  const rows = await opened.database.read((queries) =>
    queries
      .selectFrom('journal_transition')
      .select(['seq', 'state', 'attempts', 'at_ms', 'outcome', 'term'])
      .where('journal_id', '=', id)
      .orderBy('seq')
      .execute(),
  )
  return rows.map(({ seq, state, attempts, at_ms, outcome, term }) => [seq, state, attempts, at_ms, outcome, term])
}

describe('the journal', () => {
  it('tells the whole course of an action', async () => {
    const { store, fence } = opened
    const entry = fresh()
    await store.journal.intend(fence, entry)
    expect(await store.journal.find(entry.id)).toStrictEqual(entry)
    await store.journal.attempt(fence, entry.id)
    await store.journal.attempt(fence, entry.id)
    await store.journal.accept(fence, entry.id, nowMs + 500)
    expect((await store.journal.open()).map(({ id }) => id)).toContain(entry.id)
    await store.journal.finish(fence, entry.id, done)
    expect(await store.journal.find(entry.id)).toStrictEqual({
      ...entry,
      state: 'done',
      attempts: 2,
      acceptedAtMs: nowMs + 500,
      finishedAtMs: nowMs + 9000,
      outcome: done.outcome,
    })
    expect((await store.journal.open()).map(({ id }) => id)).not.toContain(entry.id)
    expect(await transitions(entry.id)).toEqual([
      [1, 'intended', 0, nowMs, null, 1],
      [2, 'intended', 1, null, null, 1],
      [3, 'intended', 2, null, null, 1],
      [4, 'accepted', 2, nowMs + 500, null, 1],
      [5, 'done', 2, nowMs + 9000, done.outcome, 1],
    ])
  })

  it('never holds two entries for one proposal, nor two open ones for one instance', async () => {
    const { store, fence } = opened
    const entry = fresh()
    await store.journal.intend(fence, entry)
    const sameKey = await thrown(store.journal.intend(fence, { ...fresh(), idempotencyKey: entry.idempotencyKey }))
    expect(isError(sameKey, 'conflict') && String(sameKey)).toContain('written before')
    const sameInstance = await thrown(
      store.journal.intend(fence, { ...fresh(), instanceId: entry.instanceId, targetName: entry.targetName }),
    )
    expect(isError(sameInstance, 'conflict') && String(sameInstance)).toContain(`${entry.targetName} is under way`)
    await store.journal.finish(fence, entry.id, { ...done, state: 'failed' })
    await store.journal.intend(fence, { ...fresh(), instanceId: entry.instanceId })
    const lateTwin = await thrown(store.journal.intend(fence, { ...fresh(), idempotencyKey: entry.idempotencyKey }))
    expect(isError(lateTwin, 'conflict')).toBe(true)
  })

  it('gives way to one of many writers at the same time', async () => {
    const { store, fence } = opened
    const instanceId = instance('contended')
    const settled = await Promise.allSettled(
      Array.from({ length: 8 }, () => store.journal.intend(fence, { ...fresh(), instanceId })),
    )
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('goes only forward, and takes the same end twice', async () => {
    const { store, fence, database } = opened
    const entry = fresh()
    await store.journal.intend(fence, entry)
    await store.journal.accept(fence, entry.id, nowMs + 1)
    await store.journal.accept(fence, entry.id, nowMs + 2)
    expect((await store.journal.find(entry.id))?.acceptedAtMs).toBe(nowMs + 1)
    expect(isError(await thrown(store.journal.attempt(fence, entry.id)), 'conflict')).toBe(true)
    await store.journal.finish(fence, entry.id, done)
    await store.journal.finish(fence, entry.id, done)
    expect(await transitions(entry.id)).toHaveLength(3)
    for (const step of [
      () => store.journal.accept(fence, entry.id, nowMs),
      () => store.journal.attempt(fence, entry.id),
      () => store.journal.finish(fence, entry.id, { ...done, state: 'failed' }),
    ])
      expect(isError(await thrown(step()), 'conflict')).toBe(true)
    // The schema says the same to whoever comes past this code.
    for (const change of [
      sql`update journal set state = 'intended' where id = ${entry.id}`,
      sql`update journal set outcome = 'rewritten' where id = ${entry.id}`,
      sql`update journal_transition set outcome = 'rewritten' where journal_id = ${entry.id}`,
    ])
      expect(String(await thrown(database.write((queries) => change.execute(queries))))).toMatch(
        /not a step forward|append-only/,
      )
  })

  it('ends an entry that never was accepted', async () => {
    const { store, fence } = opened
    for (const state of ['done', 'failed', 'timed-out'] as const) {
      const entry = fresh()
      await store.journal.intend(fence, entry)
      await store.journal.finish(fence, entry.id, { ...done, state })
      expect(await store.journal.find(entry.id)).toMatchObject({ state, acceptedAtMs: undefined })
    }
  })

  it('is written by the current leader only', async () => {
    const { store, fence } = opened
    const entry = fresh()
    const past = { ...fence, term: fence.term - 1 }
    await store.journal.intend(fence, entry)
    for (const step of [
      () => store.journal.intend(past, fresh()),
      () => store.journal.attempt(past, entry.id),
      () => store.journal.accept(past, entry.id, nowMs),
      () => store.journal.finish(past, entry.id, done),
    ])
      expect(isError(await thrown(step()), 'not-leader')).toBe(true)
    expect(await store.journal.find(entry.id)).toStrictEqual(entry)
    expect(isError(await thrown(store.journal.attempt(fence, 'act_none')), 'not-found')).toBe(true)
  })

  it('is searched by what people know, newest first, with the total of all that match', async () => {
    const { store, fence } = opened
    const at = (day: number) => nowMs + day * 86_400_000
    const entries = [
      fresh({ targetName: 'Shop_100%', cause: 'weekend', intendedAtMs: at(10) }),
      fresh({ targetName: 'shop-2', cause: 'alice', action: 'stop', intendedAtMs: at(11) }),
      fresh({ targetName: 'db', cause: 'weekend', intendedAtMs: at(12) }),
    ]
    for (const entry of entries) await store.journal.intend(fence, entry)
    const [first, second, third] = entries
    await store.journal.finish(fence, first?.id ?? '', done)
    const search = async (filter: Parameters<typeof store.journal.list>[0]) =>
      (await store.journal.list({ fromMs: at(10), ...filter }, { limit: 10, offset: 0 })).items.map(({ id }) => id)
    expect(await search({})).toEqual([third?.id, second?.id, first?.id])
    expect(await search({ text: 'SHOP' })).toEqual([second?.id, first?.id])
    expect(await search({ text: '_100%' })).toEqual([first?.id])
    expect(await search({ text: 'stop' })).toEqual([second?.id])
    expect(await search({ cause: 'weekend' })).toEqual([third?.id, first?.id])
    expect(await search({ states: ['done'] })).toEqual([first?.id])
    expect(await search({ states: [] })).toEqual([])
    expect(await search({ toMs: at(12) })).toEqual([second?.id, first?.id])
    expect(await search({ projectIds: ['lab:web', 'lab:x'] })).toEqual([third?.id, second?.id, first?.id])
    expect(await search({ projectIds: ['lab:other'] })).toEqual([])
    expect(await search({ projectIds: [] })).toEqual([])
    expect(await search({ instanceId: second?.instanceId ?? '' })).toEqual([second?.id])
    const page = await store.journal.list({ fromMs: at(10) }, { limit: 1, offset: 1 })
    expect([page.total, page.items.map(({ id }) => id)]).toEqual([3, [second?.id]])
    expect((await store.journal.since(at(11))).map(({ id }) => id)).toEqual([second?.id, third?.id])
  })
})

describe('memory lent from guests', () => {
  const lend = async (more: Partial<JournalEntry> = {}) => {
    const entry = fresh({ action: 'balloon', capability: 'oversubscription', setting: { memoryMiB: 512 }, ...more })
    await opened.store.journal.intend(opened.fence, entry)
    return entry
  }
  const repay = async (loan: JournalEntry) => {
    const { instanceId, targetName } = loan
    const id = `act_back_${counter++}`
    const entry = fresh({ id, idempotencyKey: returnKey(loan.id, id), action: 'return-memory', instanceId, targetName })
    await opened.store.journal.intend(opened.fence, entry)
    return entry
  }
  const loanOf = async (loan: JournalEntry) =>
    (await opened.store.journal.loans()).find(({ instanceId }) => instanceId === loan.instanceId)

  it('is open from the intent on, however its step ended, until a step that names it is done', async () => {
    const { store, fence } = opened
    const loan = await lend()
    expect(await loanOf(loan)).toStrictEqual({ instanceId: loan.instanceId, entry: loan, lastReturn: undefined })
    await store.journal.finish(fence, loan.id, { ...done, state: 'failed', outcome: 'no answer' })
    expect((await loanOf(loan))?.entry.state).toBe('failed')
    const first = await repay(loan)
    expect((await loanOf(loan))?.lastReturn).toStrictEqual(first)
    await store.journal.finish(fence, first.id, { ...done, state: 'timed-out' })
    expect((await loanOf(loan))?.lastReturn?.state).toBe('timed-out')
    const second = await repay(loan)
    await store.journal.accept(fence, second.id, nowMs)
    expect((await loanOf(loan))?.lastReturn).toMatchObject({ id: second.id, state: 'accepted' })
    await store.journal.finish(fence, second.id, done)
    expect(await loanOf(loan)).toBeUndefined()
  })

  it('is not ended by a step for another loan, nor by one of another kind', async () => {
    const { store, fence } = opened
    const [mine, other] = [await lend(), await lend()]
    for (const { id } of [mine, other]) await store.journal.finish(fence, id, done)
    const back = await repay(other)
    await store.journal.finish(fence, back.id, done)
    const stop = fresh({ action: 'stop', instanceId: mine.instanceId })
    await store.journal.intend(fence, stop)
    await store.journal.finish(fence, stop.id, done)
    expect((await loanOf(mine))?.entry.id).toBe(mine.id)
    expect(await loanOf(other)).toBeUndefined()
  })

  it('keeps its entry from being pruned for as long as it is open', async () => {
    const { store, fence } = opened
    const [open, ended] = [await lend(), await lend()]
    for (const { id } of [open, ended]) await store.journal.finish(fence, id, done)
    const back = await repay(ended)
    await store.journal.finish(fence, back.id, done)
    const failed = await repay(open)
    await store.journal.finish(fence, failed.id, { ...done, state: 'failed' })
    await store.prune({ plans: 0, ledger: 0, history: done.atMs + 1, energy: 0 })
    expect(await store.journal.find(ended.id)).toBeUndefined()
    expect(await loanOf(open)).toMatchObject({ entry: { id: open.id }, lastReturn: undefined })
  })
})

describe('steps on hosts', () => {
  const onHost = (host: string, more: Partial<JournalEntry> = {}) =>
    fresh({
      action: 'raise-ratio',
      capability: 'oversubscription',
      setting: { coreRatio: 2.5 },
      instanceId: undefined,
      projectId: undefined,
      hostId: hostId(lab, host),
      targetName: host,
      ...more,
    })

  it('come back as they were written, and are found by their host', async () => {
    const { store, fence } = opened
    const entry = onHost('node-1')
    await store.journal.intend(fence, entry)
    expect(await store.journal.find(entry.id)).toStrictEqual(entry)
    const found = await store.journal.list({ onHostId: 'lab:node-1' }, { limit: 10, offset: 0 })
    expect(found.items.map(({ id }) => id)).toEqual([entry.id])
    expect((await store.journal.list({ text: 'NODE-1' }, { limit: 10, offset: 0 })).total).toBe(1)
    expect(
      (await store.journal.list({ projectIds: ['lab:web'], onHostId: 'lab:node-1' }, { limit: 1, offset: 0 })).total,
    ).toBe(0)
  })

  it('exclude each other on one host, and nothing on its instances', async () => {
    const { store, fence } = opened
    await store.journal.intend(fence, onHost('node-2'))
    await store.journal.intend(fence, fresh({ hostId: hostId(lab, 'node-2') }))
    const second = await thrown(store.journal.intend(fence, onHost('node-2', { action: 'close', setting: undefined })))
    expect(isError(second, 'conflict') && String(second)).toContain('node-2 is under way')
    await store.journal.intend(fence, onHost('node-3'))
  })

  it('cannot be about nothing, nor change what they set', async () => {
    const { store, fence, database } = opened
    expect(await thrown(store.journal.intend(fence, onHost('node-4', { hostId: undefined })))).toBeInstanceOf(Error)
    const entry = onHost('node-5')
    await store.journal.intend(fence, entry)
    const other = database.write((queries) =>
      sql`update journal set setting = '{"coreRatio":9}' where id = ${entry.id}`.execute(queries),
    )
    expect(String(await thrown(other))).toContain('not a step forward')
  })
})
