// The shared contract suite against a fake server that speaks the real wire, on a virtual clock.
import { instanceId, nativeOf, type InstanceId } from '@gleaner/model'
import { cloudContract, facetContract, type CloudHarness, type TestRunner, VirtualClock } from '@gleaner/testkit'
import { describe, it } from 'vitest'
import { OpenNebulaCloud } from './opennebula-cloud.ts'
import { FakeOpenNebula } from './testing/fake-opennebula.ts'

async function open(): Promise<CloudHarness> {
  const clock = new VirtualClock()
  const fake = await FakeOpenNebula.start(clock)
  for (const id of [0, 1, 3]) fake.addHost({ id })
  for (let id = 1; id <= 6; id++) fake.addVm({ id, hostId: id % 2, vcpus: id, uid: id === 6 ? 2 : 0 })
  const cloud = new OpenNebulaCloud({ id: 'one', clock, endpoints: [fake.endpoint], session: 'oneadmin:PASSWORD' })
  const used = new Set<InstanceId>()
  const idOf = (native: number) => instanceId(cloud.id, String(native))
  return {
    cloud,
    nowMs: () => clock.nowMs(),
    pass: (durationMs) => clock.advance(durationMs),
    settle: () => clock.advance(60_000),
    runningInstance: async () => {
      const vm = [...fake.vms.values()].find(({ isRunning, options }) => isRunning && !used.has(idOf(options.id)))
      if (vm === undefined) throw new Error('no VM is left to try on')
      used.add(idOf(vm.options.id))
      return idOf(vm.options.id)
    },
    missingInstance: () => idOf(9999),
    makePartial: async () => {
      fake.behave('no-hosts')
      return async () => fake.behave('none')
    },
    makeUnavailable: async () => {
      await fake.vanish()
      return () => fake.appear()
    },
    makeHang: async () => {
      fake.behave('hang')
      return async () => fake.behave('none')
    },
    remove: async (id) => void fake.vms.delete(Number(nativeOf(id))),
    dispose: async () => {
      await cloud.close()
      await fake.stop()
    },
  }
}

// OpenNebula has nothing between running and saved to disk, and leaves the balloon to the hypervisor.
const offered = (title: string) =>
  !/^pause:|memory of a running guest|says of its memory|what cannot begin in the present state/.test(title)

const runner = (isOffered: (title: string) => boolean): TestRunner => ({
  describe,
  it: (title, body, timeoutMs) => (isOffered(title) ? it(title, body, timeoutMs) : undefined),
})

cloudContract(runner(offered), 'OpenNebula, fake server', { open })
// The others make instances to try on, which this driver does not: its own tests hold them.
facetContract(
  runner((title) => title.startsWith('all:')),
  'OpenNebula, fake server',
  { open },
)
