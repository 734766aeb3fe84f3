// Claims, hosts and ratios where it matters: races for room, crashes in between, other people's doings, nova's own settings.
import { hostId, nativeOf } from '@gleaner/model'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { begin, claimOf, end, heldBy, host, never, open, small, used, uuidOf } from '../testing/facets-scene.ts'
import { recorded } from '../testing/recorded.ts'

beforeEach(begin)
afterEach(end)

describe('a claim', () => {
  it('takes what its victims held in one step, and not more than it needs', async () => {
    const victims = [open.boot({ flavorRef: '3' }), open.boot({ flavorRef: '3' })]
    await open.cloud.claims.claim(claimOf('c1', victims, { vcpus: 3, memoryMiB: 6144, diskGiB: 30 }), never)
    expect(victims.map(heldBy)).toEqual([undefined, undefined])
    expect([used('compute-1', 'VCPU'), used('compute-1', 'MEMORY_MB')]).toEqual([3, 6144])
  })

  it('is tried anew when somebody else changed a holder in between', async () => {
    const victim = open.boot()
    let races = 3
    open.fake.http.fault(({ method, path }) => {
      if (method !== 'POST' || path !== '/placement/allocations' || races === 0) return undefined
      races--
      return recorded('placement-stale')
    })
    await open.cloud.claims.claim(claimOf('c1', [victim]), never)
    expect(heldBy(victim)).toBeUndefined()
  })

  it('of which the room is not there changes nothing', async () => {
    const victim = open.boot()
    const before = structuredClone(heldBy(victim))
    const tooMuch = claimOf('c1', [victim], { vcpus: 1, memoryMiB: 90_000, diskGiB: 1 })
    await expect(open.cloud.claims.claim(tooMuch, never)).rejects.toMatchObject({
      code: 'cloud-conflict',
      message: /The requested amount would exceed the capacity/,
    })
    expect(heldBy(victim)).toEqual(before)
  })

  it('from a victim that holds nothing there any more, or is gone, is a conflict', async () => {
    const elsewhere = open.boot({ host: 'compute-2' })
    const gone = open.boot()
    open.fake.nova.remove(nativeOf(gone))
    for (const from of [elsewhere, gone]) {
      const claiming = open.cloud.claims.claim(claimOf('c1', [from]), never)
      await expect(claiming).rejects.toMatchObject({ code: 'cloud-conflict', message: /holds no room on compute-1/ })
    }
    expect(await open.cloud.claims.claims(never)).toEqual([])
  })

  it('of free room is told when there is none', async () => {
    // No one consumer may have more than the host has of its own, whatever the ratio.
    await open.cloud.claims.claim(claimOf('c0', [], { vcpus: 1, memoryMiB: 8000, diskGiB: 1 }), never)
    const all = { vcpus: 1, memoryMiB: 3520, diskGiB: 1 }
    await open.cloud.claims.claim(claimOf('c1', [], all), never)
    await expect(open.cloud.claims.claim(claimOf('c2'), never)).rejects.toMatchObject({ code: 'cloud-conflict' })
    await open.cloud.claims.claim(claimOf('c1', [], all), never)
  })

  it('may be larger than what one consumer can have at once: it is one claim, found, given back and released whole', async () => {
    const victims = [open.boot({ flavorRef: '3' }), open.boot({ flavorRef: '3' })]
    const before = victims.map((victim) => structuredClone(heldBy(victim)))
    const large = { vcpus: 4, memoryMiB: 11_000, diskGiB: 10 }
    await open.cloud.claims.claim(claimOf('large', victims, large), never)
    await open.cloud.claims.claim(claimOf('large', victims, large), never)
    expect([used('compute-1', 'VCPU'), used('compute-1', 'MEMORY_MB')]).toEqual([4, 11_000])
    expect(victims.map(heldBy)).toEqual([undefined, undefined])
    const after = open.again()
    expect(await after.claims.claims(never)).toEqual([{ claimId: 'large', hostId: host('compute-1'), ...large }])
    await expect(after.claims.claim(claimOf('more', [], { ...large, memoryMiB: 600 }), never)).rejects.toMatchObject({
      code: 'cloud-conflict',
    })
    await after.claims.giveBack('large', victims, never)
    expect(victims.map(heldBy)).toEqual(before)
    expect(await after.claims.claims(never)).toEqual([])

    await after.claims.claim(claimOf('large', victims, large), never)
    await after.claims.release('large', never)
    expect(used('compute-1', 'MEMORY_MB')).toBe(0)
  })

  it('is found by a Gleaner that was started anew, and given back to those who still are there', async () => {
    const victims = [open.boot(), open.boot(), open.boot()] as const
    const [stays, shelved, gone] = victims
    await open.cloud.claims.claim(claimOf('c/1 with any name', victims, { ...small, vcpus: 2 }), never)
    open.fake.nova.remove(nativeOf(gone))
    open.fake.nova.set(nativeOf(shelved), {
      'OS-EXT-STS:vm_state': 'shelved_offloaded',
      'OS-EXT-SRV-ATTR:host': null,
      'OS-EXT-SRV-ATTR:hypervisor_hostname': null,
    })
    const after = open.again()
    const size = { vcpus: 2, memoryMiB: 2048, diskGiB: 10 }
    const found = await after.claims.claims(never)
    expect(found).toEqual([{ claimId: 'c/1 with any name', hostId: host('compute-1'), ...size }])
    await after.claims.giveBack('c/1 with any name', victims, never)
    expect(heldBy(stays)).toEqual({ [uuidOf('compute-1')]: { VCPU: 1, MEMORY_MB: 2048, DISK_GB: 10 } })
    expect([heldBy(shelved), heldBy(gone)]).toEqual([undefined, undefined])
    expect(await after.claims.claims(never)).toEqual([])
    expect(open.fake.placement.consumers.get(nativeOf(stays))?.project).toBe('physics')
  })

  it('that cannot be given back whole stays', async () => {
    const victim = open.boot({ flavorRef: '4' })
    await open.cloud.claims.claim(claimOf('c1', [victim]), never)
    await open.cloud.claims.claim(claimOf('c2', [], { vcpus: 1, memoryMiB: 8_000, diskGiB: 1 }), never)
    await expect(open.cloud.claims.giveBack('c1', [victim], never)).rejects.toMatchObject({ code: 'cloud-conflict' })
    expect((await open.cloud.claims.claims(never)).map(({ claimId }) => claimId).toSorted()).toEqual(['c1', 'c2'])
    expect(heldBy(victim)).toBeUndefined()
  })

  it('never is somebody else’s: what nova or another holds is neither listed nor released', async () => {
    const other = '676c6561-6e65-8000-8000-000000000000'
    const held = { uuid: uuidOf('compute-1'), resources: { VCPU: 1 }, project: 'somebody', user: 'else' }
    open.fake.placement.hold(other, held)
    open.boot()
    await open.cloud.claims.claim(claimOf('c1'), never)
    expect((await open.cloud.claims.claims(never)).map(({ claimId }) => claimId)).toEqual(['c1'])
    await open.cloud.claims.release('c1', never)
    await open.cloud.claims.release('c1', never)
    await open.cloud.claims.release('never was', never)
    expect(used('compute-1', 'VCPU')).toBe(2)
  })

  it('takes pinned cores where a host has no others, and no disk where that is not its own', async () => {
    const provider = open.fake.placement.providers.get(uuidOf('compute-1'))
    const { VCPU, MEMORY_MB } = provider?.inventories ?? {}
    if (provider !== undefined && VCPU && MEMORY_MB) provider.inventories = { PCPU: VCPU, MEMORY_MB }
    await open.cloud.claims.claim(claimOf('c1'), never)
    expect([used('compute-1', 'PCPU'), used('compute-1', 'DISK_GB')]).toEqual([1, 0])
    expect(await open.cloud.claims.claims(never)).toMatchObject([{ vcpus: 1, memoryMiB: 2048, diskGiB: 0 }])
  })
})

describe('a host', () => {
  const state = (name: string) => open.fake.nova.hosts.find((each) => each.name === name)

  it('is closed with a reason that is known as Gleaner’s, and no longer than nova takes', async () => {
    await open.cloud.hostControl.close(host('compute-1'), 'lease 12 begins', never)
    expect(state('compute-1')).toMatchObject({ status: 'disabled', disabledReason: 'Gleaner: lease 12 begins' })
    await open.cloud.hostControl.close(host('compute-2'), `Gleaner: ${'x'.repeat(400)}`, never)
    expect(state('compute-2')?.disabledReason).toMatch(/^Gleaner: x{245}…$/)
    expect((await open.cloud.observe(never)).hosts.map((each) => each.state)).toEqual(['disabled', 'disabled', 'up'])
  })

  it('that a person closed keeps their reason, and is not opened', async () => {
    Object.assign(state('compute-1') as object, { status: 'disabled', disabledReason: 'new memory' })
    await open.cloud.hostControl.close(host('compute-1'), 'lease 12', never)
    expect(state('compute-1')?.disabledReason).toBe('new memory')
    await expect(open.cloud.hostControl.open(host('compute-1'), never)).rejects.toMatchObject({
      code: 'cloud-conflict',
      message: /somebody else closed it, with the reason "new memory"/,
    })
  })

  it('is closed in nova’s word when placement does not learn of it in time', async () => {
    open.fake.http.fault(({ path }) =>
      path.endsWith('/traits') ? { status: 200, body: { traits: [], resource_provider_generation: 1 } } : undefined,
    )
    await open.during(open.cloud.hostControl.close(host('compute-1'), 'x', never))
    expect(state('compute-1')?.status).toBe('disabled')
  })

  it('that is not there is not found', async () => {
    const absent = host('compute')
    await expect(open.cloud.hostControl.close(absent, 'x', never)).rejects.toMatchObject({ code: 'cloud-not-found' })
    const other = hostId('other' as never, 'compute-1')
    await expect(open.cloud.hostControl.open(other, never)).rejects.toMatchObject({ code: 'cloud-not-found' })
  })
})

describe('ratios', () => {
  it('that nova.conf sets back are told, until they are set anew and stay', async () => {
    const { ratioControl } = open.cloud
    const provider = open.fake.placement.providers.get(uuidOf('compute-1'))
    await ratioControl.setRatios(host('compute-1'), { coreRatio: 2, memoryRatio: 1.25 }, never)
    expect(await ratioControl.overridden(host('compute-1'), never)).toBeUndefined()
    const { VCPU } = provider?.inventories ?? {}
    if (provider && VCPU) provider.inventories = { ...provider.inventories, VCPU: { ...VCPU, allocation_ratio: 4 } }
    expect(await ratioControl.overridden(host('compute-1'), never)).toBe(
      'cpu_allocation_ratio of nova.conf on compute-1 sets VCPU back from 2 to 4; leave it unset there',
    )
    expect(await ratioControl.overridden(host('compute-2'), never)).toBeUndefined()
  })

  it('keep what else the inventory says', async () => {
    const before = open.fake.placement.providers.get(uuidOf('compute-1'))?.inventories['MEMORY_MB']
    await open.cloud.ratioControl.setRatios(host('compute-1'), { memoryRatio: 1.25 }, never)
    const after = open.fake.placement.providers.get(uuidOf('compute-1'))?.inventories['MEMORY_MB']
    expect(after).toEqual({ ...before, allocation_ratio: 1.25 })
  })
})

describe('migration', () => {
  it('of what is locked, and to where there is no room, is a conflict', async () => {
    const id = open.boot()
    open.fake.nova.set(nativeOf(id), { locked: true })
    const migrating = () => open.cloud.migration.migrate(id, host('compute-2'), never)
    await expect(migrating()).rejects.toMatchObject({ code: 'cloud-conflict', message: /it is locked/ })
    open.fake.nova.set(nativeOf(id), { locked: false })
    for (const each of open.fake.nova.hosts.slice(1)) each.status = 'disabled'
    await expect(migrating()).rejects.toMatchObject({ code: 'cloud-conflict', message: /No valid host/ })
  })
})

describe('labels', () => {
  it('that are longer than nova takes are cut', async () => {
    const id = open.boot()
    await open.cloud.labels.setMetadata(id, { note: 'x'.repeat(300) }, never)
    expect(open.fake.nova.servers.get(nativeOf(id))?.metadata['note']).toBe(`${'x'.repeat(254)}…`)
  })
})
