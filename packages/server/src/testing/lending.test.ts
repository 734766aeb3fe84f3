// Lending through the whole server: a host whose cores and memory are all promised to firm instances takes a preemptible one
// when the estimate says that they are idle, and asks it to leave again when they are not.
import { SimulatedCloud } from '@gleaner/driver-simulated'
import { type Host, type InstanceId, metrics, type PreemptionView, projectId, type SampleBatch } from '@gleaner/model'
import { afterEach, describe, expect, it } from 'vitest'
import type { RoomDecision, RoomRequest } from '../preemption/room.ts'
import { operator, startTestServer, type TestServer } from './test-server.ts'

/** A cloud whose instances are exactly as busy as they are told to be; its hosts use what their instances do. */
class ToldCloud extends SimulatedCloud {
  /** Share of what it was promised that each instance uses; undefined: nothing is measured. */
  load: number | undefined = 0.1

  override async sample(signal: AbortSignal): Promise<SampleBatch> {
    const batch = await super.sample(signal)
    const { load } = this
    if (load === undefined) return { subjects: [], atMs: new Float64Array(0), values: new Float64Array(0) }
    const { instances } = await this.observe(signal)
    const values = batch.values.slice()
    for (const [row, subject] of batch.subjects.entries()) {
      const there = instances.filter(({ id, hostId }) => id === subject || hostId === subject)
      const running = there.filter(({ state }) => state === 'running')
      values[row * metrics.length] = running.reduce((sum, { vcpus }) => sum + vcpus * load, 0)
      values[row * metrics.length + 1] = running.reduce((sum, { memoryMiB }) => sum + memoryMiB * load, 0)
    }
    return { ...batch, values }
  }
}

const config = (mode: string) => `
anonymous: operator
modes: { preemption: ${mode} }
policy: { snapshotMaxAge: 30m, telemetryMaxAge: 30m, peakWindow: 10m, budgets: { actionsPerMinute: 1000 } }
oversubscription: { scope: 10m, keep: 20m, remember: 20m }
preemption: { notice: 2m, lending: { property: rack, value: rack-1 } }
`

/** Waits for values; only a machine with much else to do needs so long. */
const patient = { timeout: 180_000 }
const never = new AbortController().signal
const size = { vcpus: 4, memoryMiB: 8 * 1024, diskGiB: 10 }

let server: TestServer
let cloud: ToldCloud
let lender: Host
let created = 0
afterEach(async () => server.stop())

/** One of four hosts is fenced; everything on it is promised to firm instances, and its books have room beyond that. */
async function start(mode = 'enforce', isMeasured = true): Promise<void> {
  server = await startTestServer({
    config: config(mode),
    makeClouds: (clock) => {
      const empty = { instances: 0, projects: 3, desktops: 0, activity: 0 }
      cloud = new ToldCloud({ clock, id: 'sim', seed: 11, hosts: 4, ...empty })
      if (!isMeasured) cloud.load = undefined
      return [cloud]
    },
  })
  await server.until('leadership', () =>
    server.app.state.fence !== undefined && server.app.state.ready ? true : undefined,
  )
  const { hosts } = await cloud.observe(never)
  const fenced = hosts.filter(({ properties }) => properties?.['rack'] === 'rack-1')
  expect(fenced).toHaveLength(1)
  lender = fenced[0] as Host
  await cloud.ratioControl.setRatios(lender.id, { coreRatio: 8, memoryRatio: 2 }, never)
  for (let memoryMiB = 0; memoryMiB < lender.memoryMiB; memoryMiB += 16_384)
    await create({ vcpus: 8, memoryMiB: 16_384, diskGiB: 10, firmness: 'firm' })
}

async function create(wish: typeof size & { readonly firmness: 'firm' | 'preemptible' }): Promise<InstanceId> {
  const name = `${wish.firmness}-${++created}`
  const id = await cloud.creation.create(
    {
      ...wish,
      name,
      projectId: projectId(cloud.id, wish.firmness === 'firm' ? 'web-shop' : 'data-science'),
      hostId: lender.id,
      flavor: undefined,
      tags: [],
      idempotencyKey: name,
    },
    never,
  )
  await server.until(`${name} in the reading`, () =>
    server.app.state.clouds.get(cloud.id)?.snapshot?.instanceById.get(id)?.state === 'running' ? true : undefined,
  )
  return id
}

let requests = 0
function ask(): Promise<RoomDecision> {
  const request: RoomRequest = {
    requestId: `request-${++requests}`,
    cloudId: cloud.id,
    projectId: projectId(cloud.id, 'data-science'),
    name: 'spot',
    flavor: undefined,
    firmness: 'preemptible',
    count: 1,
    hints: { properties: { rack: 'rack-1' } },
    ...size,
  }
  return server.app.commands.makeRoom(request, operator)
}

async function lending(): Promise<PreemptionView['lending'][number]> {
  const answer = await fetch(`${server.url}/api/v1/preemption`)
  const view = (await answer.json()) as PreemptionView
  const [one, ...others] = view.lending
  if (one === undefined || others.length > 0) throw new Error(`lending of ${view.lending.length} hosts`)
  return one
}

const lent = () =>
  server.until('room that may be lent', async () => {
    const room = await ask()
    return room.state === 'free' ? room : undefined
  })

describe('a host that is sold and idle', patient, () => {
  it('takes a preemptible instance while the estimate says so, which leaves with notice when it no longer does', async () => {
    await start('enforce', false)
    // Nothing is known of it: nothing that is sold is lent.
    const refused = await ask()
    expect(refused).toMatchObject({ state: 'refused', reasons: { 'not-lent-vcpus': 1, 'not-lent-ram': 1 } })
    expect(await lending()).toMatchObject({ host: lender.name, cores: { unsold: 0 }, memoryMiB: { unsold: 0 } })

    cloud.load = 0.1
    const room = await lent()
    expect(room.placements).toEqual([{ index: 0, hostId: lender.id }])
    const spot = await create({ ...size, firmness: 'preemptible' })
    const view = await server.until('the ledger to count it', async () => {
      const now = await lending()
      return now.cores.lent > 0 ? now : undefined
    })
    expect(view).toMatchObject({ basis: 'estimate', cores: { lent: 4, unsold: 0 }, memoryMiB: { lent: 8192 } })
    expect(view.cores.lendable).toBeLessThanOrEqual((lender.cores - lender.reservedCores) * 0.9)
    const metricsNow = await (await fetch(`${server.url}/metrics`)).text()
    expect(metricsNow).toContain('gleaner_lending_cores{cloud="sim",kind="lent"} 4\n')
    expect(metricsNow).toContain('gleaner_lending_cores{cloud="sim",kind="unsold"} 0\n')
    expect(metricsNow).toContain(`gleaner_lending_memory_bytes{cloud="sim",kind="lent"} ${8192 * 1024 * 1024}\n`)
    await server.cycles(3)
    expect((await cloud.look(spot, never)).instance?.state).toBe('running')

    cloud.load = 1
    const decision = await server.until('the decision to lend less', async () => {
      const { items } = await server.app.store.evictions.decisions({ kind: 'shrink' }, { limit: 10, offset: 0 })
      return items.find(({ state }) => state === 'done')
    })
    expect(decision.victims).toMatchObject([{ instanceId: spot, state: 'left', noticeMs: 120_000 }])
    const [victim] = decision.victims
    expect((victim?.leftAtMs ?? 0) - (victim?.toldAtMs ?? Number.POSITIVE_INFINITY)).toBeGreaterThanOrEqual(120_000)
    const { items: journal } = await server.app.store.journal.list({ instanceId: spot }, { limit: 10, offset: 0 })
    expect(journal).toMatchObject([{ action: 'stop', capability: 'preemption', cause: 'smaller offer', state: 'done' }])
    const why = await server.app.insight.why(spot)
    expect(JSON.stringify(why.timeline)).toContain(
      `What may be lent on ${lender.name} has become less than is lent: its owners need it themselves.`,
    )
    expect(await ask()).toMatchObject({ state: 'refused', reasons: { 'not-lent-vcpus': 1 } })

    cloud.load = 0.1
    await server.until('its return', async () =>
      (await cloud.look(spot, never)).instance?.state === 'running' ? true : undefined,
    )
  })

  it('is recorded and neither lent nor taken back where nobody could be made to leave', async () => {
    await start('observe')
    await server.until('an estimate of much that is idle', async () => {
      const { basis, cores } = await lending()
      return basis === 'estimate' && cores.lendable > 10 ? true : undefined
    })
    expect(await ask()).toMatchObject({ state: 'refused', reasons: { 'not-lent-vcpus': 1 } })
    const spot = await create({ ...size, firmness: 'preemptible' })
    cloud.load = 1
    const decision = await server.until('what would be done', async () => {
      const { items } = await server.app.store.evictions.decisions({ kind: 'shrink' }, { limit: 10, offset: 0 })
      return items[0]
    })
    expect(decision).toMatchObject({ state: 'observed', victims: [{ instanceId: spot }] })
    await server.cycles(5)
    expect((await cloud.look(spot, never)).instance?.state).toBe('running')
  })

  it('lends nothing any more when nothing was measured for too long', async () => {
    await start()
    await lent()
    const spot = await create({ ...size, firmness: 'preemptible' })
    cloud.load = undefined
    await server.until('who lives on an old estimate to leave', async () =>
      (await cloud.look(spot, never)).instance?.state === 'stopped' ? true : undefined,
    )
    // Long before the estimate is too old: what is not measured counts as in use.
    expect(await lending()).toMatchObject({ cores: { lendable: 0 } })
    await server.until('the estimate to be too old', async () =>
      (await lending()).basis === 'stale' ? true : undefined,
    )
    expect(await lending()).toMatchObject({ cores: { lendable: 0 }, memoryMiB: { lendable: 0 } })
  })
})
