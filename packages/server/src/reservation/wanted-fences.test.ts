// Which fences stand when: by the times of leases, one after the other on a host, and open for whom is on the way in.
import { eventsFor } from '@gleaner/engine'
import {
  cloudId,
  type HostId,
  hostId,
  type Lease,
  type LeaseId,
  type LeaseWish,
  type ReservationId,
} from '@gleaner/model'
import { anInstance, aProject, testStartMs } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { fitting } from './fit-in-lease.ts'
import { type FenceWorld, wantedFences } from './wanted-fences.ts'

const cloud = cloudId('test')
const hourMs = 3_600_000
const host = (name: string) => hostId(cloud, name)
const size = { vcpus: 2, memoryMiB: 4096, diskGiB: 20 }

function lease(id: string, more: Partial<Lease> = {}, wish: LeaseWish = { kind: 'hosts', min: 1, max: 1 }): Lease {
  const span = more.span ?? { startMs: testStartMs, endMs: testStartMs + hourMs }
  return {
    id: id as LeaseId,
    name: id,
    cloudId: cloud,
    projectId: aProject().id,
    by: 'anna',
    state: 'active',
    createdAtMs: 0,
    updatedAtMs: 0,
    endAction: 'nothing',
    reservations: [
      {
        id: `res_${id}` as ReservationId,
        wish,
        filter: undefined,
        shares: [{ hostId: host('a'), host: 'a', units: 1 }],
      },
    ],
    events: eventsFor({ span, noticeMs: 0, heldUntilMs: undefined }),
    span,
    ...more,
  }
}
const wanted = (more: Partial<FenceWorld>) =>
  wantedFences({
    cloudId: cloud,
    nowMs: testStartMs + 1,
    leases: [],
    instancesOfHost: new Map(),
    open: [],
    aheadMs: 1000,
    ...more,
  })

describe('the fences that leases want', () => {
  it('stand from a while before the start until the end, whatever the loop of leases has got round to', () => {
    const leases = [lease('one', { state: 'pending' })]
    const at = (nowMs: number) => wanted({ leases, nowMs }).length
    expect([
      at(testStartMs - 1001),
      at(testStartMs - 1000),
      at(testStartMs + hourMs - 1),
      at(testStartMs + hourMs),
    ]).toEqual([0, 1, 1, 0])
  })

  it('do not stand for proposals, for what is over, and for other clouds', () => {
    for (const state of ['proposed', 'ended', 'cancelled', 'lapsed'] as const)
      expect(wanted({ leases: [lease('one', { state })] })).toEqual([])
    expect(wanted({ leases: [lease('one', { cloudId: cloudId('elsewhere') })] })).toEqual([])
  })

  it('stand in the order in which their leases begin', () => {
    const later = lease('later', {
      state: 'pending',
      span: { startMs: testStartMs + 1000, endMs: testStartMs + hourMs },
    })
    const leases = [later, lease('now')]
    expect(wanted({ leases }).map(({ leaseId }) => leaseId)).toEqual(['now', 'later'])
  })

  it('hold of a lease on room what is not used yet, and only from its start', () => {
    const wish = { kind: 'instances', amount: 2, size: [2, 4096, 20] } as const
    const leases = [lease('one', {}, wish)]
    const [share] = leases[0]?.reservations[0]?.shares ?? []
    const two = [
      { ...leases[0], reservations: [{ ...leases[0]?.reservations[0], shares: [{ ...share, units: 2 }] }] },
    ] as Lease[]
    expect(wanted({ leases: two })[0]?.room).toEqual({ vcpus: 4, memoryMiB: 8192, diskGiB: 40 })
    const own = { ...anInstance({ vcpus: 2, memoryMiB: 4096, diskGiB: 20 }), createdAtMs: testStartMs }
    const instancesOfHost = new Map<HostId, readonly (typeof own)[]>([[host('a'), [own]]])
    expect(wanted({ leases: two, instancesOfHost })[0]?.room).toEqual(size)
    expect(wanted({ leases: two, nowMs: testStartMs - 1 })).toEqual([])
  })

  it('are open for the sum of those who are on the way in, and for those of their own lease only', () => {
    const open = [
      { leaseId: 'one' as LeaseId, hostId: host('a'), ...size },
      { leaseId: 'one' as LeaseId, hostId: host('a'), ...size },
      { leaseId: 'two' as LeaseId, hostId: host('a'), ...size },
      { leaseId: 'one' as LeaseId, hostId: host('b'), ...size },
    ]
    expect(wanted({ leases: [lease('one')], open })).toEqual([
      { leaseId: 'one', hostId: host('a'), room: undefined, open: { vcpus: 4, memoryMiB: 8192, diskGiB: 40 } },
    ])
  })
})

describe('instances inside a lease', () => {
  const state = (name: string, times: number, fault?: string) => ({
    leaseId: 'one' as LeaseId,
    hostId: host(name),
    held: { vcpus: 2 * times, memoryMiB: 4096 * times, diskGiB: 1000 },
    free: size,
    fault,
  })
  const places = (states: readonly ReturnType<typeof state>[], count: number) =>
    fitting({ states, size, count })?.map(({ hostId: id, vcpus }) => `${id} ${vcpus / size.vcpus}`)

  it('fill the fullest host first, and go on with the next', () => {
    expect(places([state('a', 5), state('b', 2)], 1)).toEqual(['test:b 1'])
    expect(places([state('a', 5), state('b', 2)], 4)).toEqual(['test:b 2', 'test:a 2'])
  })

  it('all have room, or none is let in; what is open for others is not counted', () => {
    expect(places([state('a', 1), state('b', 2)], 4)).toBeUndefined()
    expect(places([state('a', 0)], 1)).toBeUndefined()
    expect(places([state('a', 5, 'not reached')], 1)).toBeUndefined()
    expect(places([], 1)).toBeUndefined()
  })

  it('of no size in one of the three are placed by the others', () => {
    expect(
      fitting({ states: [state('a', 1)], size: { vcpus: 0, memoryMiB: 4096, diskGiB: 0 }, count: 1 }),
    ).toHaveLength(1)
  })
})
