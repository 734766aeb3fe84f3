// Blazar's API on a whole server, as its unchanged client calls it: method, path, body, header. The client itself runs in
// labs/reservation.
import { newSecret, hashSecret } from '../../auth/token-secret.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { acceleratedClock } from '../../clock/accelerated-clock.ts'
import { startTestServer, type TestServer, testStartMs } from '../../testing/test-server.ts'

let server: TestServer
let member = ''
let other = ''
let hosts = 0

beforeAll(async () => {
  server = await startTestServer({ clock: acceleratedClock(testStartMs, 1) })
  await server.until('a leader that has read the cloud', () =>
    server.app.state.fence !== undefined && server.app.state.ready ? true : undefined,
  )
  hosts = server.app.state.clouds.get(server.cloud.id)?.snapshot?.hosts.length ?? 0
  member = await token('web-shop')
  other = await token('data-science')
}, 120_000)
afterAll(() => server.stop())

async function token(project: string): Promise<string> {
  const secret = newSecret()
  const made = {
    name: project,
    role: 'member',
    projects: [project],
    createdAtMs: 0,
    createdBy: 't',
    expiresAtMs: undefined,
  } as const
  await server.app.store.tokens.create(made, hashSecret(secret))
  return secret
}

interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

async function call(
  method: string,
  path: string,
  body?: unknown,
  secret: string | undefined = member,
): Promise<Answer> {
  const response = await fetch(`${server.url}/reservation${path}`, {
    method,
    headers: {
      'user-agent': 'python-blazarclient',
      ...(secret === '' ? {} : { 'x-auth-token': secret }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Answer['body']) }
}

const minute = (minutes: number) =>
  new Date(server.clock.nowMs() + minutes * 60_000).toISOString().slice(0, 16).replace('T', ' ')
const physical = (more: object = {}) => ({
  resource_type: 'physical:host',
  min: 1,
  max: 1,
  hypervisor_properties: '',
  resource_properties: '',
  ...more,
})
const room = (more: object = {}) => ({
  resource_type: 'virtual:instance',
  vcpus: 1,
  memory_mb: 64,
  disk_gb: 1,
  amount: 2,
  affinity: 'None',
  resource_properties: '',
  ...more,
})
const lease = (name: string, more: object = {}) => ({
  name,
  start_date: minute(60),
  end_date: minute(120),
  reservations: [physical()],
  events: [],
  before_end_date: null,
  ...more,
})
const leaseOf = ({ body }: Answer) =>
  body['lease'] as Record<string, unknown> & { id: string; reservations: Record<string, unknown>[] }

describe('leases', () => {
  it('are made, shown, listed, changed and deleted in the form the client reads', async () => {
    const made = await call(
      'POST',
      '/v1/leases',
      lease('first', { reservations: [physical({ resource_properties: '[">=", "$vcpus", "2"]' })] }),
    )
    expect(made.status, JSON.stringify(made.body)).toBe(201)
    const shown = leaseOf(made)
    expect(shown).toMatchObject({ name: 'first', status: 'PENDING', project_id: 'web-shop', degraded: false })
    expect(shown.id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    expect(shown['end_date']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/)
    expect(shown.reservations[0]).toMatchObject({ resource_type: 'physical:host', status: 'pending', min: 1, max: 1 })
    expect((shown['events'] as { event_type: string }[]).map(({ event_type }) => event_type)).toEqual([
      'start_lease',
      'before_end_lease',
      'end_lease',
    ])
    expect(leaseOf(await call('GET', `/v1/leases/${shown.id}`))).toEqual(shown)
    expect((await call('GET', '/v1/leases')).body['leases']).toEqual([shown])

    const end = minute(180)
    const longer = leaseOf(await call('PUT', `/v1/leases/${shown.id}`, { end_date: end, name: 'renamed' }))
    expect(longer).toMatchObject({ name: 'renamed', end_date: `${end.replace(' ', 'T')}:00.000000` })
    const larger = leaseOf(
      await call('PUT', `/v1/leases/${shown.id}`, {
        reservations: [{ id: shown.reservations[0]?.['id'], min: 2, max: 3 }],
      }),
    )
    expect(larger.reservations[0]).toMatchObject({ min: 2, max: 3 })
    const stored = await server.app.store.leases.find(`lea_${shown.id}`)
    expect(stored?.reservations[0]?.shares).toHaveLength(3)
    expect((await call('DELETE', `/v1/leases/${shown.id}`)).status).toBe(204)
    expect((await call('GET', `/v1/leases/${shown.id}`)).status).toBe(404)
    expect((await call('GET', '/v1/leases')).body['leases']).toEqual([])
  })

  it('and hosts are listed in parts for whoever asks for a limit, each part with a link to the next', async () => {
    const made: string[] = []
    for (const [nth, name] of ['one', 'two', 'three'].entries())
      made.push(
        leaseOf(
          await call(
            'POST',
            '/v1/leases',
            lease(name, { start_date: minute(600 * nth + 600), end_date: minute(600 * nth + 900) }),
          ),
        ).id,
      )
    const parts: string[][] = []
    for (let path: string | undefined = '/v1/leases?limit=2'; path !== undefined; ) {
      const { status, body } = await call('GET', path)
      expect([status, parts.length < 3]).toEqual([200, true])
      parts.push((body['leases'] as { id: string }[]).map(({ id }) => id))
      const [next] = (body['leases_links'] ?? []) as { rel: string; href: string }[]
      path = next?.href.replace(`${server.url}/reservation`, '')
    }
    expect(parts).toEqual([made.slice(1).toReversed(), made.slice(0, 1)])
    const some = await call('GET', `/v1/os-hosts?limit=1&offset=${hosts - 1}`)
    expect(some.body['hosts']).toMatchObject([{ id: String(hosts) }])
    expect(some.body).not.toHaveProperty('hosts_links')
    expect((await call('GET', '/v1/os-hosts?limit=1')).body).toHaveProperty('hosts_links')
    expect((await call('GET', '/v1/os-hosts/allocations?limit=1')).body).toHaveProperty('allocations_links')
    for (const wrong of ['limit=0', 'limit=-1', 'limit=many', 'limit=20000', 'offset=-1', 'limit=1&limit=2'])
      expect([wrong, (await call('GET', `/v1/leases?${wrong}`)).status]).toEqual([wrong, 400])
    for (const id of made) await call('DELETE', `/v1/leases/${id}`)
  })

  it('begin now when the client gives no dates, and are found at the earliest moment in the form of 2013', async () => {
    const now = leaseOf(
      await call(
        'POST',
        '/v1/leases',
        lease('now', { start_date: 'now', end_date: minute(30), reservations: [physical({ max: hosts })] }),
      ),
    )
    const seconds = Math.floor(server.clock.nowMs() / 1000)
    const climate = await call('POST', '/v1/leases', {
      name: 'climate',
      start_time: seconds,
      end_time: seconds + 86_400,
      duration: 3600,
      quantity: 2,
      host_properties: '["=", "$kind", "hypervisor"]',
    })
    // All hosts are taken until the end of the other.
    expect(leaseOf(climate)['start_date'], JSON.stringify(climate.body)).toBe(now['end_date'])
    for (const { id } of [now, leaseOf(climate)]) expect((await call('DELETE', `/v1/leases/${id}`)).status).toBe(204)
  })

  it('of other projects do not exist', async () => {
    const { id } = leaseOf(await call('POST', '/v1/leases', lease('mine')))
    for (const [method, body] of [['GET'], ['PUT', { name: 'x' }], ['DELETE']] as const)
      expect((await call(method, `/v1/leases/${id}`, body, other)).status).toBe(404)
    expect((await call('GET', '/v1/leases', undefined, other)).body).toEqual({ leases: [] })
    expect((await call('DELETE', `/v1/leases/${id}`)).status).toBe(204)
  })
})

describe('hosts', () => {
  it('have numbers, names, sizes, properties and allocations', async () => {
    const listed = (await call('GET', '/v1/os-hosts')).body['hosts'] as Record<string, unknown>[]
    expect(listed.map(({ id }) => id)).toEqual(Array.from({ length: hosts }, (_, nth) => String(nth + 1)))
    expect(listed[0]).toMatchObject({
      reservable: true,
      vcpus: expect.any(Number) as number,
      memory_mb: expect.any(Number) as number,
    })
    expect((await call('GET', '/v1/os-hosts/2')).body['host']).toEqual(listed[1])
    expect((await call('GET', '/v1/os-hosts/99')).status).toBe(404)
    const properties = (await call('GET', '/v1/os-hosts/properties?detail=True')).body['resource_properties'] as {
      property: string
      values: string[]
    }[]
    expect(properties.find(({ property }) => property === 'kind')?.values).toEqual(['hypervisor'])
    const { id } = leaseOf(await call('POST', '/v1/leases', lease('allocated')))
    const allocations = (await call('GET', '/v1/os-hosts/allocations')).body['allocations'] as {
      reservations: { lease_id: string }[]
    }[]
    // One host of all has it; what was ended a moment ago may still be there.
    const having = allocations.filter(({ reservations }) => reservations.some(({ lease_id }) => lease_id === id))
    expect(having).toHaveLength(1)
    await call('DELETE', `/v1/leases/${id}`)
  })

  it('tell what is promised of them for one lease or one reservation, where that is asked', async () => {
    const two = [physical(), physical()]
    const made = leaseOf(await call('POST', '/v1/leases', lease('pair', { reservations: two })))
    const beside = leaseOf(await call('POST', '/v1/leases', lease('beside')))
    const asked = async (query: string) => {
      const { body } = await call('GET', `/v1/os-hosts/allocations?${query}`)
      const all = body['allocations'] as { reservations: { id: string; lease_id: string }[] }[]
      expect(all).toHaveLength(hosts)
      return all.flatMap(({ reservations }) => reservations)
    }
    const ids = made.reservations.map((reservation) => String(reservation['id']))
    expect((await asked(`lease_id=${made.id}`)).map(({ id }) => id).toSorted()).toEqual(ids.toSorted())
    expect((await asked(`reservation_id=${ids[1]}`)).map(({ id }) => id)).toEqual([ids[1]])
    expect(await asked(`lease_id=${beside.id}&reservation_id=${ids[1]}`)).toEqual([])
    const here = await call('GET', `/v1/os-hosts/1/allocation?lease_id=${'0'.repeat(8)}`)
    expect(here.body).toEqual({ allocation: { resource_id: '1', reservations: [] } })
    for (const { id } of [made, beside]) await call('DELETE', `/v1/leases/${id}`)
  })
})

describe('bad input', () => {
  it('is answered in the form of Blazar, as the fault of the caller, and makes nothing', async () => {
    const cases: readonly (readonly [unknown, number, RegExp])[] = [
      ['{', 400, /The body is not valid JSON/],
      [[], 400, /body: an object/],
      [lease('x', { start_date: '2026-02-30 10:00' }), 400, /start_date: "2026-02-30 10:00" is no time/],
      [lease('x', { end_date: undefined }), 400, /end_date/],
      [lease('x', { end_date: minute(10) }), 400, /is not after start/],
      [lease('x', { start_date: minute(-60) }), 400, /in the past/],
      [lease('x', { reservations: [] }), 400, /reservations: at least one/],
      [
        lease('x', { reservations: [physical({ resource_type: 'virtual:floatingip' })] }),
        400,
        /resource_type: "virtual:floatingip" is not supported; physical:host and virtual:instance are/,
      ],
      [lease('x', { reservations: [room({ amount: 0 })] }), 400, /amount must be/],
      [lease('x', { reservations: [room({ vcpus: 'many' })] }), 400, /vcpus: a whole number/],
      [
        lease('x', { reservations: [room({ affinity: 'near' })] }),
        400,
        /affinity: "near" is none of True, False, None/,
      ],
      [
        lease('x', { reservations: [room({ vcpus: 100_000 })] }),
        409,
        /Room for 2 instances is not free together.*too small/,
      ],
      [lease('x', { reservations: [physical({ min: 0 })] }), 400, /min must be/],
      [lease('x', { reservations: [physical({ min: 3, max: 2 })] }), 400, /min \(3\) is larger than max \(2\)/],
      [lease('x', { reservations: [physical({ min: 'many' })] }), 400, /min: a whole number/],
      [lease('x', { reservations: [physical({ min: 99, max: 99 })] }), 409, /99 hosts are not free together/],
      [
        lease('x', { reservations: [physical({ resource_properties: '["=", "$colour", "red"]' })] }),
        400,
        /no host has a property "colour"/,
      ],
      [lease('x', { reservations: [physical({ hypervisor_properties: '[' })] }), 400, /no JSON/],
      [lease('x', { reservations: [physical({ before_end: 'snapshot' })] }), 400, /before_end/],
      [lease('x', { events: [{ event_type: 'notify' }] }), 400, /events/],
      [lease('x', { before_end_date: minute(500) }), 400, /before_end_date/],
      [lease(''), 400, /name/],
      [{ name: 'x', start_time: '', duration: 3600, quantity: 1 }, 400, /start_time: a number of seconds/],
    ]
    for (const [body, status, words] of cases) {
      const answer = await call('POST', '/v1/leases', body)
      expect([JSON.stringify(body), answer.status, answer.body['error_message']]).toEqual([
        JSON.stringify(body),
        status,
        expect.stringMatching(words),
      ])
      expect(answer.body['error_code']).toBe(status)
    }
    const left = (await call('GET', '/v1/leases')).body['leases'] as { name: string }[]
    expect(left.filter(({ name }) => name === 'x')).toEqual([])
    // A text of digits is a number to those who fill forms.
    const made = await call('POST', '/v1/leases', lease('text', { reservations: [physical({ min: '1', max: '2' })] }))
    expect(made.status).toBe(201)
    await call('DELETE', `/v1/leases/${leaseOf(made).id}`)
  })

  it('on room for instances is made, shown and changed in the words of virtual:instance', async () => {
    const made = await call('POST', '/v1/leases', lease('room', { reservations: [room({ affinity: 'False' })] }))
    expect(made.status, JSON.stringify(made.body)).toBe(201)
    const [reservation] = leaseOf(made).reservations
    expect(reservation).toMatchObject({
      resource_type: 'virtual:instance',
      amount: 2,
      vcpus: 1,
      memory_mb: 64,
      disk_gb: 1,
      affinity: false,
    })
    const changed = await call('PUT', `/v1/leases/${leaseOf(made).id}`, {
      reservations: [{ id: reservation?.['id'], amount: 3, affinity: 'None' }],
    })
    expect(leaseOf(changed).reservations[0]).toMatchObject({ amount: 3, vcpus: 1, memory_mb: 64, affinity: null })
    const wrong = await call('PUT', `/v1/leases/${leaseOf(made).id}`, {
      reservations: [{ id: reservation?.['id'], min: 3 }],
    })
    expect([wrong.status, wrong.body['error_message']]).toEqual([400, expect.stringContaining('min is none of')])
    await call('DELETE', `/v1/leases/${leaseOf(made).id}`)
  })

  it('without a good token is refused, and so is what is not supported', async () => {
    expect((await call('GET', '/v1/leases', undefined, '')).status).toBe(401)
    expect((await call('GET', '/v1/leases', undefined, 'notused')).status).toBe(401)
    expect((await call('GET', '/v1/floatingips')).body).toEqual({ floatingips: [] })
    expect((await call('POST', '/v1/floatingips', {})).status).toBe(400)
    for (const [method, path] of [
      ['GET', '/v1/floatingips/1'],
      ['GET', '/v1/plugins'],
      ['PUT', '/v1/leases'],
    ] as const) {
      const { status, body } = await call(method, path)
      expect([status, body['error_message']]).toEqual([404, `${method} /reservation${path} does not exist.`])
    }
    expect(await call('GET', '/v1/leases/')).toEqual(await call('GET', '/v1/leases'))
    expect((await call('GET', '', undefined, '')).status).toBe(300)
  })

  it('is told its version where it looks, and refused one that there is not', async () => {
    // openstacksdk, told a microversion, looks at the address of the catalogue and sends the header with every call.
    const version = { id: 'v1.0', status: 'CURRENT', min_version: '1.0', max_version: '1.0' }
    for (const path of ['/v1', '/v1/'])
      expect(await call('GET', path, undefined, '')).toMatchObject({
        status: 200,
        body: { version: { ...version, links: [{ rel: 'self', href: `${server.url}/reservation/v1` }] } },
      })
    expect((await call('GET', '/', undefined, '')).body).toMatchObject({ versions: [version] })
    const asking = async (asked: string) => {
      const headers = { 'x-auth-token': member, 'openstack-api-version': asked }
      const response = await fetch(`${server.url}/reservation/v1/leases`, { headers })
      return [response.status, response.headers.get('openstack-api-version'), await response.text()]
    }
    for (const asked of ['reservation 1.0', 'compute 2.90, reservation latest', 'compute 2.90'])
      expect(await asking(asked)).toEqual([200, 'reservation 1.0', expect.stringContaining('"leases"')])
    expect(await asking('compute 2.90, reservation 1.7')).toEqual([
      406,
      'reservation 1.0',
      expect.stringContaining('no version \\"1.7\\" of reservation; 1.0 is the only one'),
    ])
  })
})
