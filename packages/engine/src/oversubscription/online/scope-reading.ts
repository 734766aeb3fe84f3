// What one host looked like during one scope, put together from the rings of samples, for the strategies: its own use, and
// that of each firm instance on it. Preemptible instances are no part of it: what they used is taken out of the host's use
// (where it was measured), what they were promised is not booked. The instances cannot use more than they were promised, so
// what is above that is the host's own and falls under what it keeps for itself. Instances that came during the scope count
// from their coming. Where the host itself is not measured, the sum over its instances stands for it, in moments in which all were.
import type { Host, Instance, InstanceId, Metric } from '@gleaner/model'
import type { TelemetryQuestion } from '../../telemetry/telemetry-question.ts'
import type { HoldingTable } from '../../ledger/holding.ts'
import type { Placements } from '../../ledger/placements.ts'
import type { HostSlice, InstanceSlice, Samples } from '../host-slice.ts'

/** The part of the telemetry that is needed: exact samples, a step apart, and the most of a longer time. */
export interface SampleRings {
  slotOf(subject: string): number
  query(slot: number, question: TelemetryQuestion, toMs: number): number
  samples(slot: number, request: { readonly metric: Metric; readonly fromMs: number }, into: Float64Array): boolean
}

export interface ScopeSpan {
  /** Begins and ends with a step. */
  readonly fromMs: number
  readonly toMs: number
  readonly stepMs: number
}

export interface HostNow {
  readonly host: Host
  /** All that the reading shows on it. */
  readonly instances: readonly Instance[]
  readonly holding: HoldingTable
}

export interface UsageInput extends HostNow {
  readonly rings: SampleRings
  readonly span: ScopeSpan
}

export interface ScopeInput extends UsageInput {
  /** Those that were part of the estimate before: they were there the whole time. */
  readonly known: ReadonlySet<InstanceId>
  /** Since when the others have been where they are. */
  readonly placements: Placements
}

export interface ScopeReading {
  readonly slice: HostSlice
  /** Share of the scope's moments in which the use of the host is known. */
  readonly coverage: number
}

export function readScope(input: ScopeInput): ScopeReading {
  const { host, instances, holding, span } = input
  const firm: InstanceSlice[] = []
  for (const instance of instances) {
    const held = holding(instance.state)
    if (held.memory && instance.firmness !== 'preemptible') firm.push(instanceSlice(instance, held.cores, input))
  }
  const cpu = firmUsage(input, 'cpu')
  const memory = firmUsage(input, 'memory')
  return {
    slice: {
      index: Math.round(span.fromMs / (span.toMs - span.fromMs)),
      epochS: span.fromMs / 1000,
      cpu: { capacity: Math.max(0, host.cores - host.reservedCores), usage: cpu },
      memory: { capacity: Math.max(0, host.memoryMiB - host.reservedMemoryMiB), usage: memory },
      instances: firm,
    },
    coverage: coverageOf(cpu),
  }
}

/**
 * The most that the firm instances can have used together within so long: what the host used at most, or what each of them
 * used at most by itself where that is less; one that was not measured counts with all it was promised.
 */
export function mostUsed(input: UsageInput, metric: 'cpu' | 'memory', lengthMs: number): number {
  const { host, instances, holding, rings, span } = input
  const question = { fn: 'maximum', metric, argument: 0, lengthMs } as const
  const most = (subject: string) => rings.query(rings.slotOf(subject), question, span.toMs)
  let together = 0
  for (const { id, state, firmness, vcpus, memoryMiB } of instances) {
    const held = holding(state)
    if (firmness === 'preemptible' || !(metric === 'cpu' ? held.cores : held.memory)) continue
    const own = most(id)
    together += Number.isNaN(own) ? (metric === 'cpu' ? vcpus : memoryMiB) : own
  }
  const ofHost = most(host.id)
  return Number.isNaN(ofHost) ? together : Math.min(ofHost, together)
}

function samplesOf(subject: string, metric: Metric, { rings, span }: UsageInput): Samples {
  const samples = new Float64Array(Math.max(0, Math.round((span.toMs - span.fromMs) / span.stepMs)))
  rings.samples(rings.slotOf(subject), { metric, fromMs: span.fromMs }, samples)
  return samples
}

/** One that is paused uses no cores and was promised none at the moment. */
function instanceSlice(instance: Instance, holdsCores: boolean, input: ScopeInput): InstanceSlice {
  const cpu = samplesOf(instance.id, 'cpu', input)
  const memory = samplesOf(instance.id, 'memory', input)
  if (!input.known.has(instance.id)) {
    const placement = input.placements.get(instance.id)
    if (placement?.hostId === input.host.id) {
      blankBefore(cpu, placement.sinceMs, input.span)
      blankBefore(memory, placement.sinceMs, input.span)
    }
  }
  return {
    name: instance.id,
    cpu: { allocation: holdsCores ? instance.vcpus : 0, usage: cpu },
    memory: { allocation: instance.memoryMiB, usage: memory },
  }
}

function blankBefore(samples: Samples, sinceMs: number, { fromMs, stepMs }: ScopeSpan): void {
  const steps = Math.ceil((sinceMs - fromMs) / stepMs)
  if (steps > 0) samples.fill(Number.NaN, 0, Math.min(samples.length, steps))
}

/** What the firm instances of a host used together, as far as it is known. */
export function firmUsage(input: UsageInput, metric: 'cpu' | 'memory'): Samples {
  const { host, instances, holding } = input
  const usage = samplesOf(host.id, metric, input)
  const isMeasured = coverageOf(usage) > 0
  if (!isMeasured && instances.length > 0) usage.fill(0)
  let booked = 0
  for (const instance of instances) {
    const held = holding(instance.state)
    const isLent = instance.firmness === 'preemptible'
    if (!(metric === 'cpu' ? held.cores : held.memory)) continue
    if (!isLent) booked += metric === 'cpu' ? instance.vcpus : instance.memoryMiB
    if (isMeasured === isLent) addTo(usage, samplesOf(instance.id, metric, input), isLent ? -1 : 1)
  }
  // Math.min keeps NaN.
  for (let at = 0; at < usage.length; at++) usage[at] = Math.min(usage[at] as number, booked)
  return usage
}

/** Moments in a row without a sample that are bridged by their neighbours. */
const longestGap = 5

/**
 * What is taken out must have been measured, else it stays in the host's use; what is put in must have been, else nothing is
 * known. A short gap of what is taken out is bridged by the lower of its neighbours: a single lost sample would otherwise
 * show all that one preemptible instance uses as a peak of the firm ones.
 */
function addTo(usage: Samples, samples: Samples, sign: 1 | -1): void {
  if (sign < 0) bridgeGaps(samples)
  for (let at = 0; at < usage.length; at++) {
    const value = samples[at] as number
    if (sign > 0) usage[at] = (usage[at] as number) + value
    else if (value > 0) usage[at] = Math.max(0, (usage[at] as number) - value)
  }
}

function bridgeGaps(samples: Samples): void {
  for (let at = 0; at < samples.length; at++) {
    if (!Number.isNaN(samples[at])) continue
    let end = at
    while (end < samples.length && Number.isNaN(samples[end])) end++
    const [before = Number.NaN, after = Number.NaN] = [samples[at - 1], samples[end]]
    const lower = Number.isNaN(before) ? after : Number.isNaN(after) ? before : Math.min(before, after)
    if (end - at <= longestGap) samples.fill(lower, at, end)
    at = end
  }
}

function coverageOf(samples: Samples): number {
  let there = 0
  for (let at = 0; at < samples.length; at++) if (!Number.isNaN(samples[at])) there++
  return samples.length === 0 ? 0 : there / samples.length
}
