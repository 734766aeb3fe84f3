import type { Host, HostOffer } from '@gleaner/model'
import { aHost, testStartMs } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { reservableHosts } from './reservable-hosts.ts'

const offer = (host: Host, change: Partial<HostOffer> = {}) =>
  new Map([[host.id, { hostId: host.id, withdrawn: false, properties: {}, by: 'olga', atMs: testStartMs, ...change }]])
const one = (change: Partial<Host> = {}) => reservableHosts([aHost(change)])[0]

describe('what a host has to be reserved', () => {
  it('is its size without what is reserved for itself, times its ratios', () => {
    const sizes = { cores: 16, reservedCores: 1, coreRatio: 2, memoryMiB: 65_536, reservedMemoryMiB: 2048 }
    expect(one({ ...sizes, memoryRatio: 1.5, diskGiB: 1000, diskRatio: 1.2 })?.capacity).toEqual([30, 95_232, 1200])
  })

  it('is its plain size where the cloud tells no ratios', () => {
    expect(one({ coreRatio: undefined, memoryRatio: undefined })?.capacity).toEqual([15, 63_488, 1000])
  })

  it('is never below nothing, whatever is reserved for the host itself', () => {
    expect(one({ reservedCores: 17, reservedMemoryMiB: 65_537 })?.capacity).toEqual([0, 0, 1000])
  })

  it('is not bounded by a disk that the host does not tell', () => {
    expect(one({ diskGiB: 0, diskRatio: 2 })?.capacity[2]).toBe(Number.POSITIVE_INFINITY)
    expect(one({ diskGiB: 1 })?.capacity[2]).toBe(1)
  })
})

describe('which hosts', () => {
  it('hypervisors by name, whatever order they are read in; desktops belong to those in front of them', () => {
    const read = [
      aHost({ name: 'hv-2' }),
      aHost({ name: 'desk', kind: 'desktop' }),
      aHost({ name: 'hv-10' }),
      aHost({ name: 'hv-1' }),
      aHost({ name: 'hv-1', id: aHost({ name: 'twin' }).id }),
    ]
    expect(reservableHosts(read).map(({ name }) => name)).toEqual(['hv-1', 'hv-1', 'hv-10', 'hv-2'])
    // Of the same name in the order in which they were read.
    expect(reservableHosts(read).map(({ id }) => id)).toEqual(['test:hv-1', 'test:twin', 'test:hv-10', 'test:hv-2'])
    expect(read.map(({ name }) => name)).toEqual(['hv-2', 'desk', 'hv-10', 'hv-1', 'hv-1'])
  })

  it.each<[Host['state'], string | undefined]>([
    ['up', undefined],
    ['asleep', undefined],
    ['disabled', 'disabled'],
    ['maintenance', 'maintenance'],
    ['down', 'down'],
    ['unknown', 'unknown'],
  ])('%s: closed because %s', (state, closed) => {
    expect(one({ state })).toMatchObject({ name: 'hv-1', closed })
  })

  it('a host that was withdrawn is told as that, whatever its state; one that is offered is not closed', () => {
    for (const state of ['up', 'down'] as const) {
      const host = aHost({ state })
      expect(reservableHosts([host], offer(host, { withdrawn: true }))[0]?.closed).toBe('withdrawn')
      expect(reservableHosts([host], offer(host))[0]?.closed).toBe(state === 'up' ? undefined : 'down')
    }
    expect(reservableHosts([aHost()], offer(aHost({ name: 'other' }), { withdrawn: true }))[0]?.closed).toBeUndefined()
  })
})

it('what operators told of a host adds to what the cloud tells and never hides it', () => {
  const host = aHost({ properties: { rack: 'A' } })
  const [told] = reservableHosts([host], offer(host, { properties: { rack: 'B', gpu: true, cores: 99 } }))
  const properties = (names: readonly string[]) => names.map((name) => told?.properties.get(name))
  expect(properties(['rack', 'gpu', 'cores', 'local_gb'])).toEqual(['A', true, 16, 1000])
})
