// Energy over the API: by whom, of what, for whom; and as Kwapi tells it.
import { type HostId, type OutletId, hostId } from '@gleaner/model'
import type { EnergySum } from '@gleaner/ports'
import { VirtualClock } from '@gleaner/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EnergyReader } from '../../application.ts'
import { type ApiHarness, apiHarness } from '../../testing/api-harness.ts'
import { chemistry, lab, physics } from '../../testing/plain-objects.ts'

const kWh = 3_600_000
const hourMs = 3_600_000
const nowMs = Date.UTC(2026, 2, 4, 12, 30)
const hv1 = hostId(lab, 'hv-1')
const hv2 = hostId(lab, 'hv-2')

const plan = (outlet: string, host: HostId) => ({
  outlet: outlet as OutletId,
  hosts: [{ hostId: host, cloudId: lab }],
  share: 'equal' as const,
  longestStepMs: 30_000,
  maxPowerW: 3680,
  stuckAfterMs: hourMs,
  isEstimate: false,
})
const energy: EnergyReader = {
  powerW: (id) => (id === hv1 ? 210 : Number.NaN),
  isEstimated: () => false,
  hostIds: () => [hv1, hv2],
  series: (id, fromMs) => ({
    startMs: fromMs,
    stepMs: 10_000,
    powerW: id === hv1 ? Float32Array.of(200, Number.NaN, 210) : Float32Array.of(100, Number.NaN, Number.NaN),
  }),
  outlets: () => [
    {
      plan: plan('strip:1', hv1),
      powerW: 210,
      atMs: nowMs - 1000,
      unknown: undefined,
      doubted: undefined,
      energyJ: 2 * kWh,
    },
    {
      plan: plan('strip:2', hv2),
      powerW: Number.NaN,
      atMs: nowMs,
      unknown: 'sentinel',
      doubted: undefined,
      energyJ: 0,
    },
    {
      plan: plan('strip:3', hv2),
      powerW: Number.NaN,
      atMs: Number.NaN,
      unknown: 'silent',
      doubted: undefined,
      energyJ: 0,
    },
  ],
  meters: () => [
    { id: 'strip', kind: 'snmp', readAtMs: nowMs, fault: undefined, outlets: 3, readings: 9 },
    {
      id: 'other',
      kind: 'ipmi',
      readAtMs: undefined,
      fault: 'The meter other does not answer.',
      outlets: 0,
      readings: 0,
    },
  ],
}

const sum = (more: Partial<EnergySum>): EnergySum => ({
  id: undefined,
  projectId: undefined,
  idleJ: kWh,
  dynamicJ: kWh,
  estimatedJ: 0,
  grams: 120,
  cost: 0.5,
  firstAtMs: nowMs,
  lastAtMs: nowMs,
  ...more,
})

let harness: ApiHarness
beforeAll(async () => {
  harness = await apiHarness({
    clock: new VirtualClock(nowMs),
    energy,
    config: 'energy: { carbon: 60, price: 0.25, currency: CHF }',
  })
  harness.content.energySums = [
    sum({ id: 'lab:web-1', projectId: physics }),
    sum({ id: 'lab:gone', projectId: chemistry, estimatedJ: kWh / 2, cost: undefined }),
    sum({ idleJ: kWh / 2, dynamicJ: 0 }),
  ]
  harness.content.energyHours = [{ atMs: nowMs - 2 * hourMs, energyJ: kWh, estimatedJ: kWh / 4 }]
})
afterAll(() => harness.api.close())

const get = async (url: string, secret = harness.secretOf('viewer')) => {
  const answer = await harness.as(secret, { url })
  return { status: answer.statusCode, text: answer.body, headers: answer.headers }
}
const json = async (url: string, secret?: string) => JSON.parse((await get(url, secret)).text)

describe('the report of energy', () => {
  it('tells who had what, with CO2 and cost where they are known', async () => {
    expect(await json('/api/v1/energy?by=instance&for=1d')).toEqual({
      from: '2026-03-03T12:00:00.000Z',
      to: '2026-03-04T13:00:00.000Z',
      by: 'instance',
      currency: 'CHF',
      total: { kWh: 4.5, idleKWh: 2.5, estimatedKWh: 0.5, co2Grams: 360 },
      items: [
        {
          id: 'lab:web-1',
          name: 'web-1',
          project: 'physics',
          kWh: 2,
          idleKWh: 1,
          estimatedKWh: 0,
          co2Grams: 120,
          cost: 0.5,
        },
        { id: 'lab:gone', name: 'gone', project: 'chemistry', kWh: 2, idleKWh: 1, estimatedKWh: 0.5, co2Grams: 120 },
        { name: 'nobody', kWh: 0.5, idleKWh: 0.5, estimatedKWh: 0, co2Grams: 120, cost: 0.5 },
      ],
    })
  })

  it('shows a member its own projects only, and nothing of meters and power', async () => {
    const member = harness.secretOf('member', ['physics'])
    const { items, total } = await json('/api/v1/energy?by=instance', member)
    expect(items.map(({ id }: { id: string }) => id)).toEqual(['lab:web-1'])
    expect(total.kWh).toBe(2)
    expect(await json('/api/v1/meters', member)).toEqual({ items: [] })
    expect(await json('/api/v1/energy/power', member)).toMatchObject({ hosts: 0, items: [] })
    expect((await get('/api/v1/energy.csv', member)).text).not.toContain('gone')
    expect((await get('/kwapi/v1/probes/', member)).status).toBe(403)
  })

  it('tells of hosts how long they were metered, to those from whom nothing is hidden', async () => {
    const { content } = harness
    const kept = content.energySums
    content.energySums = [sum({ id: hv1, projectId: physics }), sum({ id: hv2, projectId: physics })]
    content.metered = [{ hostId: hv1, measuredMs: 1.5 * hourMs, bridgedJ: kWh / 2 }]
    const { items } = await json('/api/v1/energy?by=host')
    expect(items[0]).toMatchObject({ id: hv1, measuredS: 5400, bridgedKWh: 0.5 })
    expect(items[1]).not.toHaveProperty('measuredS')
    expect((await get('/api/v1/energy.csv?by=host')).text).toContain(',CHF,1.5,0.5\r\n')
    const seen = await json('/api/v1/energy?by=host', harness.secretOf('member', ['physics']))
    expect(seen.items[0]).not.toHaveProperty('measuredS')
    content.energySums = kept
  })

  it.each([
    ['from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z', 'to:'],
    ['from=2026-03-02T00:00:00Z&for=1d', 'for:'],
    ['from=2000-03-02T00:00:00Z', 'at most 1100 are told at once'],
    ['from=yesterday', 'from'],
    ['by=colour', 'by'],
  ])('refuses %s and names what is wrong', async (query, named) => {
    const { status, text } = await get(`/api/v1/energy?${query}`)
    expect(status).toBe(400)
    expect(JSON.parse(text).detail).toContain(named)
    expect((await get(`/api/v1/energy.csv?${query}`)).status).toBe(400)
  })

  it('says since when hours are kept to who asks for earlier ones, and to nobody else', async () => {
    expect(await json('/api/v1/energy?for=399d')).not.toHaveProperty('keptFrom')
    const { keptFrom } = await json('/api/v1/energy?for=402d')
    expect((await json('/api/v1/energy/hours?for=402d')).keptFrom).toBe(keptFrom)
    expect(await json('/api/v1/energy/hours?for=399d')).not.toHaveProperty('keptFrom')
    expect(Date.parse(keptFrom)).toBe(Math.ceil((nowMs - 400 * 24 * hourMs) / hourMs) * hourMs)
  })

  it('is there as a table, and hour by hour', async () => {
    const { text, headers } = await get('/api/v1/energy.csv?by=instance')
    expect(headers['content-type']).toBe('text/csv; charset=utf-8')
    expect(text.split('\r\n')[1]).toBe(
      '2026-03-03T12:00:00.000Z,2026-03-04T13:00:00.000Z,instance,lab:web-1,web-1,physics,2,1,0,120,0.5,CHF,,',
    )
    expect((await harness.as(undefined, { url: '/api/v1/energy.csv' })).statusCode).toBe(401)
    expect((await json('/api/v1/energy/hours?host=hv-1')).items).toEqual([
      { at: '2026-03-04T10:30:00.000Z', kWh: 1, estimatedKWh: 0.25 },
    ])
    expect((await get('/api/v1/energy/hours?host=none')).status).toBe(404)
  })

  it('by hour knows a project that is there or has a past, and says so of any other', async () => {
    const { content } = harness
    const kept = content.energyHours
    const member = harness.secretOf('member', ['physics'])
    const status = async (project: string, secret?: string) =>
      (await get(`/api/v1/energy/hours?project=${project}`, secret)).status
    expect([await status('physics'), await status('lab:gone-project')]).toEqual([200, 200])
    content.energyHours = []
    expect([await status('physics'), await status('lab:gone-project'), await status('nope')]).toEqual([200, 404, 404])
    expect([await status('physics', member), await status('chemistry', member)]).toEqual([200, 404])
    content.energyHours = kept
    expect(await status('lab:gone-project', member)).toBe(404)
  })
})

describe('power and meters', () => {
  it('adds hosts up step by step, and tells how many are in each', async () => {
    const { items, ...now } = await json('/api/v1/energy/power?for=30s')
    expect(now).toEqual({ at: '2026-03-04T12:30:00.000Z', hosts: 2, knownHosts: 1, powerW: 210, stepS: 10 })
    expect(items).toEqual([
      { at: '2026-03-04T12:29:30.000Z', powerW: 300, hosts: 2 },
      { at: '2026-03-04T12:29:40.000Z', hosts: 0 },
      { at: '2026-03-04T12:29:50.000Z', powerW: 210, hosts: 1 },
    ])
    expect((await json('/api/v1/energy/power?host=hv-2&for=30s')).items[0]).toMatchObject({ powerW: 100, hosts: 1 })
  })

  it('tells of each outlet its power, or why there is none', async () => {
    const { items } = await json('/api/v1/meters')
    expect(items.map(({ id, state }: { id: string; state: string }) => [id, state])).toEqual([
      ['strip', 'reading'],
      ['other', 'failing'],
    ])
    expect(items[0].outlets).toEqual([
      { outlet: '1', hosts: ['hv-1'], powerW: 210, readAt: '2026-03-04T12:29:59.000Z', estimated: false },
      { outlet: '2', hosts: ['hv-2'], readAt: '2026-03-04T12:30:00.000Z', unknown: 'sentinel', estimated: false },
      { outlet: '3', hosts: ['hv-2'], unknown: 'silent', estimated: false },
    ])
  })
})

describe('as Kwapi tells it', () => {
  const probe = { timestamp: (nowMs - 1000) / 1000, kwh: 2, w: 210 }
  const unknown = { timestamp: nowMs / 1000, kwh: 0, w: null }
  it.each([
    ['/probe-ids/', { probe_ids: ['strip.1', 'strip.2'] }],
    ['/probe-ids', { probe_ids: ['strip.1', 'strip.2'] }],
    ['/probes/', { probes: { 'strip.1': probe, 'strip.2': unknown } }],
    ['/probes/strip.1/', { 'strip.1': probe }],
    ['/probes/strip.1/w/', { 'strip.1': { w: 210 } }],
    ['/probes/strip.2/w/', { 'strip.2': { w: null } }],
    ['/probes/strip.1/kwh/', { 'strip.1': { kwh: 2 } }],
    ['/probes/strip.1/timestamp/', { 'strip.1': { timestamp: probe.timestamp } }],
  ])('%s', async (path, answer) => {
    const asked = await harness.api.inject({
      url: `/kwapi/v1${path}`,
      headers: { 'x-auth-token': harness.secretOf('viewer') },
    })
    expect(asked.statusCode).toBe(200)
    expect(asked.json()).toEqual(answer)
  })

  it('knows no other probe and no other field, and asks for a token', async () => {
    const ask = (path: string, token?: string) =>
      harness.api.inject({ url: `/kwapi/v1${path}`, headers: token === undefined ? {} : { 'x-auth-token': token } })
    const viewer = harness.secretOf('viewer')
    expect((await ask('/probes/none/', viewer)).statusCode).toBe(404)
    expect((await ask('/probes/strip.1/v/', viewer)).statusCode).toBe(404)
    expect((await ask('/probes/')).statusCode).toBe(401)
    expect((await ask('/probes/', 'gln_wrong')).statusCode).toBe(401)
    expect((await ask('/', viewer)).statusCode).toBe(200)
  })
})
