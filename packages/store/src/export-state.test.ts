import { gunzipSync, gzipSync } from 'node:zlib'
import { cloudId, freshPowerRecord, hostId, isError, type ProjectId } from '@gleaner/model'
import type { Store } from '@gleaner/ports'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  instance,
  nowMs,
  sampleDecision,
  sampleEntry,
  sampleEstimate,
  sampleEviction,
  sampleLease,
  sampleLine,
  samplePlan,
  sampleProposal,
  sampleRule,
} from './testing/samples.ts'
import { openTestStore, type TestStore } from './testing/test-store.ts'

let source: TestStore
let exported: Buffer
const targets: TestStore[] = []

beforeAll(async () => {
  source = await openTestStore()
  await fill(source)
  exported = await collect(source.store.exportState())
})
afterAll(async () => {
  for (const one of [source, ...targets]) await one.close()
})

async function fill({ store, fence }: TestStore): Promise<void> {
  const who = { by: 'alice', nowMs }
  await store.settings.set('mode.idleness', 'enforce', who)
  await store.settings.set('nothing', null, who)
  const rule = await store.rules.create(sampleRule({ description: 'line\nbreak "quote" \\ ü 🙂' }), 'alice', nowMs)
  await store.rules.update(rule.id, { definition: sampleRule(), expectedRevision: 1 }, who)
  await store.proposals.save(fence, [
    sampleProposal({ state: 'awaiting-approval', dueAtMs: nowMs + 0.123456789 }),
    sampleProposal({
      id: 'prop_2',
      instanceId: instance('b'),
      hostId: undefined,
      state: 'done',
      verdict: { code: 'passed', sentence: '', facts: { x: 1e-7, y: 0.1 + 0.2 } },
    }),
  ])
  await store.proposals.approve('prop_1', 'bob', nowMs)
  await store.hostPower.save(fence, {
    ...freshPowerRecord(hostId(cloudId('c'), 'h1')),
    sleptAtMs: 0.25,
    bootsMs: [1.5],
  })
  const digest = new Uint8Array(32).fill(0xcd)
  const grant = {
    hostName: 'desk-1',
    cloudId: undefined,
    pool: 'offices',
    lends: true,
    createdAtMs: nowMs,
    createdBy: 'alice',
  }
  await store.desktops.createJoinToken({ ...grant, expiresAtMs: nowMs + 1 }, digest)
  const key = { key: Uint8Array.of(0, 1, 255), keyUntilMs: nowMs + 0.5 }
  const desktop = await store.desktops.join(digest, { ...key, realMs: nowMs, nowMs })
  const verdict = { code: 'lendable', sentence: 'a "quoted" one', facts: { x: 0.1 + 0.2 } } as const
  const word = {
    phase: 'lendable',
    verdict,
    guests: { running: 0, paused: 0 },
    slowestPauseMs: 0.25,
    version: 'x',
  } as const
  if (desktop !== undefined)
    await store.desktops.beat(0, {
      desktop: {
        ...desktop,
        sequence: Number.MAX_SAFE_INTEGER,
        changesTaken: Number.MAX_SAFE_INTEGER - 1,
        lastBeatMs: nowMs,
        phaseSinceMs: nowMs,
        word,
      },
      changes: [{ atMs: nowMs, phase: 'lendable', verdict }],
    })
  await store.journal.intend(fence, sampleEntry())
  await store.journal.attempt(fence, 'act_1')
  await store.journal.finish(fence, 'act_1', { state: 'failed', atMs: nowMs + 1, outcome: 'no' })
  await store.journal.intend(fence, sampleEntry({ id: 'act_2', idempotencyKey: 'k2' }))
  const lending = { action: 'balloon', setting: { memoryMiB: 512 }, instanceId: instance('lender') } as const
  await store.journal.intend(fence, sampleEntry({ id: 'act_3', idempotencyKey: 'k3', ...lending }))
  await store.holds.add({
    instanceId: instance('c'),
    hostId: undefined,
    kind: 'keep',
    untilMs: Number.POSITIVE_INFINITY,
    by: 'carol',
    reason: '',
    createdAtMs: nowMs,
  })
  await store.holds.addByLink(
    { id: 'keep:ntc_1', endsAtMs: nowMs + 5 },
    {
      instanceId: instance('c'),
      hostId: undefined,
      kind: 'keep',
      untilMs: Number.POSITIVE_INFINITY,
      by: 'carol',
      reason: '',
      createdAtMs: nowMs,
    },
  )
  await store.evictions.decide(fence, sampleDecision({ heldUntilMs: nowMs + 0.123456789 }))
  await store.evictions.save(fence, sampleDecision({ state: 'freed' }), [sampleEviction()])
  await store.leases.save(fence, [
    {
      lease: sampleLease(),
      rooms: [{ hostId: hostId(cloudId('lab'), 'node-1'), capacity: [4, 8, Number.POSITIVE_INFINITY] }],
    },
  ])
  await store.problems.report({ code: 'c', severity: 'error', subject: 's', sentence: 'x', remedy: 'y' }, nowMs)
  const token = {
    name: 't',
    role: 'viewer',
    projects: ['a,b', '{}'],
    createdAtMs: nowMs,
    createdBy: 'a',
    expiresAtMs: undefined,
  } as const
  await store.tokens.create(token, new Uint8Array(32).fill(0xab))
  const certificate = { serial: '0A', fingerprint: 'AA:BB', certificateEndsAtMs: nowMs + 0.5 }
  const seen = await store.people.seen({ issuer: 'CN=CA', subject: 'CN=Alice', ...certificate, lastSeenMs: nowMs }, 1)
  await store.people.decide(seen?.person.id ?? '', { active: true, role: 'member', projects: ['web', 'a "b", c'] }, who)
  await store.plans.save(fence, samplePlan())
  await store.instances.remember(fence, 'lab', [
    { instanceId: instance('a'), state: 'running', stateSinceMs: nowMs, firstSeenMs: nowMs, lastSeenMs: nowMs },
  ])
  await store.ledger.append(fence, 'lab', {
    atMs: nowMs,
    cores: sampleLine(),
    memoryMiB: sampleLine({ used: undefined }),
  })
  await store.estimates.save(fence, [{ estimate: sampleEstimate(), state: Uint8Array.of(1, 0, 255) }])
  await store.people.seen(
    {
      issuer: 'CN=Lab CA',
      subject: 'CN=Alice,OU=People',
      serial: '0A',
      fingerprint: 'AA:BB',
      certificateEndsAtMs: nowMs + 1e9,
      lastSeenMs: nowMs,
    },
    1,
  )
  const onNode = { hostId: hostId(cloudId('lab'), 'node-1'), cloudId: cloudId('lab'), atMs: nowMs, estimatedJ: 0.1 }
  await store.energy.add(fence, {
    id: 'first',
    hosts: [{ ...onNode, energyJ: 1.23456789012345, bridgedJ: 0, measuredMs: 60_000 }],
    tenants: [{ ...onNode, instanceId: instance('a'), projectId: undefined, idleJ: 0.5, dynamicJ: 1e-9 }],
  })
  const bytes = Uint8Array.from({ length: 5000 }, (_, index) => index % 256)
  await store.telemetry.save([
    { subject: 'lab:a', bytes },
    { subject: 'lab:empty', bytes: new Uint8Array() },
  ])
  const notice = {
    id: 'n',
    instanceId: 'lab:a',
    proposalId: undefined,
    sentence: 's',
    createdAtMs: nowMs,
    dueAtMs: undefined,
    about: undefined,
  }
  await store.notices.add(fence, { ...notice, sentBy: ['log', 'mail'] }, ['hook', 'picky'])
  await store.outbox.giveUp(fence, 'picky', { id: notice.id, atMs: nowMs, fault: 'it answers 422' })
  await store.hostOffers.save(fence, {
    hostId: 'lab:h' as never,
    withdrawn: false,
    properties: { bay: 'r2', gpus: 4 },
    by: 'a',
    atMs: nowMs,
  })
  await store.hostOffers.setPrivate(fence, 'bay', true)
  const optOut = { sinceMs: nowMs, untilMs: nowMs + 9, reason: 'exams', by: 'ada', role: 'member' } as const
  const line = {
    atMs: nowMs,
    by: 'ada',
    from: 'test',
    what: 'opt project out',
    object: 'lab:p1',
    before: null,
    after: optOut,
  }
  await store.projectTerms.change('lab:p1' as ProjectId, { optOut }, () => line)
  await store.audit.append({
    atMs: nowMs,
    by: 'a',
    from: 'cli',
    what: 'w',
    object: 'o',
    before: undefined,
    after: { deep: [1] },
  })
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function target(): Promise<TestStore> {
  const opened = await openTestStore()
  targets.push(opened)
  return opened
}

/** In pieces of odd size, as a network would bring them. */
async function* pieces(bytes: Uint8Array, size = 997): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const thrown = (running: Promise<unknown>) => running.catch((error: unknown) => error)
const rows = (export_: Buffer) => gunzipSync(export_).toString('utf8').trimEnd().split('\n').slice(1, -1)

async function everything(store: Store): Promise<unknown> {
  const telemetry = []
  for await (const slice of store.telemetry.loadAll(10))
    telemetry.push(...slice.map(({ subject, bytes }) => ({ subject, bytes: bytes.slice() })))
  const [rule] = await store.rules.list()
  return {
    settings: [...(await store.settings.all())],
    rules: [rule, await store.rules.revisions(rule?.id ?? '')],
    proposals: await store.proposals.recent({}, { limit: 9, offset: 0 }),
    leases: await store.leases.open(),
    offers: await store.hostOffers.all(),
    terms: await store.projectTerms.all(),
    journal: await store.journal.list({}, { limit: 9, offset: 0 }),
    holds: await store.holds.active(nowMs),
    problems: await store.problems.list({ includeClosed: true }),
    people: await store.people.list(),
    tokens: [await store.tokens.list(), await store.tokens.findByHash(new Uint8Array(32).fill(0xab))],
    plans: await store.plans.latest(9),
    instances: await store.instances.memories('lab'),
    ledger: await store.ledger.range('lab', 0, Number.POSITIVE_INFINITY),
    telemetry,
    notices: await store.notices.forInstance('lab:a', 9),
    outbox: await store.outbox.waiting('hook'),
    refused: await store.outbox.recent('picky', { limit: 9, offset: 0 }),
    audit: await store.audit.list({ limit: 9, offset: 0 }),
  }
}

describe('export and restore', () => {
  it('bring back everything, exactly, and a new export of it is the same', async () => {
    const { store, fence } = await target()
    const { rows: count } = await store.restoreState(pieces(exported))
    expect(count).toBe(rows(exported).length)
    expect(await everything(store)).toEqual(await everything(source.store))
    // The first row is the leader's: this database has its own.
    expect(rows(await collect(store.exportState())).slice(1)).toEqual(rows(exported).slice(1))
    // The open action still blocks its instance, and the term has not fallen.
    const second = sampleEntry({ id: 'act_3', idempotencyKey: 'k3' })
    expect(isError(await thrown(store.journal.intend(fence, second)), 'conflict')).toBe(true)
  })

  it('have every table of the schema but what belongs to the database itself', async () => {
    const found = new Set(rows(exported).map((line) => (JSON.parse(line) as { table: string }).table))
    const { rows: tables } = await source.database.connect('tests', 'limited').then(async (client) => {
      const result = await client.query<{ name: string }>(
        "select tablename as name from pg_tables where schemaname = 'gleaner'",
      )
      await client.end()
      return result
    })
    const missing = tables.map(({ name }) => name).filter((name) => !found.has(name))
    expect(missing.sort()).toEqual(['liveness', 'migration'])
  })

  it('refuse a database that holds anything', async () => {
    const { store } = await target()
    await store.settings.set('x', 1, { by: 'a', nowMs })
    expect(isError(await thrown(store.restoreState(pieces(exported))), 'store-not-empty')).toBe(true)
  })

  it('refuse an export of a newer Gleaner', async () => {
    const { store } = await target()
    const text = gunzipSync(exported)
      .toString('utf8')
      .replace(/"migration":\d+/, '"migration":99')
    const error = await thrown(store.restoreState(pieces(gzipSync(text))))
    expect(isError(error, 'store-version') && error.facts['found']).toBe(99)
  })

  it('refuse any damage with its line, and change nothing', async () => {
    const { store } = await target()
    const text = gunzipSync(exported).toString('utf8')
    const lines = text.split('\n')
    const damages: readonly (readonly [string, Uint8Array, RegExp])[] = [
      ['nothing', Buffer.alloc(0), /line 1/],
      ['not compressed', Buffer.from(text), /cannot be decompressed/],
      ['another file', gzipSync('{"hello":1}\n'), /line 1 \(not an export of Gleaner\)/],
      ['cut off', exported.subarray(0, exported.length - 20), /cut off/],
      ['without its end', gzipSync(lines.slice(0, -2).join('\n') + '\n'), /it ends too early/],
      ['a row missing', gzipSync(lines.filter((_, index) => index !== 4).join('\n')), /rows instead of/],
      ['a value changed', gzipSync(text.replace('night-suspend', 'night-suspenD')), /the digest does not match/],
      ['an unknown table', gzipSync(text.replace('{"table":"hold"', '{"table":"held"')), /not a row of a known table/],
      ['no JSON', gzipSync(text.replace('{"table":"hold"', '{table:"hold"')), /not a JSON object/],
      ['a row that does not fit', gzipSync(text.replace('"kind":"keep"', '"kind":"hug"')), /hold_kind_check/],
      ['more after the end', gzipSync(`${text}{"table":"hold","row":{}}\n`), /more after the end/],
      ['no text', gzipSync(Buffer.concat([Buffer.from(text), Buffer.from([0xff, 0xfe, 0x0a])])), /decompressed|JSON/],
    ]
    for (const [what, bytes, words] of damages) {
      const error = await thrown(store.restoreState(pieces(bytes)))
      expect(isError(error, 'store-corrupt-export'), `${what}: ${String(error)}`).toBe(true)
      expect(String(error), what).toMatch(words)
      expect((await store.settings.all()).size).toBe(0)
    }
  })

  it('notice a flipped byte wherever it is', async () => {
    const { store } = await target()
    // The ten bytes of the gzip header (time, system) carry nothing of ours.
    const place = fc.integer({ min: 10, max: exported.length - 1 })
    const property = fc.asyncProperty(place, fc.integer({ min: 1, max: 255 }), async (at, by) => {
      const damaged = Buffer.from(exported)
      damaged[at] = (damaged[at] ?? 0) ^ by
      const result = await thrown(store.restoreState(pieces(damaged)))
      expect(isError(result, 'store-corrupt-export', 'store-version'), `byte ${at}`).toBe(true)
      expect((await store.settings.all()).size).toBe(0)
    })
    await fc.assert(property, { numRuns: 60, seed: 11 })
  })

  it('end cleanly when the reader of an export leaves', async () => {
    const { database } = source
    for await (const chunk of source.store.exportState()) {
      expect(chunk.length).toBeGreaterThan(0)
      break
    }
    const exporting = () =>
      database.read((queries) =>
        queries
          .selectFrom('pg_stat_activity' as never)
          .select('pid' as never)
          .where('application_name' as never, '=', 'gleaner export' as never)
          .execute(),
      )
    const untilMs = performance.now() + 20_000
    while ((await exporting()).length > 0 && performance.now() < untilMs)
      await new Promise((resolve) => setTimeout(resolve, 20))
    expect(await exporting()).toEqual([])
  })
})
