// A project that has opted out of the rules, on a whole server: nothing is done there, "why" tells until when and why, the opt-out ends by
// itself at its time and the rule acts then, after its whole notice.
import { type ProjectId } from '@gleaner/model'
import { createTestDatabase } from '@gleaner/store/testing'
import { SimulatedCloud } from '@gleaner/driver-simulated'
import { afterEach, describe, expect, it } from 'vitest'
import type { Caller } from '../application.ts'
import { acceleratedClock } from '../clock/accelerated-clock.ts'
import { operator, startTestServer, testStartMs } from './test-server.ts'

const patient = { timeout: 120_000 }
const hourMs = 3_600_000
const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

const config = `
policy:
  snapshotMaxAge: 2h
  telemetryMaxAge: 2h
  budgets: { actionsPerMinute: 100, hostShare: 1, projectShare: 1 }
modes: { idleness: enforce }
periods: { observe: 10m, sample: 10m, decide: 10m }
rules:
  - name: forgotten
    expression: 'instance.state == "running"'
    action: suspend
    grace: 1h
    mode: enforce
`
const administrator: Caller = { ...operator, name: 'ada', role: 'administrator' }
const member: Caller = { ...operator, name: 'max', role: 'member' }

describe('a project that has opted out', patient, () => {
  it('is left alone until its time, over a restart, and told why; then the rules count again', async () => {
    const database = await createTestDatabase('empty')
    closing.push(() => database.drop())
    const clock = acceleratedClock(testStartMs, 6000)
    const sim = { clock, id: 'sim', seed: 11, hosts: 4, instances: 24, projects: 3, desktops: 0, activity: 0 }
    const makeClouds = () => [new SimulatedCloud(sim)]
    // Out before anything is decided: the rules come with the second start.
    const first = await startTestServer({ clock, makeClouds, databaseUrl: database.url })
    const instance = await first.until('an instance', () =>
      first.app.state.clouds
        .get('sim' as never)
        ?.snapshot?.instances.find(({ state, protectedBy }) => state === 'running' && protectedBy === undefined),
    )
    const projectId: ProjectId = instance.projectId
    const monthMs = 30 * 24 * hourMs
    const farMs = clock.nowMs() + monthMs
    const { commands, store } = first.app
    await commands.optOutProject(projectId, { untilMs: farMs, reason: 'exams' }, administrator)
    await expect(commands.optOutProject(projectId, undefined, member)).rejects.toMatchObject({ code: 'forbidden' })
    const [line] = (await store.audit.list({ limit: 1, offset: 0, search: projectId })).items
    expect(line).toMatchObject({ by: 'ada', what: 'opt project out', after: { reason: 'exams', untilMs: farMs } })
    await first.stop()

    const second = await startTestServer({ config, clock, makeClouds, databaseUrl: database.url })
    closing.push(() => second.stop())
    const told = await second.until('the reason', async () => {
      const { summary, refused } = await second.app.insight.why(instance.id)
      return refused.some(({ verdict }) => verdict.code === 'project-opted-out') ? summary : undefined
    })
    expect(told).toMatch(
      /"forgotten" asks for suspend, but: The project .* has opted out of the rules until .*, as ada said \(exams\)\./,
    )
    const notOfIt = async () =>
      (await second.app.store.journal.since(0)).filter((entry) => entry.projectId !== projectId)
    await second.until('a step in another project', async () => (await notOfIt())[0])
    const untilMs = clock.nowMs() + 24 * hourMs
    await second.app.commands.optOutProject(projectId, { untilMs, reason: 'exams' }, administrator)
    const suspended = await second.until('the suspension', async () =>
      (await second.app.store.journal.list({ instanceId: instance.id }, { limit: 5, offset: 0 })).items.find(
        ({ action, state }) => action === 'suspend' && state === 'done',
      ),
    )
    // Not before the end, and with the whole notice after it.
    expect(suspended.intendedAtMs).toBeGreaterThanOrEqual(untilMs + hourMs)
    const own = (await second.app.store.journal.since(0)).filter((entry) => entry.projectId === projectId)
    expect(own.filter(({ intendedAtMs }) => intendedAtMs < untilMs)).toEqual([])
  })

  it('is refused to those who may not: no end for operators, 90 days for members, and nothing that is over', async () => {
    const server = await startTestServer({ clock: acceleratedClock(testStartMs, 600) })
    closing.push(() => server.stop())
    const { commands } = server.app
    const id = 'sim:none' as ProjectId
    const nowMs = server.clock.nowMs()
    const wish = (untilMs: number | undefined) => ({ untilMs, reason: 'x' })
    await expect(commands.optOutProject(id, wish(undefined), operator)).rejects.toMatchObject({ code: 'forbidden' })
    for (const [untilMs, caller] of [
      [nowMs + 91 * 24 * hourMs, member],
      [nowMs - 1, administrator],
      [Number.NaN, administrator],
    ] as const)
      await expect(commands.optOutProject(id, wish(untilMs), caller)).rejects.toMatchObject({ code: 'request-invalid' })
    await commands.optOutProject(id, wish(nowMs + 80 * 24 * hourMs), member)
    await commands.optOutProject(id, wish(undefined), administrator)
    await expect(commands.optOutProject(id, undefined, operator)).rejects.toMatchObject({ code: 'forbidden' })
    await commands.optOutProject(id, undefined, administrator)
    expect(server.app.state.projectTerms.get(id)?.optOut).toBeUndefined()
  })
})
