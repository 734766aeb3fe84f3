// Creates that name a lease: they go inside with the flavor that leads there, or are refused; nothing of them is ever made elsewhere.
import { GleanerError } from '@gleaner/model'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EntryRequest } from '../../reservation/fence-keeper.ts'
import { FakeNova } from './testing/fake-nova.ts'
import { type FrontHarness, frontHarness } from './testing/front-harness.ts'

let nova: FakeNova
let harness: FrontHarness
let asked: EntryRequest[]
let left: string[]
let refusal: Error | undefined

beforeEach(async () => {
  nova = new FakeNova()
  ;[asked, left, refusal] = [[], [], undefined]
  harness = await frontHarness(nova.listener, {
    prepare: ({ app }) => {
      const commands: Partial<typeof app.commands> = {
        enterLease: async (request) => {
          if (refusal !== undefined) throw refusal
          asked.push(request)
          return { id: `ent_${asked.length}`, lease: 'exam', flavor: 'inside' }
        },
        enteredLease: async (id, { isPlaced }) => void left.push(`${id} ${isPlaced ? 'placed' : 'not placed'}`),
      }
      Object.assign(app, { commands: { ...app.commands, ...commands } })
    },
  })
  nova.nowMs = () => harness.clock.nowMs()
  nova.users.set('tok', { name: 'ann', projectId: 'aaaa', projectName: 'astro', expiresAtMs: Date.UTC(2099) })
  for (const [id, extraSpecs] of [
    ['1', {}],
    ['inside', { 'trait:CUSTOM_GLEANER_LEASE_X': 'required' }],
    ['spot', { 'gleaner:preemptible': 'true' }],
  ] as const)
    nova.flavors.set(id, { id, vcpus: 1, ram: 512, disk: 1, extraSpecs })
  nova.hosts.set('h1', 4)
})
afterEach(() => harness.close())

function create(hints: object, server: object = {}, headers: readonly string[] = ['X-Auth-Token', 'tok']) {
  return harness.send({
    method: 'POST',
    path: '/v2.1/servers',
    headers: [...headers, 'Content-Type', 'application/json'],
    body: JSON.stringify({
      server: { name: 'mine', flavorRef: '1', imageRef: 'img', ...server },
      'os:scheduler_hints': hints,
    }),
  })
}
const made = () => [...nova.servers.values()]
async function until(what: string, met: () => boolean): Promise<void> {
  for (const endMs = performance.now() + 20_000; performance.now() < endMs; ) {
    if (met()) return
    await new Promise((resolve) => setImmediate(resolve))
  }
  throw new Error(`waited in vain for ${what}`)
}

describe('a create that names a lease', () => {
  it('goes to nova with the flavor that leads inside and without the hint, and tells when it has its place', async () => {
    const answer = await create({ reservation: 'exam', group: 'g' })
    expect(answer.status).toBe(202)
    expect(asked).toEqual([
      {
        cloudId: 'lab',
        projectId: 'lab:aaaa',
        lease: 'exam',
        flavor: '1',
        size: { vcpus: 1, memoryMiB: 512, diskGiB: 1 },
        count: 1,
      },
    ])
    expect(JSON.parse(nova.creates[0]?.body ?? '')).toEqual({
      server: { name: 'mine', flavorRef: 'inside', imageRef: 'img' },
      'os:scheduler_hints': { group: 'g' },
    })
    await until('the end', () => left.length === 1)
    expect(left).toEqual(['ent_1 placed'])
    expect(harness.front.figures.creates.get('firm leased')).toBe(1)
  })

  it('may call it by Gleaner’s own hint, in a list, as nova sends hints on, and ask for several', async () => {
    expect((await create({ lease: ['exam'] }, { min_count: 2, preemptible: false })).status).toBe(202)
    expect(asked[0]).toMatchObject({ lease: 'exam', count: 2 })
    expect(nova.creates[0]?.body).not.toMatch(/hints|preemptible/)
  })

  it.each([
    ['of another project', new GleanerError('not-found', { object: 'The lease "exam" of this project' }), 404],
    ['without room', new GleanerError('conflict', { detail: 'The hosts have no room.' }), 409],
    ['at a replica that follows', new GleanerError('not-leader', { detail: 'another leads' }), 409],
  ])('is refused and not made elsewhere: %s', async (_, error, status) => {
    refusal = error
    const answer = await create({ reservation: 'exam' })
    expect([answer.status, made()]).toEqual([status, []])
    expect(answer.body.toString()).toContain(JSON.stringify(error.message).slice(1, -1))
    refusal = undefined
    expect((await create({ reservation: 'exam' })).status).toBe(202)
  })

  it.each<[string, object, object, number]>([
    ['two leases', { reservation: 'exam', lease: 'other' }, {}, 400],
    ['no text', { reservation: 7 }, {}, 400],
    ['an empty list', { reservation: [] }, {}, 202],
    ['nothing', { reservation: '' }, {}, 400],
    ['a preemptible server', { reservation: 'exam' }, { preemptible: true }, 400],
    ['a preemptible flavor', { reservation: 'exam' }, { flavorRef: 'spot' }, 400],
    ['a flavor that is not there', { reservation: 'exam' }, { flavorRef: 'none' }, 400],
    ['no number of servers', { reservation: 'exam' }, { min_count: 'many' }, 400],
  ])('with %s', async (_, hints, server, status) => {
    expect((await create(hints, server)).status).toBe(status)
    expect(asked).toEqual([])
    expect(made()).toHaveLength(status === 202 ? 1 : 0)
  })

  it('with a token that keystone does not know is refused', async () => {
    const answer = await create({ reservation: 'exam' }, {}, ['X-Auth-Token', 'wrong'])
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect([asked, made()]).toEqual([[], []])
  })

  it('that nova refuses, or gives no answer to, closes the room again', async () => {
    nova.troubles.push({ status: 403, body: '{"forbidden": {"code": 403, "message": "Quota exceeded"}}' })
    expect((await create({ reservation: 'exam' })).status).toBe(403)
    await until('the end', () => left.length === 1)
    nova.troubles.push('reset')
    expect((await create({ reservation: 'exam' })).status).toBeGreaterThanOrEqual(500)
    await until('the other end', () => left.length === 2)
    expect(left).toEqual(['ent_1 not placed', 'ent_2 not placed'])
  })
})
