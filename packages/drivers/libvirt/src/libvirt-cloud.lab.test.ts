// The driver against a real libvirtd with real guests: the shared contract suite, then what only a real one can show.
// virsh is the second opinion: both look at the same daemon and must tell the same.
import { setTimeout as sleep } from 'node:timers/promises'
import { instanceId, metrics, nativeOf, type InstanceId, type SampleBatch } from '@gleaner/model'
import type { Clock } from '@gleaner/ports'
import { cloudContract, type CloudHarness } from '@gleaner/testkit'
import * as wire from '@gleaner/wire-libvirt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LibvirtCloud } from './libvirt-cloud.ts'
import { LibvirtLab, missingForLab } from './testing/libvirt-lab.ts'
import { SocketRelay } from './testing/socket-relay.ts'

const never = new AbortController().signal
const clock: Clock = {
  speed: 1,
  nowMs: () => Date.now(),
  sleep: (durationMs, signal) => sleep(durationMs, undefined, { ...(signal && { signal }) }),
}
const missing = await missingForLab()
if (missing !== undefined) console.warn(`skipped, real libvirtd: ${missing}`)

describe.skipIf(missing !== undefined)('a real libvirtd', () => {
  const guests = ['idle-1', 'idle-2', 'busy-1']
  let lab: LibvirtLab
  let turns = 0

  beforeAll(async () => {
    lab = await LibvirtLab.up(guests)
  }, 180_000)
  afterAll(() => lab.down(), 60_000)

  async function open(): Promise<CloudHarness> {
    const relay = await SocketRelay.start(lab.socket)
    const scheme = lab.uri.slice(0, lab.uri.indexOf('?'))
    const cloud = new LibvirtCloud({
      id: 'lab',
      clock,
      hosts: [{ name: 'node', uri: `${scheme}?socket=${relay.path}` }],
    })
    const used = new Set<string>()
    const nameOf = (id: InstanceId) => lab.virsh('domname', nativeOf(id))
    return {
      cloud,
      nowMs: () => Date.now(),
      pass: (durationMs) => sleep(durationMs),
      settle: () => sleep(1_500),
      runningInstance: async () => {
        // In turns: while one is tried on, those of the last tests can boot.
        const name = guests
          .map((_, index) => guests[(turns + index) % guests.length])
          .find((guest) => !used.has(guest ?? ''))
        turns++
        if (name === undefined) throw new Error('no guest is left to try on')
        used.add(name)
        await lab.restore(name)
        return instanceId(cloud.id, await lab.virsh('domuuid', name))
      },
      missingInstance: () => instanceId(cloud.id, '00000000-0000-4000-8000-ffffffffffff'),
      makeUnavailable: async () => {
        await relay.vanish()
        return () => relay.appear()
      },
      makeHang: async () => {
        relay.hold()
        return async () => relay.letGo()
      },
      remove: async (id) => {
        const name = await nameOf(id)
        await lab.virsh('destroy', name)
        await lab.virsh('undefine', name, '--managed-save')
      },
      dispose: async () => {
        await cloud.close()
        await relay.stop()
        for (const guest of guests) await lab.revive(guest)
      },
    }
  }

  it('answers every other call of the protocol client as virsh says', async () => {
    const call = { deadlineMs: 20_000 }
    const rpc = await wire.openConnection(lab.uri, call)
    expect(await wire.getHostname(rpc, call)).toBe(await lab.virsh('hostname'))
    expect((await wire.getCapabilities(rpc, call)).trim()).toBe(await lab.virsh('capabilities'))
    expect(await lab.virsh('version')).toContain(`libvirt ${await wire.getLibvirtVersion(rpc, call)}`)
    expect((await wire.getNodeInfo(rpc, call)).memoryKiB).toBe(
      Number(/Memory size: +(\d+)/.exec(await lab.virsh('nodeinfo'))?.[1]),
    )
    const domain = await wire.lookupByName(rpc, 'idle-1', call)
    expect(await wire.lookupByUuid(rpc, domain.uuid, call)).toEqual(domain)
    expect(String(domain.id)).toBe(await lab.virsh('domid', 'idle-1'))
    expect(await wire.getInfo(rpc, domain, call)).toMatchObject({ state: 1, vcpus: 1, maxMemoryKiB: 196_608 })
    expect((await wire.getXml(rpc, domain, call)).trim()).toBe(await lab.virsh('dumpxml', 'idle-1'))
    expect(await wire.getJobInfo(rpc, domain, call)).toMatchObject({ type: wire.jobTypes.none })
    await expect(wire.abortJob(rpc, domain, call)).rejects.toMatchObject({ code: wire.errorNumbers.operationInvalid })
    const element = { domain, type: wire.metadataElement, uri: 'urn:gleaner:libvirt:1', impact: wire.affect.current }
    expect(await wire.getMetadata(rpc, element, call)).toBe(await lab.virsh('metadata', 'idle-1', element.uri))
    const absent = wire.getMetadata(rpc, { ...element, uri: 'urn:absent' }, call)
    await expect(absent).rejects.toMatchObject({ code: wire.errorNumbers.noDomainMetadata })

    const told: string[] = []
    const events = await wire.startLifecycleEvents(
      rpc,
      (event) => told.push(wire.lifecycleEvents[event.event] ?? ''),
      call,
    )
    const saving = wire.managedSave(rpc, { domain, flags: 0 }, call)
    await saving
    expect(await wire.hasManagedSave(rpc, domain, call)).toBe(true)
    await wire.removeManagedSave(rpc, domain, call)
    expect(await wire.hasManagedSave(rpc, domain, call)).toBe(false)
    const started = await wire.createDomain(rpc, domain, call)
    await wire.destroyDomain(rpc, started, call)
    expect(told).toEqual(expect.arrayContaining(['suspended', 'stopped', 'started']))
    await wire.stopLifecycleEvents(rpc, events, call)
    const again = await wire.defineDomain(rpc, await wire.getXml(rpc, domain, call), call)
    expect(again).toEqual({ ...domain, id: -1 })
    await wire.connectClose(rpc, call)
    rpc.close()
    await lab.revive('idle-1')
  })

  // Nothing to shelve; and two hosts are two machines, which this one is not (the fake daemons show a partial cloud).
  const offered = (title: string) => !title.startsWith('shelve') && !title.startsWith('tells gaps')
  cloudContract(
    { describe, it: (title, body, timeoutMs) => (offered(title) ? it(title, body, timeoutMs) : undefined) },
    'libvirt, real daemon',
    { open, actionTimeMs: 60_000, testTimeoutMs: 120_000 },
  )

  describe('and virsh', () => {
    let cloud: LibvirtCloud
    beforeAll(async () => {
      for (const guest of guests) await lab.restore(guest)
      cloud = new LibvirtCloud({ id: 'lab', clock, hosts: [{ name: 'node', uri: lab.uri }] })
    })
    afterAll(() => cloud.close())

    const idOf = async (guest: string) => instanceId(cloud.id, await lab.virsh('domuuid', guest))
    const stateOf = async (guest: string) => (await cloud.look(await idOf(guest), never)).instance?.state

    it('tell the same of states, sizes and memory', async () => {
      await lab.virsh('suspend', 'idle-2')
      const { instances, hosts } = await cloud.observe(never)
      const told = new Map(instances.map((instance) => [instance.name, instance]))
      for (const guest of guests) {
        const instance = told.get(guest)
        expect(instance?.state).toBe(await lab.virsh('domstate', guest))
        const info = await lab.virsh('dominfo', guest)
        expect(instance?.vcpus).toBe(Number(/CPU\(s\):\s+(\d+)/.exec(info)?.[1]))
        expect(instance?.memoryMiB).toBe(Number(/Max memory:\s+(\d+)/.exec(info)?.[1]) / 1024)
      }
      expect(hosts[0]?.cores).toBe(Number(/CPU\(s\):\s+(\d+)/.exec(await lab.virsh('nodeinfo'))?.[1]))
      expect(hosts[0]?.memoryMiB).toBe(Number(/total *:\s+(\d+)/.exec(await lab.virsh('nodememstats'))?.[1]) / 1024)
      await lab.virsh('resume', 'idle-2')
    })

    it('tell the same of processor time and memory used', async () => {
      const figures = async (guest: string) => {
        const text = await lab.virsh('domstats', '--cpu-total', '--balloon', guest)
        const figure = (name: string) => Number(new RegExp(`${name}=(\\d+)`).exec(text)?.[1])
        return {
          cpuS: figure('cpu.time') / 1e9,
          usedMiB: (figure('balloon.available') - figure('balloon.usable')) / 1024,
        }
      }
      await cloud.sample(never)
      const before = await figures('busy-1')
      const beganMs = performance.now()
      await sleep(4_000)
      const batch = await cloud.sample(never)
      const elapsedS = (performance.now() - beganMs) / 1000
      const after = await figures('busy-1')
      const cores = valueOf(batch, await idOf('busy-1'), 'cpu')
      expect(cores).toBeGreaterThan(0.1)
      // virsh looks a moment before and after: within a tenth of a core.
      expect(Math.abs(cores - (after.cpuS - before.cpuS) / elapsedS)).toBeLessThan(0.1)
      expect(valueOf(batch, await idOf('idle-1'), 'cpu')).toBeLessThan(cores / 2)
      expect(Math.abs(valueOf(batch, await idOf('busy-1'), 'memory') - after.usedMiB)).toBeLessThan(8)
    })

    it('hears the guests’ own reports: idle ones count up, busy ones do not', async () => {
      const idle = async (guest: string) => valueOf(await cloud.sample(never), await idOf(guest), 'idle')
      await until(async () => Number.isFinite(await idle('idle-1')) && Number.isFinite(await idle('busy-1')))
      const first = await idle('idle-1')
      await until(async () => (await idle('idle-1')) > first)
      await until(async () => (await idle('busy-1')) === 0)
      const batch = await cloud.sample(never)
      expect(valueOf(batch, await idOf('idle-1'), 'users')).toBe(0)
    }, 60_000)

    it('keeps marks on the domain, readable for virsh and back', async () => {
      const id = await idOf('idle-1')
      await cloud.annotate(id, { protectedBy: 'alice & bob', tags: ['a', '<b>'] }, never)
      expect((await cloud.look(id, never)).instance).toMatchObject({ protectedBy: 'alice & bob', tags: ['a', '<b>'] })
      expect(await lab.virsh('metadata', 'idle-1', 'urn:gleaner:libvirt:1')).toContain('alice &amp; bob')
      const byHand = '<instance protected="yes" project="physics"><tag>x</tag></instance>'
      await lab.virsh(
        'metadata',
        'idle-1',
        'urn:gleaner:libvirt:1',
        '--key',
        'g',
        '--set',
        byHand,
        '--live',
        '--config',
      )
      const { instance } = await cloud.look(id, never)
      expect(instance).toMatchObject({ protectedBy: 'its metadata', projectId: 'lab:physics', tags: ['x'] })
      await cloud.annotate(id, { protectedBy: undefined, tags: [] }, never)
      expect((await cloud.look(id, never)).instance?.protectedBy).toBeUndefined()
    })

    it('brings a guest back that was saved by hand, and leaves no figure of the time between', async () => {
      const id = await idOf('idle-2')
      await cloud.sample(never)
      await lab.virsh('managedsave', 'idle-2')
      expect(await stateOf('idle-2')).toBe('suspended')
      expect((await cloud.observe(never)).instances.find((each) => each.id === id)?.state).toBe('suspended')
      await cloud.act({ action: 'resume', instanceId: id, hostId: undefined, idempotencyKey: 'r1' }, never)
      await until(async () => (await stateOf('idle-2')) === 'running')
      expect(await lab.virsh('domstate', 'idle-2')).toBe('running')
      const batch = await cloud.sample(never)
      expect(valueOf(batch, id, 'cpu')).toBeNaN()
    })

    it('tells why a save failed', async () => {
      const id = await idOf('idle-2')
      const action = { action: 'suspend', instanceId: id, hostId: undefined, idempotencyKey: 's1' } as const
      await lab.breakSaves()
      // Whether it fails before or after it was seen to begin is a matter of luck.
      await cloud.act(action, never).catch((error: unknown) => expect(error).toMatchObject({ name: 'GleanerError' }))
      await until(async () => /save/.test((await cloud.look(id, never)).fault ?? ''))
      await until(async () => (await stateOf('idle-2')) === 'running')
      await lab.mendSaves()
      await cloud.act({ ...action, idempotencyKey: 's2' }, never)
      await until(async () => (await stateOf('idle-2')) === 'suspended')
      expect((await cloud.look(id, never)).fault).toBeUndefined()
    })

    it('is whole again after the daemon was started anew', async () => {
      const before = await cloud.observe(never)
      await lab.restartDaemon()
      await until(async () => {
        const again = await cloud.observe(never).catch(() => undefined)
        return again?.gaps.length === 0 && again.instances.length === before.instances.length
      })
      expect(await stateOf('busy-1')).toBe('running')
      expect(await stateOf('idle-2')).toBe('suspended')
    }, 90_000)
  })
})

function valueOf(batch: SampleBatch, id: InstanceId, metric: (typeof metrics)[number]): number {
  const row = batch.subjects.indexOf(id)
  return row < 0 ? Number.NaN : (batch.values[row * metrics.length + metrics.indexOf(metric)] ?? Number.NaN)
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const endMs = Date.now() + 45_000
  while (!(await holds())) {
    if (Date.now() > endMs) throw new Error('it did not come about within 45 s')
    await sleep(200)
  }
}
