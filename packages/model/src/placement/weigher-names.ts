// The names of the weighers of a placement, and between what an operator may set the multiplier of each.
export const weigherNames = [
  'RamWeigher',
  'CpuWeigher',
  'DiskWeigher',
  'PreemptibleCountWeigher',
  'PreemptibleDurationWeigher',
  'EfficiencyWeigher',
  'AvailabilityWeigher',
] as const
export type WeigherName = (typeof weigherNames)[number]

export const mostMultiplier = 1_000_000

/** Below 0 a weigher prefers what it weighs least. Hosts of which no figure is known are preferred by nobody's wish. */
export function leastMultiplier(name: WeigherName): number {
  return name === 'EfficiencyWeigher' || name === 'AvailabilityWeigher' ? 0 : -mostMultiplier
}
