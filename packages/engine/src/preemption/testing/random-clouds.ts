// Arbitraries of small clouds for which the best plan can be found by trying every set: mostly full hosts, flavors and odd
// sizes, ratios, priorities, ages of now and then a clock that runs ahead, instances that may not leave.
import type { PlacedInstance, PlacementHost, PlacementRequest } from '@gleaner/model'
import { exemptions } from '@gleaner/model'
import * as fc from 'fast-check'

const flavors = [
  { vcpus: 1, ramMiB: 2000, diskGiB: 20 },
  { vcpus: 2, ramMiB: 4000, diskGiB: 40 },
  { vcpus: 4, ramMiB: 8000, diskGiB: 80 },
  { vcpus: 1, ramMiB: 8000, diskGiB: 10 },
  { vcpus: 3, ramMiB: 1000, diskGiB: 0 },
] as const

const sizes = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...flavors) },
  {
    weight: 2,
    arbitrary: fc.record({
      vcpus: fc.integer({ min: 0, max: 6 }),
      ramMiB: fc.integer({ min: 0, max: 12 }).map((n) => n * 700),
      diskGiB: fc.integer({ min: 0, max: 100 }),
    }),
  },
)

const instance = fc.record({
  size: sizes,
  preemptible: fc.boolean(),
  ageS: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 0, max: 20_000 }) },
    { weight: 1, arbitrary: fc.constantFrom(0, 3600, -30, 7200) },
  ),
  priority: fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    { weight: 2, arbitrary: fc.constantFrom(-1, 0, 1, 5) },
  ),
  exempt: fc.oneof(
    { weight: 9, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom(...exemptions) },
  ),
})

const ratio = fc.constantFrom(undefined, undefined, 1, 1.5, 2, 1.1)

const host = fc.record({
  instances: fc.array(instance, { maxLength: 5 }),
  spare: fc.record({
    vcpus: fc.integer({ min: -2, max: 3 }),
    ramMiB: fc.integer({ min: -2000, max: 6000 }),
    diskGiB: fc.integer({ min: -20, max: 60 }),
  }),
  cpuRatio: ratio,
  ramRatio: ratio,
  diskRatio: ratio,
  reservedRamMiB: fc.constantFrom(undefined, 0, 512),
  state: fc.constantFrom(undefined, undefined, undefined, 'up' as const, 'disabled' as const),
})

export interface SmallCloud {
  readonly hosts: readonly PlacementHost[]
  readonly request: PlacementRequest
  readonly minimumRunS: number
}

/** At most twelve preemptible instances altogether. */
export const smallClouds: fc.Arbitrary<SmallCloud> = fc
  .record({
    hosts: fc.array(host, { minLength: 1, maxLength: 4 }),
    size: sizes.filter(({ vcpus, ramMiB, diskGiB }) => vcpus + ramMiB + diskGiB > 0),
    count: fc.constantFrom(1, 1, 1, 2, 2, 3, 4),
    maxPerHost: fc.constantFrom(undefined, undefined, undefined, 1, 2),
    preemptible: fc.constantFrom(false, false, false, false, true),
    minimumRunS: fc.constantFrom(0, 0, 0, 600),
  })
  .map(({ hosts, size, count, maxPerHost, preemptible, minimumRunS }) => {
    let left = 12
    return {
      hosts: hosts.map((made, at): PlacementHost => {
        const instances = made.instances.map(({ size: own, priority, exempt, ...rest }, nth): PlacedInstance => {
          const mayBe = rest.preemptible && left-- > 0
          return {
            id: `i${at}.${nth}`,
            ...own,
            ageS: rest.ageS,
            preemptible: mayBe,
            ...(priority === undefined ? {} : { priority }),
            ...(exempt === undefined ? {} : { exempt }),
          }
        })
        const total = (key: 'vcpus' | 'ramMiB' | 'diskGiB', by: number | undefined) =>
          Math.max(0, Math.round(instances.reduce((sum, one) => sum + one[key], made.spare[key]) / (by ?? 1)))
        return {
          name: `h${at}`,
          vcpus: total('vcpus', made.cpuRatio),
          ramMiB: total('ramMiB', made.ramRatio),
          diskGiB: total('diskGiB', made.diskRatio),
          ...defined({
            cpuRatio: made.cpuRatio,
            ramRatio: made.ramRatio,
            diskRatio: made.diskRatio,
            reservedRamMiB: made.reservedRamMiB,
            state: made.state,
          }),
          instances,
        }
      }),
      request: { preemptible, ...size, count, ...(maxPerHost === undefined ? {} : { hints: { maxPerHost } }) },
      minimumRunS,
    }
  })

function defined<T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>
  }
}
