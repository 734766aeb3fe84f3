// The shared contract suite against a fake OpenStack that speaks real HTTP, on a virtual clock.
import { type InstanceId, instanceId, nativeOf, projectId } from '@gleaner/model'
import { cloudContract, type CloudHarness, facetContract, VirtualClock } from '@gleaner/testkit'
import { describe, it } from 'vitest'
import { OpenStackCloud } from './openstack-cloud.ts'
import { FakeOpenStack } from './testing/fake-openstack.ts'

async function open(): Promise<CloudHarness> {
  const clock = new VirtualClock()
  const fake = await FakeOpenStack.start(clock)
  for (let i = 1; i <= 6; i++) fake.nova.boot({ name: `guest-${i}`, host: `compute-${(i % 3) + 1}`, flavorRef: '1' })
  // Their own beginning is no news any more.
  await clock.advance(60_000)
  const cloud = new OpenStackCloud({
    id: 'fake',
    clock,
    settings: { entry: fake.entry },
    diagnostics: 100,
    pollMs: 200,
    // The clock stands still while a call is made: nothing would end a pause.
    retry: { attempts: 1, baseMs: 1, longestPauseMs: 1, random: () => 0 },
  })
  const used = new Set<string>()
  let made = 0
  return {
    cloud,
    nowMs: () => clock.nowMs(),
    pass: (durationMs) => clock.advance(durationMs),
    settle: () => clock.advance(10_000),
    runningInstance: async () => {
      const found = [...fake.nova.servers.values()].find(({ id, status }) => status === 'ACTIVE' && !used.has(id))
      if (found === undefined) throw new Error('no server is left to try on')
      used.add(found.id)
      return idOf(found.id)
    },
    missingInstance: () => idOf('00000000-0000-4000-8000-ffffffffffff'),
    makePartial: async () => {
      const end = fake.http.fault(({ path }) => (path.startsWith('/placement') ? { status: 503, body: {} } : undefined))
      return async () => end()
    },
    makeUnavailable: async () => {
      await fake.http.vanish()
      return () => fake.http.appear()
    },
    makeHang: async () => {
      const end = fake.http.fault(() => 'hang')
      return async () => {
        end()
        fake.http.dropHanging()
      }
    },
    flavorId: '2',
    newInstance: () => ({
      name: `new-${++made}`,
      projectId: projectId(cloud.id, 'physics'),
      hostId: undefined,
      flavor: 'small',
      firmness: 'firm',
      tags: [],
      vcpus: 1,
      memoryMiB: 2048,
      diskGiB: 10,
      native: { imageRef: 'blank', networks: 'none' },
    }),
    remove: async (id) => fake.nova.remove(nativeOf(id)),
    dispose: async () => {
      await cloud.close()
      await fake.stop()
    },
  }

  function idOf(id: string): InstanceId {
    return instanceId(cloud.id, id)
  }
}

// Nova has no balloon, and the suite's tests of it would only be skipped.
const offered = (title: string) => !/^changes the memory|says of its memory/.test(title)

cloudContract(
  { describe, it: (title, body, timeoutMs) => (offered(title) ? it(title, body, timeoutMs) : undefined) },
  'openstack, fake services',
  { open },
)

facetContract({ describe, it }, 'openstack, fake services', { open })
