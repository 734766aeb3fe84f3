// Every endpoint against every kind of caller, straight from the table: who is let in, and that what comes back is what
// the table says.
import { type EndpointName, ProblemDetails, endpoints, roleAllows, roles } from '@gleaner/model'
import { VirtualClock } from '@gleaner/testkit'
import * as Value from 'typebox/value'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiHarness, apiHarness } from '../testing/api-harness.ts'
import {
  plainDecision,
  plainDesktop,
  plainEviction,
  plainDefinition,
  plainInstances,
  plainJournalEntry,
  plainLease,
  plainPerson,
  plainProposal,
} from '../testing/plain-objects.ts'

interface Sample {
  readonly path?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  readonly body?: unknown
}

const plainLeaseWish = { project: 'physics', duration: '2h', reservations: [{ min: 1, filter: 'vcpus > 1' }] }
const web1 = { id: 'lab:web-1' }
const rule = { id: 'night-suspend' }

/** One request per endpoint that a caller with the right gets through. */
const samples: Readonly<Record<EndpointName, Sample>> = {
  getStatus: {},
  getSavings: { query: { for: '1h', by: 'project' } },
  getReport: { query: { for: '1d', project: 'physics' } },
  getLedgerHistory: { query: { for: '1h', points: '12' } },
  setMode: { path: { capability: 'idleness' }, body: { mode: 'advise' } },
  pause: { body: { reason: 'test' } },
  unpause: {},
  getSettings: {},
  whoAmI: {},
  logIn: {},
  logOut: {},
  listTokens: {},
  createToken: { body: { name: 'made', role: 'viewer', expiresIn: '1h' } },
  removeToken: { path: { id: 'spare' } },
  listAudit: {},
  listHosts: { query: { sort: '-cpu', search: 'hv' } },
  getHost: { path: { id: 'hv-1' } },
  whyHost: { path: { id: 'hv-1' } },
  getHostTelemetry: { path: { id: 'hv-1' }, query: { points: '4' } },
  listEstimates: { query: { search: 'hv', sort: '-violations', state: 'measured' } },
  getFleetEstimates: { query: { for: '2d' } },
  getEnergy: { query: { by: 'instance', for: '2d' } },
  getEnergyHours: { query: { project: 'physics', host: 'hv-1' } },
  getSleepHours: { query: { back: '1d', ahead: '12h' } },
  getPower: { query: { host: 'hv-1', for: '1h' } },
  listMeters: {},
  getHostEstimates: { path: { id: 'hv-1' }, query: { for: '2d' } },
  listInstances: { query: { search: 'web', sort: '-idle', limit: '10' } },
  getInstance: { path: web1 },
  whyInstance: { path: web1 },
  getInstanceTelemetry: { path: web1, query: { metric: 'memory', for: '2h', points: '3' } },
  getSparklines: { body: { ids: ['lab:web-1', 'lab:none'] } },
  actOnInstance: { path: web1, body: { action: 'resume' } },
  keepInstance: { path: web1, body: { for: '2h' } },
  releaseHold: { path: { id: 'hld_1' } },
  getPlan: {},
  listPlans: {},
  diffPlan: {},
  listProposals: { query: { state: 'awaiting-approval' } },
  approveProposals: { body: { ids: ['prp_1'] } },
  vetoProposals: { body: { ids: ['prp_1'], for: '1d' } },
  getPreemption: {},
  listDecisions: { query: { kind: 'room' } },
  getDecision: { path: { id: 'dec_1' } },
  approveDecision: { path: { id: 'dec_1' } },
  cancelDecision: { path: { id: 'dec_1' }, body: { reason: 'not needed' } },
  listEvictions: { query: { instance: 'web-1' } },
  getEviction: { path: { id: 'evi_1' } },
  testEviction: { path: web1 },
  setFirmness: { path: web1, body: { firmness: 'preemptible' } },
  setOptOut: { path: web1, body: { optOut: true } },
  place: { body: { request: { preemptible: false, vcpus: 1, ramMiB: 512, diskGiB: 1, count: 1 } } },
  getRoom: { path: { id: 'dec_1' } },
  takeRoom: { path: { id: 'dec_1' } },
  getSwitchedHosts: {},
  getRanking: { query: { cloud: 'lab' } },
  wishPower: { path: { id: 'hv-1' }, body: { state: 'awake', for: '2h' } },
  listDesktops: {},
  getDesktop: { path: { id: 'desk-1' } },
  createJoinToken: { body: { host: 'desk-1', lifetime: '2h' } },
  revokeDesktop: { path: { id: 'desk-1' } },
  listLeases: { query: { state: 'pending' } },
  getLease: { path: { id: 'lea_1' } },
  planLease: { body: plainLeaseWish },
  createLease: { body: { name: 'exam', ...plainLeaseWish, endAction: 'suspend', holdFor: '10m' } },
  planLeaseSeries: { body: { name: 'exam', ...plainLeaseWish, recurrence: { rule: 'FREQ=DAILY;COUNT=2' } } },
  createLeaseSeries: { body: { name: 'exam', ...plainLeaseWish, recurrence: { rule: 'FREQ=DAILY;COUNT=2' } } },
  endLeaseSeries: { path: { id: 'ser_1' } },
  confirmLease: { path: { id: 'lea_1' } },
  renewLease: { path: { id: 'lea_1' } },
  updateLease: { path: { id: 'lea_1' }, body: { name: 'exam-2' } },
  swapLeaseHost: { path: { id: 'lea_1' }, body: { host: 'hv-1' } },
  endLease: { path: { id: 'lea_1' } },
  getLeaseQuota: { query: { project: 'physics' } },
  getLeaseCalendar: { query: { cloud: 'lab' } },
  listRules: {},
  getRule: { path: rule },
  createRule: { body: plainDefinition },
  updateRule: { path: rule, body: { definition: plainDefinition } },
  removeRule: { path: rule },
  listRuleRevisions: { path: rule },
  previewRule: { body: { definition: plainDefinition } },
  listReadyMadeRules: {},
  getRuleLanguage: {},
  listHistory: {},
  getHistoryEntry: { path: { id: 'act_9' } },
  listProblems: { query: { all: 'true' } },
  clearProblem: { path: { id: 'prb_1' } },
  listChannels: {},
  listDeliveries: { path: { id: 'webhook:physicists' } },
  testChannel: { path: { id: 'webhook:ops' } },
  listProjects: {},
  optOutProject: { path: { id: 'physics' }, body: { for: '7d', reason: 'exams' } },
  optInProject: { path: { id: 'physics' } },
  limitProject: { path: { id: 'physics' }, body: { grace: '2d', strongest: 'suspend', mode: null } },
  listUsers: {},
  changeUser: { path: { id: 'usr_1' }, body: { active: true, role: 'member', projects: ['physics'] } },
  removeUser: { path: { id: 'usr_1' } },
  becomeFirstAdministrator: {},
}

describe('the matrix of rights', () => {
  let harness: ApiHarness
  const clock = new VirtualClock()
  beforeAll(async () => {
    // Nobody listens there: what comes of a message is told, and that is the answer.
    const url = '"http://127.0.0.1:1/"'
    const webhooks = `[{ id: ops, url: ${url} }, { id: physicists, url: ${url}, projects: [physics] }]`
    const config = `anonymous: nobody\nnotices: { webhooks: ${webhooks} }`
    harness = await apiHarness({ clock, config })
    const [first] = plainInstances(clock.nowMs())
    if (first !== undefined) {
      harness.content.decisions = [plainDecision(first.id, clock.nowMs())]
      harness.content.evictions = harness.content.decisions.map((each) => plainEviction('evi_1', each))
      const eviction = { decisionId: 'dec_1', stage: 'planned' } as const
      for (const proposal of [plainProposal({ id: 'prp_e', instance: first, nowMs: clock.nowMs() })])
        if (proposal !== undefined) harness.content.proposals.push({ ...proposal, eviction })
      harness.content.leases = [plainLease(clock.nowMs())]
      harness.content.people = [plainPerson()]
      harness.content.desktops = [plainDesktop(clock.nowMs())]
      harness.content.journal = [plainJournalEntry('act_9', first, clock.nowMs())]
      harness.content.holds = [
        {
          id: 'hld_1',
          instanceId: first.id,
          hostId: undefined,
          kind: 'keep',
          untilMs: clock.nowMs() + 1e9,
          by: 'me',
          reason: '',
          createdAtMs: 0,
        },
      ]
    }
  })
  afterAll(() => harness.api.close())

  async function send(name: EndpointName, secret: string | undefined) {
    const { method, path } = endpoints[name]
    const sample = samples[name]
    const filled = path.replace(/:(\w+)/g, (_, key: string) => encodeURIComponent(sample.path?.[key] ?? ''))
    const search = new URLSearchParams(sample.query).toString()
    if (name === 'removeToken' && !harness.content.tokens.some(({ token }) => token.name === 'spare')) {
      const [any] = harness.content.tokens
      if (any !== undefined)
        harness.content.tokens.push({ token: { ...any.token, id: 'tok_s', name: 'spare' }, sha256: new Uint8Array(32) })
    }
    if (name === 'createToken') {
      const at = harness.content.tokens.findIndex(({ token }) => token.name === 'made')
      if (at >= 0) harness.content.tokens.splice(at, 1)
    }
    if (name === 'removeUser') harness.content.people = [plainPerson()]
    if (name === 'becomeFirstAdministrator') {
      const at = harness.content.tokens.findIndex(({ token }) => token.name === 'first-administrator')
      if (at >= 0) harness.content.tokens.splice(at, 1)
    }
    const body =
      name === 'logIn'
        ? { token: harness.secretOf('viewer') }
        : name === 'becomeFirstAdministrator'
          ? { link: harness.firstAdministrator.offer().split('=')[1] }
          : sample.body
    return harness.as(secret, {
      method,
      url: search === '' ? filled : `${filled}?${search}`,
      headers: { origin: 'http://localhost:7878' },
      ...(body === undefined ? {} : { payload: body as object }),
    })
  }

  const names = Object.keys(endpoints) as EndpointName[]

  it.each(names)('%s lets in who may, and nobody else', async (name) => {
    const { role, status, response } = endpoints[name]
    for (const caller of [undefined, ...roles]) {
      const answer = await send(name, caller === undefined ? undefined : harness.secretOf(caller))
      const allowed = role === 'public' || (caller !== undefined && roleAllows(caller, role))
      const expected = allowed ? status : caller === undefined ? 401 : 403
      expect(`${caller ?? 'nobody'}: ${answer.statusCode}`, answer.body.slice(0, 300)).toBe(
        `${caller ?? 'nobody'}: ${expected}`,
      )
      if (expected === 204) expect(answer.body).toBe('')
      else if (allowed) expect([...Value.Errors(response, answer.json())], answer.body.slice(0, 500)).toEqual([])
      else {
        expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8')
        expect(Value.Check(ProblemDetails, answer.json())).toBe(true)
      }
      expect(answer.headers['cache-control']).toBe('no-store')
      expect(answer.headers['x-content-type-options']).toBe('nosniff')
    }
  })

  it('covers live events and metrics as well', async () => {
    expect((await harness.as(undefined, { url: '/metrics' })).statusCode).toBe(401)
    expect((await harness.as(harness.secretOf('viewer'), { url: '/metrics' })).statusCode).toBe(200)
    expect((await harness.as(undefined, { url: '/api/v1/events' })).statusCode).toBe(401)
  })

  it('does nothing for those it refuses', async () => {
    const before = harness.commanded.length
    for (const name of names.filter((each) => endpoints[each].method !== 'GET')) {
      await send(name, undefined)
      if (endpoints[name].role === 'operator') await send(name, harness.secretOf('member'))
    }
    expect(harness.commanded.length).toBe(before)
  })
})
