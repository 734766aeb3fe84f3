// What members and narrowed viewers see: their own projects, everywhere, and of others not even that they exist.
import { VirtualClock } from '@gleaner/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiHarness, apiHarness } from '../testing/api-harness.ts'
import {
  chemistry,
  physics,
  plainDecision,
  plainEviction,
  plainInstance,
  plainInstances,
  plainJournalEntry,
} from '../testing/plain-objects.ts'

const clock = new VirtualClock()
let harness: ApiHarness
beforeAll(async () => {
  harness = await apiHarness({ clock })
  harness.content.journal = plainInstances(clock.nowMs()).map((instance, index) =>
    plainJournalEntry(`act_${index}`, instance, clock.nowMs()),
  )
  const problem = {
    key: '',
    code: 'internal',
    severity: 'error' as const,
    remedy: '',
    firstSeenMs: 0,
    lastSeenMs: 0,
    count: 1,
    clearedAtMs: undefined,
    clearedBy: undefined,
    resolvedAtMs: undefined,
  }
  harness.content.problems = [
    { ...problem, id: 'prb_1', subject: 'cloud lab', sentence: 'about the cloud' },
    { ...problem, id: 'prb_2', subject: 'instance lab:web-1', sentence: 'about web-1' },
    { ...problem, id: 'prb_3', subject: 'lab:web-2', sentence: 'about web-2' },
    { ...problem, id: 'prb_4', subject: 'instance lab:gone', sentence: 'about one that is gone' },
  ]
  harness.content.holds = ['keep', 'veto'].flatMap((kind) =>
    ['lab:web-1', 'lab:web-2'].map((id) => ({
      id: `${kind}_${id}`,
      instanceId: id as never,
      hostId: undefined,
      kind: kind as 'keep',
      untilMs: clock.nowMs() + 1e9,
      by: 'x',
      reason: '',
      createdAtMs: 0,
    })),
  )
})
afterAll(() => harness.api.close())

const member = () => harness.secretOf('member', ['physics'])
const get = async (url: string, secret = member()) => {
  const answer = await harness.as(secret, { url })
  return { status: answer.statusCode, body: answer.json(), text: answer.body }
}

describe('a member of physics', () => {
  it('lists, counts and searches its own instances only', async () => {
    expect((await get('/api/v1/instances')).body.items.map((i: { name: string }) => i.name)).toEqual([
      'web-1',
      'web-10',
    ])
    expect((await get('/api/v1/instances')).body.total).toBe(2)
    expect((await get('/api/v1/instances?search=web-2')).body.total).toBe(0)
    expect((await get('/api/v1/instances?project=chemistry')).body.total).toBe(0)
    expect((await get('/api/v1/instances', harness.secretOf('member', []))).body.total).toBe(0)
    expect((await get('/api/v1/instances', harness.secretOf('operator'))).body.total).toBe(4)
  })

  it.each(['', '/why', '/telemetry'])('gets the same answer for a foreign instance as for none: %s', async (suffix) => {
    const foreign = await get(`/api/v1/instances/lab:web-2${suffix}`)
    const none = await get(`/api/v1/instances/lab:nothing${suffix}`)
    expect(foreign.status).toBe(404)
    expect(foreign.text.replaceAll('web-2', 'X')).toBe(none.text.replaceAll('nothing', 'X'))
    expect((await get(`/api/v1/instances/web-1${suffix}`)).status).toBe(200)
  })

  it('gets no usage of foreign instances', async () => {
    const answer = await harness.as(member(), {
      method: 'POST',
      url: '/api/v1/instances/sparklines',
      payload: { ids: ['lab:web-1', 'lab:web-2'] },
    })
    expect(Object.keys(answer.json().series)).toEqual(['lab:web-1'])
  })

  it('sees of decisions to evict what concerns it, and not whom else', async () => {
    const nowMs = clock.nowMs()
    const own = plainDecision('lab:web-1' as never, nowMs)
    const [victim] = own.victims
    if (victim === undefined) throw new Error('nobody leaves')
    const foreign = { ...victim, name: 'secret-1', instanceId: 'lab:web-2' as never, projectId: chemistry }
    const verdict = { ...own.verdict, sentence: 'batch-1 and secret-1 leave for secret-wish.' }
    harness.content.decisions = [
      own,
      { ...own, id: 'dec_2', by: 'secret-person', victims: [victim, foreign], verdict },
      { ...own, id: 'dec_3', victims: [foreign], verdict },
    ]
    const list = await get('/api/v1/preemption/decisions')
    expect(list.body.items.map(({ id }: { id: string }) => id)).toEqual(['dec_1', 'dec_2'])
    expect(list.body.total).toBe(2)
    expect(list.body.items[0].verdict.sentence).toBe(own.verdict.sentence)
    expect(list.text).not.toContain('secret')
    expect((await get('/api/v1/preemption/decisions/dec_2')).text).not.toContain('secret')
    expect((await get('/api/v1/preemption/decisions/dec_3')).status).toBe(404)
    expect((await get('/api/v1/preemption')).body.underWay).toBe(2)
    expect((await get('/api/v1/preemption/decisions', harness.secretOf('operator'))).body.total).toBe(3)
  })

  it('sees its own evictions one by one, and of others not even that there is one', async () => {
    const own = plainEviction('evi_1', plainDecision('lab:web-1' as never, clock.nowMs()))
    harness.content.evictions = [own, { ...own, id: 'evi_2', instanceId: 'lab:web-2' as never, projectId: chemistry }]
    const { status, body } = await get('/api/v1/evictions/evi_1')
    expect(status).toBe(200)
    expect(body).toMatchObject({ id: 'evi_1', instanceId: 'lab:web-1', project: 'physics', decisionId: 'dec_1' })
    const foreign = await get('/api/v1/evictions/evi_2')
    expect(foreign.status).toBe(404)
    expect(foreign.text).toBe((await get('/api/v1/evictions/evi_3')).text.replaceAll('evi_3', 'evi_2'))
    expect((await get('/api/v1/evictions/evi_2', harness.secretOf('operator'))).status).toBe(200)
    harness.content.evictions = []
  })

  it('may give its instances away, and not take room back from others', async () => {
    const put = async (what: string, payload: object) => {
      const url = `/api/v1/instances/web-1/${what}`
      return (await harness.as(member(), { method: 'PUT', url, payload })).statusCode
    }
    expect(await put('firmness', { firmness: 'preemptible' })).toBe(204)
    expect(await put('firmness', { firmness: 'firm' })).toBe(403)
    expect(await put('eviction-opt-out', { optOut: true })).toBe(403)
    const foreign = { method: 'POST', url: '/api/v1/instances/lab:web-2/eviction-test' } as const
    expect((await harness.as(member(), foreign)).statusCode).toBe(404)
  })

  it('sees plan, proposals, history and problems of its own', async () => {
    const plan = (await get('/api/v1/plan')).body
    expect(plan.proposals.map((p: { id: string }) => p.id)).toEqual(['prp_1'])
    expect((await get('/api/v1/plan/diff')).text).not.toContain('web-2')
    expect((await get('/api/v1/plans')).body.items.map((p: { proposals: number }) => p.proposals)).toEqual([1, 1])
    expect((await get('/api/v1/proposals')).body.total).toBe(1)
    const history = (await get('/api/v1/history')).body
    expect(history.items.map((e: { project: string }) => e.project)).toEqual(['physics', 'physics'])
    expect(history.total).toBe(2)
    expect((await get('/api/v1/history/act_0')).status).toBe(200)
    expect((await get('/api/v1/history/act_2')).status).toBe(404)
    expect((await get('/api/v1/problems')).body.items.map((p: { id: string }) => p.id)).toEqual(['prb_1', 'prb_2'])
  })

  it('previews rules over its own instances', async () => {
    const definition = {
      name: 'x',
      expression: 'instance.name.startsWith("web-")',
      action: 'suspend',
      covers: {},
      grace: '1m',
      mode: 'observe',
      priority: 1,
      enabled: true,
    }
    const preview = async (secret: string) =>
      (await harness.as(secret, { method: 'POST', url: '/api/v1/rules/preview', payload: { definition } })).json()
        .result
    expect((await preview(member())).matchedTotal).toBe(2)
    expect((await preview(harness.secretOf('operator'))).matchedTotal).toBe(3)
    expect(JSON.stringify(await preview(member()))).not.toContain('web-2')
  })

  it('brings its own back, and nothing else', async () => {
    const act = async (id: string, action: string) =>
      (await harness.as(member(), { method: 'POST', url: `/api/v1/instances/${id}/actions`, payload: { action } }))
        .statusCode
    expect(await act('web-1', 'resume')).toBe(202)
    expect(await act('web-1', 'start')).toBe(202)
    for (const action of ['suspend', 'stop', 'shelve', 'pause']) expect(await act('web-1', action)).toBe(403)
    for (const action of ['balloon', 'notify', 'delete']) expect(await act('web-1', action)).toBe(400)
    expect(await act('web-2', 'resume')).toBe(404)
    expect(await act('web-2', 'suspend')).toBe(404)
  })

  it('keeps its own and takes back its own word only', async () => {
    const keep = async (id: string) =>
      (await harness.as(member(), { method: 'POST', url: `/api/v1/instances/${id}/keep`, payload: { for: '1h' } }))
        .statusCode
    expect(await keep('web-1')).toBe(201)
    expect(await keep('web-2')).toBe(404)
    const release = async (id: string) =>
      (await harness.as(member(), { method: 'DELETE', url: `/api/v1/holds/${encodeURIComponent(id)}` })).statusCode
    expect(await release('keep_lab:web-1')).toBe(204)
    expect(await release('veto_lab:web-1')).toBe(403)
    expect(await release('keep_lab:web-2')).toBe(404)
    expect(await release('nothing')).toBe(404)
  })

  it('sees and opts out its own projects only, and sets no limits', async () => {
    expect((await get('/api/v1/projects')).body.items).toEqual([
      { id: physics, name: 'physics', cloud: 'lab', instances: 2 },
    ])
    const put = async (path: string, payload: object) =>
      (await harness.as(member(), { method: 'PUT', url: `/api/v1/projects/${path}`, payload })).statusCode
    expect(await put('physics/opt-out', { for: '7d', reason: 'exams' })).toBe(200)
    expect(await put('physics/opt-out', { for: '7d' })).toBe(400)
    expect(await put('physics/opt-out', { reason: 'no end' })).toBe(400)
    expect(await put('physics/opt-out', { for: '7d', until: '2026-03-05T00:00:00Z', reason: 'both' })).toBe(400)
    expect(await put('chemistry/opt-out', { for: '7d', reason: 'not mine' })).toBe(404)
    expect(await put('physics/limits', { grace: '1d' })).toBe(403)
    const remove = { method: 'DELETE', url: '/api/v1/projects/chemistry/opt-out' } as const
    expect((await harness.as(member(), remove)).statusCode).toBe(404)
  })

  it('cannot tell a foreign name from its own by ambiguity', async () => {
    const twins = await apiHarness({
      clock,
      instances: [
        plainInstance('a', { name: 'same', projectId: physics }),
        plainInstance('b', { name: 'same', projectId: chemistry }),
      ],
    })
    const secret = twins.secretOf('member', ['physics'])
    const mine = await twins.as(secret, { url: '/api/v1/instances/same' })
    expect(mine.json().id).toBe('lab:a')
    const both = await twins.as(twins.secretOf('operator'), { url: '/api/v1/instances/same' })
    expect(both.statusCode).toBe(409)
    expect(both.json().detail).toContain('lab:a, lab:b')
    await twins.api.close()
  })
})

describe('the channels of notices', () => {
  const config = `
anonymous: nobody
notices:
  webhooks:
    - { id: ops, url: "http://127.0.0.1:1/secret-path", secret: "a secret of sixteen", authorization: "Bearer secret" }
    - { id: physicists, url: "http://127.0.0.1:1/secret-path", chat: slack, projects: [physics, chemistry] }
  mail:
    { host: 127.0.0.1, security: none, from: g@example.org, recipients: [{ id: chem, addresses: [c@example.org], projects: [chemistry] }] }
`
  it('show a member what concerns its projects, nobody a secret, and are tried by operators only', async () => {
    const other = await apiHarness({ clock, config })
    const listed = async (secret: string) => (await other.as(secret, { url: '/api/v1/notifications' })).body
    const all = await listed(other.secretOf('operator'))
    expect(JSON.parse(all).items.map(({ id }: { id: string }) => id)).toEqual([
      'webhook:ops',
      'webhook:physicists',
      'mail:chem',
    ])
    expect(all).toContain('c@example.org')
    expect(all).not.toMatch(/secret|Bearer/)
    const own = JSON.parse(await listed(other.secretOf('member', ['physics']))).items
    expect(own).toEqual([
      {
        id: 'webhook:physicists',
        form: 'slack',
        kinds: null,
        capabilities: null,
        projects: ['physics'],
        clouds: null,
        messages: 0,
        deliveries: [],
      },
    ])
    const messages = (secret: string, id: string) => other.as(secret, { url: `/api/v1/notifications/${id}/deliveries` })
    const mine = await messages(other.secretOf('member', ['physics']), 'webhook:physicists')
    expect(mine.json()).toEqual({ items: [], total: 0 })
    for (const id of ['webhook:ops', 'mail:chem', 'webhook:none'])
      expect((await messages(other.secretOf('member', ['physics']), id)).statusCode, id).toBe(404)
    expect((await messages(other.secretOf('operator'), 'mail:chem')).statusCode).toBe(200)
    const test = (secret: string, id: string) =>
      other.as(secret, { method: 'POST', url: `/api/v1/notifications/${id}/test`, payload: {} })
    expect((await test(other.secretOf('member', ['physics']), 'webhook:physicists')).statusCode).toBe(403)
    expect((await test(other.secretOf('operator'), 'webhook:none')).statusCode).toBe(404)
    const tried = await test(other.secretOf('operator'), 'webhook:ops')
    expect(tried.json()).toMatchObject({ outcome: 'failed', fault: expect.any(String) })
    expect(tried.body).not.toMatch(/secret|Bearer/)
    expect(other.content.audit.at(-1)).toMatchObject({ what: 'send test message', object: 'webhook:ops' })
    await other.api.close()
  })
})

describe('a viewer', () => {
  it('whose token names projects sees the plan of these only', async () => {
    const plan = (await get('/api/v1/plan', harness.secretOf('viewer', ['chemistry']))).body
    expect(plan.proposals.map((p: { id: string }) => p.id)).toEqual(['prp_2'])
    expect((await get('/api/v1/plan', harness.secretOf('viewer'))).body.proposals).toHaveLength(2)
  })
})
