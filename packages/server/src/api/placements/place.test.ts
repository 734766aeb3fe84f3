// Placements over HTTP: what is asked of the commands, and what is refused before anything is asked.
import { VirtualClock } from '@gleaner/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiHarness, apiHarness } from '../../testing/api-harness.ts'

let harness: ApiHarness
beforeAll(async () => {
  harness = await apiHarness({ clock: new VirtualClock() })
})
afterAll(() => harness.api.close())

const request = { preemptible: false, vcpus: 1, ramMiB: 512, diskGiB: 1, count: 1 }

async function place(body: object) {
  const answer = await harness.as(harness.secretOf('operator'), {
    method: 'POST',
    url: '/api/v1/placements',
    payload: body,
  })
  return { status: answer.statusCode, body: answer.json() }
}

const asked = () => harness.commanded.filter(({ name }) => name === 'makeRoom')

describe('a placement', () => {
  it('is a rehearsal unless told otherwise', async () => {
    expect(await place({ request })).toMatchObject({ status: 200, body: { cloud: 'lab', answer: { feasible: true } } })
    expect(asked()).toEqual([])
  })

  it.each([
    ['without a project', {}, 400, 'hints.project'],
    ['with a hint that cannot be kept', { hints: { project: 'physics', kind: 'hypervisor' } }, 400, 'kind'],
    ['with more than one on a host', { hints: { project: 'physics', maxPerHost: 2 } }, 400, 'maxPerHost above 1'],
    [
      'with a list in a property',
      { hints: { project: 'physics', properties: { a: ['b'] } } },
      400,
      'lists in properties',
    ],
    ['with a host that is not there', { hints: { project: 'physics', hosts: ['nowhere'] } }, 404, 'The host nowhere'],
  ])('in earnest is refused %s', async (_, more, status, text) => {
    const { status: got, body } = await place({ dryRun: false, request: { ...request, ...more } })
    expect(body.detail).toContain(text)
    expect(got).toBe(status)
    expect(asked()).toEqual([])
  })

  it('in earnest has the objective of the configuration', async () => {
    const { status, body } = await place({
      dryRun: false,
      objective: 'least-work',
      request: { ...request, hints: { project: 'physics' } },
    })
    expect(status).toBe(400)
    expect(body.detail).toContain('objective')
  })

  it('in earnest makes room, under the id of the caller', async () => {
    const wish = { ...request, hints: { project: 'physics', avoidHosts: ['hv-1'], maxPerHost: 1, properties: ['SSD'] } }
    const { status, body } = await place({ dryRun: false, requestId: 'mine', request: wish })
    expect(status).toBe(200)
    expect(body.room).toEqual({ state: 'free', placements: [] })
    expect(asked()).toMatchObject([{ object: 'mine' }])
  })
})
