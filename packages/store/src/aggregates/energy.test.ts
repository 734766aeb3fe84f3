import {
  cloudId,
  hostId,
  type HostEnergy,
  hourMs,
  instanceId,
  isError,
  projectId,
  type TenantEnergy,
} from '@gleaner/model'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nowMs } from '../testing/samples.ts'
import { openTestStore, type TestStore } from '../testing/test-store.ts'

let opened: TestStore
beforeAll(async () => {
  opened = await openTestStore()
})
afterAll(() => opened.close())

const cloud = cloudId('lab')
const [node, other] = [hostId(cloud, 'node-1'), hostId(cloud, 'node-2')]
const [web, db] = [instanceId(cloud, 'web'), instanceId(cloud, 'db')]
const [shop, lab] = [projectId(cloud, 'shop'), projectId(cloud, 'lab')]
const kWh = 3_600_000
const far = { fromMs: nowMs, toMs: nowMs + 10 * hourMs }

const host = (more: Partial<HostEnergy> = {}): HostEnergy => ({
  hostId: node,
  cloudId: cloud,
  atMs: nowMs,
  energyJ: 4 * kWh,
  estimatedJ: 0,
  bridgedJ: 0,
  measuredMs: 60_000,
  ...more,
})
const tenant = (more: Partial<TenantEnergy> = {}): TenantEnergy => ({
  hostId: node,
  cloudId: cloud,
  atMs: nowMs,
  instanceId: web,
  projectId: shop,
  idleJ: kWh,
  dynamicJ: kWh,
  estimatedJ: 0,
  ...more,
})

describe('energy', () => {
  it('is added to the hour, each batch once, whatever is sent again', async () => {
    const { store, fence } = opened
    const first = { id: 'a', hosts: [host({ estimatedJ: 1.25, bridgedJ: 2.5 })], tenants: [tenant()] }
    await store.energy.add(fence, first)
    await store.energy.add(fence, first)
    await store.energy.add(fence, {
      id: 'b',
      hosts: [host(), host({ hostId: other, atMs: nowMs + hourMs, energyJ: 3 })],
      tenants: [
        tenant({ idleJ: 0, estimatedJ: 7 }),
        tenant({ instanceId: db, projectId: lab, atMs: nowMs + hourMs, dynamicJ: 0 }),
        tenant({ instanceId: undefined, projectId: undefined, hostId: other, idleJ: kWh / 2, dynamicJ: 0 }),
        tenant({ instanceId: undefined, projectId: lab, hostId: other, idleJ: kWh / 4, dynamicJ: 0 }),
      ],
    })
    expect(await store.energy.hosts(far)).toEqual([
      host({ energyJ: 8 * kWh, estimatedJ: 1.25, bridgedJ: 2.5, measuredMs: 120_000 }),
      host({ hostId: other, atMs: nowMs + hourMs, energyJ: 3 }),
    ])
    expect(await store.energy.hosts({ ...far, hostId: other })).toHaveLength(1)
    expect(new Set(await store.energy.metered(far))).toEqual(
      new Set([
        { hostId: node, measuredMs: 120_000, bridgedJ: 2.5 },
        { hostId: other, measuredMs: 60_000, bridgedJ: 0 },
      ]),
    )
    expect(await store.energy.metered({ fromMs: nowMs + 1, toMs: nowMs + hourMs })).toEqual([])
    expect(await store.energy.hosts({ fromMs: nowMs + 1, toMs: nowMs + hourMs })).toEqual([])
  })

  it('tells hours of instances on hosts, with how long the host was metered, and nothing of those it does not have', async () => {
    const { energy } = opened.store
    const asked = { instanceId: web, hostId: node, atMs: nowMs }
    expect(await energy.tenantHours([])).toEqual([])
    expect(
      await energy.tenantHours([
        asked,
        { ...asked, atMs: nowMs - hourMs },
        { ...asked, hostId: other },
        // Nobody metered the host in that hour.
        { ...asked, instanceId: db, atMs: nowMs + hourMs },
      ]),
    ).toEqual([{ ...asked, dynamicJ: 2 * kWh, measuredMs: 120_000 }])
  })

  it('is summed by project, instance and host, with what it comes to by the factors of its time', async () => {
    const { energy } = opened.store
    const factors = [
      { fromMs: nowMs - hourMs, toMs: nowMs + hourMs, gramsPerKWh: 100, pricePerKWh: 0.5 },
      { fromMs: nowMs + hourMs, toMs: nowMs + 9 * hourMs, gramsPerKWh: 40, pricePerKWh: undefined },
    ]
    const projects = await energy.sums('project', far, factors)
    expect(projects).toEqual([
      {
        id: shop,
        projectId: undefined,
        idleJ: kWh,
        dynamicJ: 2 * kWh,
        estimatedJ: 7,
        grams: 300,
        cost: 1.5,
        firstAtMs: nowMs,
        lastAtMs: nowMs,
      },
      {
        id: lab,
        projectId: undefined,
        idleJ: 1.25 * kWh,
        dynamicJ: 0,
        estimatedJ: 0,
        grams: 65,
        cost: undefined,
        firstAtMs: nowMs,
        lastAtMs: nowMs + hourMs,
      },
      {
        id: undefined,
        projectId: undefined,
        idleJ: kWh / 2,
        dynamicJ: 0,
        estimatedJ: 0,
        grams: 50,
        cost: 0.25,
        firstAtMs: nowMs,
        lastAtMs: nowMs,
      },
    ])
    const instances = await energy.sums('instance', { ...far, projectIds: [lab] }, [])
    expect(instances.map(({ id, projectId: of, idleJ, grams }) => [id, of, idleJ, grams])).toEqual([
      [db, lab, kWh, undefined],
      [undefined, lab, kWh / 4, undefined],
    ])
    expect((await energy.sums('host', far, factors)).map(({ id, idleJ }) => [id, idleJ])).toEqual([
      [node, 2 * kWh],
      [other, 0.75 * kWh],
    ])
    expect(await energy.sums('project', { ...far, projectIds: [] }, factors)).toEqual([])
  })

  it('is there hour by hour, of all or of some projects', async () => {
    const { energy } = opened.store
    expect(await energy.hours(far)).toEqual([
      { atMs: nowMs, energyJ: 3.75 * kWh, estimatedJ: 7 },
      { atMs: nowMs + hourMs, energyJ: kWh, estimatedJ: 0 },
    ])
    expect(await energy.hours({ ...far, projectIds: [shop], hostId: node })).toEqual([
      { atMs: nowMs, energyJ: 3 * kWh, estimatedJ: 7 },
    ])
  })

  it('is written by the leader alone', async () => {
    const { store, fence } = opened
    const stale = store.energy.add({ ...fence, term: fence.term - 1 }, { id: 'c', hosts: [host()], tenants: [] })
    await expect(stale).rejects.toSatisfy((error) => isError(error, 'not-leader'))
  })

  it('takes ten thousand tenants in one batch', async () => {
    const { store, fence } = opened
    const tenants = Array.from({ length: 12_000 }, (_, nth) =>
      tenant({ atMs: nowMs + 100 * hourMs, instanceId: instanceId(cloud, `i${nth}`) }),
    )
    await store.energy.add(fence, { id: 'many', hosts: [], tenants })
    const span = { fromMs: nowMs + 100 * hourMs, toMs: nowMs + 101 * hourMs }
    expect(await store.energy.hours(span)).toEqual([{ atMs: span.fromMs, energyJ: 24_000 * kWh, estimatedJ: 0 }])
    await store.prune({ plans: 0, ledger: 0, history: 0, energy: span.fromMs })
    expect(await store.energy.hours({ fromMs: 0, toMs: span.fromMs })).toEqual([])
    expect(await store.energy.hours(span)).toHaveLength(1)
  })
})
