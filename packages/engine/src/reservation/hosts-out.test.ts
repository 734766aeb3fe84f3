import type { HostState, Lease, LeaseState } from '@gleaner/model'
import { aHost, anInventory, testCloud, testStartMs } from '@gleaner/testkit'
import { expect, it } from 'vitest'
import { freezeSnapshot } from '../snapshot/freeze-snapshot.ts'
import { hostsOut } from './hosts-out.ts'

const host = aHost()
const reservations: Lease['reservations'] = [
  {
    id: 'res_1' as Lease['reservations'][number]['id'],
    wish: { kind: 'hosts', min: 1, max: 1 },
    filter: undefined,
    shares: [{ hostId: host.id, host: host.name, units: 1 }],
  },
]

function outOf(state: LeaseState, is: HostState | 'gone', isPartial = false): boolean {
  const hosts = is === 'gone' ? [] : [{ ...host, state: is }]
  const gaps = isPartial ? [{ scope: 'hv-2', reason: 'timed out' }] : []
  const taken = { cloudId: testCloud, version: 1, takenAtMs: testStartMs }
  return (
    hostsOut({ state, reservations }, freezeSnapshot(anInventory({ hosts, instances: [], gaps }), taken)).length > 0
  )
}

it('a host that is down, unknown or gone is out, one that sleeps is not', () => {
  for (const state of ['pending', 'active'] as const)
    expect((['down', 'unknown', 'gone', 'up', 'asleep'] as const).map((is) => outOf(state, is))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ])
})

it('closed for maintenance is out before the lease begins, and left to it while it runs', () => {
  for (const is of ['maintenance', 'disabled'] as const)
    expect([outOf('pending', is), outOf('active', is)]).toEqual([true, false])
})

it('what could not be read is not known to have failed', () => {
  expect(outOf('active', 'gone', true)).toBe(false)
  expect(hostsOut({ state: 'active', reservations }, undefined)).toEqual([])
})
