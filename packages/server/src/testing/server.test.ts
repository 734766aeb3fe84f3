// The whole loop with a cloud that behaves and one that does not. What must hold in each case: a clear problem, nothing
// lost, nothing done on stale or partial data.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { type Socket, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Instance, type JournalEntry, type OnInstance, instanceId, isOnInstance } from '@gleaner/model'
import type { Clock } from '@gleaner/ports'
import { createTestDatabase } from '@gleaner/store/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { acceleratedClock } from '../clock/accelerated-clock.ts'
import {
  type TestServer,
  type TestServerOptions,
  operator,
  startTestServer,
  testSpeed,
  testStartMs,
} from './test-server.ts'

const rules = `
modes: { idleness: enforce }
policy:
  snapshotMaxAge: 30m
  telemetryMaxAge: 30m
  budgets: { actionsPerMinute: 100, hostShare: 1, projectShare: 1 }
rules:
  - name: suspend-small-use
    expression: instance.state == "running" && average(cpu, "10m") < 0.5
    action: suspend
    grace: 5m
    mode: enforce
`

/** These wait for values; only a machine with much else to do needs so long. */
const patient = { timeout: 120_000 }

let server: TestServer
afterEach(async () => server.stop())

async function start(options: TestServerOptions = { config: rules }): Promise<TestServer> {
  server = await startTestServer(options)
  return server
}

async function journal(state?: JournalEntry['state']): Promise<readonly JournalEntry[]> {
  const { items } = await server.app.store.journal.list(state === undefined ? {} : { states: [state] }, {
    limit: 1000,
    offset: 0,
  })
  return items
}

async function firstDone(): Promise<OnInstance<JournalEntry>> {
  return server.until('an action that is done', async () => (await journal('done')).filter(isOnInstance).at(-1))
}

async function problem(code: string) {
  return server.until(`the problem ${code}`, async () =>
    (await server.app.store.problems.list({ includeClosed: false })).find((each) => each.code === code),
  )
}

async function noProblem(code: string) {
  return server.until(`the end of the problem ${code}`, async () =>
    (await server.app.store.problems.list({ includeClosed: false })).every((each) => each.code !== code)
      ? true
      : undefined,
  )
}

function now(id: Instance['id']): Instance | undefined {
  return server.app.state.clouds.get(server.cloud.id)?.snapshot?.instanceById.get(id)
}

const heldFor = (code: string) => () => {
  const open = (server.app.state.plan?.proposals ?? []).filter(isOnInstance)
  return open.length > 0 && open.every((each) => each.verdict.code === code) ? open : undefined
}

describe('a cloud that behaves', patient, () => {
  it('has its idle instances suspended after notice and grace, and can tell why', async () => {
    await start()
    const done = await firstDone()
    expect(done).toMatchObject({
      action: 'suspend',
      cause: 'suspend-small-use',
      attempts: 1,
      outcome: 'the instance is suspended',
    })
    const notice = (await server.app.store.notices.forInstance(done.instanceId, 10)).find(
      ({ about }) => about?.kind === 'announced',
    )
    expect(notice?.sentence).toMatch(/will be suspended not before .* You have 5m to answer "keep"/)
    expect(done.intendedAtMs - (notice?.createdAtMs ?? 0)).toBeGreaterThanOrEqual(300_000)
    await server.until('the reading that shows it', () =>
      now(done.instanceId)?.state === 'suspended' ? true : undefined,
    )
    const why = await server.app.insight.why(done.instanceId)
    expect(why.timeline.map((point) => point.sentence).join('\n')).toContain('suspend')
    expect(done.reason.facts).toMatchObject({ 'average of cpu over 10m': expect.any(Number) })
  })

  it('leaves alone what its owner has resumed', async () => {
    await start()
    const done = await firstDone()
    await server.until('the reading that shows it', () =>
      now(done.instanceId)?.state === 'suspended' ? true : undefined,
    )
    const entry = await server.app.commands.act(done.instanceId, { action: 'resume', reason: 'I need it' }, operator)
    expect(entry).toMatchObject({ action: 'resume', cause: 'olga' })
    await server.until('it runs again', () => (now(done.instanceId)?.state === 'running' ? true : undefined))
    await server.cycles(20)
    expect(now(done.instanceId)?.state).toBe('running')
    const why = await server.app.insight.why(done.instanceId)
    expect(why.gate.find((check) => check.check === 'hold')).toMatchObject({
      passed: false,
      verdict: { code: 'person-acted' },
    })
    const audit = await server.app.store.audit.list({ limit: 5, offset: 0 })
    expect(audit.items[0]).toMatchObject({ by: 'olga', what: 'resume', object: done.instanceId })
  })

  it('sees what a person did past Gleaner, and does not overrule it', async () => {
    await start({ config: rules.replace('idleness: enforce', 'idleness: observe') })
    const { instanceId: target } = await server.until('a proposal', () =>
      server.app.state.plan?.proposals.find(isOnInstance),
    )
    expect(server.cloud.actByHand(target, 'stop')).toBe(true)
    const hold = await server.until('the hold', async () => (await server.app.store.holds.forInstance(target))[0])
    expect(hold).toMatchObject({ kind: 'person-acted' })
  })

  it('does nothing while everything is paused, and goes on afterwards', async () => {
    await start()
    await server.app.commands.pause('maintenance', operator)
    await server.until('everything held', heldFor('kill-switch'))
    expect(await journal()).toEqual([])
    await server.app.commands.unpause(operator)
    await firstDone()
  })

  it('keeps what its owner wants kept', async () => {
    await start()
    const proposal = await server.until('a proposal', () => server.app.state.plan?.proposals.find(isOnInstance))
    await server.app.commands.keep(proposal.instanceId, { durationMs: 86_400_000, reason: 'demo tomorrow' }, operator)
    await firstDone()
    await server.cycles(10)
    expect((await journal()).map((entry) => entry.instanceId)).not.toContain(proposal.instanceId)
  })
})

describe('a cloud that does not', patient, () => {
  it('is acted upon by nothing while it can be read only in part', async () => {
    await start({ config: rules.replace('idleness: enforce', 'idleness: observe') })
    await server.until('proposals', () => server.app.state.plan?.proposals.find(isOnInstance))
    const repair = server.cloud.faults.put({ kind: 'partial', hostShare: 0.3 })
    expect((await problem('snapshot-partial')).sentence).toMatch(/could be read only in part/)
    await server.app.commands.removeRule('none', operator).catch(() => {})
    await server.app.store.settings.set('mode.idleness', 'enforce', { by: 'test', nowMs: 0 })
    await server.cycles(15)
    expect(await journal()).toEqual([])
    repair()
    await noProblem('snapshot-partial')
  })

  it('that hangs makes the reading old, and nothing is done on it', async () => {
    await start({ config: rules.replaceAll('30m', '4m') })
    await server.until('proposals', () => server.app.state.plan?.proposals.find(isOnInstance))
    const repair = server.cloud.faults.put({ kind: 'hang', calls: ['observe', 'sample'] })
    await server.until('the reading is too old', heldFor('snapshot-stale'))
    const before = (await journal()).length
    await server.cycles(10)
    expect((await journal()).length).toBe(before)
    repair()
    await firstDone()
  })

  it('that is unreachable is a problem, which ends when it is back', async () => {
    await start()
    await server.until('a first plan', () => server.app.state.plan)
    const repair = server.cloud.faults.put({ kind: 'unavailable' })
    expect(await problem('cloud-unavailable')).toMatchObject({
      severity: 'error',
      remedy: expect.stringContaining('Gleaner retries by itself'),
    })
    repair()
    await noProblem('cloud-unavailable')
  })

  it('that falls back in silence has failed the action, and that is told', async () => {
    // Slowly and often enough that the moving state is seen: it tells a fall from a call that was ignored.
    const brisk = rules.replace('"10m"', '"2m"').replace('grace: 5m', 'grace: 20s')
    const periods = 'periods: { observe: 5s, sample: 10s, decide: 10s }'
    await start({ config: `${brisk}${periods}\n`, clock: acceleratedClock(testStartMs, 20) })
    server.cloud.faults.put({ kind: 'fall-back', action: 'suspend', times: 1 })
    const failed = await server.until('a failed action', async () => (await journal('failed'))[0])
    expect(failed.outcome).toMatch(/fell back to running/)
    expect((await problem('action-failed')).sentence).toContain(failed.targetName)
  })

  it('that never finishes an action is not waited for for ever', async () => {
    await start({ config: rules.replace('policy:', 'policy:\n  actionTimeout: 10m') })
    server.cloud.faults.put({ kind: 'stuck', action: 'suspend', times: 1 })
    const late = await server.until('a timed-out action', async () => (await journal('timed-out'))[0])
    expect(late.outcome).toMatch(/still suspending after 10m/)
  })

  it('that refuses is told in its own words', async () => {
    await start()
    server.cloud.faults.put({ kind: 'refuse', calls: ['act'], times: 1 })
    const failed = await server.until('a failed action', async () => (await journal('failed'))[0])
    expect(failed.outcome).toMatch(/may not do this/)
  })
})

describe('the state', patient, () => {
  it('gone for a while is a problem; nothing is decided meanwhile, nothing is lost, and it goes on by itself', async () => {
    const database = await createTestDatabase('empty')
    const door = await openDoor(database.url)
    try {
      await start({ config: rules, databaseUrl: door.url })
      await firstDone()
      door.shut()
      await server.until('the store counts as away', () => (server.app.state.storeReachable ? undefined : true))
      const plan = server.app.state.plan
      await server.cycles(3)
      expect(server.app.state.plan).toBe(plan)
      door.open()
      await server.until('a new plan', () => (server.app.state.plan === plan ? undefined : true))
      const outage = await server.until('the outage on record', async () =>
        (await server.app.store.problems.list({ includeClosed: true })).find(
          (each) => each.code === 'store-unavailable',
        ),
      )
      expect(outage.sentence).toMatch(/PostgreSQL does not answer/)
      const names = (await journal()).map((entry) => entry.idempotencyKey)
      expect(new Set(names).size).toBe(names.length)
      await noProblem('store-unavailable')
    } finally {
      await server.stop()
      await door.close()
      await database.drop()
    }
  })

  it('is led by one of two replicas; the other takes over when the leader has gone', async () => {
    const database = await createTestDatabase('empty')
    await start({ config: rules, databaseUrl: database.url })
    await server.until('the leader', () => server.app.state.fence)
    const follower = await startTestServer({ config: rules, databaseUrl: database.url })
    try {
      const leader = await follower.until('whom it follows', () => follower.app.state.leader)
      expect(leader.term).toBe(1)
      await follower.cycles(5)
      expect(follower.app.state.fence).toBeUndefined()
      const target =
        [...(follower.app.state.clouds.values().next().value?.snapshot?.instances ?? [])][0]?.id ??
        instanceId(server.cloud.id, 'none')
      await expect(follower.app.commands.act(target, { action: 'stop', reason: '' }, operator)).rejects.toMatchObject({
        code: 'not-leader',
      })
      await server.stop()
      expect((await follower.until('leadership', () => follower.app.state.fence)).term).toBe(2)
    } finally {
      await follower.stop()
      await database.drop()
    }
  })
})

describe('a clock that jumps', patient, () => {
  it('forward makes nothing due that was not confirmed and announced long enough', async () => {
    const jumped = { ms: 0 }
    const inner = acceleratedClock(testStartMs, testSpeed)
    const clock: Clock = {
      speed: testSpeed,
      nowMs: () => inner.nowMs() + jumped.ms,
      sleep: (ms, signal) => inner.sleep(ms, signal),
    }
    await start({ config: rules.replace('grace: 5m', 'grace: 10h'), clock })
    await server.until('notices', () => server.app.state.plan?.proposals.find((each) => each.state === 'notified'))
    jumped.ms = 11 * 3_600_000
    await server.until('a cycle after the jump', () =>
      (server.app.state.plan?.createdAtMs ?? 0) > testStartMs + jumped.ms ? true : undefined,
    )
    const first = server.app.state.plan?.proposals.filter((each) => each.state === 'due') ?? []
    expect(first).toEqual([])
  })

  it('backward shortens no grace', async () => {
    const jumped = { ms: 0 }
    const inner = acceleratedClock(testStartMs, testSpeed)
    const clock: Clock = {
      speed: testSpeed,
      nowMs: () => inner.nowMs() + jumped.ms,
      sleep: (ms, signal) => inner.sleep(ms, signal),
    }
    await start({ config: rules.replace('grace: 5m', 'grace: 20m'), clock })
    await server.until('notices', () => server.app.state.plan?.proposals.find((each) => each.state === 'notified'))
    jumped.ms = -3_600_000
    await server.cycles(5)
    expect(await journal()).toEqual([])
  })
})

/** A way to the database that can be shut: a socket that passes everything on. */
async function openDoor(databaseUrl: string) {
  const directory = mkdtempSync(join(tmpdir(), 'gleaner-door-'))
  const real = decodeURIComponent(/[?&]host=([^&]+)/.exec(databaseUrl)?.[1] ?? '')
  const [socket = '.s.PGSQL.5432'] = readdirSync(real).filter((name) => /^\.s\.PGSQL\.\d+$/.test(name))
  const through = new Set<Socket>()
  let shut = false
  const door = createServer((client) => {
    if (shut) {
      client.destroy()
      return
    }
    const inside = connect(join(real, socket))
    for (const end of [client, inside]) {
      through.add(end)
      end
        .on('error', () => {})
        .on('close', () => {
          through.delete(end)
          client.destroy()
          inside.destroy()
        })
    }
    client.pipe(inside).pipe(client)
  })
  await new Promise<void>((resolve) => door.listen(join(directory, socket), resolve))
  return {
    url: databaseUrl.replace(encodeURIComponent(real), encodeURIComponent(directory)),
    shut: () => {
      shut = true
      for (const end of through) end.destroy()
    },
    open: () => {
      shut = false
    },
    close: () =>
      new Promise<void>((resolve) => {
        door.close(() => {
          rmSync(directory, { recursive: true, force: true })
          resolve()
        })
        for (const end of through) end.destroy()
      }),
  }
}
