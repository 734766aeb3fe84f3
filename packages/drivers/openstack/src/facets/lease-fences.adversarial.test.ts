// Fences of leases where it matters: a crash after any call, races for room, ratios above what exists, one lease after another
// on one host, other people's hands on traits and room.
import { hostId, type HostId, type LeaseId, projectId } from '@gleaner/model'
import type { LeaseFence } from '@gleaner/ports'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type OpenedFake, openFake } from '../testing/open-fake.ts'
import { leaseOf, traitOf } from './lease-names.ts'

const never = new AbortController().signal
const one = 'lea_01a2232f-6d9e-76fd-bb41-0eb492f898d9' as LeaseId
const other = 'lea_01a2232f-6d9e-76fd-bb41-0eb492f898da' as LeaseId
let open: OpenedFake

beforeEach(async () => {
  open = await openFake()
})
afterEach(() => open.close())

const host = (name: string): HostId => hostId(open.cloud.id, name)
const uuidOf = (name: string) => open.fake.nova.hosts.find((each) => each.name === name)?.uuid ?? ''
const used = (name: string, what: string) => open.fake.placement.used(uuidOf(name), what)
const fence = (name: string, leaseId = one, more: Partial<LeaseFence> = {}): LeaseFence => ({
  leaseId,
  hostId: host(name),
  room: undefined,
  open: undefined,
  ...more,
})
const ours = () => [...open.fake.placement.consumers.values()].filter(({ project }) => project === 'gleaner-leases')
const traces = () => ({
  consumers: ours().length,
  marked: [...open.fake.placement.providers.values()].filter(({ traits }) => traits.some((each) => leaseOf(each)))
    .length,
  traits: open.fake.placement.customTraits.size,
  flavors: [...open.fake.nova.flavors.all.keys()].filter((id) => id.startsWith('gleaner-')).length,
})
const none = { consumers: 0, marked: 0, traits: 0, flavors: 0 }
const calls = () => open.fake.http.seen.length

describe('the fences of leases', () => {
  it('hold all that is sold of a host, also where that is more than one consumer may have', async () => {
    await open.cloud.leaseFences.keep([fence('compute-1')], never)
    // 10 cores sold 16 times; 7680 MiB sold 1.5 times.
    expect([used('compute-1', 'VCPU'), used('compute-1', 'MEMORY_MB'), used('compute-1', 'DISK_GB')]).toEqual([
      160, 11_520, 1028,
    ])
    expect(ours().length).toBe(16)
    expect(ours().every(({ user }) => user === one)).toBe(true)
  })

  it('leave no trace after a crash at any call, whoever comes after', async () => {
    // One portion each.
    for (const { inventories } of open.fake.placement.providers.values())
      for (const [name, item] of Object.entries(inventories)) inventories[name] = { ...item, allocation_ratio: 1 }
    for (let after = 0; ; after++) {
      let left = after
      const endFault = open.fake.http.fault(({ path }) => (path.includes('/auth/') || left-- > 0 ? undefined : 'drop'))
      const dying = open.again()
      const outcome = await (async () => {
        await dying.leaseFences.keep([fence('compute-1')], never)
        const into = { leaseId: one, projectId: projectId(dying.id, 'physics'), flavor: '2' }
        await dying.leaseFences.flavorInto(into, never)
        const states = await dying.leaseFences.keep([fence('compute-1', other)], never)
        return states.every(({ fault }) => fault === undefined)
      })().catch(() => false)
      endFault()
      const next = open.again()
      await next.leaseFences.keep([], never)
      expect(traces(), `after ${after} calls`).toEqual(none)
      if (outcome) break
    }
  }, 120_000)

  it('cost one look each when nothing has changed', async () => {
    const { keep } = open.cloud.leaseFences
    const fences = [fence('compute-1'), fence('compute-2')]
    await keep(fences, never)
    await keep(fences, never)
    const before = calls()
    await keep(fences, never)
    // Providers, traits, the hosts of the one trait, the usage of all.
    expect(calls() - before).toBe(4)
    open.boot({ host: 'compute-3' })
    await keep(fences, never)
    expect(calls() - before).toBe(8)
  })

  it('grow by what becomes free, and take nothing from those who are there', async () => {
    const id = open.boot({ flavorRef: '3' })
    await open.cloud.leaseFences.keep([fence('compute-1')], never)
    expect(used('compute-1', 'MEMORY_MB')).toBe(11_520)
    const held = () =>
      ours().reduce((sum, { allocations }) => sum + (allocations[uuidOf('compute-1')]?.['MEMORY_MB'] ?? 0), 0)
    expect(held()).toBe(11_520 - 4096)
    open.fake.nova.remove(id.slice(id.indexOf(':') + 1))
    await open.cloud.leaseFences.keep([fence('compute-1')], never)
    expect(held()).toBe(11_520)
  })

  it('let whoever was faster keep what he took', async () => {
    let races = 2
    open.fake.http.fault(({ method, path }) => {
      if (method !== 'POST' || path !== '/placement/allocations' || races === 0) return undefined
      races--
      open.boot()
      return undefined
    })
    const [state] = await open.cloud.leaseFences.keep([fence('compute-1')], never)
    expect(state?.fault).toBeUndefined()
    expect(state?.held.memoryMiB).toBe(11_520 - 2 * 2048)
    expect(used('compute-1', 'MEMORY_MB')).toBe(11_520)
  })

  it('pass a host from one lease to the next without a moment at which it is open', async () => {
    const { keep } = open.cloud.leaseFences
    await keep([fence('compute-1')], never)
    const seen: number[] = []
    open.fake.http.fault(() => {
      seen.push(used('compute-1', 'MEMORY_MB'))
      return undefined
    })
    await keep([fence('compute-1', other)], never)
    expect(new Set(seen)).toEqual(new Set([11_520]))
    expect(new Set(ours().map(({ user }) => user))).toEqual(new Set([other]))
    const traits = open.fake.placement.providers.get(uuidOf('compute-1'))?.traits ?? []
    expect([traits.includes(traitOf(other) ?? ''), traits.includes(traitOf(one) ?? '')]).toEqual([true, false])
    expect(traits.length).toBeGreaterThan(1)
  })

  it('of two on one host, the second takes nothing of what the first leaves open', async () => {
    const size = { vcpus: 2, memoryMiB: 4096, diskGiB: 20 }
    const fences = [fence('compute-1', one, { open: size }), fence('compute-1', other)]
    const states = await open.cloud.leaseFences.keep(fences, never)
    expect(states.map(({ held, free }) => [held.memoryMiB, free.memoryMiB])).toEqual([
      [11_520 - 4096, 4096],
      [0, 0],
    ])
    expect(used('compute-1', 'MEMORY_MB')).toBe(11_520 - 4096)
  })

  it('are found also where somebody took their trait away', async () => {
    const { keep } = open.cloud.leaseFences
    await keep([fence('compute-1')], never)
    const provider = open.fake.placement.providers.get(uuidOf('compute-1'))
    if (provider === undefined) throw new Error('no provider')
    provider.traits = provider.traits.filter((trait) => leaseOf(trait) === undefined)
    provider.generation++
    open.fake.placement.customTraits.clear()
    await open.again().leaseFences.keep([], never)
    expect(traces()).toEqual(none)
  })

  it('stand round the others when one host is unknown or cannot be reached', async () => {
    const bad = uuidOf('compute-2')
    const endFault = open.fake.http.fault(({ method, path }) =>
      method === 'PUT' && path.includes(bad) ? { status: 500, body: {} } : undefined,
    )
    const fences = [fence('compute-1'), fence('compute-2'), fence('nowhere')]
    const states = await open.cloud.leaseFences.keep(fences, never)
    const faultOf = (name: string) => states.find((each) => each.hostId === host(name))?.fault
    expect(faultOf('compute-1')).toBeUndefined()
    expect(faultOf('compute-2')).toMatch(/500/)
    expect(faultOf('nowhere')).toMatch(/does not know/)
    expect(used('compute-1', 'MEMORY_MB')).toBe(11_520)
    endFault()
    await open.cloud.leaseFences.keep(fences.slice(0, 2), never)
    expect(used('compute-2', 'MEMORY_MB')).toBe(11_520)
  })

  it('leave a host that is over-committed as it is', async () => {
    const provider = open.fake.placement.providers.get(uuidOf('compute-1'))
    open.boot({ flavorRef: '4' })
    if (provider?.inventories['MEMORY_MB'] !== undefined)
      provider.inventories['MEMORY_MB'] = { ...provider.inventories['MEMORY_MB'], allocation_ratio: 0.5 }
    const [state] = await open.cloud.leaseFences.keep([fence('compute-1')], never)
    expect(state).toMatchObject({ fault: undefined, held: { memoryMiB: 0, vcpus: 156 } })
  })

  it('do not touch claims, nor traits of others', async () => {
    await open.cloud.claims.claim(
      { claimId: 'c1', hostId: host('compute-1'), vcpus: 1, memoryMiB: 2048, diskGiB: 10, from: [] },
      never,
    )
    open.fake.placement.customTraits.add('CUSTOM_RACK_2')
    open.fake.placement.providers.get(uuidOf('compute-1'))?.traits.push('CUSTOM_RACK_2')
    await open.cloud.leaseFences.keep([fence('compute-1')], never)
    await open.cloud.leaseFences.keep([], never)
    expect(await open.cloud.claims.claims(never)).toHaveLength(1)
    expect(open.fake.placement.customTraits.has('CUSTOM_RACK_2')).toBe(true)
    expect(open.fake.placement.providers.get(uuidOf('compute-1'))?.traits).toContain('CUSTOM_RACK_2')
    expect(used('compute-1', 'MEMORY_MB')).toBe(2048)
  })
})

describe('names of leases in the cloud', () => {
  it('can be read back, and nothing else is taken for one', () => {
    expect(leaseOf(traitOf(one) ?? '')).toBe(one)
    for (const odd of ['lea_1', '', 'lea_01a2232f_6d9e_76fd_bb41_0eb492f898d9', `${one}'; drop`])
      expect(traitOf(odd as LeaseId)).toBeUndefined()
    for (const odd of ['CUSTOM_GLEANER_LEASE_', 'CUSTOM_GLEANER_LEASE_LEA_1', 'CUSTOM_RACK'])
      expect(leaseOf(odd)).toBeUndefined()
  })
})
