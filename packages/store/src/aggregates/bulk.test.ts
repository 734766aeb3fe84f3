import { isError, type NoticeAbout } from '@gleaner/model'
import type { InstanceMemory, TelemetryBlob } from '@gleaner/ports'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nowMs, sampleLine } from '../testing/samples.ts'
import { openTestStore, type TestStore } from '../testing/test-store.ts'

let opened: TestStore
beforeAll(async () => {
  opened = await openTestStore()
})
afterAll(() => opened.close())

async function loadAll(sliceRows: number): Promise<TelemetryBlob[][]> {
  const slices: TelemetryBlob[][] = []
  // Copied: the bytes are good until the next slice.
  for await (const slice of opened.store.telemetry.loadAll(sliceRows))
    slices.push(slice.map(({ subject, bytes }) => ({ subject, bytes: bytes.slice() })))
  return slices
}

describe('telemetry', () => {
  it('comes back byte for byte, in slices of the size asked for', async () => {
    const { telemetry } = opened.store
    const blob = (n: number): TelemetryBlob => ({
      subject: `lab:i-${String(n).padStart(5, '0')}`,
      // Every byte value, and every length from none to long.
      bytes: Uint8Array.from({ length: n % 700 }, (_, index) => (index * 31 + n) % 256),
    })
    const blobs = Array.from({ length: 1500 }, (_, index) => blob(index))
    await telemetry.save(blobs)
    const slices = await loadAll(400)
    expect(slices.map((slice) => slice.length)).toEqual([400, 400, 400, 300])
    const loaded = slices.flat().sort((a, b) => (a.subject < b.subject ? -1 : 1))
    for (const [index, { subject, bytes }] of loaded.entries()) {
      expect(subject).toBe(blobs[index]?.subject)
      expect(Buffer.compare(bytes, blobs[index]?.bytes ?? new Uint8Array(1))).toBe(0)
    }
  })

  it('is replaced, removed, and may be larger than one statement takes', async () => {
    const { telemetry } = opened.store
    await telemetry.remove((await loadAll(5000)).flat().map(({ subject }) => subject))
    const large = new Uint8Array(3 * 1024 * 1024).fill(7)
    await telemetry.save(['a', 'b', 'c', 'd'].map((subject) => ({ subject, bytes: large })))
    await telemetry.save([
      { subject: 'a', bytes: Uint8Array.of(1) },
      { subject: 'a', bytes: Uint8Array.of(2, 3) },
    ])
    await telemetry.remove(['d', 'not there'])
    const loaded = (await loadAll(2)).flat().sort((a, b) => (a.subject < b.subject ? -1 : 1))
    expect(loaded.map(({ subject, bytes }) => [subject, bytes.byteLength])).toEqual([
      ['a', 2],
      ['b', large.byteLength],
      ['c', large.byteLength],
    ])
    expect([...(loaded[0]?.bytes ?? [])]).toEqual([2, 3])
    await telemetry.save([])
  })

  it('comes back whole through memory that is used again, whatever the sizes', async () => {
    const { telemetry } = opened.store
    await telemetry.remove((await loadAll(5000)).flat().map(({ subject }) => subject))
    // From nothing to more than a slab holds, in an order of their own.
    const sizeOf = (n: number) => [0, 1, 7000, 131_072, 131_073, 40_000, 1_300_000][(n * n) % 7] ?? 0
    const blobs = Array.from({ length: 120 }, (_, n) => ({
      subject: `s${n}`,
      bytes: new Uint8Array(sizeOf(n)).fill(n),
    }))
    await telemetry.save(blobs)
    for (const sliceRows of [1, 7, 50, 500]) {
      const sizes: number[] = []
      let wrong = 0
      for await (const slice of telemetry.loadAll(sliceRows)) {
        sizes.push(slice.length)
        // The reader takes its time: what arrives meanwhile must not come into the bytes at hand.
        await new Promise((resolve) => setTimeout(resolve, sliceRows))
        for (const { subject, bytes } of slice) {
          const n = Number(subject.slice(1))
          if (bytes.length !== sizeOf(n) || bytes.some((byte) => byte !== n)) wrong++
        }
      }
      expect(wrong).toBe(0)
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(120)
      expect(sizes.slice(0, -1).every((size) => size === sliceRows)).toBe(true)
    }
  })

  it('lets a reader leave early', async () => {
    for await (const slice of opened.store.telemetry.loadAll(1)) {
      expect(slice).toHaveLength(1)
      break
    }
  })
})

describe('what is remembered of instances', () => {
  it('is kept per cloud, in any number', async () => {
    const { store, fence } = opened
    const memory = (n: number): InstanceMemory => ({
      instanceId: `lab:i-${n}`,
      state: 'running',
      stateSinceMs: nowMs + n,
      firstSeenMs: nowMs,
      lastSeenMs: nowMs + 1,
    })
    const many = Array.from({ length: 6000 }, (_, index) => memory(index))
    await store.instances.remember(fence, 'lab', many)
    await store.instances.remember(fence, 'other', [{ ...memory(1), instanceId: 'other:i-1' }])
    await store.instances.remember(fence, 'lab', [{ ...memory(3), state: 'suspended', stateSinceMs: nowMs + 9999 }])
    await store.instances.forget(fence, 'lab', ['lab:i-1', 'other:i-1', 'lab:none'])
    const memories = new Map((await store.instances.memories('lab')).map((one) => [one.instanceId, one]))
    expect(memories.size).toBe(5999)
    expect(memories.get('lab:i-2')).toStrictEqual(memory(2))
    expect(memories.get('lab:i-3')).toMatchObject({ state: 'suspended', stateSinceMs: nowMs + 9999 })
    expect(await store.instances.memories('other')).toHaveLength(1)
    const error = await store.instances.forget({ ...fence, term: 0 }, 'lab', ['lab:i-5']).catch((e: unknown) => e)
    expect(isError(error, 'not-leader')).toBe(true)
  })
})

describe('the ledger’s history', () => {
  it('is a half-open range per cloud; a moment written twice holds the later value', async () => {
    const { store, fence } = opened
    const point = (atMs: number, used: number | undefined) => ({
      atMs,
      cores: sampleLine({ used }),
      memoryMiB: sampleLine(),
    })
    for (const n of [0, 1, 2]) await store.ledger.append(fence, 'lab', point(nowMs + n, n))
    await store.ledger.append(fence, 'lab', point(nowMs + 1, undefined))
    await store.ledger.append(fence, 'other', point(nowMs, 5))
    const range = await store.ledger.range('lab', nowMs, nowMs + 2)
    expect(range).toEqual([point(nowMs, 0), point(nowMs + 1, undefined)])
    expect(await store.ledger.range('none', 0, Number.POSITIVE_INFINITY)).toEqual([])
  })
})

describe('notices', () => {
  const about = {
    kind: 'announced',
    capability: 'idleness',
    action: 'suspend',
    cause: 'idle-hour',
    reason: { code: 'rule-matched', sentence: 'It idles.' },
    instanceName: 'web-1',
    projectId: 'lab:p',
    projectName: 'shop\0',
    decisionId: undefined,
  } as const
  const notice = (n: number, id = `not_${n}`) => ({
    id,
    instanceId: `lab:i-${n % 2}`,
    proposalId: n === 1 ? undefined : 'prop_1',
    sentence: 'will be suspended',
    createdAtMs: nowMs + n,
    dueAtMs: n === 1 ? undefined : nowMs + 600_000,
    sentBy: [],
    about: undefined,
  })
  const ids = (items: readonly { readonly notice: { readonly id: string } }[]) => items.map((item) => item.notice.id)

  it('wait for each notifier until it has delivered them, or its time comes', async () => {
    const { store, fence } = opened
    const { outbox } = store
    for (const n of [3, 1, 2]) await store.notices.add(fence, notice(n), ['mail', 'hook'])
    await store.notices.add(fence, { ...notice(4), about, sentBy: ['log'] }, ['mail'])
    await store.notices.add(fence, notice(5))
    const at = { nowMs: nowMs + 10, limit: 9 }
    expect(await outbox.due('mail', { ...at, limit: 2 })).toStrictEqual([
      { notice: notice(1), attempts: 0 },
      { notice: notice(2), attempts: 0 },
    ])
    expect(await outbox.due('mail', { ...at, nowMs: nowMs + 1 })).toHaveLength(1)
    await outbox.sent(fence, 'mail', { id: 'not_1' })
    await outbox.sent(fence, 'mail', { id: 'not_1' })
    await outbox.sent(fence, 'hook', { id: 'not_1' })
    await outbox.sent(fence, 'mail', { id: 'not_none' })
    await outbox.later(fence, 'mail', { id: 'not_2', nextAtMs: nowMs + 20, atMs: nowMs + 5, fault: 'ECONNREFUSED' })
    expect(ids(await outbox.due('mail', at))).toEqual(['not_3', 'not_4'])
    expect((await outbox.due('mail', { nowMs: nowMs + 20, limit: 9 })).at(-1)).toMatchObject({
      notice: { id: 'not_2' },
      attempts: 1,
    })
    expect((await outbox.due('mail', at)).at(-1)?.notice.about).toEqual({ ...about, projectName: 'shop\uFFFD' })
    await outbox.giveUp(fence, 'mail', { id: 'not_3', atMs: nowMs + 6, fault: 'it answers 422' })
    expect(ids(await outbox.due('mail', at))).toEqual(['not_4'])
    expect(ids(await outbox.due('hook', at))).toEqual(['not_2', 'not_3'])
    expect(await outbox.waiting('mail')).toEqual({ count: 2, oldestAtMs: nowMs + 2 })
    expect(await outbox.waiting('nobody')).toEqual({ count: 0, oldestAtMs: undefined })
    expect(await store.notices.forInstance('lab:i-1', 9)).toStrictEqual([
      notice(5),
      notice(3),
      { ...notice(1), sentBy: ['hook', 'mail'] },
    ])
    await outbox.keepOnly(fence, ['mail'])
    expect([await outbox.waiting('hook'), await outbox.waiting('mail')]).toMatchObject([{ count: 0 }, { count: 2 }])
    await outbox.keepOnly(fence, [])
    expect(await outbox.waiting('mail')).toMatchObject({ count: 0 })
  })

  it('are told with what came of them: taken, by some, waiting, refused, given up', async () => {
    const { store, fence } = opened
    const { outbox } = store
    for (const n of [11, 12, 13, 14, 15]) await store.notices.add(fence, notice(n, `past_${n}`), ['past'])
    const at = (id: string, fault: string) => ({ id, atMs: nowMs + 60, fault })
    await outbox.sent(fence, 'past', { id: 'past_11' })
    await outbox.sent(fence, 'past', { id: 'past_12', fault: '550 for one of them' })
    await outbox.later(fence, 'past', { ...at('past_13', 'it answers 503'), nextAtMs: nowMs + 70 })
    await outbox.giveUp(fence, 'past', at('past_14', 'it answers 422'))
    const passages = async () =>
      (await outbox.recent('past', { limit: 9, offset: 0 })).items.map(({ notice: { id }, ...passage }) => ({
        id,
        ...passage,
      }))
    const waiting = { id: 'past_13', outcome: 'waiting', attempts: 1, fault: 'it answers 503', faultAtMs: nowMs + 60 }
    const none = { attempts: undefined, fault: undefined, faultAtMs: undefined, nextAtMs: undefined }
    const ended = [
      { ...none, ...at('past_14', 'it answers 422'), outcome: 'refused', attempts: 1 },
      { ...none, id: 'past_12', outcome: 'delivered', fault: '550 for one of them' },
      { ...none, id: 'past_11', outcome: 'delivered' },
    ].map(({ atMs, ...rest }: { atMs?: number; id: string }) => ({
      ...rest,
      ...(atMs === undefined ? {} : { faultAtMs: atMs }),
    }))
    expect(await passages()).toEqual(
      [
        { ...none, id: 'past_15', outcome: 'waiting', attempts: 0, nextAtMs: nowMs + 15 },
        { ...waiting, nextAtMs: nowMs + 70 },
        { ...ended[0], id: 'past_14' },
        ended[1],
        ended[2],
      ].toSorted((a, b) => ((a?.id ?? '') < (b?.id ?? '') ? 1 : -1)),
    )
    expect(await outbox.trim(fence, 'past', { most: 0, beforeMs: 0, nowMs: nowMs + 80 })).toBe(2)
    const givenUp = { outcome: 'given-up', faultAtMs: nowMs + 80, nextAtMs: undefined }
    expect((await passages()).filter(({ outcome }) => outcome === 'given-up')).toEqual([
      { ...none, id: 'past_15', ...givenUp, attempts: 0 },
      { ...waiting, ...givenUp },
    ])
  })

  it('are told in pages with how many there are, each once whatever came of it, and of some projects only', async () => {
    const { store, fence } = opened
    const { outbox } = store
    const about = (projectId: string) => ({ projectId }) as NoticeAbout
    for (const n of [21, 22, 23, 24, 25])
      await store.notices.add(fence, { ...notice(n, `page_${n}`), about: about(n < 24 ? 'lab:a' : 'lab:b') }, [
        'paged',
        'beside',
      ])
    await outbox.sent(fence, 'paged', { id: 'page_21' })
    await outbox.giveUp(fence, 'paged', { id: 'page_22', atMs: nowMs, fault: 'no' })
    const page = async (which: { limit: number; offset: number; projectIds?: string[] }) => {
      const { items, total } = await outbox.recent('paged', which)
      return [total, ...items.map((passage) => passage.notice.id)]
    }
    expect(await page({ limit: 2, offset: 0 })).toEqual([5, 'page_25', 'page_24'])
    expect(await page({ limit: 2, offset: 2 })).toEqual([5, 'page_23', 'page_22'])
    expect(await page({ limit: 2, offset: 4 })).toEqual([5, 'page_21'])
    expect(await page({ limit: 9, offset: 5 })).toEqual([5])
    expect(await page({ limit: 2, offset: 1, projectIds: ['lab:a', 'lab:c'] })).toEqual([3, 'page_22', 'page_21'])
    expect(await page({ limit: 9, offset: 0, projectIds: [] })).toEqual([0])
  })

  it('that were delivered do not wait again when they are added again', async () => {
    const { store, fence } = opened
    expect(await store.notices.add(fence, notice(7, 'again'), ['mail'])).toBe(true)
    await store.outbox.sent(fence, 'mail', { id: 'again' })
    expect(await store.notices.add(fence, notice(7, 'again'), ['mail'])).toBe(false)
    expect(await store.outbox.waiting('mail')).toMatchObject({ count: 0 })
  })

  it('wait in a queue that is bounded by number and age, the oldest going first', async () => {
    const { store, fence } = opened
    for (let n = 1; n <= 6; n++) await store.notices.add(fence, notice(n, `many_${n}`), ['full', 'other'])
    expect(await store.outbox.trim(fence, 'full', { most: 4, beforeMs: nowMs, nowMs: nowMs + 50 })).toBe(2)
    expect(await store.outbox.trim(fence, 'full', { most: 4, beforeMs: nowMs + 4, nowMs: nowMs + 50 })).toBe(1)
    expect(ids(await store.outbox.due('full', { nowMs: nowMs + 99, limit: 9 }))).toEqual(['many_4', 'many_5', 'many_6'])
    expect(await store.outbox.waiting('other')).toMatchObject({ count: 6 })
  })

  it('are taken out of the queue by the leader alone', async () => {
    const { store, fence } = opened
    await store.notices.add(fence, notice(8, 'fenced'), ['late'])
    const old = { ...fence, term: fence.term - 1 }
    await expect(store.outbox.sent(old, 'late', { id: 'fenced' })).rejects.toMatchObject({ code: 'not-leader' })
    await expect(
      store.outbox.later(old, 'late', { id: 'fenced', nextAtMs: 0, atMs: 0, fault: '' }),
    ).rejects.toMatchObject({
      code: 'not-leader',
    })
    expect(ids(await store.outbox.due('late', { nowMs: nowMs + 99, limit: 9 }))).toEqual(['fenced'])
  })
})

describe('the audit', () => {
  it('lists newest first and cannot be rewritten', async () => {
    const { store, database } = opened
    const entry = (n: number) => ({
      atMs: nowMs + n,
      by: 'alice',
      from: '127.0.0.1',
      what: 'set mode',
      object: 'idleness',
      before: n === 0 ? undefined : { mode: 'observe' },
      after: ['enforce', n],
    })
    for (const n of [0, 1, 2]) await store.audit.append(entry(n))
    expect(await store.audit.list({ limit: 2, offset: 1 })).toEqual({ items: [entry(1), entry(0)], total: 3 })
    const change = database.write((queries) => queries.updateTable('audit').set({ made_by: 'mallory' }).execute())
    expect(String(await change.catch((error: unknown) => error))).toContain('append-only')
  })
})
