// The whole way: a simulated strip is read, hours of energy are shared out and stored, and what projects have together is what
// the hosts drew.
import { type EnergyReport, type MeterView, type PowerView, type ProblemView, joulesPerKWh } from '@gleaner/model'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestServer, startTestServer, testSpeed } from './test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({
    config: [
      'clouds: [{ id: sim, kind: simulated }]',
      `speed: ${testSpeed}`,
      'meters:',
      '  - { id: strip, kind: simulated, cloud: sim }',
      '  - { id: model, kind: model, idleW: 100, fullW: 300 }',
      'energy: { carbon: 50, price: 0.2 }',
      'anonymous: viewer',
    ].join('\n'),
  })
}, 120_000)
afterAll(() => server?.stop())

async function ask<T>(path: string): Promise<T> {
  const answer = await fetch(`${server.url}/api/v1${path}`)
  expect(answer.status, path).toBe(200)
  return (await answer.json()) as T
}

describe('energy of a running server', () => {
  it('is shared out so that what everybody has is what the hosts drew', async () => {
    const { app } = server
    await server.until('two hours of energy', async () => {
      const hosts = await app.store.energy.hosts({ fromMs: 0, toMs: Number.MAX_SAFE_INTEGER })
      return new Set(hosts.map(({ atMs }) => atMs)).size >= 3 ? true : undefined
    })
    const all = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER }
    // Between two questions another minute may be written: the hosts are asked before and after.
    const total = (hosts: readonly { readonly energyJ: number }[]) =>
      hosts.reduce((sum, { energyJ }) => sum + energyJ, 0)
    const before = total(await app.store.energy.hosts(all))
    const sums = await app.store.energy.sums('project', all, [])
    const after = total(await app.store.energy.hosts(all))
    const shared = sums.reduce((sum, { idleJ, dynamicJ }) => sum + idleJ + dynamicJ, 0)
    expect(shared).toBeGreaterThanOrEqual(before * (1 - 1e-9))
    expect(shared).toBeLessThanOrEqual(after * (1 + 1e-9))
    expect(before / joulesPerKWh).toBeGreaterThan(0.5)
    expect(sums.filter(({ id }) => id !== undefined).length).toBe(3)
    const hosts = await app.store.energy.hosts(all)
    const whole = hosts.filter(({ measuredMs }) => measuredMs > 3_590_000)
    expect(whole.length).toBeGreaterThanOrEqual(4)
    for (const { measuredMs, energyJ } of whole) {
      expect(measuredMs).toBeLessThanOrEqual(3_600_000)
      // Between rest and full load of the machines of the simulation.
      expect(energyJ / 3600).toBeGreaterThan(50)
      expect(energyJ / 3600).toBeLessThan(900)
    }
    // Every host hangs on the strip, so nothing is left for the model.
    expect(sums.reduce((sum, { estimatedJ }) => sum + estimatedJ, 0)).toBe(0)
  })

  it('is told over the API, by the loops, and without problems', async () => {
    const report = await ask<EnergyReport>('/energy?by=project&for=2d')
    expect((report.total.co2Grams ?? 0) / report.total.kWh).toBeCloseTo(50, 6)
    expect((report.total.cost ?? 0) / report.total.kWh).toBeCloseTo(0.2, 6)
    const { items } = await ask<{ items: MeterView[] }>('/meters')
    expect(items.find(({ id }) => id === 'strip')?.outlets).toHaveLength(4)
    const power = await ask<PowerView>('/energy/power?for=2h')
    expect(power).toMatchObject({ hosts: 4, knownHosts: 4 })
    expect(power.powerW).toBeGreaterThan(200)
    const loops = server.app.loops().filter(({ name }) => name.startsWith('meter') || name === 'energy')
    expect(loops.map(({ name, failures }) => [name, failures])).toEqual([
      ['meter:strip', 0],
      ['meter:model', 0],
      ['energy', 0],
    ])
    expect(
      (await ask<{ items: ProblemView[] }>('/problems')).items.filter(({ subject }) => /meter|outlet/.test(subject)),
    ).toEqual([])
  })
})
