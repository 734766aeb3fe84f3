// Showing and listing servers through the front: the flag, the filter, the links; at every version of the API.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { cloudId, instanceId, projectId } from '@gleaner/model'
import { freezeSnapshot } from '@gleaner/engine'
import { plainInstance } from '../../testing/plain-objects.ts'
import { FakeNova, type FakeServer } from './testing/fake-nova.ts'
import { type FrontHarness, frontHarness } from './testing/front-harness.ts'

const nova = new FakeNova()
let harness: FrontHarness
beforeAll(async () => {
  harness = await frontHarness(nova.listener)
  nova.users.set('tok', { name: 'ann', projectId: 'aaaa', projectName: 'astro', expiresAtMs: Date.UTC(2099) })
  nova.flavors.set('1', { id: '1', vcpus: 1, ram: 512, disk: 1, extraSpecs: {} })
  nova.flavors.set('p', { id: 'p', vcpus: 1, ram: 512, disk: 1, extraSpecs: { 'gleaner:preemptible': 'yes' } })
})
afterAll(() => harness.close())

function server(id: string, rest: Partial<FakeServer>): FakeServer {
  const made: FakeServer = {
    id,
    name: id,
    projectId: 'aaaa',
    flavorId: '1',
    metadata: {},
    hints: undefined,
    tags: [],
    status: 'ACTIVE',
    host: 'h1',
    ...rest,
  }
  nova.servers.set(id, made)
  return made
}
beforeEach(() => {
  nova.servers.clear()
  nova.requests.length = 0
  server('firm', { tags: ['mine'] })
  server('tagged', { tags: ['mine', 'preemptible'] })
  server('by-property', { metadata: { preemptible: 'true' } })
  server('plain', { metadata: { preemptible: 'no', note: `see ${harness.novaUrl}/v2.1` } })
  server('foreign', { projectId: 'bbbb', tags: ['preemptible'] })
})

interface View {
  readonly id: string
  readonly preemptible?: boolean
}

async function get(
  path: string,
  minor?: number,
): Promise<{ servers?: View[]; server?: View; servers_links?: { href: string }[] }> {
  const version = minor === undefined ? [] : ['X-OpenStack-Nova-API-Version', `2.${minor}`]
  const answer = await harness.send({ path, headers: ['X-Auth-Token', 'tok', ...version] })
  expect(answer.status, answer.body.toString()).toBe(200)
  return answer.json() as never
}
const flags = (servers: readonly View[] | undefined) =>
  Object.fromEntries((servers ?? []).map(({ id, preemptible }) => [id, preemptible]))

const everywhere = [
  ['/v2.1', undefined],
  ['/v2.1', 25],
  ['/v2.1', 26],
  ['/v2.1', 90],
  ['/v2', undefined],
  ['/v2.1/aaaa', 25],
  ['/v2/aaaa', undefined],
] as const

describe('the flag', () => {
  it.each(everywhere)('is shown by %s at 2.%s, of one and of all', async (root, minor) => {
    expect(flags((await get(`${root}/servers/detail`, minor)).servers)).toEqual({
      firm: false,
      tagged: true,
      'by-property': true,
      plain: false,
    })
    for (const [id, expected] of [
      ['firm', false],
      ['tagged', true],
      ['by-property', true],
      ['plain', false],
    ] as const)
      expect((await get(`${root}/servers/${id}`, minor)).server?.preemptible).toBe(expected)
  })

  it('costs no second call where the answer shows the tags', async () => {
    await get('/v2.1/servers/detail', 26)
    await get('/v2.1/servers/firm', 90)
    expect(nova.requests).toHaveLength(2)
  })

  it('is not part of the short list, nor of anything else', async () => {
    expect(flags((await get('/v2.1/servers', 90)).servers)).toEqual({
      firm: undefined,
      tagged: undefined,
      'by-property': undefined,
      plain: undefined,
    })
    expect(JSON.stringify(await get('/v2.1/flavors/1', 90))).not.toContain('preemptible')
  })

  it('follows a flavor of which everything is preemptible', async () => {
    server('by-flavor', { flavorId: 'p' })
    expect((await get('/v2.1/servers/by-flavor', 47)).server?.preemptible).toBe(true)
  })

  it('follows what Gleaner takes the server for', async () => {
    const lab = cloudId('lab')
    const instance = {
      ...plainInstance('x', { projectId: projectId(lab, 'aaaa'), createdAtMs: 0 }),
      id: instanceId(lab, 'firm'),
      firmness: 'preemptible' as const,
    }
    const before = harness.app.state.clouds.get(lab)
    const snapshot = freezeSnapshot(
      { hosts: [], instances: [{ ...instance, hostId: undefined }], projects: [], gaps: [] },
      { cloudId: lab, version: 8, takenAtMs: 0 },
    )
    harness.app.state.clouds.set(lab, { cloudId: lab, snapshot, attemptedAtMs: 0, fault: undefined })
    expect((await get('/v2.1/servers/firm', 25)).server?.preemptible).toBe(true)
    expect((await get('/v2.1/servers/firm', 90)).server?.preemptible).toBe(true)
    if (before !== undefined) harness.app.state.clouds.set(lab, before)
  })

  it('is right page by page, also where tags are not shown', async () => {
    nova.servers.clear()
    for (let i = 0; i < 20; i++) server(`s${i}`, { tags: i % 3 === 0 ? ['preemptible'] : [] })
    const seen: Record<string, boolean | undefined> = {}
    let path: string | undefined = '/v2.1/servers/detail?limit=3'
    while (path !== undefined) {
      const page = await get(path)
      Object.assign(seen, flags(page.servers))
      const next: string | undefined = page.servers_links?.[0]?.href
      expect(next?.startsWith(`${harness.url}/v2.1/servers/detail`) ?? true).toBe(true)
      path = next?.slice(harness.url.length)
    }
    expect(seen).toEqual(Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`s${i}`, i % 3 === 0])))
  })

  it('is left out where it cannot be found out, and never guessed', async () => {
    const answer = await harness.send({ path: '/v2.1/servers/none', headers: ['X-Auth-Token', 'tok'] })
    expect(answer.status).toBe(404)
    expect(answer.body.toString()).not.toContain('preemptible')
  })
})

describe('the filter', () => {
  it.each([undefined, 26, 75, 90])('finds the preemptible ones and the others, asked at 2.%s', async (minor) => {
    expect(flags((await get('/v2.1/servers/detail?preemptible=true', minor)).servers)).toEqual({ tagged: true })
    const firm = (await get('/v2.1/servers?preemptible=False', minor)).servers?.map(({ id }) => id)
    // A property is not a tag: what is marked by it alone is found once it has its tag.
    expect(firm).toEqual(['firm', 'by-property', 'plain'])
  })

  it('goes together with filters by tag', async () => {
    server('other', { tags: ['preemptible'] })
    const mine = await get('/v2.1/servers?preemptible=true&tags=mine', 90)
    expect(mine.servers?.map(({ id }) => id)).toEqual(['tagged'])
    const neither = await get('/v2.1/servers?not-tags-any=mine&preemptible=0', 90)
    expect(neither.servers?.map(({ id }) => id)).toEqual(['by-property', 'plain'])
  })

  it('holds on all pages', async () => {
    nova.servers.clear()
    for (let i = 0; i < 12; i++) server(`s${i}`, { tags: i % 2 === 0 ? ['preemptible'] : [] })
    const seen: string[] = []
    let path: string | undefined = '/v2.1/servers?preemptible=true&limit=2'
    while (path !== undefined) {
      const page = await get(path)
      seen.push(...(page.servers ?? []).map(({ id }) => id))
      path = page.servers_links?.[0]?.href.slice(harness.url.length)
    }
    expect(seen).toEqual(['s0', 's2', 's4', 's6', 's8', 's10'])
  })

  it.each(['preemptible=maybe', 'preemptible=', 'preemptible=true&preemptible=false', 'preemptible=%00'])(
    'is refused when it is %s',
    async (query) => {
      const answer = await harness.send({ path: `/v2.1/servers?${query}`, headers: ['X-Auth-Token', 'tok'] })
      expect(answer.status).toBe(400)
      expect(answer.body.toString()).toContain('not true or false')
      expect(nova.requests).toEqual([])
    },
  )

  it('is refused at the root without microversions', async () => {
    const answer = await harness.send({ path: '/v2/servers?preemptible=true', headers: ['X-Auth-Token', 'tok'] })
    expect(answer.status).toBe(400)
    expect(answer.body.toString()).toContain('ask /v2.1')
  })
})

describe('links', () => {
  it('lead to the front wherever nova puts them, and nothing else is touched', async () => {
    const text = JSON.stringify(await get('/v2.1/servers/plain', 90))
    expect(text).toContain(`"note":"see ${harness.novaUrl}/v2.1"`)
    expect(text.replace(`see ${harness.novaUrl}`, '')).not.toContain(harness.novaUrl)
    expect(text).toContain(`"href":"${harness.url}/v2.1/servers/plain"`)
  })

  it('of the version documents lead to the front, so that discovery does not go past it', async () => {
    for (const path of ['', '/', '/v2.1', '/v2.1/']) {
      const answer = await harness.send({ path })
      expect(answer.body.toString()).not.toContain(harness.novaUrl)
      expect(answer.body.toString()).toContain(`"href": "${harness.url}/v2.1/"`)
      if (path.includes('v2')) expect(answer.body.toString()).toContain('"href": "http://docs.openstack.org/"')
    }
  })
})
