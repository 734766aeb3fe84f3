// The shared contract suite against the simulated cloud, on a virtual clock.
import type { InstanceId } from '@gleaner/model'
import { instanceId, projectId } from '@gleaner/model'
import type { CloudHarness } from '@gleaner/testkit'
import { cloudContract, facetContract, VirtualClock } from '@gleaner/testkit'
import { describe, it } from 'vitest'
import type { Fault } from './faults.ts'
import { SimulatedCloud } from './simulated-cloud.ts'

const never = new AbortController().signal

async function open(): Promise<CloudHarness> {
  const clock = new VirtualClock()
  const cloud = new SimulatedCloud({
    clock,
    seed: 7,
    hosts: 6,
    desktops: 1,
    instances: 40,
    activity: 0,
    guestMemory: true,
  })
  const used = new Set<InstanceId>()
  let names = 0
  const withFault = (fault: Fault) => async () => {
    const end = cloud.faults.put(fault)
    return async () => end()
  }
  return {
    cloud,
    nowMs: () => clock.nowMs(),
    pass: (durationMs) => clock.advance(durationMs),
    settle: () => clock.advance(300_000),
    runningInstance: async () => {
      const { instances } = await cloud.observe(never)
      const found = instances.find(
        ({ id, state, protectedBy }) => state === 'running' && protectedBy === undefined && !used.has(id),
      )
      if (found === undefined) throw new Error('no instance is left to try on')
      used.add(found.id)
      return found.id
    },
    missingInstance: () => instanceId(cloud.id, 'i-999999'),
    makePartial: withFault({ kind: 'partial', hostShare: 0.3, calls: ['observe', 'sample'] }),
    makeUnavailable: withFault({ kind: 'unavailable' }),
    makeHang: withFault({ kind: 'hang' }),
    remove: async (id) => {
      cloud.actByHand(id, 'delete')
      await clock.advance(10_000)
    },
    newInstance: () => ({
      name: `new-${++names}`,
      projectId: projectId(cloud.id, 'web-shop'),
      hostId: undefined,
      flavor: 'small',
      firmness: 'firm',
      tags: [],
      vcpus: 1,
      memoryMiB: 2048,
      diskGiB: 16,
    }),
    dispose: () => cloud.close(),
  }
}

cloudContract({ describe, it }, 'simulated', { open, actionTimeMs: 300_000 })

// It has no scheduler of its own from which hosts would have to be fenced; the suite's test of it would only be skipped.
facetContract(
  { describe, it: (title, body, timeoutMs) => (title.startsWith('fences:') ? undefined : it(title, body, timeoutMs)) },
  'simulated',
  { open, actionTimeMs: 300_000 },
)
