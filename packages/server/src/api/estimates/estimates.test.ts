// Estimates over the API: of each host, of all together, over time, in the status and for Prometheus.
import { type FleetPoint } from '@gleaner/ports'
import { VirtualClock } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { apiHarness } from '../../testing/api-harness.ts'
import { plainHost } from '../../testing/plain-objects.ts'
import { plainEstimate, plainPeak } from '../../testing/plain-estimate.ts'

const hourMs = 3_600_000
const nowMs = 1_900_000_000_000

/** Four hosts: one measured just now, one kept, one too old, one that was never measured. */
async function harness() {
  const clock = new VirtualClock(nowMs)
  const hosts = ['hv-1', 'hv-2', 'hv-10', 'hv-3'].map(plainHost)
  const [first, second, third, fourth] = hosts as [
    (typeof hosts)[0],
    (typeof hosts)[0],
    (typeof hosts)[0],
    (typeof hosts)[0],
  ]
  const estimates = [
    plainEstimate(first, nowMs),
    plainEstimate(second, nowMs, {
      measuredAtMs: nowMs - hourMs,
      cores: plainPeak({ capacity: 15, booked: 15, estimate: 3, violation: 2 }),
    }),
    plainEstimate(third, nowMs, { measuredAtMs: nowMs - 30 * hourMs }),
    plainEstimate(fourth, nowMs, {
      measuredAtMs: undefined,
      cores: plainPeak({ record: { judged: 0, violationRate: 0, severity: 0, savings: 0, misprediction: 0 } }),
    }),
  ]
  const made = await apiHarness({ clock, hosts, estimates })
  const get = async (url: string) => {
    const answer = await made.as(made.secretOf('viewer'), { url })
    return { status: answer.statusCode, body: answer.json() }
  }
  return { ...made, get }
}

describe('the list of estimates', () => {
  it('tells what each rests on, as the ledger counts with it', async () => {
    const { api, get } = await harness()
    const { body } = await get('/api/v1/estimates')
    expect(body.items.map(({ host, state }: { host: string; state: string }) => `${host} ${state}`)).toEqual([
      'hv-1 measured',
      'hv-2 kept',
      'hv-3 physical',
      'hv-10 physical',
    ])
    expect(body.items[0].cores).toMatchObject({ free: 9, ratio: 17 / 15, peak: 5, evidence: { deviation: 0.5 } })
    expect(body.items[0].memoryMiB).not.toHaveProperty('ratioInForce')
    expect(body.items[2]).not.toHaveProperty('measuredAt')
    await api.close()
  })

  it('is filtered and sorted; what was never judged stands last', async () => {
    const { api, get } = await harness()
    const names = async (query: string) =>
      (await get(`/api/v1/estimates?${query}`)).body.items.map(({ host }: { host: string }) => host)
    expect(await names('state=physical')).toEqual(['hv-3', 'hv-10'])
    expect(await names('search=hv-1&sort=-name')).toEqual(['hv-10', 'hv-1'])
    expect((await names('sort=-ratio'))[0]).toBe('hv-2')
    expect((await names('sort=free'))[0]).not.toBe('hv-2')
    expect((await names('sort=-violations')).at(-1)).toBe('hv-3')
    expect((await names('sort=violations')).at(-1)).toBe('hv-3')
    expect(await names('cloud=other')).toEqual([])
    expect((await get('/api/v1/estimates?limit=1&offset=1')).body).toMatchObject({
      total: 4,
      items: [{ host: 'hv-2' }],
    })
    expect((await get('/api/v1/estimates?sort=colour')).status).toBe(400)
    await api.close()
  })
})

describe('all hosts together', () => {
  it('are added up in the status, each weighted by how often it was judged', async () => {
    const { api, get } = await harness()
    const { estimates } = (await get('/api/v1/status')).body
    expect(estimates).toMatchObject({ hosts: 4, measured: 1, kept: 1, physical: 2, judged: 60 })
    expect(estimates.cores).toMatchObject({ capacity: 60, booked: 39, estimate: 21, violatedHosts: 1 })
    expect(estimates.cores.violationRate).toBeCloseTo(0.05, 12)
    expect(estimates.memoryMiB).toMatchObject({ capacity: 4 * 63_488, violatedHosts: 4 })
    await api.close()
  })

  it('have a past, one point for each scope within the time asked for', async () => {
    const { api, get, content } = await harness()
    const sums = {
      capacity: 60,
      booked: 40,
      mean: 4,
      peak: 10,
      estimate: 20,
      expected: 24,
      violatedHosts: 1,
      violation: 0.5,
    }
    const point = (atMs: number): FleetPoint => ({ atMs, hosts: 4, blindHosts: 1, cores: sums, memoryMiB: sums })
    content.fleet = [point(nowMs - 3 * hourMs), point(nowMs - hourMs), point(nowMs)]
    const { body } = await get('/api/v1/estimates/fleet?for=2h')
    expect(body.now).toMatchObject({ hosts: 4 })
    expect(body.items).toHaveLength(2)
    expect(body.items[1]).toEqual({
      at: new Date(nowMs).toISOString(),
      hosts: 4,
      blindHosts: 1,
      cores: sums,
      memoryMiB: sums,
    })
    expect((await get('/api/v1/estimates/fleet?cloud=none')).status).toBe(404)
    await api.close()
  })

  it('are not there before the first estimate', async () => {
    const { api, as, secretOf } = await apiHarness({ clock: new VirtualClock(), estimates: [] })
    const viewer = secretOf('viewer')
    expect((await as(viewer, { url: '/api/v1/status' })).json()).not.toHaveProperty('estimates')
    expect((await as(viewer, { url: '/api/v1/estimates/fleet' })).json()).toEqual({ items: [] })
    expect((await as(viewer, { url: '/api/v1/hosts/hv-1/estimates' })).json()).toEqual({ items: [] })
    expect((await as(viewer, { url: '/metrics' })).body).not.toContain('estimate')
    await api.close()
  })
})

describe('a host', () => {
  it('tells its estimate, those before, and in its story', async () => {
    const { api, get, content } = await harness()
    const figures = {
      capacity: 15,
      booked: 8,
      mean: 1,
      peak: 7,
      estimate: 6,
      violation: 1,
      confidence: 0.9,
      ratioInForce: undefined,
      ratioAim: 1.1,
    }
    content.estimates = [
      {
        atMs: nowMs - hourMs,
        scopeMs: hourMs,
        strategy: 'gleaner',
        blind: false,
        cores: figures,
        memoryMiB: { ...figures, mean: undefined, peak: undefined },
      },
    ]
    const { body } = await get('/api/v1/hosts/hv-1/estimates')
    expect(body.now).toMatchObject({ host: 'hv-1', strategy: 'gleaner', coverage: 0.96 })
    const { ratioInForce: _, ...shown } = figures
    expect(body.items).toMatchObject([{ at: new Date(nowMs - hourMs).toISOString(), blind: false, cores: shown }])
    expect(body.items[0].memoryMiB).not.toHaveProperty('peak')
    expect((await get('/api/v1/hosts/none/estimates')).status).toBe(404)
    expect((await get('/api/v1/hosts/hv-1/why')).body.estimate).toMatchObject({ host: 'hv-1', state: 'measured' })
    await api.close()
  })
})

describe('metrics', () => {
  const linesOf = async (hosts: number) => {
    const many = Array.from({ length: hosts }, (_, nth) => plainHost(`node-${nth}`))
    const made = await apiHarness({
      clock: new VirtualClock(nowMs),
      hosts: many,
      estimates: many.map((host) => plainEstimate(host, nowMs)),
    })
    const { body } = await made.as(made.secretOf('viewer'), { url: '/metrics' })
    await made.api.close()
    return body.split('\n')
  }

  it('tell the estimate of each host and of all', async () => {
    const lines = await linesOf(2)
    expect(lines).toEqual(
      expect.arrayContaining([
        'gleaner_estimates{state="measured"} 2',
        'gleaner_estimated_cores{line="estimate"} 12',
        `gleaner_estimated_memory_bytes{line="booked"} ${2 * 8192 * 1_048_576}`,
        'gleaner_estimate_violated_hosts{resource="memory"} 2',
        'gleaner_estimate_violation_ratio{resource="cores"} 0.05',
        'gleaner_host_estimated_peak_cores{cloud="lab",host="node-1"} 6',
        `gleaner_host_sellable_ratio{cloud="lab",host="node-0",resource="cores"} ${17 / 15}`,
      ]),
    )
  })

  it('leave the single hosts out where they are too many', async () => {
    const lines = await linesOf(1001)
    expect(lines).toContain('gleaner_estimates{state="measured"} 1001')
    expect(lines.some((line) => line.startsWith('gleaner_host_'))).toBe(false)
  })
})
