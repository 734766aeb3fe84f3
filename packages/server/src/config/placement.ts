// The section `placement` of the configuration: how much each weigher counts when a host is chosen among those that have room.
import type { Multipliers } from '@gleaner/engine'
import { leastMultiplier, mostMultiplier, type WeigherName } from '@gleaner/model'
import { type Static, Type } from 'typebox'

const strict = { additionalProperties: false } as const

const multiplier = (name: WeigherName, description: string) =>
  Type.Optional(Type.Number({ minimum: leastMultiplier(name), maximum: mostMultiplier, description }))

export const PlacementConfig = Type.Object(
  {
    weighers: Type.Optional(
      Type.Object(
        {
          RamWeigher: multiplier('RamWeigher', 'Multiplier of free memory; below 0 full hosts are preferred (1)'),
          CpuWeigher: multiplier('CpuWeigher', 'Multiplier of free vcpus; below 0 full hosts are preferred (1)'),
          DiskWeigher: multiplier('DiskWeigher', 'Multiplier of free disk; below 0 full hosts are preferred (1)'),
          PreemptibleCountWeigher: multiplier(
            'PreemptibleCountWeigher',
            'Multiplier of few preemptible instances on the host (1000)',
          ),
          PreemptibleDurationWeigher: multiplier(
            'PreemptibleDurationWeigher',
            'Multiplier of how little of their running billing period they have used (1000)',
          ),
          EfficiencyWeigher: multiplier(
            'EfficiencyWeigher',
            'Multiplier of work per watt, where a figure of the host is given (power.hosts, power.efficiency). Above 0 it also decides among hosts that are equal for a lease (0)',
          ),
          AvailabilityWeigher: multiplier(
            'AvailabilityWeigher',
            'Multiplier of how much of the next four hours guests are expected to be able to run on a desktop; a hypervisor counts as always (0)',
          ),
        },
        strict,
      ),
    ),
    firmOnDesktops: Type.Optional(
      Type.Boolean({
        description: 'Also instances that accept no interruption may be placed on desktops (false)',
      }),
    ),
  },
  strict,
)
export type PlacementConfig = Static<typeof PlacementConfig>

export interface PlacementSettings {
  readonly multipliers: Multipliers
  readonly firmOnDesktops: boolean
}

export function readPlacement(given: PlacementConfig = {}): PlacementSettings {
  return { multipliers: given.weighers ?? {}, firmOnDesktops: given.firmOnDesktops === true }
}
