// Room for leases on a whole server: who stands on a host that another project has reserved is gone before the lease begins, or a
// problem names him. Simulated cloud, filled with preemptible instances; real PostgreSQL.
import { type Host, type Instance, type Lease, projectId } from '@gleaner/model'
import { afterEach, describe, expect, it } from 'vitest'
import { fill, hosts, look, never, patient, server, start } from './eviction-scene.ts'
import { operator } from './test-server.ts'

const minuteMs = 60_000
afterEach(async () => server.stop())

async function reserve(host: Host, { inMs, name = 'exam' }: { readonly inMs: number; readonly name?: string }) {
  const startMs = server.clock.nowMs() + inMs
  return server.app.commands.makeLease(
    {
      name,
      cloudId: server.cloud.id,
      projectId: projectId(server.cloud.id, 'web-shop'),
      window: { startMs, endMs: startMs + 600 * minuteMs },
      durationMs: undefined,
      reservations: [
        {
          wish: { kind: 'hosts', min: 1, max: 1 },
          filter: { notation: 'cel', text: `name == "${host.name}"` },
        },
      ],
      endAction: 'nothing',
      noticeMs: 0,
      holdMs: undefined,
    },
    operator,
  )
}

const on = async (host: Host): Promise<readonly Instance[]> =>
  (await server.cloud.observe(never)).instances.filter(({ hostId }) => hostId === host.id)

const strangers = async (host: Host) =>
  (await on(host)).filter(
    ({ projectId: of, state }) => of !== projectId(server.cloud.id, 'web-shop') && state === 'running',
  )

const problemOf = async ({ id }: Lease, includeClosed = false) =>
  (await server.app.store.problems.list({ includeClosed })).find(
    ({ subject, code }) => subject.includes(id) && code === 'lease-host-occupied',
  )

const begun = (id: string) =>
  server.until('the lease to begin', async () => {
    const lease = await server.app.store.leases.find(id)
    return lease?.state === 'active' ? lease : undefined
  })

async function firstHost(): Promise<Host> {
  const [host] = await hosts()
  if (host === undefined) throw new Error('no host')
  return host
}

describe('a host that another project has reserved', patient, () => {
  it('is left by preemptible instances with notice, before the lease begins and not long before', async () => {
    await start()
    const host = await firstHost()
    for (const { id, firmness } of await on(host)) if (firmness === 'firm') server.cloud.actByHand(id, 'delete')
    await fill()
    const there = await strangers(host)
    expect(there.length).toBeGreaterThan(0)
    const lease = await reserve(host, { inMs: 30 * minuteMs })
    await begun(lease.id)
    expect(await strangers(host)).toEqual([])
    const { items } = await server.app.store.evictions.decisions({ kind: 'lease' }, { limit: 10, offset: 0 })
    const victims = items.flatMap((decision) => decision.victims)
    expect(new Set(victims.map(({ name }) => name))).toEqual(new Set(there.map(({ name }) => name)))
    const startMs = lease.span.startMs
    for (const { name, toldAtMs, leftAtMs } of victims) {
      const told = (startMs - (toldAtMs ?? 0)) / minuteMs
      const left = (startMs - (leftAtMs ?? 0)) / minuteMs
      // Two minutes of notice and five for leaving: not much earlier, and after the whole notice.
      expect([name, told > 2 && told < 8, left > 0 && told - left >= 2]).toEqual([name, true, true])
    }
    const [first] = victims
    const notices = await server.app.store.notices.forInstance(first?.instanceId ?? '', 10)
    expect(notices.some(({ sentence }) => sentence.includes('is reserved for another project'))).toBe(true)
    await server.until('the problem to end', async () => ((await problemOf(lease)) === undefined ? true : undefined))
    await server.cycles(5)
    expect(await strangers(host)).toEqual([])
  })

  it('is left by firm ones, which move and run on, before the lease begins', async () => {
    await start()
    await server.app.commands.setMode('reservations', 'enforce', operator)
    const host = await firstHost()
    const project = projectId(server.cloud.id, 'data-science')
    const made = await Promise.all(
      [1, 2].map((nth) =>
        server.cloud.creation.create(
          {
            vcpus: 1,
            memoryMiB: 1024,
            diskGiB: 1,
            name: `steady-${nth}`,
            projectId: project,
            hostId: host.id,
            flavor: undefined,
            firmness: 'firm',
            tags: [],
            idempotencyKey: `steady-${nth}`,
          },
          never,
        ),
      ),
    )
    await server.until('them to run in the reading', () => {
      const snapshot = server.app.state.clouds.get(server.cloud.id)?.snapshot
      return made.every((id) => snapshot?.instanceById.get(id)?.state === 'running') ? true : undefined
    })
    const lease = await reserve(host, { inMs: 35 * minuteMs })
    await begun(lease.id)
    const firm = (await strangers(host)).filter(({ firmness }) => firmness === 'firm')
    expect(firm).toEqual([])
    for (const id of made) {
      const now = await look(id)
      expect([now?.state, now?.hostId === host.id]).toEqual(['running', false])
      const { items } = await server.app.store.journal.list({ instanceId: id }, { limit: 10, offset: 0 })
      expect(items).toMatchObject([{ action: 'migrate', capability: 'reservations', state: 'done', attempts: 1 }])
      const early = lease.span.startMs - (items[0]?.intendedAtMs ?? 0)
      expect(early).toBeLessThanOrEqual(30 * minuteMs)
      expect(early).toBeGreaterThan(0)
    }
    const notices = await server.app.store.notices.forInstance(made[0] ?? '', 10)
    expect(notices.map(({ sentence }) => sentence)).toEqual([expect.stringContaining('was moved to another host')])
  })

  it('takes nothing new of others from then on, and nobody leaves for a lease that is called off', async () => {
    await start()
    const host = await firstHost()
    await fill()
    const before = await strangers(host)
    const lease = await reserve(host, { inMs: 20 * minuteMs })
    const { answer } = server.app.commands.previewRoom({
      cloudId: server.cloud.id,
      request: {
        preemptible: true,
        vcpus: 0.001,
        ramMiB: 1,
        diskGiB: 0,
        count: 1,
        hints: { project: 'web-shop', avoidHosts: [] },
      },
    })
    expect(answer.reasons[host.name]).toContain('leased')
    await server.until('somebody to be told', async () => {
      const { items } = await server.app.store.evictions.decisions({ kind: 'lease' }, { limit: 10, offset: 0 })
      return items.some(({ state }) => state === 'reserved') ? true : undefined
    })
    await server.app.commands.endLease(lease.id, operator)
    await server.until('the decision to end', async () => {
      const { items } = await server.app.store.evictions.decisions({ kind: 'lease' }, { limit: 10, offset: 0 })
      return items.every(({ state }) => ['done', 'cancelled', 'failed'].includes(state)) ? true : undefined
    })
    expect((await strangers(host)).map(({ id }) => id).sort()).toEqual(before.map(({ id }) => id).sort())
    for (const { id } of before) expect((await look(id))?.state).toBe('running')
  })

  it('has a problem that names whoever is left when it begins, until he is gone', async () => {
    await start('observe')
    const host = await firstHost()
    await fill()
    const there = await strangers(host)
    const lease = await reserve(host, { inMs: 2 * minuteMs })
    const before = await server.until('the warning', () => problemOf(lease))
    expect(before).toMatchObject({ severity: 'warning' })
    expect(before.sentence).toContain('begins at')
    await begun(lease.id)
    const problem = await server.until('the error', async () => {
      const found = await problemOf(lease)
      return found?.severity === 'error' ? found : undefined
    })
    for (const { name } of there.slice(0, 10)) expect(problem.sentence).toContain(name)
    expect(problem.sentence).toMatch(/has begun; still on its hosts, of other projects: .*; 0 of \d+ on their way/)
    for (const { id } of there) server.cloud.actByHand(id, 'delete')
    await server.until('the problem to end', async () => ((await problemOf(lease)) === undefined ? true : undefined))
  })
})
