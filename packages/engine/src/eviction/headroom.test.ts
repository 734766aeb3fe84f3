// How much of a cloud is to be free, counted over the hosts that take instances.
import type { PlacementHost } from '@gleaner/model'
import { describe, expect, it } from 'vitest'
import { asOneHost, headroomMissing } from './headroom.ts'

const guest = (vcpus: number, ramMiB: number, more: Partial<PlacementHost['instances'][number]> = {}) => ({
  id: `i-${vcpus}-${ramMiB}`,
  preemptible: true,
  vcpus,
  ramMiB,
  diskGiB: 1,
  ageS: 0,
  ...more,
})
const host = (more: Partial<PlacementHost> = {}): PlacementHost => ({
  name: 'h1',
  vcpus: 10,
  ramMiB: 1000,
  diskGiB: 100,
  instances: [],
  ...more,
})

describe('the headroom that is missing', () => {
  it('is none while as much is free as shall be, to the core and to the MiB', () => {
    expect(headroomMissing([host({ instances: [guest(8, 800)] })], 0.2)).toBeUndefined()
    expect(headroomMissing([host({ instances: [guest(9, 800)] })], 0.2)).toEqual({ vcpus: 1, ramMiB: 0 })
    expect(headroomMissing([host({ instances: [guest(8, 801)] })], 0.2)).toEqual({ vcpus: 0, ramMiB: 1 })
    // 0.1 + 0.2 is a little more than 0.3: no headroom is missing for that.
    expect(headroomMissing([host({ instances: [guest(0.1, 0), guest(0.2, 0)], vcpus: 1 })], 0.7)).toBeUndefined()
  })

  it('is none where none is set', () => {
    for (const watermark of [0, -1, Number.NaN])
      expect(headroomMissing([host({ instances: [guest(10, 1000)] })], watermark)).toBeUndefined()
  })

  it('is more than the watermark where more is sold than there is', () => {
    expect(headroomMissing([host({ instances: [guest(12, 500)] })], 0.2)).toEqual({ vcpus: 4, ramMiB: 0 })
  })

  it('counts firm ones like preemptible ones, and what one host has free for all', () => {
    const firm = guest(9, 100, { preemptible: false })
    expect(headroomMissing([host({ instances: [firm] })], 0.2)).toEqual({ vcpus: 1, ramMiB: 0 })
    expect(headroomMissing([host({ instances: [firm] }), host({ name: 'h2' })], 0.2)).toBeUndefined()
  })

  it('is a share of what can be sold: ratios times, reserves less', () => {
    const sold = { cpuRatio: 2, ramRatio: 1.5, reservedVcpus: 4, reservedRamMiB: 100 }
    // 16 cores and 1,400 MiB; a quarter is 4 and 350.
    expect(headroomMissing([host({ ...sold, instances: [guest(12, 1050)] })], 0.25)).toBeUndefined()
    expect(headroomMissing([host({ ...sold, instances: [guest(13, 1060)] })], 0.25)).toEqual({ vcpus: 1, ramMiB: 10 })
  })

  it('counts neither hosts that take nobody nor desktops, nor who is on them', () => {
    const full = host({ instances: [guest(9, 100)] })
    for (const state of ['disabled', 'down', 'asleep'] as const) {
      expect(headroomMissing([full, host({ name: 'h2', state })], 0.2)).toEqual({ vcpus: 1, ramMiB: 0 })
      expect(headroomMissing([host({ ...full, state })], 0.2)).toBeUndefined()
    }
    expect(headroomMissing([full, host({ name: 'h2', kind: 'desktop' })], 0.2)).toEqual({ vcpus: 1, ramMiB: 0 })
  })
})

describe('all hosts as one', () => {
  it('have what those have that take instances, and who is on them', () => {
    const hosts = [
      host({ instances: [guest(2, 100)], reservedVcpus: 1, cpuRatio: 2, diskRatio: 2 }),
      host({ name: 'h2', instances: [guest(3, 200)], ramRatio: 1.5, reservedRamMiB: 50 }),
      host({ name: 'h3', instances: [guest(4, 300)], state: 'disabled' }),
    ]
    expect(asOneHost(hosts, 0.5)).toEqual({
      host: {
        name: 'all hosts',
        vcpus: 29,
        ramMiB: 2450,
        diskGiB: 300,
        instances: [guest(2, 100), guest(3, 200)],
      },
      wanted: { vcpus: 14.5, ramMiB: 1225 },
    })
  })
})
