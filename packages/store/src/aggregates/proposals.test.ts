import { cloudId, hostId, isError, type Proposal, proposalStates } from '@gleaner/model'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { instance, nowMs, sampleProposal } from '../testing/samples.ts'
import { openTestStore, type TestStore } from '../testing/test-store.ts'

let opened: TestStore
let counter = 0
beforeAll(async () => {
  opened = await openTestStore()
})
afterAll(() => opened.close())

const thrown = (running: Promise<unknown>) => running.catch((error: unknown) => error)
const fresh = (more: Partial<Proposal> = {}) => {
  counter++
  return sampleProposal({ id: `prop_${counter}`, instanceId: instance(`i-${counter}`), ...more })
}

describe('proposals', () => {
  it('come back as they were, whatever is undefined', async () => {
    const { store, fence } = opened
    const bare = fresh({ hostId: undefined, ruleId: undefined, ruleRevision: undefined })
    const full = fresh({ noticeAtMs: nowMs + 0.5, dueAtMs: nowMs + 600_000.25, approvedBy: 'alice', state: 'notified' })
    await store.proposals.save(fence, [bare, full])
    expect(await store.proposals.find(bare.id)).toStrictEqual(bare)
    expect(await store.proposals.find(full.id)).toStrictEqual(full)
    expect(Object.keys((await store.proposals.find(full.id))?.reason.facts ?? {})).toEqual(
      Object.keys(full.reason.facts),
    )
    expect(await store.proposals.find('prop_none')).toBeUndefined()
  })

  it('do not reopen once they have ended', async () => {
    const { store, fence } = opened
    const property = fc.asyncProperty(
      fc.array(fc.constantFrom(...proposalStates), { maxLength: 6 }),
      async (course) => {
        const proposal = fresh()
        let ended: string | undefined
        for (const state of course) {
          await store.proposals.save(fence, [{ ...proposal, state }])
          if (['done', 'failed', 'timed-out', 'cancelled'].includes(state)) ended ??= state
        }
        const stored = await store.proposals.find(proposal.id)
        expect(stored?.state).toBe(ended ?? course.at(-1))
      },
    )
    await fc.assert(property, { numRuns: 40, seed: 7 })
  })

  it('allow one open proposal per instance and action; an ended one makes room in the same breath', async () => {
    const { store, fence } = opened
    const first = fresh()
    await store.proposals.save(fence, [first])
    const second = { ...fresh(), instanceId: first.instanceId }
    const error = await thrown(store.proposals.save(fence, [fresh(), second]))
    expect(isError(error, 'conflict')).toBe(true)
    expect(await store.proposals.find(second.id)).toBeUndefined()
    await store.proposals.save(fence, [second, { ...first, state: 'cancelled' }])
    expect((await store.proposals.find(second.id))?.state).toBe('confirming')
    await store.proposals.save(fence, [{ ...fresh(), instanceId: first.instanceId, action: 'stop' }])
  })

  it('are written all or none, in any number', async () => {
    const { store, fence } = opened
    const many = Array.from({ length: 2500 }, () => fresh({ state: 'observed', capability: 'energy' }))
    await store.proposals.save(fence, many)
    expect((await store.proposals.recent({ capability: 'energy' }, { limit: 10, offset: 2495 })).total).toBe(2500)
    const doubled = Array.from({ length: 1500 }, () => fresh({ capability: 'opportunism' }))
    await thrown(
      store.proposals.save(fence, [...doubled, { ...fresh(), instanceId: many[0]?.instanceId ?? instance('x') }]),
    )
    expect((await store.proposals.recent({ capability: 'opportunism' }, { limit: 1, offset: 0 })).total).toBe(0)
  })

  it('are approved once, only while they wait for it, and the approval outlives a cycle that did not see it', async () => {
    const { store, fence } = opened
    const waiting = fresh({ state: 'awaiting-approval' })
    await store.proposals.save(fence, [waiting])
    const approved = await store.proposals.approve(waiting.id, 'alice', nowMs + 1000)
    expect(approved).toStrictEqual({ ...waiting, approvedBy: 'alice', updatedAtMs: nowMs + 1000 })
    const again = await thrown(store.proposals.approve(waiting.id, 'bob', nowMs + 2000))
    expect(isError(again, 'conflict') && String(again)).toContain('approved by alice already')
    await store.proposals.save(fence, [{ ...waiting, updatedAtMs: nowMs + 3000 }])
    expect((await store.proposals.find(waiting.id))?.approvedBy).toBe('alice')
    const confirming = fresh()
    await store.proposals.save(fence, [confirming])
    expect(isError(await thrown(store.proposals.approve(confirming.id, 'alice', nowMs)), 'conflict')).toBe(true)
    expect(isError(await thrown(store.proposals.approve('prop_none', 'alice', nowMs)), 'not-found')).toBe(true)
  })

  it('are found open, by instance and by filter, newest first', async () => {
    const { store, fence } = opened
    const old = fresh({ state: 'done', updatedAtMs: nowMs + 10, capability: 'preemption' })
    const open = { ...fresh({ updatedAtMs: nowMs + 20, capability: 'preemption' }), instanceId: old.instanceId }
    await store.proposals.save(fence, [old, open])
    expect((await store.proposals.forInstance(old.instanceId, 10)).map(({ id }) => id)).toEqual([open.id, old.id])
    expect(await store.proposals.forInstance(old.instanceId, 1)).toEqual([open])
    expect(await store.proposals.recent({ state: 'done', capability: 'preemption' }, { limit: 5, offset: 0 })).toEqual({
      items: [old],
      total: 1,
    })
    const page = { limit: 5, offset: 0 }
    const own = { capability: 'preemption', projectIds: ['lab:web'] } as const
    expect((await store.proposals.recent(own, page)).items).toEqual([open, old])
    expect(await store.proposals.recent({ ...own, projectIds: ['lab:other'] }, page)).toEqual({ items: [], total: 0 })
    expect(await store.proposals.recent({ ...own, projectIds: [] }, page)).toEqual({ items: [], total: 0 })
    const ids = (await store.proposals.open()).map(({ id }) => id)
    expect(ids).toContain(open.id)
    expect(ids).not.toContain(old.id)
  })

  it('are not written by a leader whose term has ended', async () => {
    const { store, fence } = opened
    const error = await thrown(store.proposals.save({ ...fence, term: fence.term - 1 }, [fresh()]))
    expect(isError(error, 'not-leader')).toBe(true)
  })

  it('hold names that no cloud should have', async () => {
    const { store, fence } = opened
    const hostile = fresh({
      cause: 'a\0b\ud800c',
      reason: { code: 'rule-matched', sentence: 'x\0\udfff', facts: { '\0': '\0' } },
    })
    await store.proposals.save(fence, [hostile])
    expect(await store.proposals.find(hostile.id)).toMatchObject({
      cause: 'a\uFFFDb\uFFFDc',
      reason: { sentence: 'x\uFFFD\uFFFD' },
    })
  })
})

describe('proposals on hosts', () => {
  const onHost = (host: string, more: Partial<Proposal> = {}) =>
    fresh({
      capability: 'oversubscription',
      action: 'raise-ratio',
      setting: { coreRatio: 2.5, memoryRatio: 1.1 },
      instanceId: undefined,
      projectId: undefined,
      hostId: hostId(cloudId('lab'), host),
      ruleId: undefined,
      ruleRevision: undefined,
      ...more,
    })

  it('come back as they were, and are found by their host alone', async () => {
    const { store, fence } = opened
    const proposal = onHost('node-8')
    const beside = fresh({ hostId: hostId(cloudId('lab'), 'node-8') })
    await store.proposals.save(fence, [proposal, beside])
    expect(await store.proposals.find(proposal.id)).toStrictEqual(proposal)
    expect((await store.proposals.forHost('lab:node-8', 10)).map(({ id }) => id)).toEqual([proposal.id])
    const ofProject = await store.proposals.recent({ projectIds: ['lab:web'] }, { limit: 1000, offset: 0 })
    expect(ofProject.items.map(({ id }) => id)).not.toContain(proposal.id)
  })

  it('are never two for one step', async () => {
    const { store, fence } = opened
    const first = onHost('node-9')
    await store.proposals.save(fence, [
      first,
      onHost('node-9', { action: 'close', setting: undefined }),
      onHost('node-7'),
    ])
    const twin = await thrown(store.proposals.save(fence, [onHost('node-9')]))
    expect(isError(twin, 'conflict')).toBe(true)
    await store.proposals.save(fence, [{ ...first, state: 'cancelled' }, onHost('node-9')])
  })
})
