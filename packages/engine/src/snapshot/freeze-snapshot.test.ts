import { cloudId, hostId, type Instance, projectId } from '@gleaner/model'
import { aHost, anInstance, anInventory, aProject, inventories, testCloud, testStartMs } from '@gleaner/testkit'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { freezeSnapshot } from './freeze-snapshot.ts'

const stamp = { cloudId: testCloud, version: 1, takenAtMs: testStartMs }
const gapsOf = (inventory: Parameters<typeof freezeSnapshot>[0]) => freezeSnapshot(inventory, stamp).gaps

test('a valid inventory is complete, indexed and frozen', () => {
  const snapshot = freezeSnapshot(anInventory(), stamp)
  const instance = anInstance()
  expect(snapshot.gaps).toEqual([])
  expect(snapshot.instanceById.get(instance.id)).toEqual(instance)
  expect(snapshot.hostById.get(aHost().id)).toEqual(aHost())
  expect(snapshot.projectById.get(aProject().id)).toEqual(aProject())
  expect(snapshot.instancesOfHost.get(aHost().id)).toHaveLength(1)
  expect(snapshot.instancesOfProject.get(aProject().id)).toHaveLength(1)
  expect(Object.isFrozen(snapshot.instances[0])).toBe(true)
  expect(Object.isFrozen(snapshot.instances)).toBe(true)
})

test('what the driver does to its objects afterwards changes nothing', () => {
  const tags = ['a']
  const instance = { ...anInstance(), tags }
  const instances = [instance]
  const snapshot = freezeSnapshot(anInventory({ instances }), stamp)
  tags.push('b')
  instance.vcpus = 99
  instances.pop()
  expect(snapshot.instances[0]).toEqual({ ...anInstance(), tags: ['a'] })
})

test('an empty cloud is complete', () => {
  const snapshot = freezeSnapshot({ hosts: [], instances: [], projects: [], gaps: [] }, stamp)
  expect(snapshot.gaps).toEqual([])
  expect(snapshot.instances).toEqual([])
})

test('the gaps of the driver are kept', () => {
  expect(gapsOf(anInventory({ gaps: [{ scope: 'hv-2', reason: 'timed out' }] }))).toEqual([
    { scope: 'hv-2', reason: 'timed out' },
  ])
})

describe('refuses with a gap', () => {
  const broken = [
    ['a negative size', { vcpus: -1 }],
    ['a size that is not a number', { memoryMiB: Number.NaN }],
    ['an infinite size', { diskGiB: Number.POSITIVE_INFINITY }],
    ['an absurd size', { memoryMiB: 1e300 }],
    ['a state that does not exist', { state: 'hibernating' }],
    ['a foreign cloud', { cloudId: 'other' }],
    ['a foreign id', { id: 'other:web-1' }],
    ['an id that only begins like the cloud', { id: `${testCloud}x:web-1` }],
    ['no project', { projectId: '' }],
    ['no firmness', { firmness: undefined }],
    ['a time that is not a number', { createdAtMs: Number.NaN }],
    ['tags that are no texts', { tags: [1] }],
    ['tags that are no list', { tags: 'a' }],
  ] as const
  test.each(broken)('%s of an instance', (_, fault) => {
    const snapshot = freezeSnapshot(anInventory({ instances: [{ ...anInstance(), ...fault } as never] }), stamp)
    expect(snapshot.instances).toEqual([])
    expect(snapshot.gaps).toHaveLength(1)
  })

  const brokenHosts = [
    ['negative cores', { cores: -1 }],
    ['more reserved than there is', { reservedMemoryMiB: 65_537 }],
    ['a ratio of nothing', { coreRatio: 0 }],
    ['a ratio that is not a number', { memoryRatio: Number.NaN }],
    ['a state that does not exist', { state: 'sleepy' }],
    ['a kind that does not exist', { kind: 'toaster' }],
  ] as const
  test.each(brokenHosts)('%s of a host', (_, fault) => {
    const snapshot = freezeSnapshot(anInventory({ hosts: [{ ...aHost(), ...fault } as never] }), stamp)
    expect(snapshot.hosts).toEqual([])
    // The instance on it is then on an unknown host.
    expect(snapshot.gaps.length).toBe(2)
  })

  test('the second of two equal ids; the first one stays', () => {
    const twice = [anInstance(), anInstance({ state: 'paused' })]
    const snapshot = freezeSnapshot(anInventory({ instances: twice, hosts: [aHost(), aHost({ cores: 1 })] }), stamp)
    expect(snapshot.instances).toEqual([anInstance()])
    expect(snapshot.hosts).toEqual([aHost()])
    expect(snapshot.gaps.map((gap) => gap.scope)).toEqual([aHost().id, anInstance().id])
  })
})

describe('keeps with a gap what is well formed and cannot be true', () => {
  const doubtful = [
    ['an unknown host', { hostId: hostId(testCloud, 'nowhere') }],
    ['running on no host', { hostId: undefined }],
  ] as const
  test.each(doubtful)('%s', (_, fault) => {
    const snapshot = freezeSnapshot(anInventory({ instances: [anInstance(fault)] }), stamp)
    expect(snapshot.instances).toHaveLength(1)
    expect(snapshot.gaps).toHaveLength(1)
  })

  test('running on a host that sleeps', () => {
    expect(gapsOf(anInventory({ hosts: [aHost({ state: 'asleep' })] }))).toHaveLength(1)
  })

  test('but a cloud that shows no hosts at all may run on none', () => {
    expect(gapsOf(anInventory({ hosts: [], instances: [anInstance({ hostId: undefined })] }))).toEqual([])
  })
})

test('a hundred thousand broken rows make one readable list', () => {
  const instances = Array.from({ length: 100_000 }, () => ({ ...anInstance(), vcpus: -1 }))
  const gaps = gapsOf(anInventory({ instances }))
  expect(gaps).toHaveLength(101)
  expect(gaps.at(-1)?.reason).toBe('99900 more gaps are not listed')
})

test('valid inventories keep everything, with a gap only for what stands in a place it cannot be', () => {
  fc.assert(
    fc.property(inventories(), (inventory) => {
      const snapshot = freezeSnapshot(inventory, stamp)
      expect(snapshot.instances).toEqual(inventory.instances)
      expect(snapshot.hosts).toEqual(inventory.hosts)
      for (const gap of snapshot.gaps) expect(gap.reason).toMatch(/on no host|host that sleeps/)
    }),
  )
})

test('never throws and never lets a poisoned number through, whatever it is given', () => {
  const poison = fc.oneof(
    fc.constantFrom(undefined, null, Number.NaN, -1, 1e300, Number.POSITIVE_INFINITY, '', 'x', {}, [], true),
    fc.anything(),
  )
  const fields = ['id', 'cloudId', 'name', 'projectId', 'hostId', 'state', 'vcpus', 'memoryMiB', 'tags', 'firmness']
  const row = fc
    .dictionary(fc.constantFrom(...fields), poison)
    .map((poisoned) => ({ ...anInstance(), ...poisoned }) as unknown)
  const list = fc.oneof(fc.array(fc.oneof(row, poison), { maxLength: 6 }), poison)
  fc.assert(
    fc.property(fc.record({ hosts: list, instances: list, projects: list, gaps: list }), (inventory) => {
      const snapshot = freezeSnapshot(inventory as never, stamp)
      for (const instance of snapshot.instances) {
        for (const size of [instance.vcpus, instance.memoryMiB, instance.diskGiB])
          expect(size).toBeGreaterThanOrEqual(0)
        expect(instance.id.startsWith(`${testCloud}:`)).toBe(true)
      }
      expect(new Set(snapshot.instances.map(({ id }) => id)).size).toBe(snapshot.instances.length)
      const given = (inventory as { instances: unknown }).instances
      if (Array.isArray(given) && snapshot.instances.length < given.length)
        expect(snapshot.gaps.length).toBeGreaterThan(0)
    }),
    { numRuns: 500 },
  )
})

test('a row that throws when it is read is a gap', () => {
  const trap = new Proxy(
    {},
    {
      get() {
        throw new Error('no')
      },
    },
  )
  expect(gapsOf(anInventory({ instances: [trap as never] }))).toEqual([
    { scope: 'instances', reason: 'a row cannot be read' },
  ])
})

test('no inventory at all and a senseless stamp are gaps', () => {
  const snapshot = freezeSnapshot(undefined as never, { ...stamp, version: Number.NaN, takenAtMs: Number.NaN })
  expect(snapshot.gaps.length).toBeGreaterThan(3)
  expect(snapshot.instances).toEqual([])
})

test('projects need no entry: a project the cloud does not list is no gap', () => {
  expect(gapsOf(anInventory({ instances: [anInstance({ projectId: projectId(testCloud, 'secret') })] }))).toEqual([])
})

describe('with the reading before at hand', () => {
  const two = [anInstance({ name: 'a', tags: ['x'] }), anInstance({ name: 'b' })]
  const before = freezeSnapshot(anInventory({ instances: two }), stamp)
  const again = (instances: readonly Instance[], hosts = [aHost()]) =>
    freezeSnapshot(anInventory({ instances: structuredClone(instances), hosts }), { ...stamp, version: 2 }, before)

  test('what has not changed keeps its identity', () => {
    const after = again(two)
    expect(after.instances[0]).toBe(before.instances[0])
    expect(after.hosts[0]).toBe(before.hosts[0])
    expect(after.instancesOfHost.get(aHost().id)).toBe(before.instancesOfHost.get(aHost().id))
    expect(after.version).toBe(2)
  })

  const fields = Object.keys(anInstance()).filter((field) => field !== 'id' && field !== 'cloudId')
  test.each(fields)('a change of %s is seen', (field) => {
    const changed = { ...anInstance({ name: 'b' }), ...different, id: two[1]?.id }
    const [a, b] = two as [Instance, Instance]
    const after = again([a, { ...b, [field]: changed[field as keyof typeof changed] } as Instance])
    expect(after.instances[1]).not.toBe(before.instances[1])
    expect(after.instances[1]?.[field as keyof Instance]).toEqual(changed[field as keyof typeof changed])
    expect(after.instances[0]).toBe(before.instances[0])
  })

  const different = {
    name: 'c',
    projectId: projectId(testCloud, 'other'),
    hostId: hostId(testCloud, 'other'),
    flavor: 'large',
    state: 'paused',
    stateSinceMs: 1,
    vcpus: 3,
    memoryMiB: 3,
    diskGiB: 3,
    createdAtMs: 3,
    firmness: 'preemptible',
    tags: ['y'],
    protectedBy: 'lock',
  } as const

  test('what is refused alone is refused beside what it was before', () => {
    const [a, b] = two as [Instance, Instance]
    const tagged = Object.assign({}, a, { tags: { length: 1, 0: 'x' } })
    const after = again([tagged, { ...b, cloudId: cloudId('other') }])
    expect(after.instances).toEqual([])
    expect(after.gaps).toHaveLength(2)
  })

  test('an unchanged instance whose host fell asleep or went is told as a gap, in every reading', () => {
    const asleep = again(two, [aHost({ state: 'asleep' })])
    expect(asleep.gaps).toHaveLength(2)
    const inventory = anInventory({ instances: two, hosts: [aHost({ state: 'asleep' })] })
    expect(freezeSnapshot(inventory, { ...stamp, version: 3 }, asleep).gaps).toHaveLength(2)
    expect(again(two, [aHost({ name: 'elsewhere' })]).gaps).toHaveLength(2)
    expect(again(two, [aHost(), aHost({ name: 'elsewhere', state: 'asleep' })]).gaps).toEqual([])
  })

  test('a change of a host is seen', () => {
    expect(again(two, [aHost({ reservedCores: 2 })]).hosts[0]?.reservedCores).toBe(2)
  })
})

test('sharing changes nothing but identities: groups are what a reading alone would have', () => {
  const many = Array.from({ length: 12 }, (_, nth) =>
    anInstance({
      name: `i${nth}`,
      hostId: hostId(testCloud, `h${nth % 3}`),
      projectId: projectId(testCloud, `p${nth % 2}`),
    }),
  )
  const hosts = ['h0', 'h1', 'h2', 'h3'].map((name) => aHost({ name }))
  const step = fc.record({
    gone: fc.uniqueArray(fc.nat({ max: 11 }), { maxLength: 4 }),
    moved: fc.uniqueArray(fc.nat({ max: 11 }), { maxLength: 4 }),
    to: fc.nat({ max: 3 }),
    order: fc.boolean(),
  })
  const sets = (groups: ReadonlyMap<string, readonly Instance[]>) =>
    Object.fromEntries([...groups].map(([key, group]) => [key, group.map(({ id, state }) => `${id} ${state}`).sort()]))
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 6 }), (history) => {
      let before: ReturnType<typeof freezeSnapshot> | undefined
      for (const { gone, moved, to, order } of history) {
        const instances = many
          .map((instance, nth) =>
            moved.includes(nth)
              ? { ...instance, hostId: hosts[to]?.id, projectId: projectId(testCloud, `p${to}`) }
              : instance,
          )
          .filter((_, nth) => !gone.includes(nth))
        const inventory = anInventory({ hosts, instances: order ? instances : instances.toReversed() })
        const alone = freezeSnapshot(inventory, stamp)
        before = freezeSnapshot(inventory, stamp, before)
        expect(before.instances).toEqual(alone.instances)
        expect(sets(before.instancesOfHost)).toEqual(sets(alone.instancesOfHost))
        expect(sets(before.instancesOfProject)).toEqual(sets(alone.instancesOfProject))
      }
    }),
  )
})
