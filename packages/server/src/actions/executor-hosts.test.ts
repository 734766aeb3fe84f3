// Steps on hosts through the real journal: written before the call, verified in a reading that begins after it, and taken up
// again by a second process wherever the first one died.
import { freezeSnapshot, type Snapshot } from '@gleaner/engine'
import { type Host, noYield } from '@gleaner/model'
import type { Cloud, RatioControl } from '@gleaner/ports'
import { aHost, anInventory, testCloud } from '@gleaner/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Order } from './executor.ts'
import { anotherExecutor, begin, clock, end, fence, onlyOpen, signal, store } from './testing/executor-scene.ts'

/** A cloud whose ratios can be set, and which can fail before or after it has done so. */
let host: Host
let reading: Snapshot | undefined
let failing: 'never' | 'before' | 'after'
let calls: number
let version = 0

const ratioControl: RatioControl = {
  async setRatios(_hostId, ratios) {
    calls++
    if (failing === 'before') throw new Error('the line is down')
    host = { ...host, ...ratios }
    if (failing === 'after') throw new Error('the line is down')
  },
  overridden: async () => undefined,
}
const cloud = { id: testCloud, ratioControl } as unknown as Cloud

const read = () => {
  reading = freezeSnapshot(anInventory({ hosts: [host], instances: [] }), {
    cloudId: testCloud,
    version: ++version,
    takenAtMs: clock.nowMs(),
  })
}

const executor = () =>
  anotherExecutor({ clouds: new Map([[testCloud, cloud]]), readingOf: () => reading, actionTimeoutMs: 300_000 })

let proposals = 0
const order = (): Order => ({
  proposalId: `prp_${proposals++}`,
  capability: 'oversubscription',
  action: 'raise-ratio',
  setting: { coreRatio: 2.5 },
  on: { host },
  cause: 'estimate',
  reason: { code: 'commanded', sentence: 'There is room.', facts: {} },
  gives: noYield,
})

beforeAll(begin)
afterAll(end)
beforeEach(async () => {
  host = aHost()
  failing = 'never'
  calls = 0
  await clock.advance(1000)
  read()
})

describe('a step on a host', () => {
  it('is journalled, called, and done when a later reading shows it', async () => {
    const first = executor()
    const entry = await first.begin(fence, order(), signal)
    expect(entry).toMatchObject({ state: 'accepted', targetName: 'hv-1', stateBefore: 'core ratio 2, memory ratio 1' })
    // The reading is of before the call: it looks right in nothing.
    expect((await first.pursue(fence, entry, signal)).state).toBe('accepted')
    await clock.advance(1000)
    read()
    const done = await first.pursue(fence, entry, signal)
    expect(done).toMatchObject({ state: 'done', outcome: 'the host is at core ratio 2.5, memory ratio 1', attempts: 1 })
    expect(await store.journal.find(entry.id)).toMatchObject({ state: 'done', setting: { coreRatio: 2.5 } })
    expect(calls).toBe(1)
  })

  it('whose answer was lost is not called again when the cloud has it', async () => {
    failing = 'after'
    expect((await executor().begin(fence, order(), signal)).state).toBe('intended')
    failing = 'never'
    await clock.advance(1000)
    read()
    expect((await executor().pursue(fence, await onlyOpen(), signal)).state).toBe('done')
    expect(calls).toBe(1)
  })

  it('that never reached the cloud is called again by whoever leads next', async () => {
    failing = 'before'
    await executor().begin(fence, order(), signal)
    failing = 'never'
    await clock.advance(1000)
    read()
    const next = executor()
    expect((await next.pursue(fence, await onlyOpen(), signal)).state).toBe('accepted')
    await clock.advance(1000)
    read()
    expect((await next.pursue(fence, await onlyOpen(), signal)).state).toBe('done')
    expect(calls).toBe(2)
  })

  it('does not overrule what somebody set meanwhile', async () => {
    failing = 'before'
    await executor().begin(fence, order(), signal)
    failing = 'never'
    host = { ...host, coreRatio: 8 }
    await clock.advance(1000)
    read()
    expect(await executor().pursue(fence, await onlyOpen(), signal)).toMatchObject({
      state: 'failed',
      outcome: 'not called: somebody changed the host to core ratio 8, memory ratio 1 meanwhile',
    })
    expect(host.coreRatio).toBe(8)
  })

  it('is never two on one host', async () => {
    await executor().begin(fence, order(), signal)
    await expect(executor().begin(fence, order(), signal)).rejects.toMatchObject({ code: 'conflict' })
    expect(calls).toBe(1)
    await clock.advance(1000)
    read()
    await executor().pursue(fence, await onlyOpen(), signal)
  })

  it('on a cloud that has no ratios fails and says so', async () => {
    const bare = executor()
    Object.assign(cloud, { ratioControl: undefined })
    const entry = await bare.begin(fence, order(), signal)
    Object.assign(cloud, { ratioControl })
    expect(entry).toMatchObject({ state: 'failed', outcome: expect.stringContaining('raise-ratio') })
  })
})
