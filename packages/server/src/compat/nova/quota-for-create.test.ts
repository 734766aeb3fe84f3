// The quota of preemptible capacity at the front, before a nova that knows nothing of it.
import { freezeSnapshot } from '@gleaner/engine'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { lab } from '../../testing/plain-objects.ts'
import { FakeNova } from './testing/fake-nova.ts'
import { type FrontHarness, frontHarness } from './testing/front-harness.ts'

const nova = new FakeNova()
let harness: FrontHarness
beforeAll(async () => {
  harness = await frontHarness(nova.listener, { settings: 'preemption: { quota: { vcpus: 2 } }' })
  nova.nowMs = () => harness.clock.nowMs()
})
afterAll(() => harness.close())
beforeEach(async () => {
  await read()
  nova.servers.clear()
  nova.hosts.clear()
  nova.hosts.set('h1', 100)
  nova.users.set('tok', { name: 'ann', projectId: 'aaaa', projectName: 'astro', expiresAtMs: Date.UTC(2099) })
  nova.flavors.set('1', { id: '1', vcpus: 1, ram: 512, disk: 1, extraSpecs: {} })
  nova.flavors.set('3', { id: '3', vcpus: 3, ram: 512, disk: 1, extraSpecs: {} })
  nova.flavors.set('p3', { id: 'p3', vcpus: 3, ram: 512, disk: 1, extraSpecs: { 'gleaner:preemptible': 'true' } })
})

/** A reading that begins now, of a cloud without instances. */
async function read(): Promise<void> {
  await harness.clock.advance(1000)
  const snapshot = freezeSnapshot(
    { hosts: [], instances: [], projects: [], gaps: [] },
    { cloudId: lab, version: harness.clock.nowMs(), takenAtMs: harness.clock.nowMs() },
  )
  harness.app.state.clouds.set(lab, { cloudId: lab, snapshot, attemptedAtMs: harness.clock.nowMs(), fault: undefined })
  await harness.clock.advance(1000)
}

const create = (server: object, token = 'tok') =>
  harness.send({
    method: 'POST',
    path: '/v2.1/servers',
    headers: ['X-Auth-Token', token, 'Content-Type', 'application/json', 'OpenStack-API-Version', 'compute 2.90'],
    body: JSON.stringify({ server: { name: 'w', flavorRef: '1', imageRef: 'img', networks: 'none', ...server } }),
  })

describe('a preemptible create', () => {
  it('within the quota reaches nova', async () => {
    expect((await create({ preemptible: true })).status).toBe(202)
    expect((await create({ preemptible: true })).status).toBe(202)
  })

  it('counts from when it passed, though no reading shows it', async () => {
    expect((await create({ preemptible: true })).status).toBe(202)
    expect((await create({ preemptible: true, min_count: 2 })).json()).toMatchObject({
      forbidden: { message: expect.stringContaining('1 preemptible vcpus and may have 2; 2 more') },
    })
    await read()
    expect((await create({ preemptible: true, min_count: 2 })).status).toBe(202)
  })

  it('takes the last place alone when several ask at once', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => create({ preemptible: true })))
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([202, 202, 403, 403, 403])
  })

  it('that nova refused does not count', async () => {
    nova.troubles.push({ status: 409 })
    expect((await create({ preemptible: true, min_count: 2 })).status).toBe(409)
    expect((await create({ preemptible: true, min_count: 2 })).status).toBe(202)
  })

  it('that nova never answered counts until it is known not to be there', async () => {
    nova.troubles.push('lost')
    expect((await create({ preemptible: true, min_count: 2 })).status).toBe(502)
    expect((await create({ preemptible: true })).status).toBe(403)
    await read()
    expect((await create({ preemptible: true })).status).toBe(202)
  })

  it.each([
    ['by its size', { preemptible: true, flavorRef: '3' }],
    ['by its number', { preemptible: true, min_count: 1, max_count: 3 }],
    ['by what its flavor says', { flavorRef: 'p3' }],
  ])('beyond it %s is refused as nova refuses, and nova is not asked', async (_, server) => {
    const answer = await create(server)
    expect(answer.status).toBe(403)
    expect(answer.headers['x-gleaner-error']).toBe('front-quota')
    expect(answer.json()).toMatchObject({
      forbidden: { code: 403, message: expect.stringContaining('0 preemptible vcpus and may have 2; 3 more') },
    })
    expect(nova.servers.size).toBe(0)
  })

  it('of a token or a flavor that is not known is left to nova', async () => {
    expect((await create({ preemptible: true, flavorRef: '3' }, 'wrong')).status).toBe(401)
    expect((await create({ preemptible: true, flavorRef: 'none' })).headers['x-gleaner-error']).toBeUndefined()
  })

  it('is no matter of a firm one', async () => {
    expect((await create({ flavorRef: '3' })).status).toBe(202)
  })
})
