// The formats of a placement question and its answer: files of the command line, body of the API, input of the engine.
// They are stable: keys are added, never changed. The JSON Schemas in docs/schemas/ follow from this file.
// Sizes are nominal: what an instance was sold. What a host can hold of a resource is total x ratio - reserved.
import { type Static, Type } from 'typebox'
import { hostStates } from '../inventory.ts'
import { exemptions, placementCodes } from './placement-codes.ts'

const closed = { additionalProperties: false }
const oneOf = <const T extends readonly string[]>(values: T, description: string) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: [...values], description })
const amount = (description: string) => Type.Number({ minimum: 0, maximum: 1e15, description })
const name = (description: string) => Type.String({ minLength: 1, maxLength: 300, description })

export const PropertyValue = Type.Union([
  Type.String({ maxLength: 300 }),
  Type.Number(),
  Type.Boolean(),
  Type.Array(Type.String({ maxLength: 300 }), { maxItems: 1000 }),
])

const Properties = Type.Union(
  [
    Type.Record(Type.String(), PropertyValue),
    Type.Array(Type.String({ maxLength: 300 }), {
      maxItems: 1000,
      description: 'Traits: each is a property that is true',
    }),
  ],
  { description: 'What the host has, as a group of values or a list of traits' },
)

export const PlacedInstance = Type.Object(
  {
    id: name('Unique in the file'),
    preemptible: Type.Boolean(),
    vcpus: amount('Virtual cores'),
    ramMiB: amount('Memory in MiB'),
    diskGiB: amount('Disk in GiB'),
    ageS: Type.Number({
      minimum: -1e15,
      maximum: 1e15,
      description: 'Seconds since it was started. Below 0 (a clock ahead of ours) counts as just started',
    }),
    priority: Type.Optional(
      Type.Number({ minimum: -1e15, maximum: 1e15, description: 'The higher, the later it leaves; 0 if absent' }),
    ),
    project: Type.Optional(name('Who owns it')),
    exempt: Type.Optional(oneOf(exemptions, 'Why it may not be evicted; absent: it may, if it is preemptible')),
  },
  closed,
)
export type PlacedInstance = Static<typeof PlacedInstance>

export const PlacementHost = Type.Object(
  {
    name: name('Unique in the file'),
    vcpus: amount('Virtual cores before the ratio'),
    ramMiB: amount('Memory in MiB before the ratio'),
    diskGiB: amount('Disk in GiB before the ratio'),
    cpuRatio: Type.Optional(amount('What may be sold of each core; 1 if absent')),
    ramRatio: Type.Optional(amount('What may be sold of each MiB; 1 if absent')),
    diskRatio: Type.Optional(amount('What may be sold of each GiB; 1 if absent')),
    reservedVcpus: Type.Optional(amount('Kept back after the ratio; 0 if absent')),
    reservedRamMiB: Type.Optional(amount('Kept back after the ratio; 0 if absent')),
    reservedDiskGiB: Type.Optional(amount('Kept back after the ratio; 0 if absent')),
    state: Type.Optional(oneOf(hostStates, 'up if absent')),
    kind: Type.Optional(oneOf(['hypervisor', 'desktop'], 'hypervisor if absent')),
    properties: Type.Optional(Properties),
    projects: Type.Optional(
      Type.Array(Type.String(), { description: 'Only these projects may use it; absent: every one' }),
    ),
    leasedTo: Type.Optional(name('Lease or project that holds the host now')),
    efficiency: Type.Optional(
      amount(
        'Work per watt at full load, in one unit for all hosts (flop/s per watt, operations per second and watt); absent: it weighs like the least efficient host that has it. Counts as much as the multiplier of EfficiencyWeigher says, 0 unless it is set',
      ),
    ),
    availability: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 1,
        description:
          'Of a desktop: the share of the next hours in which guests are expected to be able to run there; absent: it weighs like the least available host that has it. A hypervisor counts as 1. Counts as much as the multiplier of AvailabilityWeigher says, 0 unless it is set',
      }),
    ),
    takesFirm: Type.Optional(
      Type.Boolean({
        description: 'A desktop that takes instances that accept no interruption as well; false if absent',
      }),
    ),
    lendable: Type.Optional(
      Type.Object(
        { vcpus: amount('Cores that may be lent'), ramMiB: amount('Memory that may be lent') },
        {
          ...closed,
          description:
            'On a host where what is sold but idle is lent: how much preemptible instances may have in all, more or less than what is not sold. Firm ones have what can be sold all the same: preemptible ones leave for them',
        },
      ),
    ),
    instances: Type.Array(PlacedInstance),
  },
  closed,
)
export type PlacementHost = Static<typeof PlacementHost>

export const HostsFile = Type.Object({ hosts: Type.Array(PlacementHost) }, closed)
export type HostsFile = Static<typeof HostsFile>

export const PlacementHints = Type.Object(
  {
    project: Type.Optional(name('For whom')),
    lease: Type.Optional(name('Lease that it belongs to; hosts leased to it are open')),
    properties: Type.Optional(
      Type.Union(
        [Type.Record(Type.String(), PropertyValue), Type.Array(Type.String({ maxLength: 300 }), { maxItems: 1000 })],
        { description: 'What the host must have; false: what it must not have' },
      ),
    ),
    kind: Type.Optional(oneOf(['hypervisor', 'desktop'], 'Only hosts of this kind')),
    hosts: Type.Optional(Type.Array(Type.String(), { minItems: 1, description: 'Only these hosts' })),
    avoidHosts: Type.Optional(Type.Array(Type.String(), { description: 'Not these hosts' })),
    maxPerHost: Type.Optional(Type.Integer({ minimum: 1, description: 'At most so many instances on one host' })),
  },
  { description: 'Others are ignored with a warning' },
)
export type PlacementHints = Static<typeof PlacementHints>

export const PlacementRequest = Type.Object(
  {
    preemptible: Type.Boolean({ description: 'A preemptible request never makes another instance leave' }),
    vcpus: amount('Of each instance'),
    ramMiB: amount('Of each instance'),
    diskGiB: amount('Of each instance'),
    count: Type.Integer({ minimum: 1, maximum: 1000, description: 'How many equal instances; all or none' }),
    hints: Type.Optional(PlacementHints),
  },
  closed,
)
export type PlacementRequest = Static<typeof PlacementRequest>

export const objectives = ['fewest-victims', 'least-work', 'billing-remainder'] as const
export type Objective = (typeof objectives)[number]

const codes = Object.keys(placementCodes) as (keyof typeof placementCodes)[]
const Code = Type.Unsafe<(typeof codes)[number]>({ type: 'string', enum: codes })

/** What would make the request fit, or why nothing would. */
export const Unblock = Type.Object({
  code: Code,
  hosts: Type.Integer({ description: 'Hosts that would have room then' }),
  sentence: Type.String(),
})
export type Unblock = Static<typeof Unblock>

export const PlacementAnswer = Type.Object({
  feasible: Type.Boolean(),
  placements: Type.Array(
    Type.Object({
      instance: Type.Integer({ minimum: 0, description: 'Which instance of the request, from 0' }),
      host: Type.String(),
    }),
  ),
  victims: Type.Array(Type.Object({ id: Type.String(), host: Type.String() })),
  cost: Type.Number({ description: 'Victims; core-seconds lost; or seconds of the billing period, by the objective' }),
  reasons: Type.Record(Type.String(), Type.Array(Code)),
  refusal: Type.Optional(
    Type.Object({
      sentence: Type.String(),
      fits: Type.Integer({ description: 'How many instances of the request would fit' }),
      histogram: Type.Array(Type.Object({ code: Code, hosts: Type.Integer() })),
      unblock: Type.Array(Unblock),
    }),
  ),
})
export type PlacementAnswer = Static<typeof PlacementAnswer>
