// Steps on hosts through the real journal: written before the call, verified in a reading that begins after it, and taken up
// again by a second process wherever the first one died.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freezeSnapshot, type Snapshot } from '@gleaner/engine'
import { type Host, type JournalEntry, noYield } from '@gleaner/model'
import type { Cloud, Fence, RatioControl, Store } from '@gleaner/ports'
import { openStore } from '@gleaner/store'
import { createTestDatabase, type TestDatabase } from '@gleaner/store/testing'
import { aHost, anInventory, testCloud, VirtualClock } from '@gleaner/testkit'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { EventHub } from '../events/hub.ts'
import { Executor, type Order } from './executor.ts'

const directory = mkdtempSync(join(tmpdir(), 'gleaner-executor-'))
let database: TestDatabase
let store: Store
let fence: Fence
const clock = new VirtualClock()
const signal = new AbortController().signal

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

/** Another process: it knows nothing but the journal and the cloud. */
const executor = () =>
  new Executor({
    store,
    clouds: new Map([[testCloud, cloud]]),
    readingOf: () => reading,
    clock,
    hub: new EventHub(clock),
    log: pino({ level: 'silent' }),
    actionTimeoutMs: 300_000,
    callTimeoutMs: 1000,
  })

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

async function only(): Promise<JournalEntry> {
  const open = await store.journal.open()
  expect(open).toHaveLength(1)
  return open[0] as JournalEntry
}

beforeAll(async () => {
  database = await createTestDatabase()
  store = (await openStore({ databaseUrl: database.url, stateDirectory: directory, nowMs: clock.nowMs() })).store
  const led = await store.leadership.tryLead('main', 'test')
  if (led === undefined) throw new Error('does not lead')
  fence = led.fence
})
afterAll(async () => {
  await store.close()
  await database.drop()
  rmSync(directory, { recursive: true, force: true })
})
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
    expect((await executor().pursue(fence, await only(), signal)).state).toBe('done')
    expect(calls).toBe(1)
  })

  it('that never reached the cloud is called again by whoever leads next', async () => {
    failing = 'before'
    await executor().begin(fence, order(), signal)
    failing = 'never'
    await clock.advance(1000)
    read()
    const next = executor()
    expect((await next.pursue(fence, await only(), signal)).state).toBe('accepted')
    await clock.advance(1000)
    read()
    expect((await next.pursue(fence, await only(), signal)).state).toBe('done')
    expect(calls).toBe(2)
  })

  it('does not overrule what somebody set meanwhile', async () => {
    failing = 'before'
    await executor().begin(fence, order(), signal)
    failing = 'never'
    host = { ...host, coreRatio: 8 }
    await clock.advance(1000)
    read()
    expect(await executor().pursue(fence, await only(), signal)).toMatchObject({
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
    await executor().pursue(fence, await only(), signal)
  })

  it('on a cloud that has no ratios fails and says so', async () => {
    const bare = executor()
    Object.assign(cloud, { ratioControl: undefined })
    const entry = await bare.begin(fence, order(), signal)
    Object.assign(cloud, { ratioControl })
    expect(entry).toMatchObject({ state: 'failed', outcome: expect.stringContaining('raise-ratio') })
  })
})
