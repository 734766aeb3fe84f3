// Leases on a whole server: real PostgreSQL, a simulated cloud of four hosts, time that runs faster; over HTTP where the
// answer to the caller is what matters.
import { type HostState, type Lease, type LeaseView, projectId } from '@gleaner/model'
import { SimulatedCloud } from '@gleaner/driver-simulated'
import { createTestDatabase } from '@gleaner/store/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { hashSecret, newSecret } from '../auth/token-secret.ts'
import { acceleratedClock } from '../clock/accelerated-clock.ts'
import type { LeaseRequest } from '../reservation/lease-request.ts'
import { operator, startTestServer, type TestServer, type TestServerOptions, testStartMs } from './test-server.ts'

const patient = { timeout: 300_000 }
const minuteMs = 60_000
let server: TestServer
let operatorToken = ''
const stopAll: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const stop of stopAll.splice(0).toReversed()) await stop()
})

async function start(speed: number, options: TestServerOptions = {}): Promise<void> {
  server = await startTestServer({
    clock: acceleratedClock(testStartMs, speed),
    ...options,
    config: `policy: { snapshotMaxAge: 600m, telemetryMaxAge: 600m, budgets: { actionsPerMinute: 1000 } }\n${options.config ?? ''}`,
  })
  stopAll.push(() => server.stop())
  await ready()
  operatorToken = await tokenFor('operator', [])
}

async function tokenFor(role: 'operator' | 'member', projects: readonly string[]): Promise<string> {
  const secret = newSecret()
  const name = `${role} ${hashSecret(secret).join('')}`
  const made = { name, role, projects, createdAtMs: 0, createdBy: 'test', expiresAtMs: undefined }
  await server.app.store.tokens.create(made, hashSecret(secret))
  return secret
}

const ready = () =>
  server.until('a leader that has read the cloud', () =>
    server.app.state.fence !== undefined &&
    server.app.state.ready &&
    server.app.state.clouds.get(server.cloud.id)?.snapshot !== undefined
      ? true
      : undefined,
  )

async function http(method: string, path: string, options: { body?: unknown; token?: string } = {}) {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: {
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      authorization: `Bearer ${options.token ?? operatorToken}`,
    },
    ...(options.body === undefined
      ? {}
      : { body: typeof options.body === 'string' ? options.body : JSON.stringify(options.body) }),
  })
  const text = await response.text()
  return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as never }
}

const post = async (body: object, token?: string) =>
  (await http('POST', '/api/v1/leases', { body, ...(token === undefined ? {} : { token }) })) as {
    status: number
    body: LeaseView & { detail: string; code: string }
  }

const wish = (name: string, more: object = {}) => ({
  name,
  project: 'web-shop',
  duration: '1h',
  reservations: [{ min: 1 }],
  ...more,
})

const request = (name: string, more: Partial<LeaseRequest> = {}): LeaseRequest => {
  const nowMs = server.clock.nowMs()
  return {
    name,
    cloudId: server.cloud.id,
    projectId: projectId(server.cloud.id, 'web-shop'),
    window: { startMs: nowMs, endMs: nowMs + 60 * minuteMs },
    durationMs: undefined,
    reservations: [{ wish: { kind: 'hosts', min: 1, max: 1 }, filter: undefined }],
    endAction: 'nothing',
    noticeMs: 0,
    holdMs: undefined,
    ...more,
  }
}

const inState = (id: string, state: Lease['state']) =>
  server.until(`the lease to be ${state}`, async () => {
    const lease = await server.app.store.leases.find(id)
    return lease?.state === state ? lease : undefined
  })

/** Hosts a small request of the project could go to now. */
function placedOn(project: string, lease?: string, avoidHosts: readonly string[] = []): string {
  const { answer } = server.app.commands.previewRoom({
    cloudId: server.cloud.id,
    request: {
      preemptible: true,
      vcpus: 0.001,
      ramMiB: 1,
      diskGiB: 0,
      count: 1,
      hints: { project, avoidHosts: [...avoidHosts], ...(lease === undefined ? {} : { lease }) },
    },
  })
  return answer.placements[0]?.host ?? `nowhere: ${JSON.stringify(answer.reasons)}`
}

describe('the course of a lease', patient, () => {
  it('fences its hosts from start to end, tells those who are on them, and clears them at the end', async () => {
    await start(240)
    const hosts = server.app.state.clouds.get(server.cloud.id)?.snapshot?.hosts ?? []
    // The host on which the project has running instances, so that there is somebody to tell and to stop.
    const snapshot = server.app.state.clouds.get(server.cloud.id)?.snapshot
    const project = snapshot?.projects[0]
    const own = snapshot?.instances.find(
      (instance) => instance.projectId === project?.id && instance.state === 'running',
    )
    const host = hosts.find(({ id }) => id === own?.hostId)
    if (project === undefined || host === undefined) throw new Error('the simulated cloud has no such instance')
    const startMs = server.clock.nowMs() + 10 * minuteMs
    const made = await post({
      name: 'exam',
      project: project.name,
      start: new Date(startMs).toISOString(),
      duration: '60m',
      notice: '30m',
      endAction: 'stop',
      reservations: [{ min: 1, filter: `name == "${host.name}"` }],
    })
    expect(made.status, JSON.stringify(made.body)).toBe(201)
    expect(made.body).toMatchObject({ state: 'pending', start: new Date(startMs).toISOString() })
    expect(made.body.reservations[0]?.hosts).toEqual([host.name])
    const others = hosts.filter(({ id }) => id !== host.id).map(({ name }) => name)
    const { id } = made.body

    const active = await inState(id, 'active')
    expect(active.events.find(({ kind }) => kind === 'start')?.doneAtMs).toBeGreaterThanOrEqual(startMs)
    const stranger = snapshot?.projects.find((one) => one.id !== project.id)?.name ?? ''
    // Only the leased host is left, and it is closed to others and to the project itself without the hint.
    expect(placedOn(stranger, undefined, others)).toMatch(/"leased"/)
    expect(placedOn(project.name, undefined, others)).toMatch(/"leased"/)
    expect(placedOn(project.name, 'exam')).toBe(host.name)
    expect(() => placedOn(stranger, 'exam')).toThrow(/does not exist/)

    const ended = await inState(id, 'ended')
    const outcomes = ended.events.map(({ kind, state, outcome }) => `${kind} ${state}: ${outcome}`)
    expect(outcomes[1]).toMatch(/^before-end done: \d+ instances? told$/)
    expect(outcomes[2]).toMatch(/^end done: stop of [1-9]/)
    const notices = await server.app.store.notices.forInstance(own?.id ?? '', 50)
    expect(notices.filter(({ sentence }) => sentence.includes('"exam" ends at'))).toHaveLength(1)
    const { items } = await server.app.store.journal.list({ instanceId: own?.id ?? '' }, { limit: 10, offset: 0 })
    expect(items[0]).toMatchObject({
      action: 'stop',
      reason: { sentence: expect.stringContaining('the lease "exam" is over') },
    })
    expect(placedOn(stranger, undefined, others)).toBe(host.name)
    expect(((await http('GET', `/api/v1/leases/${id}`)).body as LeaseView).state).toBe('ended')
  })

  it('is caught up in order after an outage, each event once', async () => {
    const database = await createTestDatabase('empty')
    stopAll.push(() => database.drop())
    await start(60, { databaseUrl: database.url })
    const nowMs = server.clock.nowMs()
    const at = (from: number, to: number) => ({
      window: { startMs: nowMs + from * minuteMs, endMs: nowMs + to * minuteMs },
    })
    const filter = {
      notation: 'cel',
      text: `name == "${server.app.state.clouds.get(server.cloud.id)?.snapshot?.hosts[0]?.name}"`,
    } as const
    const reservations = [{ wish: { kind: 'hosts', min: 1, max: 1 } as const, filter }]
    const first = await server.app.commands.makeLease(
      request('first', { ...at(120, 180), reservations, noticeMs: 1000 }),
      operator,
    )
    const next = await server.app.commands.makeLease(request('next', { ...at(180, 6000), reservations }), operator)
    await stopAll.pop()?.()
    await start(60, { databaseUrl: database.url, clock: acceleratedClock(nowMs + 200 * minuteMs, 60) })
    const over = await inState(first.id, 'ended')
    expect(over.events.map(({ kind, state }) => `${kind} ${state}`)).toEqual([
      'start done',
      'before-end skipped',
      'end done',
    ])
    const begun = await inState(next.id, 'active')
    const endedAt = over.events.find(({ kind }) => kind === 'end')?.doneAtMs ?? Number.NaN
    const begunAt = begun.events.find(({ kind }) => kind === 'start')?.doneAtMs ?? Number.NaN
    expect(endedAt).toBeLessThanOrEqual(begunAt)
  })
})

describe('promises', patient, () => {
  it('are given to exactly as many of a hundred requests at once as there are hosts', async () => {
    await start(1)
    const began = performance.now()
    const took: number[] = []
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, nth) =>
        server.app.commands
          .makeLease(request(`race-${nth}`, { projectId: projectId(server.cloud.id, 'web-shop') }), operator)
          .then(
            (lease) => lease.reservations[0]?.shares[0]?.hostId,
            (error: { code: string }) => error.code,
          )
          .finally(() => took.push(performance.now() - began)),
      ),
    )
    const hosts = server.app.state.clouds.get(server.cloud.id)?.snapshot?.hosts ?? []
    const won = answers.filter((answer) => answer !== 'lease-no-slot')
    expect(won.length).toBe(hosts.length)
    expect(new Set(won)).toEqual(new Set(hosts.map(({ id }) => id)))
    expect(await server.app.store.leases.open()).toHaveLength(hosts.length)
  })

  it('hold for a proposal until it is confirmed or its time is up', async () => {
    await start(120)
    const all = server.app.state.clouds.get(server.cloud.id)?.snapshot?.hosts.length ?? 0
    const start_ = new Date(server.clock.nowMs() + 600 * minuteMs).toISOString()
    const held = await post(wish('held', { start: start_, reservations: [{ min: all }], holdFor: '20m' }))
    expect(held.body).toMatchObject({ state: 'proposed', heldUntil: expect.any(String) as string })
    expect((await post(wish('too-late', { start: start_ }))).body.code).toBe('lease-no-slot')
    await inState(held.body.id, 'lapsed')
    const second = await post(wish('second', { start: start_, holdFor: '90m' }))
    expect(second.status).toBe(201)
    const confirmed = await http('POST', '/api/v1/leases/second/confirm')
    expect(confirmed.body as LeaseView).toMatchObject({ state: 'pending' })
    expect((await http('POST', `/api/v1/leases/${held.body.id}/confirm`)).status).toBe(409)
  })

  it('are extended as far as nobody comes after, moved before they begin, and ended early', async () => {
    await start(1)
    const nowMs = server.clock.nowMs()
    const iso = (minutes: number) => new Date(nowMs + minutes * minuteMs).toISOString()
    const all = server.app.state.clouds.get(server.cloud.id)?.snapshot?.hosts.length ?? 0
    const one = await post(wish('one', { start: iso(0), end: iso(60), duration: undefined }))
    const everyone = await post(wish('everyone', { start: iso(180), reservations: [{ min: all }] }))
    expect(everyone.status, JSON.stringify(everyone.body)).toBe(201)
    await inState(one.body.id, 'active')
    const put = async (name: string, body: object) =>
      (await http('PUT', `/api/v1/leases/${name}`, { body })) as {
        status: number
        body: LeaseView & { detail: string }
      }
    const shown = (await http('GET', '/api/v1/leases/one')).body as LeaseView
    expect(shown.longestUntil).toBe(iso(180))
    expect((await put('one', { end: iso(181) })).body.detail).toContain(`the longest it can be is until ${iso(180)}`)
    expect((await put('one', { end: iso(180) })).body.end).toBe(iso(180))
    expect((await put('one', { start: iso(5) })).status).toBe(409)
    expect((await put('everyone', { start: iso(200), end: iso(300), name: 'all' })).body).toMatchObject({
      name: 'all',
      start: iso(200),
    })
    const ended = (await http('DELETE', '/api/v1/leases/one')).body as LeaseView
    expect(Date.parse(ended.end)).toBeLessThan(nowMs + 60 * minuteMs)
    await inState(one.body.id, 'ended')
    expect((await http('DELETE', '/api/v1/leases/all')).body as LeaseView).toMatchObject({ state: 'cancelled' })
    expect(await server.app.store.leases.open()).toEqual([])
    const audit = await server.app.store.audit.list({ limit: 20, offset: 0 })
    expect(audit.items.map(({ what }) => what)).toEqual(
      expect.arrayContaining(['make lease', 'change lease', 'end lease']),
    )
  })
})

describe('room for instances', patient, () => {
  const room = (name: string, instances: object, more: object = {}) =>
    wish(name, { reservations: [{ instances }], ...more })

  it('adds up on hosts, leaves whole hosts to others, and is kept for its project while the lease runs', async () => {
    await start(1)
    const { hosts = [], projects = [] } = server.app.state.clouds.get(server.cloud.id)?.snapshot ?? {}
    const [first] = hosts
    if (first === undefined) throw new Error('the simulated cloud has no host')
    const filter = `name == "${first.name}"`
    const capacity = Math.floor((first.cores - first.reservedCores) * (first.coreRatio ?? 1))
    const made = await post(
      wish('half', { reservations: [{ instances: { amount: 2, vcpus: 1, memoryMiB: 16 }, filter }] }),
    )
    expect(made.status, JSON.stringify(made.body)).toBe(201)
    expect(made.body.reservations[0]).toMatchObject({
      min: 2,
      hosts: [first.name],
      instances: { amount: 2, vcpus: 1, memoryMiB: 16, diskGiB: 0, on: [{ host: first.name, instances: 2 }] },
    })
    // The host is not whole any more, and has just as much room left as was not promised.
    expect((await post(wish('whole', { reservations: [{ min: 1, filter }] }))).body.code).toBe('lease-no-slot')
    const most = { amount: capacity - 2, vcpus: 1 }
    expect(
      (
        await post(
          room(
            'over',
            { ...most, amount: capacity - 1 },
            { reservations: [{ instances: { ...most, amount: capacity - 1 }, filter }] },
          ),
        )
      ).body.code,
    ).toBe('lease-no-slot')
    expect((await post(wish('rest', { reservations: [{ instances: most, filter }] }))).status).toBe(201)
    await inState(made.body.id, 'active')
    // All of it is promised now: a stranger finds nothing there, the project finds its own with the hint.
    const others = hosts.filter(({ id }) => id !== first.id).map(({ name }) => name)
    const stranger = projects.find(({ name }) => name !== 'web-shop')?.name ?? ''
    expect(placedOn(stranger, undefined, others)).toMatch(/^nowhere/)
    await http('DELETE', '/api/v1/leases/rest')
    const snapshot = server.app.state.clouds.get(server.cloud.id)?.snapshot
    const used = (snapshot?.instancesOfHost.get(first.id) ?? []).reduce((sum, { vcpus }) => sum + vcpus, 0)
    // Where firm instances of others fill the host already the lease cannot drive them out; the seed leaves room for two.
    if (used + 2 <= capacity) expect(placedOn('web-shop', 'half')).toBe(first.name)
    await http('DELETE', '/api/v1/leases/half')
    await inState(made.body.id, 'ended')
  })

  it('is on one host, or on hosts of its own', async () => {
    await start(1)
    const all = server.app.state.clouds.get(server.cloud.id)?.snapshot?.hosts.length ?? 0
    const together = await post(room('near', { amount: 3, vcpus: 1, affinity: 'together' }))
    expect(together.body.reservations[0]?.instances?.on).toEqual([{ host: expect.any(String) as string, instances: 3 }])
    const apart = await post(room('far', { amount: all, vcpus: 1, affinity: 'apart' }))
    expect(new Set(apart.body.reservations[0]?.hosts).size).toBe(all)
    const refused = await post(room('too-far', { amount: all + 1, vcpus: 1, affinity: 'apart' }))
    expect(refused.body).toMatchObject({ code: 'lease-no-slot' })
    expect(refused.body.detail).toContain('on hosts of their own')
  })
})

describe('a lease that runs', patient, () => {
  it('grows onto free hosts and gives back what is too much, and keeps the rest', async () => {
    await start(1)
    const all = server.app.state.clouds.get(server.cloud.id)?.snapshot?.hosts.length ?? 0
    const made = await post(wish('team', { project: 'data-science', reservations: [{ min: 1 }] }))
    const [own = ''] = made.body.reservations[0]?.hosts ?? []
    await inState(made.body.id, 'active')
    const resize = async (sizes: object) =>
      (await http('PUT', '/api/v1/leases/team', { body: { sizes: [sizes] } })) as {
        status: number
        body: LeaseView & { detail: string }
      }
    const grown = await resize({ min: 3, max: 3 })
    expect(grown.status, JSON.stringify(grown.body)).toBe(200)
    expect(grown.body.reservations[0]?.hosts).toHaveLength(3)
    expect(grown.body.reservations[0]?.hosts).toContain(own)
    expect(grown.body.state).toBe('active')
    const over = await resize({ min: all + 1, max: all + 1 })
    expect([over.status, over.body.detail]).toEqual([409, expect.stringContaining('not free together')])
    const most = await resize({ min: 2, max: all + 1 })
    expect(most.body.reservations[0]?.hosts).toHaveLength(all)
    // A host with instances of the project is not taken from under them.
    const snapshot = server.app.state.clouds.get(server.cloud.id)?.snapshot
    const inUse = (snapshot?.hosts ?? []).filter(({ id }) =>
      (snapshot?.instancesOfHost.get(id) ?? []).some(
        ({ projectId: owner }) => owner === made.body.project || owner.endsWith(':data-science'),
      ),
    ).length
    const less = Math.max(1, inUse)
    const back = await resize({ min: less, max: less })
    expect(back.status, JSON.stringify(back.body)).toBe(200)
    expect(back.body.reservations[0]?.hosts).toHaveLength(less)
    if (inUse > 1) {
      const refused = await resize({ min: 1, max: 1 })
      expect([refused.status, refused.body.detail]).toEqual([409, expect.stringContaining('still has instances on')])
    }
    expect((await resize({ amount: 2 })).body.detail).toContain('amount is none of a reservation of hosts')
    const stored = await server.app.store.leases.find(made.body.id)
    expect(stored?.reservations[0]?.shares).toHaveLength(less)
  })
})

describe('a host of a lease that fails', patient, () => {
  /** The same simulated cloud, with hosts that are said to be in other states. */
  function failing(states: ReadonlyMap<string, HostState>): TestServerOptions {
    return {
      makeClouds: (clock) => {
        const cloud = new SimulatedCloud({
          clock,
          id: 'sim',
          seed: 11,
          hosts: 4,
          instances: 24,
          projects: 3,
          desktops: 0,
          activity: 0,
        })
        return [
          new Proxy(cloud, {
            get: (target, name) => {
              if (name === 'observe')
                return async (signal: AbortSignal) => {
                  const read = await target.observe(signal)
                  return {
                    ...read,
                    hosts: read.hosts.map((host) => ({ ...host, state: states.get(host.name) ?? host.state })),
                  }
                }
              const value: unknown = Reflect.get(target, name, target)
              return typeof value === 'function' ? value.bind(target) : value
            },
          }),
        ]
      },
    }
  }

  const hostsOf = (lease: Lease | undefined) =>
    lease?.reservations.flatMap(({ shares }) => shares.map(({ host }) => host)) ?? []

  it('is replaced while the lease runs and before it begins, told, and a problem while there is no other', async () => {
    const states = new Map<string, HostState>()
    await start(120, failing(states))
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
    expect(((await http('GET', `/api/v1/leases/${runs.id}`)).body as LeaseView).swaps).toMatchObject([{ from: first }])
    // The two that are left are taken: the next failure has no replacement, is told, and the lease keeps its host.
    const [held = ''] = hostsOf(moved)
    states.set(held, 'down')
    const subject = `hosts of lease ${runs.id}`
    const open = async () =>
      (await server.app.store.problems.list({ includeClosed: false })).find((problem) => problem.subject === subject)
    const problem = await server.until('a problem', open)
    expect(problem.sentence).toContain(`${held} of the lease "runs" has failed, and no other host is free`)
    expect(hostsOf(await find(runs.id))).toEqual([held])
    states.set(first, 'up')
    const healed = await server.until('the first host, which is back', async () => {
      const lease = await find(runs.id)
      return hostsOf(lease)[0] === held ? undefined : lease
    })
    expect(hostsOf(healed)).toEqual([first])
    await server.until('the end of the problem', async () => ((await open()) === undefined ? true : undefined))
    // What begins in forty days is not touched today.
    expect(hostsOf(await find(far.body.id))).toEqual([third])
  })

  it('is swapped by command, but not while it works and is in use', async () => {
    await start(1)
    const { hosts = [], instances = [], projects = [] } = server.app.state.clouds.get(server.cloud.id)?.snapshot ?? {}
    const own = instances.find(({ state }) => state === 'running')
    const used = hosts.find(({ id }) => id === own?.hostId)?.name ?? ''
    const project = projects.find(({ id }) => id === own?.projectId)?.name ?? ''
    const begun = await post(wish('busy', { project, reservations: [{ min: 1, filter: `name == "${used}"` }] }))
    await inState(begun.body.id, 'active')
    const swap = async (name: string, host: string) =>
      (await http('POST', `/api/v1/leases/${name}/swap`, { body: { host } })) as {
        status: number
        body: LeaseView & { detail: string }
      }
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

describe('what a caller may see', patient, () => {
  it('of foreign leases is nothing but that the host is taken', async () => {
    await start(1)
    const secret = await tokenFor('member', ['data-science'])
    const made = await post(wish('secret-plans'))
    expect(made.status).toBe(201)
    const path = `/api/v1/leases/${made.body.id}`
    for (const [method, at, body] of [
      ['GET', path],
      ['GET', '/api/v1/leases/secret-plans'],
      ['DELETE', path],
      ['POST', `${path}/confirm`],
      ['PUT', path, { name: 'x' }],
    ] as const) {
      const answer = (await http(method, at, { token: secret, ...(body === undefined ? {} : { body }) })) as {
        status: number
        body: { code: string }
      }
      expect([method, answer.status, answer.body.code]).toEqual([method, 404, 'not-found'])
    }
    expect((await http('GET', '/api/v1/leases', { token: secret })).body).toEqual({ items: [], total: 0 })
    const calendar = (await http('GET', '/api/v1/lease-calendar', { token: secret })).body as {
      hosts: { busy: object[] }[]
    }
    const busy = calendar.hosts.flatMap((host) => host.busy)
    expect(busy).toHaveLength(1)
    expect(JSON.stringify(busy)).not.toMatch(/secret-plans|web-shop/)
    const feed = async (authorization?: string) => {
      const headers: Record<string, string> = authorization === undefined ? {} : { authorization }
      const answer = await fetch(`${server.url}/api/v1/leases.ics`, { headers })
      return { status: answer.status, asks: answer.headers.get('www-authenticate'), text: await answer.text() }
    }
    const basic = (password: string) => `Basic ${Buffer.from(`calendar:${password}`).toString('base64')}`
    expect((await feed(basic(operatorToken))).text).toContain('SUMMARY:secret-plans (web-shop)')
    expect((await feed(`Bearer ${secret}`)).text).not.toMatch(/VEVENT|secret-plans/)
    expect(await feed(basic('guess'))).toMatchObject({ status: 401, asks: expect.stringMatching(/^Basic /) as string })
    // Its own project needs no name, and another's is not there.
    const own = await post({ ...wish('mine'), project: undefined }, secret)
    expect([own.status, own.body.project]).toEqual([201, 'data-science'])
    expect((await post(wish('theirs'), secret)).body).toMatchObject({ code: 'not-found' })
  })
})

describe('times', patient, () => {
  it('are moments, whatever the clocks on the wall do', async () => {
    await start(1)
    const all = server.app.state.clouds.get(server.cloud.id)?.snapshot?.hosts.length ?? 0
    for (const [when, answer] of [
      // In Berlin there is no half past two that night: by the clock of winter it is what that of summer calls half past three.
      [{ start: '2026-03-29T02:30:00+01:00' }, '2026-03-29T01:30:00.000Z to 2026-03-29T02:30:00.000Z'],
      [{ start: '2026-03-29T03:30:00+02:00' }, 'lease-no-slot'],
      // The hour that comes twice is two hours: one after the other has every host.
      [{ start: '2026-10-25T02:00:00+02:00' }, '2026-10-25T00:00:00.000Z to 2026-10-25T01:00:00.000Z'],
      [{ start: '2026-10-25T02:00:00+01:00' }, '2026-10-25T01:00:00.000Z to 2026-10-25T02:00:00.000Z'],
      [
        { start: '2026-10-25T02:30:00+01:00', end: '2026-10-25T02:45:00+02:00', duration: undefined },
        'request-invalid',
      ],
      [{ start: '2028-02-29T00:00:00Z', duration: '1d' }, '2028-02-29T00:00:00.000Z to 2028-03-01T00:00:00.000Z'],
      [{ start: '2028-02-28T23:00:00Z', duration: '2h' }, 'lease-no-slot'],
      [{ start: '2028-03-01T00:00:00Z' }, '2028-03-01T00:00:00.000Z to 2028-03-01T01:00:00.000Z'],
    ] as const) {
      const { status, body } = await post(wish(when.start, { reservations: [{ min: all }], ...when }))
      expect([when, status === 201 ? `${body.start} to ${body.end}` : body.code]).toEqual([when, answer])
    }
  })
})

describe('bad input', patient, () => {
  it('on a lease that is over changes nothing, whatever is asked', async () => {
    await start(1)
    const iso = (minutes: number) => new Date(server.clock.nowMs() + minutes * minuteMs).toISOString()
    const { id: ended } = (await post(wish('ended'))).body
    const { id: cancelled } = (await post(wish('cancelled', { start: iso(60) }))).body
    await inState(ended, 'active')
    for (const id of [ended, cancelled]) expect((await http('DELETE', `/api/v1/leases/${id}`)).status).toBe(200)
    await inState(ended, 'ended')
    const { audit, leases } = server.app.store
    const told = (await audit.list({ limit: 1, offset: 0 })).total
    for (const [id, words] of [
      [ended, /^The lease "ended" is ended/],
      [cancelled, /^The lease "cancelled" is cancelled/],
    ] as const) {
      const before = await leases.find(id)
      for (const [method, path, body] of [
        ['PUT', '', { end: iso(240) }],
        ['PUT', '', { start: iso(120), end: iso(240) }],
        ['PUT', '', { name: 'again' }],
        ['PUT', '', { sizes: [{ min: 2 }] }],
        ['POST', '/confirm', undefined],
        ['POST', '/swap', { host: before?.reservations[0]?.shares[0]?.host }],
        ['DELETE', '', undefined],
      ] as const) {
        const answer = await http(method, `/api/v1/leases/${id}${path}`, body === undefined ? {} : { body })
        const { code, detail } = answer.body as { code: string; detail: string }
        const asked = `${method} ${path}`
        expect([asked, answer.status, code, detail]).toEqual([asked, 409, 'conflict', expect.stringMatching(words)])
      }
      const wrong = await http('PUT', `/api/v1/leases/${id}`, { body: { end: 'tomorrow' } })
      expect(wrong.status).toBe(400)
      expect(await leases.find(id)).toEqual(before)
    }
    expect((await audit.list({ limit: 1, offset: 0 })).total).toBe(told)
    expect(await leases.open()).toEqual([])
  })

  it('is refused with the field named, and nothing is made', async () => {
    await start(1)
    const nowMs = server.clock.nowMs()
    const iso = (minutes: number) => new Date(nowMs + minutes * minuteMs).toISOString()
    expect((await post(wish('taken', { reservations: [{ min: 1 }] }))).status).toBe(201)
    const cases: readonly (readonly [object, number, RegExp])[] = [
      [wish('a', { start: iso(60), end: iso(0), duration: undefined }), 400, /end .* is not after start/],
      [wish('a', { start: iso(-60) }), 400, /start .* is in the past/],
      [wish('a', { end: iso(10) }), 400, /duration \(1h\) is longer than the window/],
      [wish('a', { duration: undefined }), 400, /Give an end or a duration/],
      [wish('a', { duration: '1 hour' }), 400, /duration/],
      [wish('a', { duration: '3000w' }), 400, /more than five years away/],
      [wish('a', { start: '2027-02-29T00:00:00Z', duration: '1h' }), 400, /start/],
      // Whose half past two?
      [wish('a', { start: '2026-03-29T02:30:00' }), 400, /start/],
      [wish('a', { start: '2026-03-29T02:30:00+01:00[Europe/Berlin]' }), 400, /start is no time/],
      [wish('a', { start: '2026-12-31T23:59:60Z' }), 400, /start is no time/],
      [wish('a', { start: '2026-03-29T24:00:00Z' }), 400, /start/],
      [wish('a', { start: '2026-03-29T02:30:00+24:00' }), 400, /start/],
      [wish('a', { reservations: [{ min: 0 }] }), 400, /min/],
      [wish('a', { reservations: [{ min: -1 }] }), 400, /min/],
      [wish('a', { reservations: [{}] }), 400, /give min \(hosts\), or instances/],
      [wish('a', { reservations: [{ min: 1, instances: { amount: 1, vcpus: 1 } }] }), 400, /not both/],
      [wish('a', { reservations: [{ instances: { amount: 0, vcpus: 1 } }] }), 400, /amount/],
      [wish('a', { reservations: [{ instances: { amount: 1 } }] }), 400, /no size needs no reservation/],
      [wish('a', { reservations: [{ instances: { amount: 1, vcpus: 1e5 } }] }), 409, /4 too small/],
      [wish('a', { reservations: [{ min: 3, max: 2 }] }), 400, /min \(3\) is larger than max \(2\)/],
      [wish('a', { reservations: [] }), 400, /reservations/],
      [
        wish('a', { reservations: [{ min: 99 }] }),
        409,
        /99 hosts are not free together within the window: 3 of 99 at most/,
      ],
      [wish('a', { reservations: [{ min: 1, filter: '["=", "$vcpus"]' }] }), 400, /filter: "=" needs two operands/],
      [
        wish('a', { reservations: [{ min: 1, filter: 'vcpu > 1' }] }),
        400,
        /no host has a property "vcpu"; did you mean "vcpus"\?/,
      ],
      [
        wish('a', { reservations: [{ min: 1, filter: ['>', '$vcpus', 'many'] }] }),
        400,
        /compares \$vcpus, a number, with "many"/,
      ],
      [wish('a', { reservations: [{ min: 1, filter: 'vcpus > 100000' }] }), 409, /4 without the properties/],
      [wish('a', { cloud: 'moon' }), 404, /moon/],
      [wish('a', { project: 'nobody' }), 404, /project "nobody"/],
      [wish('a', { project: undefined }), 400, /Name the project/],
      [wish(''), 400, /name/],
      [wish('taken'), 409, /has a lease "taken" already/],
      [wish('a', { holdFor: 'long' }), 400, /holdFor/],
      [wish('a', { surprise: 1 }), 400, /surprise/],
    ]
    for (const [body, status, words] of cases) {
      const answer = await post(body)
      expect([JSON.stringify(body), answer.status, answer.body.detail]).toEqual([
        JSON.stringify(body),
        status,
        expect.stringMatching(words),
      ])
    }
    const huge = await http('POST', '/api/v1/leases', { body: `{"name":"${'x'.repeat(50_000_000)}"}` }).catch(() => ({
      status: 413,
    }))
    expect(huge.status).toBe(413)
    expect((await server.app.store.leases.open()).map(({ name }) => name)).toEqual(['taken'])
    const dry = (
      await http('POST', '/api/v1/lease-plans', {
        body: { project: 'web-shop', duration: '1h', reservations: [{ min: 4 }] },
      })
    ).body as {
      feasible: boolean
      refusal: { alternatives: { kind: string; hosts: number }[]; out: { host: string; code: string }[] }
    }
    expect(dry.feasible).toBe(false)
    expect(dry.refusal.alternatives.map(({ kind, hosts }) => [kind, hosts])).toEqual([
      ['fewer', 3],
      ['later', 4],
    ])
    expect(dry.refusal.out.filter(({ code }) => code === 'booked')).toHaveLength(1)
  })
})
