// Memory lent from running guests through the whole server: the plan, the gate, the journal, the cloud; and above all its way
// back, which nothing may hold up.
import { hasAll, type InstanceId, type JournalEntry, type MemoryLoan } from '@gleaner/model'
import { afterEach, describe, expect, it } from 'vitest'
import { operator, startTestServer, type TestServer } from './test-server.ts'

const config = (modes: { readonly capability?: string; readonly ballooning?: string } = {}, more = '') => `
modes: { idleness: 'off', oversubscription: ${modes.capability ?? 'enforce'} }
policy:
  snapshotMaxAge: 12h
  telemetryMaxAge: 12h
  actionTimeout: 2h
  budgets: { actionsPerMinute: 100, hostShare: 1, projectShare: 1 }
oversubscription:
  ballooning:
    ${modes.ballooning === undefined ? '' : `mode: ${modes.ballooning}`}
    gainMiB: 512
    leastMiB: 256
    scope: 24h
    silent: 2h
    look: 1m
    foresight: 0s
    longest: 1000h
    ${more}
`
const enforcing = { ballooning: 'enforce' }

/** These wait for values; only a machine with much else to do needs so long. */
const patient = { timeout: 180_000 }
const never = new AbortController().signal

let server: TestServer
afterEach(async () => server.stop())

const start = (text: string) => startTestServer({ config: text, guestMemory: true })
const memorySteps = async (id?: InstanceId): Promise<readonly JournalEntry[]> => {
  const { items } = await server.app.store.journal.list(id === undefined ? {} : { instanceId: id }, {
    limit: 1000,
    offset: 0,
  })
  return items.filter(({ action }) => action === 'balloon' || action === 'return-memory')
}
const reachedLoan = (): Promise<MemoryLoan> =>
  server.until('memory that is lent', async () =>
    (await server.app.store.journal.loans()).find(({ entry, lastReturn }) => entry.state === 'done' && !lastReturn),
  )
const returned = ({ instanceId, entry }: MemoryLoan): Promise<JournalEntry> =>
  server.until('the memory given back', async () =>
    (await memorySteps(instanceId)).find(
      ({ action, state, idempotencyKey }) =>
        action === 'return-memory' && state === 'done' && idempotencyKey.includes(entry.id),
    ),
  )
const memoryOf = async (id: InstanceId) => (await server.cloud.guestMemory?.read([id], never))?.get(id)
const silence = ({ instanceId }: MemoryLoan) => server.cloud.faults.put({ kind: 'silent', instanceId })

describe('memory of guests', patient, () => {
  it('is lent through the gate, told everywhere, and back at once when the guest is no longer heard of', async () => {
    server = await start(config(enforcing))
    const loan = await reachedLoan()
    const { instanceId, entry } = loan
    expect(entry).toMatchObject({ capability: 'oversubscription', cause: 'ballooning', attempts: 1 })
    const targetMiB = entry.setting?.memoryMiB ?? Number.NaN
    const memory = await memoryOf(instanceId)
    expect(memory?.leftMiB).toBeLessThanOrEqual(targetMiB + 1)
    expect((memory?.promisedMiB ?? 0) - targetMiB).toBeGreaterThanOrEqual(512)

    const ledger = await server.until('the ledger that tells it', () =>
      server.app.state.plan?.ledger.find(({ hostId, lentByGuests }) => hostId === entry.hostId && lentByGuests),
    )
    expect(ledger.lentByGuests?.guests).toBeGreaterThanOrEqual(1)
    expect(ledger.lentByGuests?.memoryMiB).toBeGreaterThanOrEqual(512)

    silence(loan)
    const back = await returned(loan)
    expect(back.reason).toMatchObject({ code: 'memory-unknown', facts: { because: 'silent', loan: entry.id } })
    expect(await memoryOf(instanceId)).toSatisfy(hasAll)
    const why = await server.app.insight.why(instanceId)
    expect(why.timeline.map(({ sentence }) => sentence).join('\n')).toContain('no longer tells what memory it uses')
  })

  it('is only looked at by default: what would be lent stands in the plan, nothing is asked of a guest', async () => {
    server = await start(config())
    const proposal = await server.until('a proposal', () =>
      server.app.state.plan?.proposals.find(({ action }) => action === 'balloon'),
    )
    expect(proposal).toMatchObject({ state: 'observed', cause: 'ballooning', reason: { code: 'memory-spare' } })
    await server.cycles(5)
    expect(await memorySteps()).toEqual([])
  })

  it('waits for a person in advise, and is lent once approved', async () => {
    server = await start(config({ ballooning: 'advise' }))
    const proposal = await server.until('a proposal to approve', () =>
      server.app.state.plan?.proposals.find(
        ({ action, state }) => action === 'balloon' && state === 'awaiting-approval',
      ),
    )
    expect(await memorySteps()).toEqual([])
    await server.app.commands.approve(proposal.id, operator)
    const [step] = await server.until('the step', async () => {
      const steps = (await memorySteps()).filter(({ action }) => action === 'balloon')
      return steps.length > 0 ? steps : undefined
    })
    expect(step).toMatchObject({ instanceId: proposal.instanceId, proposalId: proposal.id })
  })

  it('goes back while everything is paused, and nothing more is lent then', async () => {
    server = await start(config(enforcing))
    const loan = await reachedLoan()
    await server.app.commands.pause('maintenance', operator)
    await server.until('a quiet journal', async () =>
      (await server.app.store.journal.open()).length === 0 ? true : undefined,
    )
    const lentBefore = (await memorySteps()).filter(({ action }) => action === 'balloon').length
    silence(loan)
    await returned(loan)
    await server.cycles(3)
    const lentAfter = (await memorySteps()).filter(({ action }) => action === 'balloon').length
    expect(lentAfter).toBe(lentBefore)
  })

  it('goes back to everybody when the mode no longer allows it', async () => {
    server = await start(
      config(enforcing).replace('oversubscription: enforce', 'idleness: observe').replace("idleness: 'off', ", ''),
    )
    await server.app.commands.setMode('oversubscription', 'enforce', operator)
    await reachedLoan()
    await server.app.commands.setMode('oversubscription', 'observe', operator)
    await server.until('nothing lent', async () =>
      (await server.app.store.journal.loans()).length === 0 ? true : undefined,
    )
    const steps = await memorySteps()
    const lent = steps.filter(({ action }) => action === 'balloon')
    for (const { id } of lent) expect(steps.some(({ idempotencyKey }) => idempotencyKey.includes(id))).toBe(true)
  })

  it('goes back to a guest whose owner keeps it', async () => {
    server = await start(config(enforcing))
    const loan = await reachedLoan()
    await server.app.commands.keep(loan.instanceId, { durationMs: 1000 * 3_600_000, reason: 'a demo' }, operator)
    expect((await returned(loan)).reason.facts['because']).toBe('not-allowed')
  })

  it('goes back although the guest is still leaving it: the step that waits for it is cut short', async () => {
    server = await start(config(enforcing))
    server.cloud.faults.put({ kind: 'slow', factor: 1_000_000, action: 'balloon' })
    const loan = await server.until('a loan under way', async () =>
      (await server.app.store.journal.loans()).find(({ entry }) => entry.state === 'accepted'),
    )
    silence(loan)
    await returned(loan)
    expect(await server.app.store.journal.find(loan.entry.id)).toMatchObject({
      state: 'failed',
      outcome: expect.stringMatching(/^cut short: /),
    })
  })

  it('is asked for again and again while the cloud refuses to give it back', async () => {
    server = await start(config(enforcing))
    const loan = await reachedLoan()
    const end = server.cloud.faults.put({ kind: 'refuse', calls: ['act'], action: 'return-memory' })
    silence(loan)
    await server.until('two refused steps', async () =>
      (await memorySteps(loan.instanceId)).filter(
        ({ action, state }) => action === 'return-memory' && state === 'failed',
      ).length >= 2
        ? true
        : undefined,
    )
    expect(await memoryOf(loan.instanceId)).not.toSatisfy(hasAll)
    end()
    await returned(loan)
    expect(await memoryOf(loan.instanceId)).toSatisfy(hasAll)
  })

  it('stays lent when an answer leaves the guest out once, and the next has it again', async () => {
    server = await start(config(enforcing))
    const loan = await reachedLoan()
    const missed = () => server.app.loops().find(({ name }) => name === 'balloon')?.runs ?? 0
    const hosts = server.app.state.clouds.get(server.cloud.id)?.snapshot?.hosts.map(({ name }) => name) ?? []
    server.cloud.faults.put({ kind: 'partial', hosts, calls: ['memory'], times: 2 })
    const from = missed()
    await server.until('some looks', () => (missed() >= from + 5 ? true : undefined))
    expect((await memorySteps(loan.instanceId)).filter(({ action }) => action === 'return-memory')).toEqual([])
  })

  it('is owed to nobody when the guest is stopped', async () => {
    server = await start(config(enforcing))
    const loan = await reachedLoan()
    server.cloud.actByHand(loan.instanceId, 'stop')
    expect((await returned(loan)).outcome).toContain('is stopped')
  })
})
