// The loop over leases where somebody acts while it waits for the store: what a person did meanwhile stands.
import { afterEvent, endLease, eventsFor, freezeSnapshot } from '@gleaner/engine'
import { cloudId, type Lease, type LeaseId, type ReservationId } from '@gleaner/model'
import { aHost, anInstance, aProject, aSnapshot, testStartMs, VirtualClock } from '@gleaner/testkit'
import { expect, it } from 'vitest'
import { parseConfig } from '../config/load.ts'
import type { CommandQueue } from '../decide/command-queue.ts'
import { someRuntime } from '../testing/some-runtime.ts'
import { leasesLoop } from './leases.ts'

const cloud = cloudId('test')
const span = { startMs: testStartMs - 1000, endMs: testStartMs + 1000 }
const begun = afterEvent(
  {
    id: 'lease_1' as LeaseId,
    name: 'course',
    cloudId: cloud,
    projectId: aProject().id,
    by: 'anna',
    state: 'pending',
    createdAtMs: 0,
    updatedAtMs: 0,
    endAction: 'nothing',
    reservations: [
      {
        id: 'rsv_1' as ReservationId,
        wish: { kind: 'hosts', min: 1, max: 1 },
        filter: undefined,
        shares: [{ hostId: aHost().id, host: aHost().name, units: 1 }],
      },
    ],
    events: eventsFor({ span, noticeMs: 1000, heldUntilMs: undefined }),
    span,
  },
  'start',
  { nowMs: span.startMs, outcome: 'begun' },
)

it('does not undo an end that was ordered while people were told of a later one', async () => {
  const kept = new Map([[begun.id, begun]])
  const clock = new VirtualClock(testStartMs)
  let told = 0
  const endNow = () => {
    const ended = endLease(kept.get(begun.id) as Lease, testStartMs)
    if ('refused' in ended) throw new Error(ended.refused)
    kept.set(begun.id, ended)
  }
  const reading = aSnapshot({ cloudId: cloud, hosts: [aHost()], instances: [anInstance()] })
  const runtime = someRuntime({
    clock,
    config: parseConfig('clouds: [{ id: test, kind: simulated }]', 'test.yaml', { environment: {}, directory: '/' }),
    clouds: new Map(),
    state: {
      fence: { term: 1 },
      modes: { energy: 'observe' },
      clouds: new Map([[cloud, { snapshot: freezeSnapshot(reading, reading) }]]),
    },
    leases: {
      load: async () => {},
      open: () => [...kept.values()],
      find: (id: LeaseId) => kept.get(id),
      save: async (_: unknown, lease: Lease) => void kept.set(lease.id, lease),
    },
    problems: {
      settle: async () => {},
      resolve: async () => {},
      reportError: async (_: string, error: unknown) => Promise.reject(error),
    },
    log: { info: () => {} },
    store: {
      notices: {
        add: async () => {
          told++
          endNow()
          return true
        },
      },
    },
    wake: () => {},
  })
  const loop = leasesLoop(runtime, {} as CommandQueue)
  loop.start()
  while (loop.status().runs === 0) await new Promise((resolve) => setImmediate(resolve))
  await loop.stop()
  expect(loop.status().failures).toBe(0)
  expect(told).toBe(1)
  expect(kept.get(begun.id)?.span.endMs).toBe(testStartMs)
})
