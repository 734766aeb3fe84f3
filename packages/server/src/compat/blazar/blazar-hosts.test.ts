// Blazar's hosts on a whole server: created, told of, withdrawn by operators; what is told counts in conditions at once and is
// still there for the next leader; private properties are for operators' eyes only.
import type { LeaseCalendarView } from '@gleaner/model'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hashSecret, newSecret } from '../../auth/token-secret.ts'
import { acceleratedClock } from '../../clock/accelerated-clock.ts'
import { callApi } from '../../testing/call-api.ts'
import { startTestServer, type TestServer, testStartMs } from '../../testing/test-server.ts'

let server: TestServer
let member = ''
let operator = ''

beforeAll(async () => {
  server = await startTestServer({ clock: acceleratedClock(testStartMs, 1) })
  await server.until('a leader that has read the cloud', () =>
    server.app.state.fence !== undefined && server.app.state.ready ? true : undefined,
  )
  member = await token('member', ['web-shop'])
  operator = await token('operator', [])
}, 120_000)
afterAll(() => server.stop())

async function token(role: 'member' | 'operator', projects: readonly string[]): Promise<string> {
  const secret = newSecret()
  const made = { name: role, role, projects, createdAtMs: 0, createdBy: 't', expiresAtMs: undefined }
  await server.app.store.tokens.create(made, hashSecret(secret))
  return secret
}

interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

async function call(method: string, path: string, body?: unknown, secret = operator): Promise<Answer> {
  const response = await fetch(`${server.url}/reservation/v1${path}`, {
    method,
    headers: { 'x-auth-token': secret, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Answer['body']) }
}
const host = async (name: string, secret = operator) =>
  (await call('GET', `/os-hosts/${name}`, undefined, secret)).body['host'] as Record<string, unknown> | undefined
const names = async () =>
  ((await call('GET', '/os-hosts')).body['hosts'] as { hypervisor_hostname: string }[]).map(
    ({ hypervisor_hostname }) => hypervisor_hostname,
  )
const properties = async (query: string, secret = operator) =>
  (await call('GET', `/os-hosts/properties${query}`, undefined, secret)).body['resource_properties'] as {
    property: string
    private?: boolean
    values?: string[]
  }[]
const day = (days: number) => new Date(testStartMs + days * 86_400_000).toISOString().slice(0, 16).replace('T', ' ')
const lease = (name: string, property: unknown[], days = 1) =>
  call(
    'POST',
    '/leases',
    {
      name,
      start_date: day(days),
      end_date: day(days + 1),
      reservations: [
        {
          resource_type: 'physical:host',
          min: 1,
          max: 1,
          hypervisor_properties: '',
          resource_properties: JSON.stringify(property),
        },
      ],
      events: [],
    },
    member,
  )

describe('a host', () => {
  it('is created with properties, which are shown and can be asked for at once', async () => {
    expect((await lease('early', ['=', '$bay', 'r2'])).body['error_message']).toMatch(/bay/)
    const made = await call('POST', '/os-hosts', { name: 'hv-02', bay: 'r2', gpus: '4' })
    expect([made.status, made.body['host']]).toMatchObject([
      201,
      { hypervisor_hostname: 'hv-02', bay: 'r2', gpus: '4' },
    ])
    expect(await host('2')).toMatchObject({ id: '2', hypervisor_hostname: 'hv-02', bay: 'r2' })
    const given = await lease('bayed', ['and', ['=', '$bay', 'r2'], ['>', '$gpus', '3']])
    expect(given.status).toBe(201)
    const known = server.app.state.fence === undefined ? [] : await server.app.store.leases.open()
    expect(known.find(({ name }) => name === 'bayed')?.reservations[0]?.shares[0]?.host).toBe('hv-02')
  })

  it('is asked for by the number that the client is shown, in a lease and in a change of one', async () => {
    const hostsOf = async (name: string) =>
      (await server.app.store.leases.open()).find((one) => one.name === name)?.reservations[0]?.shares[0]?.host
    const made = await lease('numbered', ['and', ['in', '$id', '4', '9'], ['>=', '$vcpus', 1]], 9)
    expect(made.status, JSON.stringify(made.body)).toBe(201)
    expect(await hostsOf('numbered')).toBe('hv-04')
    const { id, reservations } = made.body['lease'] as { id: string; reservations: { id: string }[] }
    const changed = await call(
      'PUT',
      `/leases/${id}`,
      { reservations: [{ id: reservations[0]?.id, resource_properties: '["=", "$id", 1]' }] },
      member,
    )
    expect(changed.status, JSON.stringify(changed.body)).toBe(200)
    expect(await hostsOf('numbered')).toBe('hv-01')
    expect((await call('DELETE', `/leases/${id}`, undefined, member)).status).toBe(204)
  })

  it('that is created already is a conflict, one that no cloud has is not found', async () => {
    expect((await call('POST', '/os-hosts', { name: 'hv-02' })).status).toBe(409)
    const missing = await call('POST', '/os-hosts', { name: 'hv-99' })
    expect([missing.status, missing.body['error_message']]).toEqual([404, expect.stringContaining('hv-99')])
  })

  it('is told more of, and less', async () => {
    expect((await call('PUT', '/os-hosts/2', { bay: 'r3', quiet: true })).body['host']).toMatchObject({
      bay: 'r3',
      gpus: '4',
      quiet: true,
    })
    expect((await call('PUT', '/os-hosts/2', { quiet: '', bay: 'r2' })).body['host']).not.toHaveProperty('quiet')
  })

  it('that is promised is not withdrawn; one that is not is listed no more, and promised to nobody', async () => {
    const refused = await call('DELETE', '/os-hosts/2')
    expect([refused.status, refused.body['error_message']]).toEqual([409, expect.stringContaining('bayed')])
    const before = await names()
    expect((await call('DELETE', '/os-hosts/3')).status).toBe(204)
    expect(await names()).toEqual(before.filter((name) => name !== 'hv-03'))
    const calendar = await callApi<LeaseCalendarView>(
      { url: server.url, token: operator },
      { method: 'GET', path: 'lease-calendar' },
    )
    expect(calendar.body.hosts.filter(({ closed }) => closed === 'withdrawn').map(({ host: name }) => name)).toEqual([
      'hv-03',
    ])
    expect((await call('GET', '/os-hosts/3')).status).toBe(404)
    expect((await call('DELETE', '/os-hosts/3')).status).toBe(404)
    expect((await host('4'))?.['hypervisor_hostname']).toBe('hv-04')
    expect((await lease('gone', ['=', '$name', 'hv-03'])).status).toBe(409)
    expect((await call('POST', '/os-hosts', { name: 'hv-03' })).status).toBe(201)
    expect((await lease('back', ['=', '$name', 'hv-03'])).status).toBe(201)
  })

  it('is told of by operators only', async () => {
    for (const [method, path, body] of [
      ['POST', '/os-hosts', { name: 'hv-01' }],
      ['PUT', '/os-hosts/2', { bay: 'r9' }],
      ['DELETE', '/os-hosts/4', undefined],
      ['PATCH', '/os-hosts/properties/bay', { private: true }],
    ] as const)
      expect((await call(method, path, body, member)).status).toBe(403)
  })

  it.each<[string, unknown, number, RegExp]>([
    ['a list', [], 400, /object/],
    ['no name', { bay: 'r1' }, 400, /name/],
    ['a name that is none', { name: 7 }, 400, /name/],
    ['what the cloud tells', { name: 'hv-01', vcpus: '512' }, 409, /vcpus/],
    ['a list of values', { name: 'hv-01', bay: ['r1'] }, 400, /bay/],
    ['an object', { name: 'hv-01', bay: { a: 1 } }, 400, /bay/],
    ['a name of a property that is none', { name: 'hv-01', r$ck: '1' }, 400, /r\$ck/],
    ['what is hidden in every object', { name: 'hv-01', ['__proto__x y']: '1' }, 400, /no name/],
    ['a long value', { name: 'hv-01', bay: 'x'.repeat(1001) }, 400, /1000/],
    [
      'many properties',
      { name: 'hv-01', ...Object.fromEntries(Array.from({ length: 101 }, (_, nth) => [`p${nth}`, '1'])) },
      400,
      /100/,
    ],
  ])('with %s is refused, and nothing is told', async (_, body, status, words) => {
    const answer = await call('POST', '/os-hosts', body)
    expect([answer.status, answer.body['error_message']]).toEqual([status, expect.stringMatching(words)])
    expect(await host('hv-01')).not.toHaveProperty('bay')
  })
})

describe('a property', () => {
  it('that is private is shown to operators who ask for all, and can still be asked for', async () => {
    const set = await call('PATCH', '/os-hosts/properties/bay', { private: true })
    expect(set.body['resource_property']).toEqual({ property: 'bay', private: true })
    const seen = async (query: string, secret: string) =>
      (await properties(query, secret)).map(({ property }) => property)
    expect(await seen('', operator)).not.toContain('bay')
    expect(await seen('?all=True', member)).not.toContain('bay')
    expect(await seen('?all=True', operator)).toContain('bay')
    expect((await properties('?detail=True&all=True')).find(({ property }) => property === 'bay')).toEqual({
      property: 'bay',
      private: true,
      values: ['r2'],
    })
    expect(await host('2', member)).not.toHaveProperty('bay')
    expect(await host('2', operator)).toHaveProperty('bay', 'r2')
    expect((await lease('quietly', ['=', '$bay', 'r2'], 3)).status).toBe(201)
    await call('PATCH', '/os-hosts/properties/bay', { private: false })
    expect(await seen('?detail=True', member)).toContain('bay')
  })

  it('that no host has, or of which nothing is said, is refused', async () => {
    expect((await call('PATCH', '/os-hosts/properties/colour', { private: true })).status).toBe(404)
    expect((await call('PATCH', '/os-hosts/properties/bay', { private: 'yes' })).status).toBe(400)
    expect((await call('PATCH', '/os-hosts/properties/bay', [])).status).toBe(400)
  })

  it('is there for the next leader', async () => {
    const kept = await server.app.store.hostOffers.all()
    expect([...kept.ofHost.values()].find(({ hostId }) => hostId === 'sim:hv-02')).toMatchObject({
      properties: { bay: 'r2', gpus: '4' },
      withdrawn: false,
    })
    const audited = (await server.app.store.audit.list({ limit: 100, offset: 0 })).items.map(({ what }) => what)
    for (const what of ['offer host', 'tell of host', 'withdraw host', 'set privacy of property'])
      expect(audited).toContain(what)
  })
})
