import { isError, projectId, cloudId } from '@gleaner/model'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { instance, nowMs, sampleDecision, sampleEviction } from '../testing/samples.ts'
import { openTestStore, type TestStore } from '../testing/test-store.ts'

let opened: TestStore
beforeAll(async () => {
  opened = await openTestStore()
})
afterAll(() => opened.close())

const page = { limit: 10, offset: 0 }
const fault = (running: Promise<unknown>) => running.catch((error: unknown) => error)
/** As it is read back: what is undefined is not there. */
const stored = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describe('decisions to evict', () => {
  it('are found by id and by request, move forward, and note who left in the same breath', async () => {
    const { store, fence } = opened
    const decision = sampleDecision()
    await store.evictions.decide(fence, decision)
    expect(stored(await store.evictions.decision('dec_1'))).toEqual(stored(decision))
    expect((await store.evictions.decisionOf('request-1'))?.id).toBe('dec_1')
    expect(await store.evictions.decisionOf('request-2')).toBeUndefined()
    const twice = await fault(store.evictions.decide(fence, sampleDecision({ id: 'dec_2' })))
    expect(isError(twice, 'conflict')).toBe(true)

    const freed = { ...decision, state: 'freed', updatedAtMs: nowMs + 1 } as const
    await store.evictions.save(fence, freed, [sampleEviction()])
    await store.evictions.save(fence, freed, [sampleEviction({ id: 'evi_again', state: 'returned' })])
    expect(stored(await store.evictions.onTheirWayBack())).toEqual([stored(sampleEviction())])
    expect((await store.evictions.openDecisions()).map(({ id, state }) => [id, state])).toEqual([['dec_1', 'freed']])
    expect(stored([await store.evictions.eviction('evi_1')])).toEqual(stored([sampleEviction()]))
    expect(await store.evictions.eviction('evi_again')).toBeUndefined()

    const done = { ...freed, state: 'done' } as const
    await store.evictions.save(fence, done, [])
    expect(await store.evictions.openDecisions()).toEqual([])
    expect(isError(await fault(store.evictions.save(fence, freed, [])), 'conflict')).toBe(true)
    const lost = sampleDecision({ id: 'dec_none' })
    expect(isError(await fault(store.evictions.save(fence, lost, [])), 'not-found')).toBe(true)
  })

  it('note nobody as gone when the decision itself cannot be written', async () => {
    const { store, fence } = opened
    const before = (await store.evictions.evictions({}, page)).total
    const ended = sampleDecision({ state: 'done' })
    await fault(store.evictions.save(fence, ended, [sampleEviction({ id: 'evi_lost', instanceId: instance('x') })]))
    const late = { scope: fence.scope, term: fence.term - 1 }
    const refused = await fault(store.evictions.decide(late, sampleDecision({ id: 'dec_9', requestId: 'r9' })))
    expect(isError(refused, 'not-leader')).toBe(true)
    expect((await store.evictions.evictions({}, page)).total).toBe(before)
  })

  it('are listed newest first, by cloud and by kind', async () => {
    const { store, fence } = opened
    const at = (id: string, minutes: number, kind: 'room' | 'expiry' = 'room') =>
      store.evictions.decide(fence, sampleDecision({ id, requestId: id, kind, createdAtMs: nowMs + minutes * 60_000 }))
    await at('dec_a', 1)
    await at('dec_b', 3, 'expiry')
    await at('dec_c', 2)
    const ids = async (filter: { cloudId?: string; kind?: 'expiry' }) =>
      (await store.evictions.decisions(filter, page)).items.map(({ id }) => id)
    expect(await ids({})).toEqual(['dec_b', 'dec_c', 'dec_a', 'dec_1'])
    expect(await ids({ kind: 'expiry' })).toEqual(['dec_b'])
    expect(await ids({ cloudId: 'another' })).toEqual([])
    const second = await store.evictions.decisions({}, { limit: 1, offset: 1 })
    expect([second.total, second.items[0]?.id]).toEqual([4, 'dec_c'])
  })
})

describe('evictions', () => {
  it('are followed on their way back, and found by instance, project and time', async () => {
    const { store, fence } = opened
    const other = projectId(cloudId('lab'), 'other')
    await store.evictions.decide(fence, sampleDecision({ id: 'dec_x', requestId: 'x' }))
    const left = sampleEviction({
      id: 'evi_x',
      decisionId: 'dec_x',
      instanceId: instance('batch'),
      projectId: other,
      evictedAtMs: nowMs + 5,
    })
    await store.evictions.save(fence, sampleDecision({ id: 'dec_x', requestId: 'x' }), [left])
    await store.evictions.follow(fence, { ...left, state: 'returning' })
    expect((await store.evictions.onTheirWayBack()).map(({ id, state }) => [id, state])).toEqual([
      ['evi_1', 'waiting'],
      ['evi_x', 'returning'],
    ])
    await store.evictions.follow(fence, { ...left, state: 'returned', returnedAs: instance('batch-again') })
    const ids = async (filter: Parameters<typeof store.evictions.evictions>[0]) =>
      (await store.evictions.evictions(filter, page)).items.map(({ id }) => id)
    expect(await ids({})).toEqual(['evi_x', 'evi_1'])
    expect(await ids({ instanceId: instance('batch') })).toEqual(['evi_x'])
    expect(await ids({ projectIds: [other] })).toEqual(['evi_x'])
    expect(await ids({ projectIds: [] })).toEqual([])
    expect(await ids({ fromMs: nowMs + 1 })).toEqual(['evi_x'])
    expect((await store.evictions.onTheirWayBack()).map(({ id }) => id)).toEqual(['evi_1'])
  })

  it('keep their decision from being pruned until they are back', async () => {
    const { store, fence } = opened
    const ends = { state: 'done' } as const
    await store.evictions.save(fence, sampleDecision({ id: 'dec_x', requestId: 'x', ...ends }), [])
    await store.prune({ plans: 0, ledger: 0, history: nowMs + 86_400_000, energy: 0 })
    // dec_1 has ended, but its victim waits; dec_x has ended and its victim is back; the others are under way.
    const left = (await store.evictions.decisions({}, page)).items.map(({ id }) => id)
    expect(left.sort()).toEqual(['dec_1', 'dec_a', 'dec_b', 'dec_c'])
    expect((await store.evictions.evictions({}, page)).items.map(({ id }) => id)).toEqual(['evi_1'])
  })
})
