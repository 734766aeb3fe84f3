// The weighers, as one list: among hosts that have room the one of the highest weight is taken. A weight is the sum over
// the weighers of multiplier x normalised weight, normalised as nova does: (weight - lowest) / (highest - lowest) over the
// candidates, all 0 when they are equal; a weigher may fix one of the bounds.
//
// RamWeigher, CpuWeigher and DiskWeigher are nova's: the more is free, the better (spreads; a negative multiplier packs).
// PreemptibleCountWeigher and PreemptibleDurationWeigher are opie's, with their highest weight fixed at 0 and opie's
// multiplier: the fewer preemptible instances are on a host, and the less of the running billing period they have used
// together, the better. The lowest weight is of this decision only; opie's newton version kept it from one to the next.
// EfficiencyWeigher counts work per watt: the more, the better. Off (0) until somebody sets it, because it gathers instances on
// the best hosts. A host without a figure weighs like the least efficient candidate that has one: the unknown is never
// preferred, and where nobody is known it decides nothing.
// AvailabilityWeigher counts for how much of the next hours guests are expected to be able to run there: a hypervisor always, a desktop as
// its past foretells. Off (0) until somebody sets it; a desktop without a forecast weighs like the least available candidate that has one.
// Sources: nova/weights.py and nova/scheduler/weights/, opie/scheduler/weights/preemptible.py.
import type { WeigherName } from '@gleaner/model'
import type { RoomIndex } from './room-index.ts'

/** What is weighed: hosts by their positions, some of the request's instances already put on them. */
export interface WeighedHosts {
  readonly index: RoomIndex
  readonly hosts: Int32Array
  /** Per position, how many instances of the request are put there; undefined: none anywhere. */
  readonly put: Int32Array | undefined
  readonly sizes: readonly [number, number, number]
  readonly preemptible: boolean
  readonly nowS: number
  readonly billingPeriodS: number
}

export interface Weigher {
  readonly name: WeigherName
  readonly multiplier: number
  /** Bounds that are fixed instead of found among the candidates. */
  readonly highest?: number
  readonly weigh: (weighed: WeighedHosts, into: Float64Array) => void
}

/** By name; those left out keep the multiplier of the list. 0 switches one off. */
export type Multipliers = Readonly<Partial<Record<WeigherName, number>>>

export const weighers: readonly Weigher[] = [
  { name: 'RamWeigher', multiplier: 1, weigh: (weighed, into) => weighFree(weighed, 1, into) },
  { name: 'CpuWeigher', multiplier: 1, weigh: (weighed, into) => weighFree(weighed, 0, into) },
  { name: 'DiskWeigher', multiplier: 1, weigh: (weighed, into) => weighFree(weighed, 2, into) },
  { name: 'PreemptibleCountWeigher', multiplier: 1000, highest: 0, weigh: weighCount },
  { name: 'PreemptibleDurationWeigher', multiplier: 1000, highest: 0, weigh: weighDuration },
  {
    name: 'EfficiencyWeigher',
    multiplier: 0,
    weigh: ({ index, hosts }, into) => weighKnown(index.columns.efficiency, hosts, into),
  },
  {
    name: 'AvailabilityWeigher',
    multiplier: 0,
    weigh: ({ index, hosts }, into) => weighKnown(index.columns.availability, hosts, into),
  },
]

/** The weight of each candidate, in their order. Until the next are weighed. */
export function weigh(weighed: WeighedHosts, multipliers: Multipliers = {}): Float64Array {
  const { scratch } = weighed.index
  const total = scratch.weights.subarray(0, weighed.hosts.length).fill(0)
  const raw = scratch.raw.subarray(0, weighed.hosts.length)
  for (const { name, multiplier, highest, weigh } of weighers) {
    const factor = multipliers[name] ?? multiplier
    if (factor === 0) continue
    weigh(weighed, raw)
    addNormalised(raw, { factor, highest }, total)
  }
  return total
}

function addNormalised(
  raw: Float64Array,
  by: { readonly factor: number; readonly highest: number | undefined },
  total: Float64Array,
): void {
  let lowest = Number.POSITIVE_INFINITY
  let highest = Number.NEGATIVE_INFINITY
  for (let at = 0; at < raw.length; at++) {
    const weight = raw[at] as number
    if (weight < lowest) lowest = weight
    if (weight > highest) highest = weight
  }
  const range = (by.highest ?? highest) - lowest
  if (range === 0) return
  const factor = by.factor / range
  for (let at = 0; at < raw.length; at++) total[at] = (total[at] as number) + ((raw[at] as number) - lowest) * factor
}

function weighFree(weighed: WeighedHosts, d: 0 | 1 | 2, into: Float64Array): void {
  const { index, hosts, put, sizes, preemptible } = weighed
  const { hard, shared, offered } = index.columns
  const size = sizes[d]
  for (let at = 0; at < hosts.length; at++) {
    const host = hosts[at] as number
    const cell = host * 3 + d
    const free = preemptible ? (offered[cell] as number) : Math.min(hard[cell] as number, shared[cell] as number)
    into[at] = put === undefined ? free : free - (put[host] as number) * size
  }
}

function weighCount({ index, hosts, put, preemptible }: WeighedHosts, into: Float64Array): void {
  const { length } = index.pool
  for (let at = 0; at < hosts.length; at++) {
    const host = hosts[at] as number
    into[at] = -(length[host] as number) - (preemptible && put !== undefined ? (put[host] as number) : 0)
  }
}

function weighDuration({ index, hosts, nowS, billingPeriodS }: WeighedHosts, into: Float64Array): void {
  const { remainders } = index
  for (let at = 0; at < hosts.length; at++) into[at] = -remainders.sumOf(hosts[at] as number, nowS, billingPeriodS)
}

/** A host of which the figure is not known weighs like the least that is. */
function weighKnown(column: Float64Array, hosts: Int32Array, into: Float64Array): void {
  let least = Number.POSITIVE_INFINITY
  for (let at = 0; at < hosts.length; at++) {
    const known = column[hosts[at] as number] as number
    if (known < least) least = known
  }
  if (least === Number.POSITIVE_INFINITY) least = 0
  for (let at = 0; at < hosts.length; at++) {
    const known = column[hosts[at] as number] as number
    into[at] = Number.isNaN(known) ? least : known
  }
}
