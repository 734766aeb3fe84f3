// Firm servers through the front when the cloud is full of preemptible ones: who leaves, who does not, and who waits.
import { GleanerError } from '@gleaner/model'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FakeNova } from './testing/fake-nova.ts'
import {
  begin,
  create,
  creates,
  end,
  fill,
  harness,
  named,
  nova,
  open,
  passing,
  rooms,
  until,
  waiting,
} from './testing/room-scene.ts'

beforeEach(begin)
afterEach(end)

describe('a firm create', () => {
  it('goes to nova at once when there is room, and nobody is told anything', async () => {
    nova.servers.delete('id-p1')
    expect((await create()).status).toBe(202)
    expect(named('firm')[0]?.host).toBe('h1')
    expect(rooms.rooms).toEqual([])
    expect(creates('firm free')).toBe(1)
  })

  it('waits while one preemptible server leaves, and takes its place', async () => {
    const sent = create()
    await waiting()
    expect(nova.creates).toEqual([])
    rooms.evict()
    const answer = await sent
    expect(answer.status).toBe(202)
    expect(named('firm')[0]).toMatchObject({ host: 'h1', status: 'ACTIVE' })
    expect(rooms.evicted).toEqual(['p1'])
    expect(nova.claims.size).toBe(0)
    await until('the outcome', () => rooms.outcomes.length === 1)
    expect(rooms.outcomes).toEqual([{ instanceIds: [`lab:${named('firm')[0]?.id}`] }])
    expect(creates('firm held')).toBe(1)
    expect(harness.front.figures.waiting).toBe(0)
  })

  it('asks for exactly what nova will ask placement for, in the name of who asked', async () => {
    const sent = create({ flavorRef: '2', min_count: 1 })
    await waiting()
    rooms.evict()
    await sent
    expect(rooms.requests).toEqual([
      {
        requestId: expect.stringMatching(/^front_/),
        cloudId: 'lab',
        projectId: 'lab:aaaa',
        vcpus: 2,
        memoryMiB: 1024,
        diskGiB: 1,
        count: 1,
        flavor: 'f.2',
        firmness: 'firm',
        name: 'firm',
        hints: {},
      },
    ])
    expect(rooms.evicted).toEqual(['p1', 'p2'])
  })

  it('is told by nova itself that there is no room when none will be made', async () => {
    for (const each of nova.servers.values()) each.tags = []
    const answer = await create()
    expect(answer.status).toBe(202)
    expect(named('firm')[0]?.status).toBe('ERROR')
    expect(creates('firm refused')).toBe(1)
  })

  it('evicts nobody in mode observe, and asks for nothing in mode off', async () => {
    rooms.onlyLooks = true
    harness.app.state.modes = { ...harness.app.state.modes, preemption: 'observe' }
    expect((await create()).status).toBe(202)
    expect(rooms.requests).toHaveLength(1)
    harness.app.state.modes = { ...harness.app.state.modes, preemption: 'off' }
    expect((await create()).status).toBe(202)
    expect(rooms.requests).toHaveLength(1)
    expect(rooms.told).toEqual([])
  })

  it('does not wait for a person to approve', async () => {
    rooms.readyAtMs = undefined
    expect((await create()).status).toBe(202)
    expect(rooms.givenUp).toEqual(['it would take longer than the create can wait'])
    expect(rooms.evicted).toEqual([])
  })
})

describe('nobody is told to leave for a create', () => {
  const quota = (key: keyof FakeNova['limits'], value: number) => () => Object.assign(nova.limits, { [key]: value })
  it.each<[string, object, (() => unknown)?]>([
    ['of an image that is not there', { imageRef: 'none' }],
    ['of an image that is not ready', {}, () => nova.images.set('img', { ...plainImage, status: 'SAVING' })],
    ['of an image that is too large', {}, () => nova.images.set('img', { ...plainImage, minRam: 4096 })],
    [
      'of an image tied to some hosts',
      {},
      () => nova.images.set('img', { ...plainImage, metadata: { hw_numa_nodes: '2' } }),
    ],
    ['with a key pair that is not there', { key_name: 'none' }],
    ['in a zone that is not there', { availability_zone: 'moon' }],
    ['with a field nova does not know', { colour: 'red' }],
    ['without a name', { name: ' ' }],
    ['beyond the quota of instances', {}, quota('maxTotalInstances', 0)],
    ['beyond the quota of cores', { flavorRef: '2' }, quota('maxTotalCores', 1)],
    ['beyond the quota of memory', { min_count: 2 }, quota('maxTotalRAMSize', 1023)],
    ['of a flavor that is not there', { flavorRef: 'none' }],
    ['of a flavor with demands nobody can judge', { flavorRef: 'n' }, () => nova.flavors.set('n', { ...numa })],
    ['on a host that is not there', { availability_zone: 'nova:h9' }],
    ['of a number that is none', { min_count: 'x' }],
  ])('%s', async (_name, server, prepare) => {
    prepare?.()
    const answer = await create(server)
    expect([202, 400]).toContain(answer.status)
    expect(nova.creates).toHaveLength(1)
    expect(rooms.requests).toEqual([])
    expect(rooms.told).toEqual([])
  })
  const plainImage = { id: 'img', status: 'ACTIVE', minRam: 0, minDisk: 0, metadata: {} }
  const numa = { id: 'n', vcpus: 1, ram: 512, disk: 1, extraSpecs: { 'hw:numa_nodes': '2' } }

  it('in a server group', async () => {
    await create({}, { hints: { group: 'g1' } })
    expect(rooms.requests).toEqual([])
  })

  it('with a token that keystone does not know', async () => {
    const user = nova.users.get('tok')
    if (user !== undefined) user.expiresAtMs = 1
    const answer = await create()
    expect(answer.status).toBe(401)
    expect(rooms.requests).toEqual([])
  })

  it('whose token ends before the room is there', async () => {
    const nowMs = harness.clock.nowMs()
    const user = nova.users.get('tok')
    if (user !== undefined) user.expiresAtMs = nowMs + 60_000
    rooms.readyAtMs = nowMs + 45_000
    expect((await create()).status).toBe(202)
    expect(rooms.evicted).toEqual([])
    expect(creates('firm too-long')).toBe(1)
  })

  it('that would have to wait for too long', async () => {
    rooms.readyAtMs = harness.clock.nowMs() + 300_001
    expect((await create()).status).toBe(202)
    expect(rooms.evicted).toEqual([])
    expect(rooms.givenUp).toHaveLength(1)
  })

  it.each([
    ['on a replica that follows', () => new GleanerError('not-leader', { detail: 'another leads' })],
    ['while the store does not answer', () => new GleanerError('store-unavailable', { detail: 'gone' })],
    ['when something fails inside', () => new TypeError('inside')],
  ])('%s: nova gets it as it is', async (_name, failure) => {
    rooms.fails = failure()
    expect((await create()).status).toBe(202)
    expect(named('firm')).toHaveLength(1)
    expect(creates('firm unanswered')).toBe(1)
  })

  it('when as many as are allowed wait already', async () => {
    await harness.close()
    await open('  maxWaiting: 1')
    fill()
    const first = create()
    await waiting()
    expect((await create({ name: 'second' })).status).toBe(202)
    expect(rooms.requests).toHaveLength(1)
    rooms.evict()
    expect((await first).status).toBe(202)
  })
})

describe('waiting', () => {
  it('ends when the patience does: nova gets the create as it is, and nobody leaves', async () => {
    const sent = create()
    await waiting()
    await passing('the end', () => rooms.givenUp.length > 0)
    expect((await sent).status).toBe(202)
    expect(rooms.givenUp).toEqual(['the create could wait no longer'])
    expect(rooms.evicted).toEqual([])
    expect(harness.front.figures.waiting).toBe(0)
  })

  it('ends when the client goes: nothing is created, and nobody leaves', async () => {
    const leaving = new AbortController()
    const sent = create({}, { signal: leaving.signal }).catch(() => 'gone')
    await waiting()
    leaving.abort()
    expect(await sent).toBe('gone')
    await until('the end', () => rooms.givenUp.length > 0)
    expect(rooms.givenUp).toEqual(['the client has gone'])
    rooms.evict()
    expect(rooms.evicted).toEqual([])
    expect(nova.creates).toEqual([])
  })

  it('ends when the front closes', async () => {
    const sent = create()
    await waiting()
    await harness.close()
    const answer = await sent.catch(() => undefined)
    expect(answer === undefined || answer.status === 503).toBe(true)
    expect(rooms.givenUp).toHaveLength(1)
    expect(nova.creates).toEqual([])
  })

  it('for a token that ends meanwhile: nova refuses, and who left comes back', async () => {
    const user = nova.users.get('tok')
    const sent = create()
    await waiting()
    if (user !== undefined) user.expiresAtMs = 1
    rooms.evict()
    expect((await sent).status).toBe(401)
    await until('the outcome', () => rooms.outcomes.length > 0)
    expect(rooms.outcomes).toEqual([{ failure: 'nova answered the create with 401' }])
    expect(rooms.returned).toEqual(['p1'])
  })
})
