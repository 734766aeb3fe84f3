// Leases on a whole server of which a host fails: another one in its place, by itself and by command.
import { hostsOut } from '@gleaner/engine'
import type { HostState, Lease } from '@gleaner/model'
import { afterEach, describe, expect, it } from 'vitest'
import { blazarLease } from '../compat/blazar/blazar-lease.ts'
import { http, inState, post, start, wish, withHostStates } from './lease-scene.ts'
import { patient, reading, server, stopAll } from './scene.ts'

const minuteMs = 60_000
afterEach(stopAll)

describe('a host of a lease that fails', patient, () => {
  const hostsOf = (lease: Lease | undefined) =>
    lease?.reservations.flatMap(({ shares }) => shares.map(({ host }) => host)) ?? []

  it('is replaced while the lease runs and before it begins, told, and a problem while there is no other', async () => {
    const states = new Map<string, HostState>()
    await start({ speed: 120, makeClouds: (clock) => [withHostStates(clock, states)] })
    const nowMs = server.clock.nowMs()
    const { body: runs } = await post(wish('runs', { duration: '20d', reservations: [{ min: 1 }] }))
    const iso = new Date(nowMs + 30 * minuteMs).toISOString()
    const { body: soon } = await post(wish('soon', { start: iso, duration: '20d' }))
    const far = await post(wish('far', { start: new Date(nowMs + 40 * 1440 * minuteMs).toISOString() }))
    await inState(runs.id, 'active')
    const [first = ''] = runs.reservations[0]?.hosts ?? []
    const [second = ''] = soon.reservations[0]?.hosts ?? []
    const [third = ''] = far.body.reservations[0]?.hosts ?? []
    states.set(first, 'down').set(second, 'down')
    const find = (id: string) => server.app.store.leases.find(id)
    const moved = await server.until('a host in place of the one that failed', async () => {
      const lease = await find(runs.id)
      return lease?.swaps === undefined ? undefined : lease
    })
    expect(moved.swaps).toEqual([
      expect.objectContaining({ from: first, to: hostsOf(moved), because: 'the host has failed' }),
    ])
    expect([first, second]).not.toContain(hostsOf(moved)[0])
    const before = await server.until('a host in place of the one that would fail', async () => {
      const lease = await find(soon.id)
      return lease?.swaps === undefined ? undefined : lease
    })
    expect([first, second, ...hostsOf(moved)]).not.toContain(hostsOf(before)[0])
    expect((await http('GET', `leases/${runs.id}`)).body.swaps).toMatchObject([{ from: first }])
    // The two that are left are taken: the next failure has no replacement, is told, and the lease keeps its host.
    const [held = ''] = hostsOf(moved)
    states.set(held, 'down')
    const subject = `hosts of lease ${runs.id}`
    const open = async () =>
      (await server.app.store.problems.list({ includeClosed: false })).find((problem) => problem.subject === subject)
    const problem = await server.until('a problem', open)
    expect(problem.sentence).toContain(`${held} of the lease "runs" has failed, and no other host is free`)
    expect(hostsOf(await find(runs.id))).toEqual([held])
    const inBlazar = async () => {
      const { state } = server.app
      const lease = (await find(runs.id)) as Lease
      const out = new Set(hostsOut(lease, state.clouds.get(lease.cloudId)?.snapshot))
      const { degraded, reservations } = blazarLease(lease, out)
      return [degraded, reservations.map(({ missing_resources: missing }) => missing)]
    }
    expect(await inBlazar()).toEqual([true, [true]])
    states.set(first, 'up')
    const healed = await server.until('the first host, which is back', async () => {
      const lease = await find(runs.id)
      return hostsOf(lease)[0] === held ? undefined : lease
    })
    expect(hostsOf(healed)).toEqual([first])
    await server.until('the end of the problem', async () => ((await open()) === undefined ? true : undefined))
    expect(await inBlazar()).toEqual([false, [false]])
    // What begins in forty days is not touched today.
    expect(hostsOf(await find(far.body.id))).toEqual([third])
  })

  it('is swapped by command, but not while it works and is in use', async () => {
    await start()
    const { hosts = [], instances = [], projects = [] } = reading() ?? {}
    const own = instances.find(({ state }) => state === 'running')
    const used = hosts.find(({ id }) => id === own?.hostId)?.name ?? ''
    const project = projects.find(({ id }) => id === own?.projectId)?.name ?? ''
    const begun = await post(wish('busy', { project, reservations: [{ min: 1, filter: `name == "${used}"` }] }))
    await inState(begun.body.id, 'active')
    const swap = (name: string, host: string) => http('POST', `leases/${name}/swap`, { host })
    expect(await swap('busy', used)).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('works') as string },
    })
    expect(await swap('busy', 'moon')).toMatchObject({ status: 404 })
    const later = await post(wish('later', { start: new Date(server.clock.nowMs() + 60 * minuteMs).toISOString() }))
    const [before = ''] = later.body.reservations[0]?.hosts ?? []
    const swapped = await swap('later', before)
    expect(swapped.status, JSON.stringify(swapped.body)).toBe(200)
    expect(swapped.body.reservations[0]?.hosts).toHaveLength(1)
    expect(swapped.body.reservations[0]?.hosts).not.toContain(before)
    expect(swapped.body.swaps).toMatchObject([
      { from: before, because: expect.stringMatching(/ asked for it$/) as string },
    ])
    const rest = hosts.map(({ name }) => name).filter((name) => name !== swapped.body.reservations[0]?.hosts[0])
    const condition = rest.slice(0, 1).map((name) => `name == "${name}"`)
    const only = await post(
      wish('only', {
        start: new Date(server.clock.nowMs() + 600 * minuteMs).toISOString(),
        reservations: [{ min: 1, filter: condition[0] }],
      }),
    )
    expect(await swap('only', only.body.reservations[0]?.hosts[0] ?? '')).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('No other host that fulfils the same condition') as string },
    })
  })
})
