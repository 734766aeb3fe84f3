// Tokens of keystone, asked of a server that answers as keystone does: who they let in, with which role, for which project.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { VirtualClock } from '@gleaner/testkit'
import { afterEach, describe, expect, it } from 'vitest'
import { apiHarness } from '../testing/api-harness.ts'

const nowMs = Date.UTC(2026, 5, 1)
const token = (name: string) => `gAAAAABm_${name.padEnd(40, 'x')}`
const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup()
})

interface Told {
  readonly roles?: readonly unknown[]
  readonly project?: unknown
  readonly expires?: string
  readonly body?: string
  readonly status?: number
}

async function keystone(tokens: Readonly<Record<string, Told>>, more = '') {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const given = String(request.headers['x-auth-token'])
    asked.push(`${request.method} ${request.url} ${given === request.headers['x-subject-token'] ? 'itself' : 'other'}`)
    const told = Object.entries(tokens).find(([name]) => token(name) === given)?.[1]
    const { roles = [{ name: 'member' }], project = { id: 'p1', name: 'Physics' }, expires } = told ?? {}
    const user = { id: 'u1', name: 'ada', domain: { id: 'default' } }
    const whole = { token: { user, roles, project, expires_at: expires ?? '2026-06-01T01:00:00.000000Z' } }
    response.statusCode = told === undefined ? 401 : (told.status ?? 200)
    response.end(told?.body ?? JSON.stringify(told === undefined ? { error: { code: 401 } } : whole))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const clock = new VirtualClock(nowMs)
  const harness = await apiHarness({
    clock,
    config: `clouds: [{ id: lab, kind: openstack, auth: { url: 'http://127.0.0.1:${port}/v3', user: g, password: p, project: p } }]
people: { keystone: { cloud: lab, url: 'http://127.0.0.1:${port}'${more} } }`,
  })
  const close = () =>
    new Promise((resolve) => {
      server.closeAllConnections()
      server.close(resolve)
    })
  cleanups.push(close, () => harness.api.close())
  const who = (name: string, header = 'x-auth-token') =>
    harness.as(undefined, {
      url: '/api/v1/whoami',
      headers: { [header]: header === 'authorization' ? `Bearer ${token(name)}` : token(name) },
    })
  return { ...harness, clock, asked, who, close }
}

describe('a token of keystone', () => {
  it('gives the strongest role of its project there, for that project of that cloud only', async () => {
    const { who, as, asked } = await keystone({
      one: { roles: [{ name: 'reader' }, { name: 'member' }, { name: 'admin' }] },
      two: { roles: [{ name: 'reader' }], project: { id: 'p2' } },
    })
    expect((await who('one')).json()).toEqual({
      name: 'ada@lab',
      role: 'member',
      projects: ['lab:p1'],
      by: 'keystone',
      endsAt: '2026-06-01T01:00:00.000Z',
    })
    expect((await who('two', 'authorization')).json()).toMatchObject({ role: 'viewer', projects: ['lab:p2'] })
    expect(new Set(asked)).toEqual(new Set(['GET /v3/auth/tokens?nocatalog itself']))
    const seen = await as(undefined, { url: '/api/v1/instances', headers: { 'x-auth-token': token('one') } })
    const projects = seen.json().items.map(({ project }: { project: string }) => project)
    expect(new Set(projects)).toEqual(new Set(['physics']))
  })

  it('gives what the configuration says about its roles and nothing for others', async () => {
    const { who } = await keystone(
      {
        boss: { roles: [{ name: 'cloud-boss' }] },
        none: { roles: [{ name: 'member' }] },
        odd: { roles: [{ name: 'constructor' }, 7, null] },
      },
      ', roles: { cloud-boss: operator }',
    )
    expect((await who('boss')).json()).toMatchObject({ role: 'operator' })
    expect((await who('none')).statusCode).toBe(401)
    expect((await who('odd')).statusCode).toBe(401)
  })

  it('is asked about once in five minutes, and never counts beyond its end', async () => {
    const { who, asked, clock } = await keystone({ one: {}, short: { expires: '2026-06-01T00:01:00Z' } })
    await who('one')
    await who('one')
    expect(asked).toHaveLength(1)
    await clock.advance(300_000)
    await who('one')
    expect(asked).toHaveLength(2)
    const { who: asWho, clock: later } = await keystone({ short: { expires: '2026-06-01T00:01:00Z' } })
    expect((await asWho('short')).statusCode).toBe(200)
    await later.advance(60_000)
    expect((await asWho('short')).statusCode).toBe(401)
  })

  it.each<[string, Told]>([
    ['of no project', { project: null }],
    ['of a project without id', { project: { name: 'x' } }],
    ['that has ended', { expires: '2026-05-31T23:59:59Z' }],
    ['without an end', { expires: 'never' }],
    ['answered with no JSON', { body: '<html>' }],
    ['answered with a list', { body: '[]' }],
    ['answered with null', { body: 'null' }],
    ['answered with 203', { status: 203 }],
  ])('%s is refused', async (_, told) => {
    const { who } = await keystone({ odd: told })
    expect((await who('odd')).json()).toMatchObject({ code: 'unauthenticated' })
  })

  it('that is wrong counts as an attempt, and keystone is not asked any more after many', async () => {
    const { who, asked, as } = await keystone({ good: {} })
    for (let nth = 0; nth < 20; nth++) expect((await who(`bad${nth}`)).statusCode).toBe(401)
    expect((await who('bad')).statusCode).toBe(429)
    expect(asked).toHaveLength(20)
    for (const odd of ['x', 'a b', 'x'.repeat(5000), 'x\u00e9xxxxxxxxxxxxxxxxxxxx'])
      expect((await as(undefined, { url: '/api/v1/whoami', headers: { 'x-auth-token': odd } })).statusCode).toBe(429)
    expect(asked).toHaveLength(20)
  })

  it('is no reason to be let in while keystone is away', async () => {
    const { who, close } = await keystone({ one: {} })
    await close()
    expect((await who('one')).json()).toMatchObject({ code: 'front-unreachable' })
  })

  it('opens the reservation API as well, for the project it names', async () => {
    const { as } = await keystone({ one: {} })
    const answer = await as(undefined, { url: '/reservation/v1/leases', headers: { 'x-auth-token': token('one') } })
    expect(answer.statusCode).toBe(200)
    const wrong = await as(undefined, { url: '/reservation/v1/leases', headers: { 'x-auth-token': token('two') } })
    expect(wrong.json()).toMatchObject({ error_code: 401 })
  })

  it('reserves there as its role allows: a member for the project of the token, a reader not at all', async () => {
    const { as, commanded } = await keystone({ one: {}, reads: { roles: [{ name: 'reader' }] } })
    const hosts = { resource_type: 'physical:host', min: 1, max: 1, hypervisor_properties: '', resource_properties: '' }
    const make = (name: string) =>
      as(undefined, {
        method: 'POST',
        url: '/reservation/v1/leases',
        headers: { 'x-auth-token': token(name) },
        payload: { name: 'exam', start_date: 'now', end_date: '2026-06-02 00:00', reservations: [hosts], events: [] },
      })
    expect((await make('reads')).json()).toMatchObject({ error_code: 403 })
    expect(commanded).toEqual([])
    expect((await make('one')).statusCode).toBe(201)
    expect(commanded).toMatchObject([
      { name: 'makeLease', caller: { name: 'ada@lab', role: 'member', projects: ['lab:p1'], by: 'keystone' } },
    ])
  })
})
