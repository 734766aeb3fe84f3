import { type Host, cloudId, hostId } from '@gleaner/model'
import { describe, expect, it } from 'vitest'
import type { CreateDocument, JsonObject } from './create-document.ts'
import type { Flavor } from './flavors.ts'
import { bootsFromVolume, roomWish } from './room-wish.ts'

const lab = cloudId('lab')
const host = (name: string, zone?: string): Host => ({
  id: hostId(lab, name),
  cloudId: lab,
  name,
  kind: 'hypervisor',
  state: 'up',
  cores: 8,
  memoryMiB: 8192,
  diskGiB: 100,
  reservedCores: 0,
  reservedMemoryMiB: 0,
  coreRatio: 1,
  memoryRatio: 1,
  properties: zone === undefined ? {} : { zone },
  idlePowerW: undefined,
  fullPowerW: undefined,
})
const cloud = {
  hosts: [host('h1'), host('h2'), host('h3', 'east')],
  hostOf: (id: string) => (id === 'on-h2' ? hostId(lab, 'h2') : undefined),
}
const flavor: Flavor = {
  id: '1',
  name: 'small',
  vcpus: 2,
  memoryMiB: 2048,
  rootGiB: 10,
  ephemeralGiB: 5,
  swapMiB: 0,
  extraSpecs: {},
}

interface Asked {
  readonly server?: JsonObject
  readonly hints?: JsonObject
  readonly specs?: Record<string, string>
  readonly image?: JsonObject
  readonly flavor?: Partial<Flavor>
}

function wish({ server = {}, hints = {}, specs = {}, image, flavor: changed = {} }: Asked) {
  const document: CreateDocument = { whole: {}, server: { name: 'w', flavorRef: '1', imageRef: 'i', ...server }, hints }
  return roomWish(document, { ...flavor, ...changed, extraSpecs: specs }, { image, cloud })
}

describe('the size', () => {
  it('is the flavor’s, in whole GiB of disk, rounded up', () => {
    expect(wish({})).toEqual({ vcpus: 2, memoryMiB: 2048, diskGiB: 15, count: 1, hints: {} })
    expect(wish({ flavor: { swapMiB: 1 } })?.diskGiB).toBe(16)
    expect(wish({ flavor: { swapMiB: 2048 } })?.diskGiB).toBe(17)
  })

  it.each<[JsonObject, boolean]>([
    [{}, false],
    [{ block_device_mapping_v2: [] }, false],
    [{ block_device_mapping_v2: [{ boot_index: 0, source_type: 'volume', destination_type: 'volume' }] }, true],
    [{ block_device_mapping_v2: [{ boot_index: '0', source_type: 'image', destination_type: 'volume' }] }, true],
    [{ block_device_mapping_v2: [{ boot_index: 0, source_type: 'snapshot' }] }, true],
    [{ block_device_mapping_v2: [{ boot_index: 0, source_type: 'image', destination_type: 'local' }] }, false],
    [{ block_device_mapping_v2: [{ boot_index: 0, source_type: 'image' }] }, false],
    [{ block_device_mapping_v2: [{ boot_index: 1, source_type: 'volume', destination_type: 'volume' }] }, false],
    [{ block_device_mapping: [{ device_name: 'vda', volume_id: 'v' }] }, true],
    [{ block_device_mapping_v2: 'x' }, false],
  ])('has no root disk when it boots from a volume: %j', (server, fromVolume) => {
    expect(bootsFromVolume(server)).toBe(fromVolume)
    expect(wish({ server })?.diskGiB).toBe(fromVolume ? 5 : 15)
  })
})

describe('the number', () => {
  it.each<[JsonObject, number | undefined]>([
    [{}, 1],
    [{ min_count: 3 }, 3],
    [{ min_count: '2', max_count: '5' }, 5],
    [{ max_count: 4 }, 4],
    [{ min_count: 5, max_count: 4 }, undefined],
    [{ min_count: 0 }, undefined],
    [{ max_count: 1.5 }, undefined],
    [{ max_count: 1001 }, undefined],
    [{ max_count: 'many' }, undefined],
    [{ min_count: null }, undefined],
  ])('of %j is %s', (server, count) => {
    expect(wish({ server })?.count).toBe(count)
  })
})

describe('the place', () => {
  const hosts = (...names: string[]) => names.map((name) => hostId(lab, name))

  it.each<[Asked, object | undefined]>([
    [{ server: { availability_zone: 'east' } }, { onHosts: hosts('h3') }],
    [{ server: { availability_zone: 'nova' } }, { onHosts: hosts('h1', 'h2') }],
    [{ server: { availability_zone: 'nova:h2' } }, { onHosts: hosts('h2') }],
    [{ server: { availability_zone: 'nova:h2:h2' } }, { onHosts: hosts('h2') }],
    [{ server: { availability_zone: 'nova::h2' } }, { onHosts: hosts('h2') }],
    [{ server: { availability_zone: 'nova:h9' } }, undefined],
    [{ server: { host: 'h1' } }, { onHosts: hosts('h1') }],
    [{ server: { host: 'h1', hypervisor_hostname: 'h2' } }, undefined],
    [{ hints: { same_host: 'on-h2' } }, { onHosts: hosts('h2') }],
    [{ hints: { same_host: ['gone'] } }, undefined],
    [{ hints: { different_host: ['on-h2', 'gone'] } }, { notOnHosts: hosts('h2') }],
    [{ server: { availability_zone: 'east' }, hints: { same_host: 'on-h2' } }, { onHosts: [] }],
    [{ hints: { preemptible: 'false' } }, {}],
    [{ hints: { group: 'g' } }, undefined],
    [{ hints: { query: '[">=", "$free_ram_mb", 1]' } }, undefined],
    [
      { specs: { 'trait:CUSTOM_A': 'required', 'trait:CUSTOM_B': 'forbidden' } },
      { properties: { CUSTOM_A: true, CUSTOM_B: false } },
    ],
    [{ specs: { 'aggregate_instance_extra_specs:ssd': 'true' } }, { properties: { ssd: 'true' } }],
    [{ specs: { 'aggregate_instance_extra_specs:ssd': '<or> a <or> b' } }, undefined],
    [{ specs: { 'quota:cpu_shares': '1', 'hw_rng:allowed': 'True', 'gleaner:preemptible': 'false' } }, {}],
    [{ specs: { 'hw:cpu_policy': 'dedicated' } }, undefined],
    [{ specs: { 'resources:CUSTOM_GPU': '1' } }, undefined],
    [{ specs: { 'trait1:CUSTOM_A': 'required' } }, undefined],
    [{ specs: { 'pci_passthrough:alias': 'a:1' } }, undefined],
    [{ specs: { ssd: 'true' } }, undefined],
    [
      { image: { metadata: { os_distro: 'debian', 'trait:CUSTOM_A': 'required' } } },
      { properties: { CUSTOM_A: true } },
    ],
    [{ image: { metadata: { hw_mem_page_size: 'large' } } }, undefined],
    [{ image: { metadata: { hw_architecture: 'aarch64' } } }, undefined],
    [{ image: { metadata: { 'trait:CUSTOM_A': 'forbidden' } } }, undefined],
  ])('of %j is %j', (asked, hints) => {
    expect(wish(asked)?.hints).toEqual(hints)
  })
})
