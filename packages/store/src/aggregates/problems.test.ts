import { isError } from '@gleaner/model'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nowMs } from '../testing/samples.ts'
import { openTestStore, type TestStore } from '../testing/test-store.ts'

let opened: TestStore
beforeAll(async () => {
  opened = await openTestStore()
})
afterAll(() => opened.close())

const report = {
  code: 'cloud-unavailable',
  severity: 'error',
  subject: 'cloud lab',
  sentence: 'lab does not answer.',
  remedy: 'Check it.',
} as const

describe('problems', () => {
  it('are one row per cause: counted up, closed, and open again when they come back', async () => {
    const { problems } = opened.store
    const first = await problems.report(report, nowMs)
    expect(first).toStrictEqual({
      ...report,
      id: first.id,
      key: 'cloud-unavailable cloud lab',
      firstSeenMs: nowMs,
      lastSeenMs: nowMs,
      count: 1,
      clearedAtMs: undefined,
      clearedBy: undefined,
      resolvedAtMs: undefined,
    })
    const second = await problems.report({ ...report, sentence: 'lab is gone.', severity: 'warning' }, nowMs + 10)
    expect(second).toMatchObject({
      id: first.id,
      count: 2,
      firstSeenMs: nowMs,
      lastSeenMs: nowMs + 10,
      sentence: 'lab is gone.',
      severity: 'warning',
    })
    const other = await problems.report({ ...report, subject: 'cloud other' }, nowMs + 5)
    expect((await problems.list({ includeClosed: false })).map(({ id }) => id)).toEqual([first.id, other.id])

    const cleared = await problems.clear(first.id, 'alice', nowMs + 20)
    expect(cleared).toMatchObject({ clearedAtMs: nowMs + 20, clearedBy: 'alice' })
    expect((await problems.list({ includeClosed: false })).map(({ id }) => id)).toEqual([other.id])
    const reopened = await problems.report(report, nowMs + 30)
    expect(reopened).toMatchObject({ id: first.id, count: 3, clearedAtMs: undefined, clearedBy: undefined })

    await problems.resolve(report.code, report.subject, nowMs + 40)
    await problems.resolve(report.code, report.subject, nowMs + 50)
    await problems.resolve(report.code, 'nothing', nowMs + 50)
    const closed = await problems.list({ includeClosed: true })
    expect(closed.find(({ id }) => id === first.id)?.resolvedAtMs).toBe(nowMs + 40)
    expect((await problems.report(report, nowMs + 60)).resolvedAtMs).toBeUndefined()
    const error = await problems.clear('prob_none', 'alice', nowMs).catch((thrown: unknown) => thrown)
    expect(isError(error, 'not-found')).toBe(true)
  })

  it('lose no count when many report at once', async () => {
    const { problems } = opened.store
    const all = Array.from({ length: 20 }, (_, index) => problems.report({ ...report, subject: 'busy' }, nowMs + index))
    const counts = (await Promise.all(all)).map(({ count }) => count).sort((a, b) => a - b)
    expect(counts).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
  })
})
