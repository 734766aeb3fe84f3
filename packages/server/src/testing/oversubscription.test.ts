// Oversubscription through the whole server: estimates at the end of each scope, in the store, in the ledger, and as ratios
// through the gate; and what happens when a person, or the cloud itself, sets them otherwise.
import type { HostEstimate, JournalEntry } from '@gleaner/model'
import { afterEach, describe, expect, it } from 'vitest'
import { type TestServer, startTestServer } from './test-server.ts'

const quick = `
policy:
  snapshotMaxAge: 30m
  telemetryMaxAge: 30m
  coolDown: 10m
  personWins: 2h
  budgets: { actionsPerMinute: 100, cloudShare: 1 }
oversubscription:
  scope: 10m
  learnScopes: 2
  calmScopes: 1
  leastConfidence: 0.3
`
const enforce = `modes: { oversubscription: enforce }${quick}`

/** These wait for values; only a machine with much else to do needs so long. */
const patient = { timeout: 180_000 }

let server: TestServer
afterEach(async () => server.stop())

async function steps(): Promise<readonly JournalEntry[]> {
  const { items } = await server.app.store.journal.list({}, { limit: 1000, offset: 0 })
  return items.filter(({ instanceId }) => instanceId === undefined)
}

/** The first of all: the list begins with the newest. */
const doneStep = () =>
  server.until('a step on a host that is done', async () => (await steps()).findLast(({ state }) => state === 'done'))

async function stored(): Promise<HostEstimate[]> {
  const found: HostEstimate[] = []
  for await (const slice of server.app.store.estimates.loadAll(100))
    found.push(...slice.map(({ estimate }) => estimate))
  return found
}

describe('estimates', patient, () => {
  it('are made for every host at the end of each scope, stored with their history, and counted in the ledger', async () => {
    server = await startTestServer({ config: quick })
    const four = await server.until('estimates that were judged', async () => {
      const all = await stored()
      return all.length === 4 && all.every(({ cores }) => cores.record.judged >= 2) ? all : undefined
    })
    for (const { atMs, cores, memoryMiB } of four) {
      expect(atMs % 600_000).toBe(0)
      for (const { estimate, capacity, booked } of [cores, memoryMiB])
        expect(estimate).toBeLessThanOrEqual(Math.min(capacity, booked))
      expect(cores.ratioInForce).toBe(2.5)
      expect(cores.ratioAim).toBeGreaterThanOrEqual(1)
    }
    const [first] = four
    const history = await server.app.store.estimates.range(first?.hostId ?? '', 0, Number.MAX_VALUE)
    expect(history.length).toBeGreaterThanOrEqual(3)
    const fleet = await server.app.store.estimates.fleet('sim', 0, Number.MAX_VALUE)
    expect(fleet.some(({ hosts }) => hosts === 4)).toBe(true)
    await server.cycles(2)
    const ledger = server.app.state.plan?.ledger.find(({ hostId }) => hostId === first?.hostId)
    expect(ledger?.cores.estimatedPeak).toBeDefined()
    expect(ledger?.cores.firmPeak).toBe(Math.max(ledger?.cores.measuredPeak ?? 0, ledger?.cores.estimatedPeak ?? 0))
  })

  it('only record in observe what ratio they would set', async () => {
    server = await startTestServer({ config: quick })
    const proposal = await server.until('a proposal about a ratio', () =>
      server.app.state.plan?.proposals.find(({ capability }) => capability === 'oversubscription'),
    )
    expect(proposal).toMatchObject({ state: 'observed', instanceId: undefined, cause: 'estimate' })
    await server.cycles(10)
    expect(await steps()).toEqual([])
    const host = proposal.hostId as NonNullable<typeof proposal.hostId>
    expect((await server.app.insight.whyHost(host)).summary).toContain('would')
  })
})

describe('ratios', patient, () => {
  it('are set through the gate and the journal, and the host can tell why', async () => {
    server = await startTestServer({ config: enforce })
    const done = await doneStep()
    expect(done).toMatchObject({ capability: 'oversubscription', cause: 'estimate', attempts: 1 })
    expect(done.stateBefore).toMatch(/^core ratio 2\.5, memory ratio 1\.2$/)
    const host = done.hostId as NonNullable<typeof done.hostId>
    const now = await server.until('the reading that shows it', () => {
      const seen = server.app.state.clouds.get(server.cloud.id)?.snapshot?.hostById.get(host)
      return seen?.coreRatio !== 2.5 || seen.memoryRatio !== 1.2 ? seen : undefined
    })
    for (const ratio of [now.coreRatio, now.memoryRatio]) expect(ratio).toBeGreaterThanOrEqual(1)
    const why = await server.app.insight.whyHost(host)
    expect(why.history.map(({ id }) => id)).toContain(done.id)
    expect(why.timeline.some(({ sentence }) => sentence.includes('ended as done'))).toBe(true)
  })

  it('that a person sets are left alone', async () => {
    server = await startTestServer({ config: enforce })
    await doneStep()
    const [host] = server.app.state.clouds.get(server.cloud.id)?.snapshot?.hosts ?? []
    if (host === undefined) throw new Error('no host')
    await server.until('a quiet moment', async () =>
      (await server.app.store.journal.open()).length === 0 ? true : undefined,
    )
    // A step that began in this very moment may set another ratio after the person: who insists sets it again.
    const hold = await server.until('the hold', async () => {
      const found = server.app.state.holds.find(({ hostId }) => hostId === host.id)
      if (found === undefined)
        await server.cloud.ratioControl.setRatios(host.id, { coreRatio: 7.5 }, new AbortController().signal)
      return found
    })
    expect(hold).toMatchObject({ kind: 'person-acted', by: 'a person', instanceId: undefined })
    // What had passed the gate before may still begin.
    await server.cycles(2)
    const countedMs = server.clock.nowMs()
    await server.cycles(5)
    expect((await steps()).filter((entry) => entry.hostId === host.id && entry.intendedAtMs > countedMs)).toEqual([])
  })

  it('that a setting of the cloud overrides become a problem that names it', async () => {
    server = await startTestServer({ config: enforce })
    server.cloud.faults.put({ kind: 'override' })
    const problem = await server.until('the problem', async () =>
      (await server.app.store.problems.list({ includeClosed: false })).find(({ code }) => code === 'ratio-overridden'),
    )
    expect(problem.sentence).toMatch(/does not last/)
  })
})
