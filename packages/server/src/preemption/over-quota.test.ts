import { freezeSnapshot } from '@gleaner/engine'
import { defaultPreemptionPolicy, type Eviction, type PreemptibleQuota, type RoomWish } from '@gleaner/model'
import { aHost, anInstance, aProject, aSnapshot } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { beyondQuota, hasQuota, overQuota } from './over-quota.ts'

const project = aProject({ name: 'physics' })
const spots = [1, 2].map((n) =>
  anInstance({ name: `spot-${n}`, projectId: project.id, firmness: 'preemptible', vcpus: 2, memoryMiB: 1024 }),
)
const firm = anInstance({ name: 'firm', projectId: project.id, vcpus: 64, memoryMiB: 65_536 })
const other = anInstance({ name: 'other', projectId: aProject({ name: 'art' }).id, firmness: 'preemptible', vcpus: 32 })
const reading = aSnapshot({ hosts: [aHost()], projects: [project], instances: [...spots, firm, other] })
const snapshot = freezeSnapshot(reading, reading)
const { quota: endless } = defaultPreemptionPolicy

/** The verdict's sentence for a request of one instance of 2 vcpus and 1024 MiB. */
function judged(
  quota: Partial<PreemptibleQuota>,
  ofProject: Record<string, PreemptibleQuota> = {},
  wish: Partial<RoomWish> = {},
  evictions: readonly Eviction[] = [],
) {
  const asked: RoomWish = {
    projectId: project.id,
    name: 'more',
    flavor: undefined,
    firmness: 'preemptible',
    count: 1,
    hints: {},
    vcpus: 2,
    memoryMiB: 1024,
    diskGiB: 1,
    ...wish,
  }
  const preemption = { ...defaultPreemptionPolicy, quota: { ...endless, ...quota }, quotaOfProject: ofProject }
  return overQuota(asked, { snapshot, preemption, evictions })?.sentence
}

describe('the quota of preemptible capacity', () => {
  it('is none unless one is set', () => {
    expect(judged({}, {}, { count: 1000 })).toBeUndefined()
  })

  it.each([
    ['instances', 3, 2],
    ['vcpus', 6, 5],
    ['memoryMiB', 3072, 3071],
  ] as const)('%s: %d are enough, %d are not', (what, enough, tooFew) => {
    expect(judged({ [what]: enough })).toBeUndefined()
    expect(judged({ [what]: tooFew })).toMatch(
      `physics has ${what === 'instances' ? 2 : what === 'vcpus' ? 4 : 2048} preemptible ${what}`,
    )
  })

  it('counts the whole request', () => {
    expect(judged({ instances: 4 }, {}, { count: 3 })).toContain('3 more are asked for')
  })

  it('of a project wins over the general one, by name or id', () => {
    expect(judged({ instances: 0 }, { physics: { ...endless, instances: 3 } })).toBeUndefined()
    expect(judged({ instances: 0 }, { [project.id]: { ...endless, instances: 3 } })).toBeUndefined()
    expect(judged({}, { physics: { ...endless, instances: 2 } })).toContain('may have 2')
    expect(judged({}, { art: { ...endless, instances: 0 } })).toBeUndefined()
  })

  it('does not concern firm requests', () => {
    expect(judged({ instances: 0 }, {}, { firmness: 'firm' })).toBeUndefined()
  })

  it('counts who was deleted by an eviction and waits to be made anew, and nobody twice', () => {
    const [spot] = spots
    if (spot === undefined) throw new Error('nobody')
    const { id: instanceId, ...rest } = spot
    const away = (change: Partial<Eviction>): Eviction => ({
      ...rest,
      id: 'evi_1',
      decisionId: 'dec_1',
      kind: 'room',
      instanceId,
      priority: 0,
      hostId: aHost().id,
      action: 'delete',
      reason: { code: 'needed-for-firm', sentence: '', facts: {} },
      toldAtMs: 0,
      evictedAtMs: 0,
      times: 1,
      state: 'waiting',
      verdict: { code: 'no-room-yet', sentence: '', facts: {} },
      notBeforeMs: 0,
      returnedAs: undefined,
      updatedAtMs: 0,
      ...change,
    })
    const asked = (change: Partial<Eviction>) => judged({ instances: 3 }, {}, {}, [away(change)])
    expect(asked({})).toContain('has 3 preemptible instances')
    // One that only stopped, or was made anew, is in the reading.
    expect(asked({ action: 'stop' })).toBeUndefined()
    expect(asked({ returnedAs: instanceId, state: 'returning' })).toBeUndefined()
    expect(asked({ state: 'stayed-away' })).toBeUndefined()
    expect(asked({ projectId: other.projectId })).toBeUndefined()
  })
})

describe('projects beyond their quota', () => {
  const beyond = (quota: Partial<PreemptibleQuota>, ofProject: Record<string, PreemptibleQuota> = {}) =>
    beyondQuota({
      snapshot,
      preemption: { ...defaultPreemptionPolicy, quota: { ...endless, ...quota }, quotaOfProject: ofProject },
      evictions: [],
    }).map(({ sentence }) => sentence)

  it('are none while each has what it may have, to the last', () => {
    expect(beyond({ instances: 2, vcpus: 32 })).toEqual([])
  })

  it('are told with all that is too much, however it came there; firm instances do not count', () => {
    expect(beyond({ instances: 1, vcpus: 3, memoryMiB: 1e9 })).toEqual([
      'physics has 2 preemptible instances where 1 are allowed and 4 preemptible vcpus where 3 are allowed.',
      expect.stringContaining('32 preemptible vcpus where 3 are allowed'),
    ])
    expect(beyond({}, { physics: { ...endless, memoryMiB: 1024 } })).toEqual([
      'physics has 2048 preemptible memoryMiB where 1024 are allowed.',
    ])
  })

  it('are not looked for where no quota is set', () => {
    expect(hasQuota(defaultPreemptionPolicy)).toBe(false)
    expect(hasQuota({ ...defaultPreemptionPolicy, quota: { ...endless, vcpus: 1 } })).toBe(true)
    expect(hasQuota({ ...defaultPreemptionPolicy, quotaOfProject: { physics: { ...endless, instances: 0 } } })).toBe(
      true,
    )
  })
})
