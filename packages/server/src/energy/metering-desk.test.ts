// The desk of energy: what meters are asked for, what is told of each, and that what was shared out is written once.
import { freezeSnapshot } from '@gleaner/engine'
import { type CloudId, cloudId, type HostEnergy, type ProjectId, type TenantEnergy } from '@gleaner/model'
import type { Fence } from '@gleaner/ports'
import { aHost, anInstance, aProject, aSnapshot, testStartMs, VirtualClock } from '@gleaner/testkit'
import { beforeEach, describe, expect, it } from 'vitest'
import { parseConfig } from '../config/load.ts'
import { Directories } from '../sources/directories.ts'
import { someRuntime } from '../testing/some-runtime.ts'
import { MeteringDesk } from './metering-desk.ts'

interface Written {
  readonly id: string
  readonly hosts: readonly HostEnergy[]
  readonly tenants: readonly TenantEnergy[]
}

const cloud = cloudId('test')
const minuteMs = 60_000
const host = aHost()
const instance = anInstance()
const fence: Fence = { scope: 'main', term: 1 }
const config = parseConfig(
  `clouds: [{ id: test, kind: simulated }]
meters: [{ id: strip, kind: snmp, address: 10.0.0.5, device: eaton, period: 1m, outlets: { "1": ${host.name}, "2": ghost } }]`,
  'test.yaml',
  { environment: {}, directory: '/' },
)

let clock: VirtualClock
let clouds: Map<CloudId, { snapshot: ReturnType<typeof freezeSnapshot> | undefined }>
let written: Written[]
let fault: Error | undefined
let leasedTo: ProjectId | undefined
let desk: MeteringDesk

beforeEach(() => {
  clock = new VirtualClock(testStartMs)
  clouds = new Map([[cloud, { snapshot: undefined }]])
  written = []
  fault = undefined
  leasedTo = undefined
  const runtime = someRuntime({
    config,
    clock,
    state: { clouds },
    store: {
      energy: {
        add: async (_, batch) => {
          if (fault !== undefined) throw fault
          written.push(batch)
        },
      },
    },
  })
  const open = () => (leasedTo === undefined ? [] : [leaseOf(leasedTo)])
  desk = new MeteringDesk({
    ...runtime,
    directories: new Directories(runtime.state),
    leases: { open: () => open() as never },
    usage: { latest: () => 1 },
  })
})

const leaseOf = (projectId: ProjectId) => ({
  state: 'active',
  projectId,
  reservations: [{ wish: { kind: 'hosts', min: 1, max: 1 }, shares: [{ hostId: host.id, host: host.name, units: 1 }] }],
})

function read(): void {
  const reading = aSnapshot({ cloudId: cloud, hosts: [host], instances: [instance], takenAtMs: clock.nowMs() })
  clouds.set(cloud, { snapshot: freezeSnapshot(reading, reading) })
  desk.settle()
}

/** The outlet gives 100 W, read and shared out each minute. */
async function draw(minutes: number): Promise<void> {
  for (let minute = 0; minute <= minutes; minute++) {
    if (minute > 0) await clock.advance(minuteMs)
    desk.take('strip', [{ outlet: '1', atMs: clock.nowMs(), powerW: 100, energyJ: undefined, fault: undefined }])
    desk.settle()
  }
}

const joules = (lines: readonly HostEnergy[]) => lines.reduce((sum, { energyJ }) => sum + energyJ, 0)

describe('what meters are asked for', () => {
  it('is nothing while their cloud was not read, and then the outlets whose hosts are there', () => {
    desk.settle()
    expect(desk.outletsOf('strip')).toEqual([])
    expect(desk.unknownHosts).toEqual([])
    read()
    expect(desk.outletsOf('strip')).toEqual(['1'])
    expect(desk.unknownHosts).toEqual([{ meter: 'strip', outlet: '2', name: 'ghost', why: 'none' }])
    expect(desk.outletsOf('another')).toEqual([])
  })
})

describe('what is told of a meter', () => {
  it('is when it was read, how often it gave a figure, and its last fault until it is read again', () => {
    read()
    const before = { id: 'strip', kind: 'snmp', readAtMs: undefined, fault: undefined, outlets: 0, readings: 0 }
    expect(desk.meters()).toEqual([before])
    desk.failed('strip', 'no answer')
    expect(desk.meters()).toEqual([{ ...before, fault: 'no answer' }])
    const nothing = { powerW: undefined, energyJ: undefined, fault: 'absent' } as const
    desk.take('strip', [
      { outlet: '1', atMs: clock.nowMs(), powerW: 100, energyJ: undefined, fault: undefined },
      { outlet: '2', atMs: clock.nowMs(), ...nothing },
    ])
    expect(desk.meters()).toEqual([{ ...before, readAtMs: clock.nowMs(), outlets: 2, readings: 1 }])
    expect(desk.powerW(host.id)).toBe(100)
    desk.failed('another', 'who is that')
    expect(desk.meters()).toHaveLength(1)
  })

  it('is doubted once: what came of an outlet without a figure is told with the next settlement', () => {
    read()
    desk.take('strip', [
      { outlet: '1', atMs: clock.nowMs(), powerW: undefined, energyJ: undefined, fault: 'unmeasured' },
    ])
    expect(desk.settle().map(({ doubted }) => doubted?.reason)).toEqual(['unmeasured'])
    expect(desk.settle()).toEqual([])
  })
})

describe('what was drawn', () => {
  it('is written whole, with who had it', async () => {
    read()
    await draw(180)
    expect(await desk.save(fence)).toBeGreaterThan(0)
    const hosts = written.flatMap((batch) => batch.hosts)
    const tenants = written.flatMap((batch) => batch.tenants)
    expect(joules(hosts)).toBeGreaterThanOrEqual(100 * 3600)
    const had = tenants.reduce((sum, { idleJ, dynamicJ }) => sum + idleJ + dynamicJ, 0)
    expect(had).toBeCloseTo(joules(hosts), 3)
    expect(new Set(tenants.map(({ projectId }) => projectId))).toContain(instance.projectId)
    expect(await desk.save(fence)).toBe(0)
  })

  it('on a host that a project has as a whole, beyond what its instances use, is that project’s', async () => {
    const whoPays = async () => {
      read()
      await draw(180)
      await desk.save(fence)
      const tenants = written.splice(0).flatMap((batch) => batch.tenants)
      return new Set(tenants.map(({ projectId }) => projectId))
    }
    const { id: exam } = aProject({ name: 'exam' })
    expect(await whoPays()).not.toContain(exam)
    leasedTo = exam
    expect(await whoPays()).toEqual(new Set([instance.projectId, exam]))
  })

  it('and could not be written is written under the same id the next time, and not twice', async () => {
    read()
    await draw(180)
    const ids: string[] = []
    fault = new Error('the disk is full')
    await expect(desk.save(fence)).rejects.toThrow('the disk is full')
    await draw(60)
    await expect(desk.save(fence)).rejects.toThrow('the disk is full')
    expect(written).toEqual([])
    fault = undefined
    await desk.save(fence)
    for (const { id } of written) ids.push(id)
    expect(new Set(ids).size).toBe(ids.length)
    const hours = written.flatMap(({ hosts }) => hosts)
    // Four hours at the most, each joule once.
    expect(joules(hours)).toBeLessThanOrEqual(100 * 4 * 3600 + 1)
    expect(joules(hours)).toBeGreaterThanOrEqual(100 * 2 * 3600)
  })

  it('while another one led is not written: that one has metered it', async () => {
    read()
    await draw(180)
    fault = new Error('not the leader')
    await expect(desk.save(fence)).rejects.toThrow('not the leader')
    fault = undefined
    desk.drop()
    expect(await desk.save(fence)).toBe(0)
    expect(written).toEqual([])
  })
})
