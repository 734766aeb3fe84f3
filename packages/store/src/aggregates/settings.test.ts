import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nowMs } from '../testing/samples.ts'
import { openTestStore, type TestStore } from '../testing/test-store.ts'

let opened: TestStore
beforeAll(async () => {
  opened = await openTestStore()
})
afterAll(() => opened.close())

const who = { by: 'alice', nowMs }

describe('settings', () => {
  it('keep JSON values, null apart from nothing, until they are changed or removed', async () => {
    const { settings } = opened.store
    expect(await settings.all()).toEqual(new Map())
    await settings.set('mode.idleness', 'advise', who)
    await settings.set('kill-switch', { by: 'alice', sinceMs: nowMs, reason: 'drill' }, who)
    await settings.set('nothing', null, who)
    await settings.set('list', [1, 'two', [3]], who)
    await settings.set('mode.idleness', 'enforce', who)
    await settings.remove('never-set', who)
    expect(await settings.all()).toEqual(
      new Map<string, unknown>([
        ['kill-switch', { by: 'alice', sinceMs: nowMs, reason: 'drill' }],
        ['list', [1, 'two', [3]]],
        ['mode.idleness', 'enforce'],
        ['nothing', null],
      ]),
    )
    await settings.remove('kill-switch', who)
    expect([...(await settings.all()).keys()]).not.toContain('kill-switch')
  })
})
