import { freezeSnapshot } from '@gleaner/engine'
import { defaultPreemptionPolicy, type PreemptibleQuota, type RoomWish } from '@gleaner/model'
import { aHost, anInstance, aProject, aSnapshot } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { overQuota } from './over-quota.ts'

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
  return overQuota(asked, { snapshot, preemption })?.sentence
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
})
