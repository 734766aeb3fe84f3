import { cloudId, hostId, isError } from '@gleaner/model'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { instance, nowMs } from '../testing/samples.ts'
import { openTestStore, type TestStore } from '../testing/test-store.ts'

let opened: TestStore
beforeAll(async () => {
  opened = await openTestStore()
})
afterAll(() => opened.close())

describe('holds', () => {
  it('are in force until their time or their release, for ever if it says so', async () => {
    const { holds } = opened.store
    const base = { instanceId: instance('web-1'), hostId: undefined, by: 'alice', reason: 'demo', createdAtMs: nowMs }
    const keep = await holds.add({ ...base, kind: 'keep', untilMs: nowMs + 1000 })
    const always = await holds.add({ ...base, kind: 'veto', untilMs: Number.POSITIVE_INFINITY, createdAtMs: nowMs + 1 })
    const other = await holds.add({
      ...base,
      instanceId: instance('web-2'),
      hostId: undefined,
      kind: 'cool-down',
      untilMs: nowMs + 1000,
      createdAtMs: nowMs + 2,
    })
    expect(await holds.active(nowMs)).toStrictEqual([keep, always, other])
    expect(await holds.active(nowMs + 999)).toHaveLength(3)
    expect(await holds.active(nowMs + 1000)).toStrictEqual([always])
    expect(await holds.forInstance(instance('web-1'))).toStrictEqual([always, keep])
    await holds.release(always.id, 'bob', nowMs + 5)
    await holds.release(always.id, 'carol', nowMs + 6)
    expect(await holds.active(nowMs)).toStrictEqual([keep, other])
    expect(await holds.forInstance(instance('web-1'))).toStrictEqual([keep])
    expect(await holds.since(nowMs + 1)).toStrictEqual([always, other])
    expect(await holds.since(nowMs + 3)).toStrictEqual([])
    const rows = await opened.database.read((queries) =>
      queries.selectFrom('hold').select(['released_by', 'released_at_ms']).where('id', '=', always.id).execute(),
    )
    expect(rows).toEqual([{ released_by: 'bob', released_at_ms: nowMs + 5 }])
    const error = await holds.release('hold_none', 'bob', nowMs).catch((thrown: unknown) => thrown)
    expect(isError(error, 'not-found')).toBe(true)
  })
})

it('are added by a link once, however many use it at the same moment, and never without using it up', async () => {
  const { holds } = opened.store
  const hold = {
    instanceId: instance('linked'),
    hostId: undefined,
    kind: 'keep',
    by: 'its owner',
    reason: '',
    createdAtMs: nowMs + 20,
    untilMs: nowMs + 9e9,
  } as const
  const link = { id: 'keep:ntc_1', endsAtMs: nowMs + 100 }
  expect(await holds.linkUsedAtMs(link.id)).toBeUndefined()
  const answers = await Promise.all(Array.from({ length: 8 }, () => holds.addByLink(link, hold)))
  expect(answers.filter((answer) => answer !== undefined)).toHaveLength(1)
  expect(await holds.forInstance(hold.instanceId)).toHaveLength(1)
  expect(await holds.linkUsedAtMs(link.id)).toBe(nowMs + 20)
  const broken = { ...hold, instanceId: undefined }
  await expect(holds.addByLink({ ...link, id: 'keep:ntc_2' }, broken)).rejects.toThrow()
  expect(await holds.linkUsedAtMs('keep:ntc_2')).toBeUndefined()
})

it('stand on a host as well, and never on both or neither', async () => {
  const { holds } = opened.store
  const base = { by: 'olga', reason: '', kind: 'veto', createdAtMs: nowMs + 7, untilMs: nowMs + 9e9 } as const
  const host = hostId(cloudId('lab'), 'node-1')
  const hold = await holds.add({ ...base, instanceId: undefined, hostId: host })
  expect(await holds.active(nowMs + 8e9)).toContainEqual(hold)
  for (const about of [
    { instanceId: undefined, hostId: undefined },
    { instanceId: instance('a'), hostId: host },
  ])
    await expect(holds.add({ ...base, ...about })).rejects.toThrow()
})
