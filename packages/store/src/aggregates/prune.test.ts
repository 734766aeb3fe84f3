import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  instance,
  nowMs,
  sampleEntry,
  sampleEstimate,
  sampleLine,
  samplePlan,
  sampleProposal,
  sampleRule,
} from '../testing/samples.ts'
import { openTestStore, type TestStore } from '../testing/test-store.ts'

let opened: TestStore
beforeAll(async () => {
  opened = await openTestStore()
})
afterAll(() => opened.close())

const oldMs = nowMs - 1000
const who = { by: 'alice', nowMs: oldMs }

describe('prune', () => {
  it('deletes what is older than its retention and keeps whatever is still in force', async () => {
    const { store, fence } = opened
    for (const [n, createdAtMs] of [oldMs, nowMs].entries()) {
      await store.plans.save(fence, samplePlan({ id: `plan_${n}`, createdAtMs, reasons: { passed: n } }))
      await store.ledger.append(fence, 'lab', { atMs: createdAtMs, cores: sampleLine(), memoryMiB: sampleLine() })
      await store.estimates.save(fence, [{ estimate: sampleEstimate({ atMs: createdAtMs }), state: new Uint8Array() }])
      await store.audit.append({ atMs: createdAtMs, by: 'a', from: 'cli', what: 'w', object: 'o', before: 0, after: n })
      const notice = {
        id: `n${n}`,
        instanceId: 'lab:i',
        proposalId: undefined,
        sentence: 's',
        dueAtMs: undefined,
        about: undefined,
      }
      await store.notices.add(fence, { ...notice, createdAtMs, sentBy: ['log'] })
    }
    const states = ['done', 'cancelled', 'held'] as const
    await store.proposals.save(
      fence,
      states.map((state) => sampleProposal({ id: state, instanceId: instance(state), state, updatedAtMs: oldMs })),
    )
    for (const name of ['ended', 'under-way', 'ended-later']) {
      const entry = sampleEntry({ id: name, idempotencyKey: name, instanceId: instance(name), intendedAtMs: oldMs })
      await store.journal.intend(fence, entry)
      const atMs = name === 'ended' ? oldMs : nowMs
      if (name !== 'under-way') await store.journal.finish(fence, name, { state: 'done', atMs, outcome: '' })
    }
    const hold = {
      instanceId: instance('x'),
      hostId: undefined,
      kind: 'keep',
      by: 'alice',
      reason: '',
      createdAtMs: oldMs,
    } as const
    await store.holds.add({ ...hold, untilMs: oldMs })
    const released = await store.holds.add({ ...hold, untilMs: nowMs + 10 })
    await store.holds.release(released.id, 'alice', oldMs)
    const kept = await store.holds.add({ ...hold, untilMs: nowMs + 10 })
    const report = { severity: 'error', subject: 's', sentence: 's', remedy: 'r' } as const
    await store.problems.report({ ...report, code: 'resolved' }, oldMs)
    await store.problems.resolve('resolved', 's', oldMs)
    await store.problems.report({ ...report, code: 'open' }, oldMs)
    const gone = await store.rules.create(sampleRule({ name: 'gone' }), 'alice', oldMs)
    await store.rules.remove(gone.id, 'alice', oldMs)
    const lately = await store.rules.create(sampleRule({ name: 'lately' }), 'alice', oldMs)
    await store.rules.remove(lately.id, 'alice', nowMs)
    const present = await store.rules.create(sampleRule({ name: 'present' }), 'alice', oldMs)
    await store.settings.set('mode.idleness', 'observe', who)

    await store.prune({ plans: nowMs, ledger: nowMs, history: nowMs, energy: 0 })

    expect((await store.plans.latest(9)).map(({ id }) => id)).toEqual(['plan_1'])
    expect((await store.ledger.range('lab', 0, nowMs * 2)).map(({ atMs }) => atMs)).toEqual([nowMs])
    expect((await store.estimates.range('lab:node-1', 0, nowMs * 2)).map(({ atMs }) => atMs)).toEqual([nowMs])
    expect((await store.audit.list({ limit: 9, offset: 0 })).items.map(({ after }) => after)).toEqual([1])
    expect((await store.notices.forInstance('lab:i', 9)).map(({ id }) => id)).toEqual(['n1'])
    expect((await store.proposals.recent({}, { limit: 9, offset: 0 })).items.map(({ id }) => id)).toEqual(['held'])
    const entries = (await store.journal.list({}, { limit: 9, offset: 0 })).items.map(({ id }) => id)
    expect(entries.sort()).toEqual(['ended-later', 'under-way'])
    expect(await store.holds.forInstance(instance('x'))).toEqual([kept])
    const holds = await opened.database.read((queries) => queries.selectFrom('hold').select('id').execute())
    expect(holds).toEqual([{ id: kept.id }])
    expect((await store.problems.list({ includeClosed: true })).map(({ code }) => code)).toEqual(['open'])
    expect(await store.rules.revisions(gone.id)).toHaveLength(0)
    expect(await store.rules.revisions(lately.id)).toHaveLength(1)
    expect(await store.rules.revisions(present.id)).toHaveLength(1)
    expect((await store.settings.all()).size).toBe(1)
  })

  it('deletes more than one statement takes', async () => {
    const { store, database, fence } = opened
    const many = Array.from({ length: 4500 }, (_, index) =>
      sampleProposal({ id: `many_${index}`, instanceId: instance(`m-${index}`), state: 'done', updatedAtMs: oldMs }),
    )
    await store.proposals.save(fence, many)
    await store.prune({ plans: 0, ledger: 0, history: nowMs, energy: 0 })
    const rows = await database.read((queries) => queries.selectFrom('proposal').select('id').execute())
    expect(rows).toEqual([{ id: 'held' }])
  })
})
