// A rule of several steps on a whole server: told, suspended, deleted, each after its own wait and notice; with a restart between the
// steps, and ended by a person.
import type { InstanceId, JournalEntry } from '@gleaner/model'
import { createTestDatabase } from '@gleaner/store/testing'
import { SimulatedCloud } from '@gleaner/driver-simulated'
import { afterEach, describe, expect, it } from 'vitest'
import { acceleratedClock } from '../clock/accelerated-clock.ts'
import { operator, startTestServer, type TestServer, testStartMs } from './test-server.ts'

const patient = { timeout: 120_000 }
const hourMs = 3_600_000
/** A day in a quarter of a minute: the waits of a rule are hours. */
const speed = 6000

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

const config = (only: string) => `
policy:
  snapshotMaxAge: 2h
  telemetryMaxAge: 2h
  coolDown: 1m
  budgets: { actionsPerMinute: 100, hostShare: 1, projectShare: 1 }
modes: { idleness: enforce }
periods: { observe: 10m, sample: 10m, decide: 10m }
rules:
  - name: forgotten
    expression: 'instance.state == "running"'
    action: notify
    covers: { instances: ["${only}"] }
    mode: enforce
    steps:
      - { after: 2h, action: suspend, grace: 1h }
      - { after: 4h, action: stop, grace: 1h }
`
const withDelete = (only: string) => config(only).replace('action: stop, grace: 1h', 'action: delete, grace: 1d')

const journalOf = async ({ app }: TestServer, id: string): Promise<readonly JournalEntry[]> =>
  (await app.store.journal.list({ instanceId: id }, { limit: 20, offset: 0 })).items.toReversed()
const done = (server: TestServer, id: string, action: string) =>
  server.until(`${action} of ${id}`, async () =>
    (await journalOf(server, id)).find((entry) => entry.action === action && entry.state === 'done'),
  )

describe('a rule of several steps', patient, () => {
  it('tells, suspends and deletes, each after its wait and its own notice, over a restart', async () => {
    const database = await createTestDatabase('empty')
    closing.push(() => database.drop())
    const clock = acceleratedClock(testStartMs, speed)
    const sim = {
      clock,
      id: 'sim',
      seed: 11,
      hosts: 4,
      instances: 24,
      projects: 3,
      desktops: 0,
      activity: 0,
    }
    const { instances } = await new SimulatedCloud(sim).observe(AbortSignal.timeout(10_000))
    const start = (text: string) =>
      startTestServer({ config: text, clock, makeClouds: () => [new SimulatedCloud(sim)], databaseUrl: database.url })
    const { id, name } = instances.find(
      ({ state, protectedBy }) => state === 'running' && protectedBy === undefined,
    ) ?? { id: '', name: '' }
    const first = await start(withDelete(name))
    const told = await first.until('the notice', async () =>
      (await first.app.store.notices.forInstance(id, 10)).find(({ about }) => about?.kind === 'told'),
    )
    const story = await first.until('the place in the chain', async () => {
      const { rules } = await first.app.insight.why(told.instanceId as InstanceId)
      return rules.map(({ verdict }) => verdict.sentence).find((sentence) => sentence.includes('Step '))
    })
    expect(story).toMatch(/Step 1 of 3 of "forgotten" \(notify\) was done at .*; the next \(suspend\) is due at/)
    // A restart in the middle of the wait.
    await first.stop()
    const second = await start(withDelete(name))
    closing.push(() => second.stop())
    const suspended = await done(second, id, 'suspend')
    const announced = (await second.app.store.notices.forInstance(id, 10)).find(
      ({ about }) => about?.kind === 'announced',
    )
    expect((announced?.createdAtMs ?? 0) - told.createdAtMs).toBeGreaterThanOrEqual(2 * hourMs)
    expect((announced?.dueAtMs ?? 0) - (announced?.createdAtMs ?? 0)).toBe(hourMs)
    expect(suspended.intendedAtMs).toBeGreaterThanOrEqual(announced?.dueAtMs ?? Number.NaN)
    expect(suspended.cause).toBe('forgotten')
    const last = await second.until('the notice of the deletion', async () =>
      (await second.app.store.notices.forInstance(id, 20)).find(
        ({ about }) => about?.kind === 'announced' && about.action === 'delete',
      ),
    )
    expect(last.createdAtMs - (suspended.finishedAtMs ?? 0)).toBeGreaterThanOrEqual(4 * hourMs)
    expect((last.dueAtMs ?? 0) - last.createdAtMs).toBe(24 * hourMs)
    expect(last.sentence).toMatch(/will be deleted not before .*Step 2 of 3 of "forgotten" \(suspend\) was done at/)
    const deleted = await done(second, id, 'delete')
    expect(deleted.intendedAtMs).toBeGreaterThanOrEqual(last.dueAtMs ?? Number.NaN)
    expect((await journalOf(second, id)).map(({ action }) => action)).toEqual(['suspend', 'delete'])
  })

  it('ends when a person has it running again', async () => {
    const server = await startTestServer({ config: config('test-1'), clock: acceleratedClock(testStartMs, speed) })
    closing.push(() => server.stop())
    const instance = await server.until('the instance', () =>
      server.app.state.clouds.get(server.cloud.id)?.snapshot?.instances.find(({ name }) => name === 'test-1'),
    )
    expect(instance.state).toBe('running')
    await done(server, instance.id, 'suspend')
    await server.until('the verdict of the next step', async () => {
      const { rules } = await server.app.insight.why(instance.id)
      return rules.find(({ verdict }) => verdict.sentence.includes('Step 2 of 3'))
    })
    await server.app.commands.act(instance.id, { action: 'resume', reason: 'in use' }, operator)
    const resumed = await done(server, instance.id, 'resume')
    const resumedMs = resumed.finishedAtMs ?? 0
    await server.until('the time of the next step', () =>
      server.clock.nowMs() > resumedMs + 8 * hourMs ? true : undefined,
    )
    const entries = await journalOf(server, instance.id)
    expect(entries.some(({ action }) => action === 'stop')).toBe(false)
    // As the rule still matches it begins anew: with its notice, and the whole wait.
    const again = entries.find(({ action, intendedAtMs }) => action === 'suspend' && intendedAtMs > resumedMs)
    expect((again?.intendedAtMs ?? Number.POSITIVE_INFINITY) - resumedMs).toBeGreaterThanOrEqual(3 * hourMs)
  })
})
