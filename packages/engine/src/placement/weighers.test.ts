// Weights worked out by hand from nova's normalisation and opie's two formulas.
import { type PlacedInstance, type PlacementHost, type WeigherName, weigherNames } from '@gleaner/model'
import { describe, expect, it } from 'vitest'
import { RoomIndex } from './room-index.ts'
import { type Multipliers, weigh, type WeighedHosts, weighers } from './weighers.ts'

const host = (
  name: string,
  instances: readonly Partial<PlacedInstance>[],
  size: Partial<PlacementHost> = {},
): PlacementHost => ({
  name,
  vcpus: 8,
  ramMiB: 8192,
  diskGiB: 80,
  ...size,
  instances: instances.map((instance, nth) => ({
    id: `${name}-${nth}`,
    preemptible: true,
    vcpus: 1,
    ramMiB: 1024,
    diskGiB: 10,
    ageS: 0,
    ...instance,
  })),
})

/** Only the weigher of that name, with multiplier 1 unless another is given. */
const only = (name: WeigherName, multiplier = 1): Multipliers => ({
  ...Object.fromEntries(weighers.map((weigher) => [weigher.name, 0])),
  [name]: multiplier,
})

function weightsOf(
  hosts: readonly PlacementHost[],
  multipliers: Multipliers,
  more: Partial<WeighedHosts> = {},
): number[] {
  const index = new RoomIndex(hosts)
  return [
    ...weigh(
      {
        index,
        hosts: Int32Array.from(hosts.keys()),
        put: undefined,
        sizes: [1, 1024, 10],
        preemptible: false,
        nowS: 0,
        billingPeriodS: 3600,
        ...more,
      },
      multipliers,
    ),
  ]
}

describe('what is free', () => {
  // Free memory 8192, 4096 and 0 of 8192: 1, a half, 0.
  const hosts = [host('a', []), host('b', [{ ramMiB: 4096 }]), host('c', [{ ramMiB: 8192 }])]

  it('is normalised between the least and the most of the candidates', () => {
    expect(weightsOf(hosts, only('RamWeigher'))).toEqual([1, 0.5, 0])
  })

  it('a negative multiplier packs', () => {
    expect(weightsOf(hosts, only('RamWeigher', -2))).toEqual([-2, -1, 0])
  })

  it('weighs nothing where all are equal', () => {
    expect(weightsOf([host('a', []), host('b', [])], only('RamWeigher'))).toEqual([0, 0])
  })

  it.each([
    ['CpuWeigher', 'vcpus', 4],
    ['DiskWeigher', 'diskGiB', 40],
  ] as const)('%s looks at %s', (name, size, amount) => {
    expect(weightsOf([host('a', [{ [size]: amount }]), host('b', [{ [size]: 0 }])], only(name))).toEqual([0, 1])
  })

  it('counts what this request has put there already', () => {
    const put = Int32Array.from([2, 0])
    expect(weightsOf([host('a', []), host('b', [])], only('RamWeigher'), { put })).toEqual([0, 1])
  })

  it('counts what all instances leave, firm and preemptible', () => {
    const both = [host('a', [{ ramMiB: 1024 }, { ramMiB: 1024, preemptible: false }]), host('b', [{ ramMiB: 1024 }])]
    expect(weightsOf(both, only('RamWeigher'))).toEqual([0, 1])
  })
})

describe("opie's PreemptibleCountWeigher", () => {
  const hosts = [host('a', [{}, {}, {}, {}]), host('b', [{}]), host('c', [])]

  it('prefers few preemptible instances; the highest weight is fixed at 0', () => {
    // -4, -1, 0 between -4 and 0.
    expect(weightsOf(hosts, only('PreemptibleCountWeigher'))).toEqual([0, 0.75, 1])
  })

  it('also where no candidate is free of them', () => {
    // -4 and -1 between -4 and 0, not between -4 and -1.
    expect(weightsOf(hosts.slice(0, 2), only('PreemptibleCountWeigher'))).toEqual([0, 0.75])
  })

  it('does not count firm ones', () => {
    expect(weightsOf([host('a', [{ preemptible: false }]), host('b', [{}])], only('PreemptibleCountWeigher'))).toEqual([
      1, 0,
    ])
  })

  it('counts those of a preemptible request that are put there, and not those of a firm one', () => {
    const put = Int32Array.from([1, 0])
    const pair = [host('a', [{}]), host('b', [{}])]
    expect(weightsOf(pair, only('PreemptibleCountWeigher'), { put, preemptible: true })).toEqual([0, 0.5])
    expect(weightsOf(pair, only('PreemptibleCountWeigher'), { put })).toEqual([0, 0])
  })

  it("has opie's multiplier of 1000", () => {
    const { PreemptibleCountWeigher: _, ...others } = only('PreemptibleCountWeigher')
    expect(weightsOf(hosts, others)).toEqual([0, 750, 1000])
  })
})

describe("opie's PreemptibleDurationWeigher", () => {
  it('prefers what has used little of the running billing period', () => {
    // 7300 s are 100 s into the third hour; 3599 s are 3599 s of the first; together 900 + 900 = 1800 s.
    const hosts = [host('a', [{ ageS: 7300 }]), host('b', [{ ageS: 3600 }]), host('c', [{ ageS: 900 }, { ageS: 900 }])]
    expect(weightsOf(hosts, only('PreemptibleDurationWeigher'))).toEqual([1 - 100 / 1800, 1, 0])
  })

  it('by the period that is set, and by the time that has passed', () => {
    // Of a period of a minute: (50 + 30) mod 60 = 20 and (10 + 30) mod 60 = 40.
    const hosts = [host('a', [{ ageS: 50 }]), host('b', [{ ageS: 10 }])]
    const later = { billingPeriodS: 60, nowS: 30 }
    expect(weightsOf(hosts, only('PreemptibleDurationWeigher'), later)).toEqual([0.5, 0])
  })

  it('has the remainder of Python for a start in the future, as opie has', () => {
    // -500 mod 3600 = 3100.
    const hosts = [host('a', [{ ageS: -500 }]), host('b', [{ ageS: 775 }])]
    expect(weightsOf(hosts, only('PreemptibleDurationWeigher'))).toEqual([0, 0.75])
  })
})

describe('EfficiencyWeigher', () => {
  const does = (name: string, efficiency: number) => host(name, [], { efficiency })

  it('prefers more work per watt', () => {
    expect(weightsOf([does('a', 10), does('b', 40), does('c', 20)], only('EfficiencyWeigher', 3))).toEqual([0, 3, 1])
  })

  it('never prefers a host without a figure: it weighs like the least efficient candidate', () => {
    const hosts = [host('a', []), does('b', 10), does('c', 30), host('d', [])]
    expect(weightsOf(hosts, only('EfficiencyWeigher'))).toEqual([0, 0, 1, 0])
  })

  it('goes by the candidates, not by hosts that are none', () => {
    const hosts = [does('a', 1), does('b', 10), host('c', []), does('d', 30)]
    const candidates = Int32Array.from([1, 2, 3])
    expect(weightsOf(hosts, only('EfficiencyWeigher'), { hosts: candidates })).toEqual([0, 0, 1])
  })

  it('decides nothing where no candidate has a figure, or only one', () => {
    expect(weightsOf([host('a', []), host('b', [])], only('EfficiencyWeigher'))).toEqual([0, 0])
    expect(weightsOf([host('a', []), does('b', 7)], only('EfficiencyWeigher'))).toEqual([0, 0])
  })

  it('is off until a multiplier is set', () => {
    const { EfficiencyWeigher: _, ...others } = only('EfficiencyWeigher')
    expect(weightsOf([does('a', 1), does('b', 2)], others)).toEqual([0, 0])
  })

  it('goes by the last figure of a host', () => {
    const index = new RoomIndex([does('a', 1), does('b', 2)])
    const ask = () => [
      ...weigh(
        {
          index,
          hosts: Int32Array.from([0, 1]),
          put: undefined,
          sizes: [1, 1, 1],
          preemptible: false,
          nowS: 0,
          billingPeriodS: 3600,
        },
        only('EfficiencyWeigher'),
      ),
    ]
    expect(ask()).toEqual([0, 1])
    index.setHost(does('a', 4), 0)
    expect(ask()).toEqual([1, 0])
    index.setHost(host('a', []), 0)
    expect(ask()).toEqual([0, 0])
  })
})

describe('AvailabilityWeigher', () => {
  const desk = (name: string, availability?: number) =>
    host(name, [], { kind: 'desktop', ...(availability === undefined ? {} : { availability }) })

  it('prefers desktops that will be there, and a hypervisor to all of them', () => {
    const hosts = [desk('a', 0.25), desk('b', 0.5), host('c', []), desk('d', 1)]
    expect(weightsOf(hosts, only('AvailabilityWeigher', 3))).toEqual([0, 1, 3, 3])
  })

  it('never prefers a desktop of which nothing is known; what is said of a hypervisor counts for nothing', () => {
    const hosts = [desk('a'), desk('b', 0.5), host('c', [], { availability: 0 })]
    expect(weightsOf(hosts, only('AvailabilityWeigher'))).toEqual([0, 0, 1])
    expect(weightsOf([desk('a'), desk('b')], only('AvailabilityWeigher'))).toEqual([0, 0])
  })

  it('is off until a multiplier is set', () => {
    const { AvailabilityWeigher: _, ...others } = only('AvailabilityWeigher')
    expect(weightsOf([desk('a', 0), desk('b', 1)], others)).toEqual([0, 0])
  })
})

it('every weigher has a name that can be set', () => {
  expect(weighers.map(({ name }) => name)).toEqual(weigherNames)
})

it('adds the weights of all, each times its multiplier', () => {
  const hosts = [host('a', [{}]), host('b', [])]
  // b has more of everything (1 + 1 + 1), and fewer preemptible ones (1000); no period is used on either.
  expect(weightsOf(hosts, {})).toEqual([0, 1003])
})
