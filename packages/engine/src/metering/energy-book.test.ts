import { type HostId, cloudId, hostId, hourMs, instanceId, outletId, projectId } from '@gleaner/model'
import { describe, expect, it } from 'vitest'
import { EnergyBook, type HostTenancy } from './energy-book.ts'
import type { OutletPlan } from './outlet-plan.ts'

const cloud = cloudId('lab')
const kvm1 = { hostId: hostId(cloud, 'kvm1'), cloudId: cloud }
const kvm2 = { hostId: hostId(cloud, 'kvm2'), cloudId: cloud }
const a = outletId('strip', 'a')
const b = outletId('strip', 'b')
const plan = (more: Partial<OutletPlan>): OutletPlan => ({
  outlet: a,
  hosts: [kvm1],
  share: 'equal',
  longestStepMs: 60_000,
  maxPowerW: 3680,
  stuckAfterMs: Number.POSITIVE_INFINITY,
  isEstimate: false,
  ...more,
})

const web = instanceId(cloud, 'web')
const shop = projectId(cloud, 'shop')
const tenancy = (more: Partial<HostTenancy> = {}): HostTenancy => ({
  cores: 4,
  idlePowerW: 100,
  awake: true,
  leasedTo: undefined,
  tenants: [{ instanceId: web, projectId: shop, vcpus: 2, usedCores: 1 }],
  ...more,
})
const figure = (atMs: number, powerW: number, energyJ?: number) => ({ atMs, powerW, energyJ, fault: undefined })

describe('the book of energy', () => {
  it('adds redundant feeds up, and knows no power while one of them is unknown or old', () => {
    const book = new EnergyBook({ idle: 'size', dynamic: 'usage' })
    book.wire([plan({}), plan({ outlet: b })])
    book.take(a, figure(1000, 120))
    expect(book.powerW(kvm1.hostId, 1000)).toBeNaN()
    book.take(b, figure(1000, 80))
    expect(book.powerW(kvm1.hostId, 1000)).toBe(200)
    expect(book.powerW(kvm1.hostId, 61_001)).toBeNaN()
    book.take(b, figure(2000, -1))
    expect(book.powerW(kvm1.hostId, 2000)).toBeNaN()
    expect([...book.outlets()].map(({ unknown }) => unknown)).toEqual([undefined, 'negative'])
  })

  it('counts what one feed measured while the other is unknown, as rest as far as rest goes', () => {
    const book = new EnergyBook({ idle: 'equal', dynamic: 'usage' })
    book.wire([plan({}), plan({ outlet: b })])
    book.settle(0, () => tenancy())
    book.take(a, figure(1000, 80))
    book.take(a, figure(11_000, 80))
    book.settle(11_000, () => tenancy())
    const { hosts, tenants } = book.drain()
    expect(hosts).toMatchObject([{ energyJ: 800, measuredMs: 0 }])
    expect(tenants).toMatchObject([{ instanceId: web, idleJ: 800, dynamicJ: 0 }])
  })

  it.each([
    ['equal', [150, 150]],
    ['cores', [225, 75]],
    ['usage', [50, 250]],
    [
      [2, 1],
      [200, 100],
    ],
  ] as const)('shares an outlet of several hosts by %j', (share, powers) => {
    const book = new EnergyBook({ idle: 'size', dynamic: 'usage' })
    book.wire([plan({ hosts: [kvm1, kvm2], share })])
    const of = (usedCores: number, cores: number) =>
      tenancy({ cores, tenants: [{ instanceId: web, projectId: shop, vcpus: 2, usedCores }] })
    book.settle(0, (id) => (id === kvm1.hostId ? of(1, 12) : of(5, 4)))
    book.take(a, figure(1000, 300))
    expect([kvm1, kvm2].map(({ hostId: id }) => book.powerW(id, 1000))).toEqual(powers)
    book.take(a, figure(11_000, 300))
    book.settle(12_000, () => undefined)
    expect(book.drain().hosts.map(({ energyJ }) => energyJ)).toEqual(powers.map((powerW) => powerW * 10))
  })

  it('lets who was there until now pay for until now', () => {
    const book = new EnergyBook({ idle: 'equal', dynamic: 'usage' })
    book.wire([plan({}), plan({ outlet: b, hosts: [kvm2] })])
    const on = (there: HostId) => (id: HostId) => tenancy(id === there ? {} : { tenants: [] })
    book.settle(0, on(kvm1.hostId))
    for (const atMs of [1000, 11_000]) for (const id of [a, b]) book.take(id, figure(atMs, 150))
    book.settle(11_000, on(kvm2.hostId))
    for (const id of [a, b]) book.take(id, figure(21_000, 150))
    book.settle(21_000, on(kvm2.hostId))
    const of = (id: HostId) => book2.filter((line) => line.hostId === id && line.instanceId === web)
    const book2 = book.drain().tenants
    expect(of(kvm1.hostId)).toMatchObject([{ projectId: shop, idleJ: 1000, dynamicJ: 500 }])
    expect(of(kvm2.hostId)).toMatchObject([{ projectId: shop, idleJ: 1000, dynamicJ: 500 }])
  })

  it('gives what instances do not use to the project that leases the host', () => {
    const book = new EnergyBook({ idle: 'size', dynamic: 'usage' })
    book.wire([plan({})])
    const lab = projectId(cloud, 'lab')
    book.settle(0, () => tenancy({ leasedTo: lab }))
    book.take(a, figure(1000, 120))
    book.take(a, figure(11_000, 120))
    book.settle(11_000, () => undefined)
    expect(book.drain().tenants).toMatchObject([
      { instanceId: web, projectId: shop, idleJ: 500, dynamicJ: 200 },
      { instanceId: undefined, projectId: lab, idleJ: 500, dynamicJ: 0 },
    ])
  })

  it('puts what was drawn into the hour in which it was, also when it comes late', () => {
    const book = new EnergyBook({ idle: 'size', dynamic: 'usage' })
    book.wire([plan({})])
    book.take(a, figure(hourMs - 10_000, 100))
    book.settle(hourMs + 5000, () => tenancy())
    book.take(a, figure(hourMs + 10_000, 100))
    book.settle(hourMs + 70_000, () => tenancy())
    book.take(a, figure(hourMs + 40_000, 100))
    book.settle(hourMs + 80_000, () => tenancy())
    expect(book.drain().hosts.map(({ atMs, energyJ, measuredMs }) => [atMs, energyJ, measuredMs])).toEqual([
      [0, 1000, 10_000],
      [hourMs, 4000, 40_000],
    ])
  })

  it('spreads what only the device counted over its hours, to nobody, marked', () => {
    const book = new EnergyBook({ idle: 'size', dynamic: 'usage' })
    book.wire([plan({})])
    book.settle(0, () => tenancy())
    book.take(a, figure(hourMs / 2, 100, 0))
    book.take(a, figure(2 * hourMs, 100, 540_000))
    book.settle(2 * hourMs, () => tenancy())
    const { hosts, tenants } = book.drain()
    expect(hosts.map(({ atMs, energyJ, bridgedJ, measuredMs }) => [atMs, energyJ, bridgedJ, measuredMs])).toEqual([
      [0, 180_000, 180_000, 0],
      [hourMs, 360_000, 360_000, 0],
    ])
    expect(tenants.map(({ projectId: project, idleJ }) => [project, idleJ])).toEqual([
      [undefined, 180_000],
      [undefined, 360_000],
    ])
  })

  it('learns what a host draws at rest where nobody says', () => {
    const book = new EnergyBook({ idle: 'equal', dynamic: 'usage' })
    book.wire([plan({})])
    const unknown = () => tenancy({ idlePowerW: Number.NaN })
    book.settle(0, unknown)
    for (const [atMs, powerW] of [
      [0, 80],
      [60_000, 80],
    ] as const)
      book.take(a, figure(atMs + 1, powerW))
    book.settle(61_000, unknown)
    book.drain()
    book.take(a, figure(60_002, 200))
    book.take(a, figure(120_002, 200))
    book.settle(121_000, unknown)
    const { idleJ, dynamicJ } = book.drain().tenants[0] ?? { idleJ: 0, dynamicJ: 0 }
    expect([Math.round(idleJ), Math.round(dynamicJ)]).toEqual([4800, 7200])
  })

  it('keeps outlets that stay when the wiring changes, and forgets hosts that are on none', () => {
    const book = new EnergyBook({ idle: 'size', dynamic: 'usage' })
    book.wire([plan({}), plan({ outlet: b, hosts: [kvm2] })])
    book.take(a, figure(1000, 100))
    book.wire([plan({})])
    expect([...book.hostIds()]).toEqual([kvm1.hostId])
    expect(book.powerW(kvm1.hostId, 1000)).toBe(100)
    book.take(b, figure(1000, 100))
    expect([...book.outlets()].length).toBe(1)
  })
})
