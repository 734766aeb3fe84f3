// Creating through the front, before a nova as strict as the real one.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { FakeNova } from './testing/fake-nova.ts'
import { type FrontHarness, frontHarness } from './testing/front-harness.ts'

const nova = new FakeNova()
let harness: FrontHarness
beforeAll(async () => {
  harness = await frontHarness(nova.listener)
  nova.nowMs = () => harness.clock.nowMs()
})
afterAll(() => harness.close())
beforeEach(() => {
  nova.servers.clear()
  nova.requests.length = 0
  nova.building = false
  nova.hosts.clear()
  nova.hosts.set('h1', 100)
  nova.users.set('tok', { name: 'ann', projectId: 'aaaa', projectName: 'astro', expiresAtMs: Date.UTC(2099) })
  nova.flavors.set('1', { id: '1', vcpus: 1, ram: 512, disk: 1, extraSpecs: {} })
  nova.flavors.set('p', { id: 'p', vcpus: 1, ram: 512, disk: 1, extraSpecs: { 'gleaner:preemptible': 'true' } })
})

interface Sent {
  readonly server?: object
  readonly hints?: object
  readonly minor?: number | 'latest'
  readonly path?: string
  readonly token?: string
}

function create({ server = {}, hints, minor, path = '/v2.1/servers', token = 'tok' }: Sent) {
  const body = {
    server: { name: 'w', flavorRef: '1', imageRef: 'img', networks: 'none', ...server },
    ...(hints === undefined ? {} : { 'os:scheduler_hints': hints }),
  }
  const version =
    minor === undefined ? [] : ['OpenStack-API-Version', `compute ${minor === 'latest' ? minor : `2.${minor}`}`]
  return harness.send({
    method: 'POST',
    path,
    headers: ['X-Auth-Token', token, 'Content-Type', 'application/json', ...version],
    body: JSON.stringify(body),
  })
}

const only = () => {
  expect(nova.servers.size).toBe(1)
  return [...nova.servers.values()][0] as NonNullable<ReturnType<typeof nova.servers.get>>
}
/** Lines are written behind the answers: each test looks for its own. */
const auditedAs = (name: string) =>
  harness.content.audit.filter(({ after }) => (after as { name: string }).name === name)
const message = (answer: { json(): unknown }) =>
  Object.values(answer.json() as Record<string, { message: string }>)[0]?.message

describe('the field "preemptible"', () => {
  it.each([52, 90, 'latest'] as const)('at %s becomes a tag in the same call', async (minor) => {
    const answer = await create({ server: { preemptible: true, tags: ['mine'] }, minor })
    expect(answer.status).toBe(202)
    expect(only().tags).toEqual(['mine', 'preemptible'])
    expect(only().metadata).toEqual({})
    expect(nova.requests.filter(({ method }) => method === 'PUT')).toEqual([])
  })

  it('is taken out without a mark when it is false', async () => {
    const answer = await create({ server: { preemptible: false }, minor: 90 })
    expect(answer.status).toBe(202)
    expect(only()).toMatchObject({ tags: [], metadata: {} })
  })

  it.each(['/v2.1/servers', '/v2/servers', '/v2.1/os-volumes_boot', '/v2.1/aaaa/servers', '/v2/aaaa/servers'])(
    'at %s without a microversion is a property at once, and a tag as soon as nova allows it',
    async (path) => {
      nova.building = true
      const answer = await create({ server: { preemptible: true, metadata: { a: 'b' } }, path })
      expect(answer.status).toBe(202)
      expect(only()).toMatchObject({ metadata: { a: 'b', preemptible: 'true' }, tags: [] })
      nova.settle()
      await until(async () => {
        await harness.clock.advance(1000)
        return only().tags.length > 0
      })
      expect(only().tags).toEqual(['preemptible'])
    },
  )

  it.each([['maybe'], [1], [null], [[]], [{}], ['']])(
    'that is %j is refused, and nova is not asked',
    async (preemptible) => {
      const answer = await create({ server: { preemptible }, minor: 90 })
      expect(answer.status).toBe(400)
      expect(message(answer)).toContain('The field "preemptible" is ')
      expect(nova.creates).toEqual([])
    },
  )

  it('in the spellings of nova is understood', async () => {
    for (const preemptible of ['True', '1', 'ON', 'yes']) {
      nova.servers.clear()
      expect((await create({ server: { preemptible }, minor: 90 })).status).toBe(202)
      expect(only().tags).toEqual(['preemptible'])
    }
  })
})

describe('clients that cannot send the field', () => {
  it('say it by a property', async () => {
    await create({ server: { metadata: { preemptible: 'Yes' } }, minor: 90 })
    expect(only()).toMatchObject({ tags: ['preemptible'], metadata: { preemptible: 'true' } })
  })

  it('say it by a hint, alone or in a list, as opie had it', async () => {
    for (const preemptible of ['True', ['True'], ['true', 'true']]) {
      nova.servers.clear()
      await create({ hints: { preemptible }, minor: 90 })
      expect(only()).toMatchObject({ tags: ['preemptible'], hints: { preemptible } })
    }
  })

  it('say it by the flavor', async () => {
    await create({ server: { flavorRef: 'p' }, minor: 90 })
    expect(only().tags).toEqual(['preemptible'])
    nova.servers.clear()
    await create({ server: { flavorRef: 'http://nova/v2.1/flavors/p' }, minor: 90 })
    expect(only().tags).toEqual(['preemptible'])
  })

  it.each([
    [{ metadata: { preemptible: 'perhaps' } }, undefined, 'The property "preemptible" is "perhaps", not true or false'],
    [{}, { preemptible: ['true', 'x'] }, 'The scheduler hint "preemptible" is "x"'],
    [
      { preemptible: false, metadata: { preemptible: 'true' } },
      undefined,
      'The field "preemptible" is false, the property "preemptible" is true',
    ],
    [{ preemptible: true }, { preemptible: 'false' }, 'The field "preemptible" is true, the scheduler hint'],
    [{ flavorRef: 'p', preemptible: false }, undefined, 'everything of this flavor is preemptible'],
  ])('are told when %j with hints %j cannot be meant', async (server, hints, words) => {
    const answer = await create({ server, ...(hints === undefined ? {} : { hints }), minor: 90 })
    expect(answer.status).toBe(400)
    expect(message(answer)).toContain(words)
    expect(nova.creates).toEqual([])
  })
})

describe('a create without any mark', () => {
  it('reaches nova byte by byte', async () => {
    const body =
      '{ "server" : {"name":"w", "flavorRef": "1","imageRef":"img", "x": 12345678901234567890, "\\u0061": 1.0e5} }'
    await harness.send({ method: 'POST', path: '/v2/servers', headers: ['X-Auth-Token', 'tok'], body })
    expect(nova.creates.map((create) => create.body)).toEqual([body])
  })

  it('that is none is left to nova', async () => {
    for (const body of ['[]', '7', '{"server": []}', '{"servers": {}}']) {
      nova.troubles.push({ status: 400 })
      const answer = await harness.send({
        method: 'POST',
        path: '/v2.1/servers',
        headers: ['X-Auth-Token', 'tok'],
        body,
      })
      expect(answer.status).toBe(400)
      expect(nova.creates.at(-1)?.body).toBe(body)
    }
  })

  it('that only Python takes for JSON is refused, because a mark in it would be lost', async () => {
    const body = '{"server": {"name": "w", "x": NaN, "preemptible": true}}'
    const answer = await harness.send({ method: 'POST', path: '/v2/servers', headers: ['X-Auth-Token', 'tok'], body })
    expect(answer.status).toBe(400)
    expect(message(answer)).toContain('not valid JSON')
    expect(nova.creates).toEqual([])
  })

  it('by a spelling of the path that nova understands as well is seen', async () => {
    await create({ server: { preemptible: true }, path: '/v2.1/%73ervers', minor: 90 })
    expect(nova.requests.at(-1)?.body).not.toContain('"preemptible":true')
  })

  it('without a token, or with a wrong one, gets what nova says', async () => {
    for (const token of ['', 'wrong']) {
      const answer = await create({ token })
      expect(answer.status).toBe(401)
      expect(answer.json()).toMatchObject({ error: { code: 401 } })
    }
    expect(nova.servers.size).toBe(0)
  })
})

describe('the answer to a create', () => {
  it('is nova’s own, with links and location led to the front', async () => {
    const answer = await create({ server: { preemptible: true }, minor: 90 })
    const { id } = only()
    expect(answer.headers.location).toBe(`${harness.url}/v2.1/servers/${id}`)
    expect(answer.headers['openstack-api-version']).toBe('compute 2.90')
    expect(answer.headers['x-openstack-request-id']).toBe('req-1')
    expect(answer.json()).toEqual({
      server: {
        id,
        links: [
          { rel: 'self', href: `${harness.url}/v2.1/servers/${id}` },
          { rel: 'bookmark', href: `${harness.url}/servers/${id}` },
        ],
        'OS-DCF:diskConfig': 'MANUAL',
        security_groups: [],
        adminPass: 'aPW',
      },
    })
  })

  it.each([409, 413, 500, 503, 403])('%s is passed on, and nothing is sent again', async (status) => {
    nova.troubles.push({ status })
    const refused = { name: `refused-${status}`, preemptible: true }
    expect((await create({ server: refused, minor: 90 })).status).toBe(status)
    expect(nova.creates).toHaveLength(1)
    await create({ server: { name: `taken-${status}`, preemptible: true }, minor: 90 })
    await until(() => auditedAs(`taken-${status}`).length === 1)
    expect(auditedAs(refused.name)).toEqual([])
  })

  it('that is garbage, or none, is told as what it is, and nothing is sent again', async () => {
    for (const trouble of ['reset', { garbage: 'xyz' }, 'lost'] as const) {
      nova.requests.length = 0
      nova.troubles.push(trouble)
      const answer = await create({ server: { preemptible: true }, minor: 90 })
      expect(answer.status).toBe(502)
      expect(message(answer)).toContain('look whether it took effect')
      expect(nova.creates).toHaveLength(1)
    }
  })

  it('of another form is passed on as it is', async () => {
    nova.troubles.push({ status: 202, body: '{"reservation_id": "r-1"}' })
    const answer = await create({ server: { preemptible: true, return_reservation_id: true } })
    expect(answer.json()).toEqual({ reservation_id: 'r-1' })
  })
})

describe('the audit', () => {
  it('names who asked, by which statement, and how it was marked', async () => {
    await create({ server: { name: 'audited' }, hints: { preemptible: 'true' }, minor: 90 })
    await until(() => auditedAs('audited').length > 0)
    expect(auditedAs('audited')).toEqual([
      {
        atMs: expect.any(Number),
        by: 'ann@astro',
        from: '127.0.0.1',
        what: 'create preemptible',
        object: `lab:${only().id}`,
        before: null,
        after: { name: 'audited', askedBy: 'hint', tag: 'at creation' },
      },
    ])
  })
})

async function until(met: () => boolean | Promise<boolean>): Promise<void> {
  for (const endMs = performance.now() + 10_000; performance.now() < endMs; ) {
    if (await met()) return
    await new Promise((resolve) => setImmediate(resolve))
  }
  throw new Error('waited in vain')
}
