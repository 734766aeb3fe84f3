import { cloudId } from '@gleaner/model'
import type { InventoryItem, NovaHypervisor } from '@gleaner/wire-openstack'
import { describe, expect, it } from 'vitest'
import { type HostParts, toHost } from './host-reading.ts'

const hypervisor: NovaHypervisor = {
  id: 'rp1',
  name: 'kvm1.example',
  type: 'QEMU',
  serviceId: 's1',
  serviceHost: 'kvm1',
  isUp: true,
  isEnabled: true,
  disabledReason: undefined,
  vcpus: 64,
  memoryMiB: 1000,
  diskGiB: 500,
}
const item = (total: number, reserved: number, allocationRatio: number): InventoryItem => ({
  total,
  reserved,
  allocationRatio,
  raw: {},
})
const placement = (items: Readonly<Record<string, InventoryItem>>, traits: readonly string[] = []) => ({
  inventories: { generation: 1, items: new Map(Object.entries(items)) },
  traits,
})
const host = (parts: Partial<HostParts>) =>
  toHost(cloudId('lab'), { hypervisor, provider: undefined, aggregates: [], ...parts })

describe('a host', () => {
  it('has the sizes, reserves and ratios by which placement sells it', () => {
    const provider = placement({ VCPU: item(32, 2, 4), MEMORY_MB: item(8192, 512, 1.5), DISK_GB: item(100, 0, 2) })
    expect(host({ provider })).toMatchObject({
      id: 'lab:kvm1.example',
      cores: 32,
      reservedCores: 2,
      coreRatio: 4,
      memoryMiB: 8192,
      reservedMemoryMiB: 512,
      memoryRatio: 1.5,
      diskGiB: 100,
      diskRatio: 2,
    })
  })

  it('has nova’s sizes and unknown ratios where placement may not be read', () => {
    expect(host({})).toMatchObject({ cores: 64, memoryMiB: 1000, diskGiB: 500, coreRatio: undefined })
  })

  it('counts pinned cores, which are sold once', () => {
    const provider = placement({ VCPU: item(16, 0, 4), PCPU: item(16, 0, 1), MEMORY_MB: item(1, 0, 1) })
    expect(host({ provider })).toMatchObject({ cores: 32, coreRatio: 2.5 })
    const onlyPinned = placement({ PCPU: item(16, 1, 1), MEMORY_MB: item(1, 0, 1) })
    expect(host({ provider: onlyPinned })).toMatchObject({ cores: 16, reservedCores: 1, coreRatio: 1 })
  })

  it('never reserves more than it has', () => {
    const provider = placement({ MEMORY_MB: item(100, 200, 1) })
    expect(host({ provider })).toMatchObject({ memoryMiB: 100, reservedMemoryMiB: 100 })
  })

  it.each([
    [{}, 'up'],
    [{ isUp: false }, 'down'],
    [{ isUp: false, isEnabled: false }, 'down'],
    [{ isEnabled: false }, 'maintenance'],
    [{ isEnabled: false, disabledReason: 'new memory' }, 'maintenance'],
    [{ isEnabled: false, disabledReason: 'Gleaner: lease 12' }, 'disabled'],
    [{ isEnabled: false, disabledReason: 'AUTO: too many failed builds' }, 'disabled'],
  ] as const)('whose service says %j is %s', (change, state) => {
    expect(host({ hypervisor: { ...hypervisor, ...change } }).state).toBe(state)
  })

  it('offers its traits and what its aggregates say of it', () => {
    const aggregates = [
      { name: 'fast', zone: 'az1', hosts: ['kvm1'], metadata: { ssd: 'true' } },
      { name: 'slow', zone: 'az2', hosts: ['kvm2'], metadata: { ssd: 'false' } },
    ]
    const provider = placement({}, ['HW_CPU_X86_AVX2', 'CUSTOM_LENT'])
    expect(host({ provider, aggregates }).properties).toEqual({
      hypervisor: 'QEMU',
      HW_CPU_X86_AVX2: true,
      CUSTOM_LENT: true,
      'aggregate:fast': true,
      ssd: 'true',
      zone: 'az1',
    })
  })
})
