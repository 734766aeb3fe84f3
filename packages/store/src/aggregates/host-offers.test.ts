// What is told of hosts is there again after a restart and after a restore, and only the leader writes it.
import type { HostId } from '@gleaner/model'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTestStore, type TestStore } from '../testing/test-store.ts'

let opened: TestStore
beforeAll(async () => {
  opened = await openTestStore()
}, 60_000)
afterAll(() => opened.close())

it('keeps what was told last of each host, and which properties are private', async () => {
  const { store, fence } = opened
  const offer = {
    hostId: 'lab:a' as HostId,
    withdrawn: false,
    properties: { rack: 'r2', gpus: 4, quiet: true },
    by: 'olga',
    atMs: 1,
  }
  await store.hostOffers.save(fence, offer)
  await store.hostOffers.save(fence, { ...offer, withdrawn: true })
  await store.hostOffers.setPrivate(fence, 'rack', true)
  await store.hostOffers.setPrivate(fence, 'rack', true)
  await store.hostOffers.setPrivate(fence, 'gpus', false)
  const kept = await store.hostOffers.all()
  expect([...kept.ofHost.values()]).toEqual([{ ...offer, withdrawn: true }])
  expect([...kept.privateProperties]).toEqual(['rack'])
  await store.hostOffers.setPrivate(fence, 'rack', false)
  expect((await store.hostOffers.all()).privateProperties.size).toBe(0)
  const stale = { ...fence, term: fence.term - 1 }
  await expect(store.hostOffers.save(stale, offer)).rejects.toMatchObject({ code: 'not-leader' })
  await expect(store.hostOffers.setPrivate(stale, 'x', true)).rejects.toMatchObject({ code: 'not-leader' })
})
