// Who may reserve how much, on a whole server: limits of the configuration, and a service that listens for real.
import type { LeaseQuotaView } from '@gleaner/model'
import { afterEach, describe, expect, it } from 'vitest'
import { type HookReceiver, openReceiver } from '../notices/testing/hook-receiver.ts'
import { http, inState, type LeaseAnswer, post, start, wish as wished } from './lease-scene.ts'
import { endsToo, patient, server, stopAll, stopLast } from './scene.ts'
import { testStartMs } from './test-server.ts'

const hourMs = 3_600_000
afterEach(stopAll)

const startWith = (reservations: string) => start({ speed: 30, config: `reservations:\n${reservations}` })

const iso = (hours: number) => new Date(testStartMs + hours * hourMs).toISOString()
const wish = (name: string, more: object = {}) => wished(name, { start: iso(24), duration: '2h', ...more })

describe('limits', patient, () => {
  it('of a project that no cloud has are told as a problem', async () => {
    await startWith('  limitsByProject: { web-shpo: { hostHours: 40 }, web-shop: { hostHours: 4 } }\n')
    const problem = await server.until('the problem', async () =>
      (await server.app.store.problems.list({ includeClosed: false })).find(
        ({ code }) => code === 'setting-project-unknown',
      ),
    )
    expect(problem).toMatchObject({ severity: 'warning', subject: 'setting reservations.limitsByProject' })
    expect(problem.sentence).toContain('no cloud has a project "web-shpo" now')
  })

  it('hold for what is made, changed and planned, by project and calendar period', async () => {
    await startWith(
      '  period: day\n  limits: { hostHours: 6, longest: 4h, furthest: 7d }\n  limitsByProject: { data-science: { hostHours: 40 } }\n',
    )
    const made = await post(wish('first', { reservations: [{ min: 2 }] }))
    expect(made.status, JSON.stringify(made.body)).toBe(201)
    const quota = async (query: string) => (await http<LeaseQuotaView>('GET', `lease-quota?${query}`)).body
    expect(await quota(`project=web-shop&at=${iso(24)}`)).toMatchObject({
      period: 'day',
      start: '2026-03-05T00:00:00.000Z',
      end: '2026-03-06T00:00:00.000Z',
      hostHours: { used: 4, limit: 6, left: 2 },
      longest: '4h',
      furthest: '7d',
    })
    expect((await quota('project=web-shop')).hostHours).toEqual({ used: 0, limit: 6, left: 6 })
    expect((await quota(`project=data-science&at=${iso(24)}`)).hostHours).toEqual({ used: 0, limit: 40, left: 40 })

    const refused = async (body: object, words: RegExp) => {
      for (const path of ['leases', 'lease-plans']) {
        const { name: _, ...plan } = body as { name: string }
        const answer = await http<LeaseAnswer & { remedy: string }>('POST', path, path === 'leases' ? body : plan)
        expect([answer.status, answer.body.code, answer.body.detail]).toEqual([
          403,
          'lease-refused',
          expect.stringMatching(words),
        ])
        expect(answer.body.remedy).toContain('gleaner leases quota')
      }
    }
    await refused(
      wish('second', { start: iso(26), duration: '3h' }),
      /^reservations: 3 host-hours .* 2 of the project's 6 are left/,
    )
    await refused(wish('long', { start: iso(48), duration: '5h' }), /^end: the lease would last 5h; .* 4h/)
    await refused(wish('far', { start: iso(24 * 8) }), /^start: .* 7d ahead at most/)
    expect((await post(wish('other', { project: 'data-science', duration: '3h' }))).status).toBe(201)
    // An hour before midnight and one after it count in two days.
    expect((await post(wish('night', { start: iso(35), duration: '2h' }))).status).toBe(201)
    const put = (name: string, body: object) => http('PUT', `leases/${name}`, body)
    expect((await put('first', { end: iso(26.5) })).status).toBe(200)
    const more = await put('first', { end: iso(27) })
    expect([more.status, more.body.code]).toEqual([403, 'lease-refused'])
    expect((await put('first', { end: iso(25), name: 'shorter' })).body).toMatchObject({
      name: 'shorter',
      end: iso(25),
    })
    expect((await http('DELETE', 'leases/shorter')).status).toBe(200)
    expect((await quota(`project=web-shop&at=${iso(24)}`)).hostHours).toEqual({ used: 1, limit: 6, left: 5 })
    expect((await quota(`project=web-shop&at=${iso(36)}`)).hostHours).toEqual({ used: 1, limit: 6, left: 5 })
  })

  it('count what has ended, and are never passed by many at once', async () => {
    await startWith('  period: week\n  limits: { hostHours: 5 }\n')
    const running = await post({ ...wish('now'), start: 'now', duration: '1h' })
    expect(running.status).toBe(201)
    await inState(running.body.id, 'active')
    await http('DELETE', `leases/${running.body.id}`)
    await inState(running.body.id, 'ended')
    const left = (await http<LeaseQuotaView>('GET', 'lease-quota?project=web-shop')).body.hostHours
    // What it had of its hour: less than that, and no more is left than that.
    expect(left.used).toBeLessThan(1)
    const many = await Promise.all(
      Array.from({ length: 20 }, (_, nth) => post(wish(`many-${nth}`, { start: iso(24 + nth), duration: '1h' }))),
    )
    const granted = many.filter(({ status }) => status === 201).length
    // The few moments that the first one ran are missing for the fifth hour.
    expect(granted).toBe(4)
    expect(new Set(many.map(({ status }) => status))).toEqual(new Set([201, 403]))
  })
})

describe('a service that approves', patient, () => {
  async function service(answer?: Parameters<typeof openReceiver>[0]): Promise<HookReceiver> {
    const made = await openReceiver(answer)
    endsToo(() => made.close())
    return made
  }

  it('is asked before a lease is made or changed, in the words of Blazar, and told of its end', async () => {
    let says: 'yes' | 'no' = 'yes'
    const { url, received } = await service((response) =>
      says === 'yes'
        ? response.writeHead(204).end()
        : response.writeHead(403).end(JSON.stringify({ message: 'out of\nallowance ' })),
    )
    await startWith(`  approval: { url: "${url}", token: let-me-in }\n`)
    const made = await post(wish('course', { reservations: [{ min: 2, filter: 'vcpus >= 1' }] }))
    expect(made.status, JSON.stringify(made.body)).toBe(201)
    expect(received).toHaveLength(1)
    expect(received[0]).toMatchObject({
      method: 'POST',
      path: '/hooks/a-secret-path/check-create',
      headers: { 'x-auth-token': 'let-me-in', 'content-type': 'application/json' },
    })
    expect(JSON.parse(received[0]?.body ?? '')).toMatchObject({
      context: { user_id: 'olga', project_id: 'web-shop', region_name: 'sim' },
      lease: {
        name: 'course',
        start_date: '2026-03-05 12:00',
        end_date: '2026-03-05 14:00',
        reservations: [
          {
            resource_type: 'physical:host',
            min: 2,
            max: 2,
            allocations: made.body.reservations[0]?.hosts.map((host) => ({ hypervisor_hostname: host })),
          },
        ],
      },
    })
    expect((await http('PUT', 'leases/course', { name: 'exam' })).status).toBe(200)
    expect(received).toHaveLength(1)
    says = 'no'
    for (const answer of [await http('PUT', 'leases/exam', { end: iso(27) }), await post(wish('another'))])
      expect([answer.status, answer.body.detail]).toEqual([
        403,
        'The service that approves leases says no: out of allowance.',
      ])
    expect(received.map(({ path }) => path.split('/').at(-1))).toEqual(['check-create', 'check-update', 'check-create'])
    expect(JSON.parse(received[1]?.body ?? '')).toMatchObject({
      current_lease: { end_date: '2026-03-05 14:00' },
      lease: { end_date: '2026-03-05 15:00' },
    })
    // A dry run asks nobody.
    const { name: _, ...plan } = wish('dry')
    expect((await http('POST', 'lease-plans', plan)).status).toBe(200)
    expect(received).toHaveLength(3)
    says = 'yes'
    const running = await post({ ...wish('now'), start: 'now' })
    await inState(running.body.id, 'active')
    await http('DELETE', `leases/${running.body.id}`)
    await server.until('the word of its end', () =>
      received.some(({ path, body }) => path.endsWith('/on-end') && body.includes('"now"')) ? true : undefined,
    )
  })

  it.each([
    ['never answers', undefined, /no answer within 0.2 s/],
    ['answers 500', 500, /it answers 500/],
    ['answers 200', 200, /it answers 200/],
    ['sends elsewhere', 302, /it answers 302/],
  ])('that %s refuses or allows, as is set', async (_, status, words) => {
    const { url } = await service((response) => {
      if (status !== undefined) response.writeHead(status, { location: '/yes' }).end('a-secret-path')
    })
    await startWith(`  approval: { url: "${url}", timeout: 200ms }\n`)
    const refused = await post(wish('course'))
    expect([refused.status, refused.body.code, refused.body.detail]).toEqual([
      503,
      'approval-unavailable',
      expect.stringMatching(words),
    ])
    expect(JSON.stringify(refused.body)).not.toContain('secret')
    expect(await server.app.store.leases.open()).toEqual([])
    await stopLast()
    await startWith(`  approval: { url: "${url}", timeout: 200ms, unanswered: allow }\n`)
    expect((await post(wish('course'))).status).toBe(201)
  })
})
