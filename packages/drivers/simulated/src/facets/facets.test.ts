// What the facets of the simulated cloud do beyond the shared contract: faults strike them, everything they change
// survives an export, requests without room are left over, and the scheduler's books always balance.
import type { Host, InstanceId } from '@gleaner/model'
import { isError, projectId, startStates } from '@gleaner/model'
import type { NewInstance } from '@gleaner/ports'
import { testStartMs, VirtualClock } from '@gleaner/testkit'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FaultBoard } from '../faults.ts'
import type { Guest } from '../guest.ts'
import { worldSize } from '../options.ts'
import { SimulatedCloud } from '../simulated-cloud.ts'
import { loadWorld, saveWorld } from '../state.ts'
import { World } from '../world.ts'
import { claims } from './claims.ts'
import { creation } from './creation.ts'
import type { Inside } from './inside.ts'
import { migration } from './migration.ts'

const never = new AbortController().signal

function make(seed = 5) {
  const clock = new VirtualClock(testStartMs)
  const size = { clock, id: 'sim', seed, hosts: 4, desktops: 0, instances: 24, projects: 3, activity: 0 }
  const cloud = new SimulatedCloud(size)
  let keys = 0
  const request = (change: Partial<NewInstance> = {}): NewInstance => ({
    name: 'new',
    projectId: projectId(cloud.id, 'web-shop'),
    hostId: undefined,
    flavor: undefined,
    firmness: 'firm',
    tags: [],
    vcpus: 2,
    memoryMiB: 4096,
    diskGiB: 20,
    idempotencyKey: `k${++keys}`,
    ...change,
  })
  const look = async (id: InstanceId) => cloud.look(id, never)
  const host = async (): Promise<Host> => {
    const [first] = (await cloud.observe(never)).hosts
    if (first === undefined) throw new Error('no host')
    return first
  }
  return { clock, cloud, request, look, host, size: worldSize(size) }
}

const fault = (code: Parameters<typeof isError>[1]) => (error: unknown) => isError(error, code)

async function rejects(call: Promise<unknown>, code: Parameters<typeof isError>[1]): Promise<void> {
  const error = await call.then(
    () => 'nothing',
    (thrown: unknown) => thrown,
  )
  expect(fault(code)(error), String(error)).toBe(true)
}

describe('a request that fits nowhere', () => {
  it('is taken, stays in error on no host, and is told as unplaced until somebody deletes it', async () => {
    const { cloud, clock, request, look } = make()
    const id = await cloud.creation.create(request({ name: 'huge', vcpus: 500, tags: ['a'] }), never)
    const { instance, fault: told } = await look(id)
    expect(instance).toMatchObject({ state: 'error', hostId: undefined, firmness: 'firm', tags: ['a'] })
    expect(told).toMatch(/No valid host/)
    expect(await cloud.creation.unplaced(never)).toMatchObject([
      { instanceId: id, name: 'huge', vcpus: 500, memoryMiB: 4096, firmness: 'firm', failedAtMs: clock.nowMs() },
    ])
    expect(cloud.actByHand(id, 'start')).toBe(false)
    await cloud.act({ action: 'delete', instanceId: id, hostId: undefined, idempotencyKey: 'd' }, never)
    expect(await cloud.creation.unplaced(never)).toEqual([])
    await clock.advance(60_000)
    expect((await look(id)).instance).toBeUndefined()
  })

  it('is a conflict at once where a host is named', async () => {
    const { cloud, request, host } = make()
    const before = (await cloud.observe(never)).instances.length
    await rejects(cloud.creation.create(request({ vcpus: 500, hostId: (await host()).id }), never), 'cloud-conflict')
    expect((await cloud.observe(never)).instances.length).toBe(before)
  })

  it('comes from the people of the datacentre too, and they give it up again', async () => {
    const clock = new VirtualClock(testStartMs)
    const cloud = new SimulatedCloud({ clock, seed: 2 })
    const seen = new Set<string>()
    let most = 0
    for (let hour = 0; hour < 24 * 7; hour++) {
      clock.jump(3_600_000)
      const unplaced = await cloud.creation.unplaced(never)
      for (const { instanceId: id, firmness } of unplaced) {
        seen.add(id)
        expect(firmness).toBe('firm')
      }
      most = Math.max(most, unplaced.length)
    }
    expect(seen.size).toBeGreaterThan(2)
    expect(most).toBeLessThan(8)
  })
})

describe('faults', () => {
  it('strike the facets as they strike the common calls', async () => {
    const { cloud, clock, request, look, host } = make()
    const { id: hostId } = await host()
    cloud.faults.put({ kind: 'conflict', calls: ['create'], times: 1 })
    await rejects(cloud.creation.create(request(), never), 'cloud-conflict')
    cloud.faults.put({ kind: 'no-room', calls: ['claim'], times: 1 })
    const claim = { claimId: 'c', hostId, vcpus: 1, memoryMiB: 1, diskGiB: 0, from: [] }
    await rejects(cloud.claims.claim(claim, never), 'cloud-capacity')
    cloud.faults.put({ kind: 'unavailable', calls: ['claims', 'unplaced', 'label'] })
    await rejects(cloud.claims.claims(never), 'cloud-unavailable')
    await rejects(cloud.creation.unplaced(never), 'cloud-unavailable')
    cloud.faults.clear()
    cloud.faults.put({ kind: 'override', times: 1 })
    expect(await cloud.ratioControl.overridden(hostId, never)).toMatch(/fixes its ratios/)
    const { coreRatio } = await host()
    await cloud.ratioControl.setRatios(hostId, { coreRatio: 9 }, never)
    expect((await host()).coreRatio).toBe(coreRatio)
    cloud.faults.put({ kind: 'fail', into: 'error', calls: ['create'], times: 1 })
    const id = await cloud.creation.create(request(), never)
    await clock.advance(60_000)
    expect(await look(id)).toMatchObject({ instance: { state: 'error' }, fault: expect.stringMatching(/failed/) })
    expect(await cloud.creation.unplaced(never)).toEqual([])
  })

  it('a migration that fails leaves it where it was', async () => {
    const { cloud, clock, request, look } = make()
    const id = await cloud.creation.create(request(), never)
    await clock.advance(60_000)
    const { instance } = await look(id)
    const other = (await cloud.observe(never)).hosts.find((each) => each.id !== instance?.hostId)
    cloud.faults.put({ kind: 'fail', calls: ['migrate'], times: 1 })
    await cloud.migration.migrate(id, other?.id ?? instance?.hostId ?? ('' as Host['id']), never)
    expect((await look(id)).instance?.state).toBe('migrating')
    await clock.advance(120_000)
    expect(await look(id)).toMatchObject({ instance: { state: 'running', hostId: instance?.hostId } })
  })
})

describe('room', () => {
  it('of an instance that is migrating goes to no claim', async () => {
    const { cloud, clock, request, look } = make()
    const id = await cloud.creation.create(request(), never)
    await clock.advance(60_000)
    const from = (await look(id)).instance?.hostId as Host['id']
    const to = (await cloud.observe(never)).hosts.find((each) => each.id !== from && each.state === 'up') as Host
    await cloud.migration.migrate(id, to.id, never)
    const claim = { claimId: 'c', hostId: from, vcpus: 1, memoryMiB: 1024, diskGiB: 1, from: [id] }
    await rejects(cloud.claims.claim(claim, never), 'cloud-conflict')
    expect(await cloud.claims.claims(never)).toEqual([])
  })
})

describe('hosts', () => {
  it('that an operator closed are not opened, and closed ones get nobody new', async () => {
    const clock = new VirtualClock(testStartMs)
    const cloud = new SimulatedCloud({ clock, seed: 1, activity: 0 })
    const { hosts } = await cloud.observe(never)
    const theirs = hosts.find(({ state }) => state === 'maintenance') as Host
    await cloud.hostControl.close(theirs.id, 'mine', never)
    await rejects(cloud.hostControl.open(theirs.id, never), 'cloud-conflict')
    const ours = hosts.find(({ state }) => state === 'up') as Host
    await cloud.hostControl.close(ours.id, 'mine', never)
    const request = { ...make().request({ hostId: ours.id }), projectId: projectId(cloud.id, 'web-shop') }
    await rejects(cloud.creation.create(request, never), 'cloud-conflict')
  })
})

describe('export and import', () => {
  it('keep what the facets changed', async () => {
    const { cloud, clock, request, host } = make()
    const { id: hostId } = await host()
    const key = request({ hostId, firmness: 'preemptible', tags: ['x'] })
    const id = await cloud.creation.create(key, never)
    await clock.advance(60_000)
    await cloud.creation.create(request({ vcpus: 500 }), never)
    await cloud.labels.setMetadata(id, { note: 'n' }, never)
    await cloud.labels.setTags(id, { add: ['y'] }, never)
    await cloud.claims.claim({ claimId: 'c', hostId, vcpus: 2, memoryMiB: 4096, diskGiB: 20, from: [id] }, never)
    await cloud.ratioControl.setRatios(hostId, { memoryRatio: 1.3 }, never)
    await cloud.hostControl.close(hostId, 'why', never)
    const saved: unknown = JSON.parse(JSON.stringify(cloud.exportState()))
    const after = make()
    after.clock.jump(clock.nowMs() - after.clock.nowMs())
    after.cloud.importState(saved)
    expect(await after.cloud.observe(never)).toEqual(await cloud.observe(never))
    expect(await after.cloud.claims.claims(never)).toEqual(await cloud.claims.claims(never))
    expect(await after.cloud.creation.unplaced(never)).toEqual(await cloud.creation.unplaced(never))
    expect(after.cloud.metadataOf(id)).toEqual({ note: 'n' })
    expect(await after.cloud.creation.create(key, never)).toBe(id)
    await after.cloud.hostControl.open(hostId, never)
    expect(after.cloud.exportState().hosts).toEqual({ 0: { coreRatio: 2.5, memoryRatio: 1.3, closedBecause: null } })
  })
})

describe('the books', () => {
  /** The facets on a world that the test can see into. */
  function open(seed: number) {
    const world = new World(make(seed).size, testStartMs)
    const outcomes = ['reach', 'fail', 'reach', 'fall-back', 'reach', 'break'] as const
    let nowMs = testStartMs
    let turn = 0
    const inside: Inside = {
      cloud: world.cloud,
      faults: new FaultBoard(seed),
      made: new Map(),
      world: () => world,
      enter: async () => world.advance(nowMs),
      course: () => ({ outcome: outcomes[turn++ % outcomes.length] ?? 'reach' }),
      changed: () => {},
    }
    const wait = (durationMs: number) => world.advance((nowMs += durationMs))
    return { world, wait, creation: creation(inside), claims: claims(inside), migration: migration(inside) }
  }

  it('balance after any course of claims, creations and endings', async () => {
    const steps = fc.array(fc.record({ what: fc.nat(6), which: fc.nat(30), waitMs: fc.nat(20_000) }), { maxLength: 40 })
    const endings = ['delete', 'stop', 'shelve', 'start'] as const
    await fc.assert(
      fc.asyncProperty(fc.nat(1000), steps, async (seed, course) => {
        const { world, wait, ...facets } = open(seed)
        const { request } = make(seed)
        const tolerant = (call: Promise<unknown>) =>
          call.catch((error: unknown) =>
            expect(isError(error, 'cloud-conflict', 'cloud-not-found'), String(error)).toBe(true),
          )
        for (const { what, which, waitMs } of course) {
          const guest = world.guests[which % world.guests.length] as Guest
          const hostId = world.hostIds[which % world.hostIds.length] as Host['id']
          const own = world.hostIds[guest.host] ?? hostId
          const claimId = `c${which % 5}`
          const { id, vcpus, memoryMiB, diskGiB } = guest.spec
          const claim = { claimId, hostId: own, vcpus, memoryMiB, diskGiB, from: [id] }
          const action = endings[which % 4] ?? 'stop'
          const isFree = guest.move === undefined && !guest.unplaced
          if (what === 0) await tolerant(facets.creation.create(request({ vcpus: 1 + which, hostId }), never))
          if (what === 1) await tolerant(facets.claims.claim(claim, never))
          if (what === 2) await tolerant(facets.claims.giveBack(claimId, [id], never))
          if (what === 3) await tolerant(facets.claims.release(claimId, never))
          if (what === 4 && isFree && startStates[action].includes(guest.state))
            world.begin(guest, { action, by: 'me' })
          if (what === 5) await tolerant(facets.migration.migrate(id, hostId, never))
          if (what === 6) await tolerant(facets.creation.place(id, hostId, never))
          wait(waitMs)
          expectBalance(world)
        }
        expectBalance(loadWorld(saveWorld(world, { keys: new Set(), made: new Map() }), world.size).world)
      }),
      { numRuns: 60 },
    )
  })
})

/** Every host's claimed total is what its instances and claims hold, and it never sold more than it has. */
function expectBalance(world: World): void {
  for (const machine of world.machines) {
    const sizes = [
      ...world.guests.filter(({ claimed, host }) => claimed && host === machine.index).map(({ spec }) => spec),
      ...world.guests.filter(({ move }) => move?.toHost === machine.index).map(({ spec }) => spec),
      ...world.claims.all().filter(({ host }) => host === machine.index),
    ]
    expect(machine.claimedCores).toBe(sizes.reduce((sum, { vcpus }) => sum + vcpus, 0))
    expect(machine.claimedMemoryMiB).toBe(sizes.reduce((sum, { memoryMiB }) => sum + memoryMiB, 0))
    expect(machine.claimedDiskGiB).toBe(sizes.reduce((sum, { diskGiB }) => sum + diskGiB, 0))
    expect(machine.hasRoom({ vcpus: 0, memoryMiB: 0, diskGiB: 0 })).toBe(true)
  }
}
