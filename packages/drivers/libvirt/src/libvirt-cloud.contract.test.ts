// The shared contract suite against two fake daemons that speak the real wire, on a virtual clock.
import { instanceId, nativeOf, type InstanceId } from '@gleaner/model'
import { cloudContract, type CloudHarness, VirtualClock } from '@gleaner/testkit'
import { describe, it } from 'vitest'
import { LibvirtCloud } from './libvirt-cloud.ts'
import { FakeLibvirtd } from './testing/fake-libvirtd.ts'

async function open(): Promise<CloudHarness> {
  const clock = new VirtualClock()
  const daemons = [await FakeLibvirtd.start(clock), await FakeLibvirtd.start(clock)] as const
  for (let i = 1; i <= 6; i++) {
    const daemon = daemons[i % 2 === 0 ? 0 : 1]
    daemon.define({ name: `guest-${i}`, uuid: `00000000-0000-4000-8000-00000000000${i}`, vcpus: i }).start()
  }
  const cloud = new LibvirtCloud({
    id: 'fake',
    clock,
    monotonicMs: () => clock.nowMs(),
    hosts: daemons.map((daemon, index) => ({ name: `node-${index}`, uri: daemon.uri })),
  })
  const used = new Set<InstanceId>()
  const pass = async (durationMs: number) => {
    for (const daemon of daemons) daemon.hostCpuNs += durationMs * 1e6
    await clock.advance(durationMs)
  }
  return {
    cloud,
    nowMs: () => clock.nowMs(),
    pass,
    settle: () => pass(60_000),
    runningInstance: async () => {
      const domain = daemons
        .flatMap((d) => [...d.domains.values()])
        .find((d) => d.isActive && !used.has(idOf(d.options.uuid)))
      if (domain === undefined) throw new Error('no domain is left to try on')
      used.add(idOf(domain.options.uuid))
      return idOf(domain.options.uuid)
    },
    missingInstance: () => idOf('00000000-0000-4000-8000-ffffffffffff'),
    makePartial: async () => {
      await daemons[1].vanish()
      return () => daemons[1].appear()
    },
    makeUnavailable: async () => {
      for (const daemon of daemons) await daemon.vanish()
      return async () => {
        for (const daemon of daemons) await daemon.appear()
      }
    },
    makeHang: async () => {
      for (const daemon of daemons) daemon.behave('hang')
      return async () => {
        for (const daemon of daemons) daemon.behave('none')
      }
    },
    remove: async (id) => {
      for (const daemon of daemons) daemon.undefine(nativeOf(id))
    },
    dispose: async () => {
      await cloud.close()
      for (const daemon of daemons) await daemon.stop()
    },
  }

  function idOf(uuid: string): InstanceId {
    return instanceId(cloud.id, uuid)
  }
}

// A domain is on its host for good: there is nothing to shelve, and the suite's test of it would only be skipped.
const offered = (title: string) => !title.startsWith('shelve')

cloudContract(
  { describe, it: (title, body, timeoutMs) => (offered(title) ? it(title, body, timeoutMs) : undefined) },
  'libvirt, fake daemons',
  { open },
)
