// What becomes of the room of a firm create when nova, the token, the client or a second request get in the way.
import { GleanerError } from '@gleaner/model'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Trouble } from './testing/fake-nova.ts'
import type { Received } from './testing/front-harness.ts'
import {
  begin,
  create,
  end,
  harness,
  named,
  nova,
  passing,
  rooms,
  server,
  until,
  waiting,
} from './testing/room-scene.ts'

beforeEach(begin)
afterEach(end)

describe('when the room is there and nova', () => {
  async function afterTheRoom(trouble: Trouble): Promise<Received> {
    const sent = create()
    await waiting()
    nova.troubles.push(trouble)
    rooms.evict()
    return sent
  }

  it.each([400, 403, 409, 413, 500, 503])('answers %i, the client hears it and who left comes back', async (status) => {
    expect((await afterTheRoom({ status })).status).toBe(status)
    expect(nova.creates).toHaveLength(1)
    await until('the outcome', () => rooms.outcomes.length > 0)
    expect(rooms.outcomes).toEqual([{ failure: `nova answered the create with ${status}` }])
    expect(rooms.returned).toEqual(['p1'])
    expect(nova.claims.size).toBe(0)
    // Nobody is held up by it.
    expect((await create({ name: 'next' })).status).toBe(202)
  })

  it.each<[string, Trouble]>([
    ['says garbage', { garbage: 'nonsense\r\n\r\n' }],
    ['says nothing and goes', 'reset'],
    ['makes the server and goes', 'lost'],
  ])('%s, the create is not sent again', async (_name, trouble) => {
    const answer = await afterTheRoom(trouble)
    expect(answer.status).toBe(502)
    expect(nova.creates).toHaveLength(1)
    expect(rooms.outcomes).toEqual([{ failure: expect.stringContaining('nova gave no answer to the create') }])
    expect((await create({ name: 'next', preemptible: true })).status).toBe(202)
  })

  it('places somebody else first, it is told, and who left comes back', async () => {
    nova.building = true
    const sent = create()
    await waiting()
    rooms.evict()
    expect((await sent).status).toBe(202)
    // Not through the front.
    server('quick', [])
    nova.settle()
    await passing('the outcome', () => rooms.outcomes.length > 0)
    expect(rooms.outcomes).toEqual([{ failure: 'nova found no place for the instance' }])
  })

  it('cannot be told what came of it, the client still has its server', async () => {
    const sent = create()
    await waiting()
    Object.assign(harness.app.commands, { roomTaken: () => Promise.reject(new Error('store')) })
    rooms.evict()
    expect((await sent).status).toBe(202)
    expect(named('firm')[0]?.status).toBe('ACTIVE')
  })

  it('finds the room lost, it gets the create as it is', async () => {
    const sent = create()
    await waiting()
    rooms.takeFails = new GleanerError('conflict', { detail: 'it was given up' })
    rooms.evict()
    expect((await sent).status).toBe(202)
    expect(nova.creates).toHaveLength(1)
  })
})

describe('several at once', () => {
  it('two for the last room: one gets it, nobody leaves in vain, no server is made twice', async () => {
    nova.servers.delete('id-p2')
    server('f', [])
    const both = [create({ name: 'a' }), create({ name: 'b' })]
    await waiting()
    rooms.evict()
    for (const answer of await Promise.all(both)) expect(answer.status).toBe(202)
    const states = [...named('a'), ...named('b')].map(({ status }) => status)
    expect(states.toSorted()).toEqual(['ACTIVE', 'ERROR'])
    expect(rooms.evicted).toEqual(['p1'])
    expect(nova.creates).toHaveLength(2)
  })

  it('each gets the room that was made for it, in whatever order', async () => {
    const both = [create({ name: 'a' }), create({ name: 'b' })]
    await waiting(2)
    rooms.evict()
    for (const answer of await Promise.all(both)) expect(answer.status).toBe(202)
    await passing('both', () => rooms.outcomes.length === 2)
    expect([named('a')[0]?.status, named('b')[0]?.status]).toEqual(['ACTIVE', 'ACTIVE'])
    expect(rooms.evicted.toSorted()).toEqual(['p1', 'p2'])
    expect(nova.claims.size).toBe(0)
  })

  it('no other create slips into a room between its opening and its claim', async () => {
    nova.building = true
    const firm = create()
    await waiting()
    rooms.evict()
    expect((await firm).status).toBe(202)
    // Nova has accepted the firm one and not yet placed it; a preemptible one comes along.
    const other = create({ name: 'p3', preemptible: true })
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(nova.creates).toHaveLength(1)
    nova.settle()
    await passing('the other', () => nova.creates.length === 2)
    await other
    nova.settle()
    expect(named('firm')[0]?.status).toBe('ACTIVE')
    expect(named('p3')[0]?.status).toBe('ERROR')
  })

  it('a client that goes while another room is handed over gives its own up', async () => {
    nova.building = true
    const leaving = new AbortController()
    const first = create({ name: 'a' })
    const second = create({ name: 'b' }, { signal: leaving.signal }).catch(() => 'gone')
    await waiting(2)
    rooms.evict()
    await first
    leaving.abort()
    expect(await second).toBe('gone')
    await until('the end', () => rooms.givenUp.length === 1)
    expect(nova.creates).toHaveLength(1)
    expect(rooms.returned).toHaveLength(1)
  })
})
