// A cloud on which room has to be made, for tests: everything well, nothing promised yet, whoever leaves is stopped and
// gives back what can be sold. A test spoils what it is about.
import { actionKinds, type CloudSnapshot, defaultPreemptionPolicy, type GivesBack, type RoomWish } from '@gleaner/model'
import { anInstance, aProject } from '@gleaner/testkit'
import type { RoomWorld } from '../eviction/room-world.ts'
import { indexSupports } from '../ledger/action-support.ts'
import { freezeSnapshot } from '../snapshot/freeze-snapshot.ts'
import { enforcing } from './a-world.ts'

const givesBack: GivesBack = { physicalCores: true, physicalMemory: true, sellable: true }

export function aRoomWorld(reading: CloudSnapshot, nowMs: number, overrides: Partial<RoomWorld> = {}): RoomWorld {
  const supports = indexSupports([
    {
      id: reading.cloudId,
      actions: actionKinds.map((action) => ({ action, givesBack })),
      ratioControl: {},
      hostControl: {},
    },
  ])
  return {
    nowMs,
    snapshot: freezeSnapshot(reading, reading),
    support: supports.get(reading.cloudId),
    policy: enforcing,
    preemption: { ...defaultPreemptionPolicy, action: 'stop' },
    holds: [],
    decisions: [],
    evictions: [],
    ...overrides,
  }
}

export function aWish(overrides: Partial<RoomWish> = {}): RoomWish {
  const { vcpus, memoryMiB, diskGiB } = anInstance()
  return {
    projectId: aProject().id,
    name: 'big',
    flavor: 'medium',
    firmness: 'firm',
    count: 1,
    hints: {},
    vcpus,
    memoryMiB,
    diskGiB,
    ...overrides,
  }
}
