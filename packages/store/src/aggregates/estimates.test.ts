import { cloudId, type HostEstimate, hostId, isError } from '@gleaner/model'
import type { StoredEstimator } from '@gleaner/ports'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nowMs, sampleEstimate } from '../testing/samples.ts'
import { openTestStore, type TestStore } from '../testing/test-store.ts'

let opened: TestStore
beforeAll(async () => {
  opened = await openTestStore()
})
afterAll(() => opened.close())

const hourMs = 3_600_000
const far = cloudId('far')

async function all(sliceRows = 100): Promise<StoredEstimator[]> {
  const found: StoredEstimator[] = []
  for await (const slice of opened.store.estimates.loadAll(sliceRows)) found.push(...slice)
  return found
}

function at(hours: number, more: Partial<HostEstimate> = {}): StoredEstimator {
  const atMs = nowMs + hours * hourMs
  return { estimate: sampleEstimate({ atMs, measuredAtMs: atMs, ...more }), state: Uint8Array.of(hours, 0, 255) }
}

describe('estimates', () => {
  it('come back to the last digit, the last one of each host with what its strategy carries', async () => {
    const { estimates } = opened.store
    await estimates.save(opened.fence, [
      at(0),
      at(0, { hostId: hostId(far, 'x'), cloudId: far, measuredAtMs: undefined }),
    ])
    await estimates.save(opened.fence, [at(1)])
    expect(await all(1)).toStrictEqual([
      {
        estimate: at(0, { hostId: hostId(far, 'x'), cloudId: far, measuredAtMs: undefined }).estimate,
        state: Uint8Array.of(0, 0, 255),
      },
      { estimate: at(1).estimate, state: Uint8Array.of(1, 0, 255) },
    ])
  })

  it('keep the figures of every scope, those that are not known as such', async () => {
    const { estimates } = opened.store
    const points = await estimates.range('lab:node-1', nowMs, nowMs + 2 * hourMs)
    expect(points.map(({ atMs, blind }) => [atMs, blind])).toEqual([
      [nowMs, false],
      [nowMs + hourMs, false],
    ])
    expect(points[0]?.cores).toMatchObject({ capacity: 60, booked: 80, peak: 20.25, ratioInForce: 1.5, ratioAim: 1.75 })
    expect(points[0]?.cores.estimate).toBeCloseTo(24.123456789, 5)
    expect(points[0]?.memoryMiB).toMatchObject({ mean: undefined, peak: undefined, ratioInForce: undefined })
    expect(await estimates.range('lab:node-1', nowMs + 1, nowMs + hourMs)).toEqual([])
  })

  it('do not change what was written for a scope before', async () => {
    const { estimates } = opened.store
    const { cores } = sampleEstimate()
    await estimates.save(opened.fence, [at(1, { cores: { ...cores, estimate: 1 } })])
    const [, point] = await estimates.range('lab:node-1', nowMs, nowMs + 2 * hourMs)
    expect(point?.cores.estimate).toBeCloseTo(24.123456789, 5)
  })

  it('are summed up over the fleet', async () => {
    const { estimates } = opened.store
    const { cores } = sampleEstimate()
    const violated = { ...cores, peak: 30, violation: 6 }
    const blind = { ...cores, mean: undefined, peak: undefined, estimate: 60 }
    await estimates.save(opened.fence, [
      at(9, { cores: violated }),
      at(9, { hostId: hostId(cloudId('lab'), 'node-2'), cores: blind, measuredAtMs: nowMs }),
      at(9, { hostId: hostId(far, 'x'), cloudId: far }),
    ])
    const span = [nowMs + 9 * hourMs, nowMs + 10 * hourMs] as const
    const [lab] = await estimates.fleet('lab', ...span)
    expect(lab).toMatchObject({
      hosts: 2,
      blindHosts: 1,
      cores: { capacity: 120, booked: 160, peak: 30, violatedHosts: 1, violation: 6 },
      memoryMiB: { peak: 0, violatedHosts: 0 },
    })
    expect(lab?.cores.estimate).toBeCloseTo(84.123, 2)
    const [fleet] = await estimates.fleet(undefined, ...span)
    expect(fleet).toMatchObject({ hosts: 3, cores: { capacity: 180 } })
  })

  it('are forgotten with their host, their history is not', async () => {
    const { estimates } = opened.store
    await estimates.forget(opened.fence, ['lab:node-2', 'lab:none'])
    expect((await all()).map(({ estimate }) => estimate.hostId)).toEqual(['far:x', 'lab:node-1'])
    expect(await estimates.range('lab:node-2', 0, Number.POSITIVE_INFINITY)).toHaveLength(1)
  })

  it('are written by a leader alone, and many at once', async () => {
    const { estimates } = opened.store
    const many = Array.from({ length: 1300 }, (_, n) => at(20, { hostId: hostId(far, `h${n}`), cloudId: far }))
    const late = estimates.save({ ...opened.fence, term: 0 }, many).catch((error: unknown) => error)
    expect(isError(await late, 'not-leader')).toBe(true)
    await estimates.save(opened.fence, many)
    expect((await estimates.fleet('far', nowMs + 20 * hourMs, nowMs + 21 * hourMs))[0]?.hosts).toBe(1300)
  })

  it('are expected over the fleet as on each host: with what was sold there since, and only where there was one before', async () => {
    const { estimates } = opened.store
    const { cores, scopeMs } = sampleEstimate()
    const scope = (nth: number, name: string, [estimate, booked]: readonly [number, number]) =>
      at(nth, {
        hostId: hostId(cloudId('sold'), name),
        cloudId: cloudId('sold'),
        cores: { ...cores, estimate, booked },
      })
    expect(scopeMs).toBe(hourMs)
    await estimates.save(opened.fence, [scope(30, 'a', [10, 20]), scope(30, 'b', [5, 30]), scope(30, 'gone', [7, 7])])
    // Sold anew on a, less on b; c is new.
    await estimates.save(opened.fence, [scope(31, 'a', [11, 26]), scope(31, 'b', [6, 20]), scope(31, 'c', [9, 9])])
    const points = await estimates.fleet('sold', nowMs + 30 * hourMs, nowMs + 40 * hourMs)
    expect(points.map((point) => point.cores.expected)).toEqual([undefined, 10 + 6 + 5])
    expect((await estimates.fleet('sold', nowMs + 31 * hourMs, nowMs + 40 * hourMs))[0]?.cores.expected).toBeUndefined()
  })
})
