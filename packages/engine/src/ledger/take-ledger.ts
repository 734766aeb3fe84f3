// The ledger of one cloud: for each host who may use what of it, cores and memory apart (definition in the model).
// Guarantees: nothing is negative, nothing is NaN, the identities of ledger-line.ts hold on every line; without usage data
// the firm peak is what is booked (firm-peak.ts; with an estimate: expected-peak.ts). A host that is down, asleep or in an unknown state offers nothing (physical = 0), while what
// its instances were promised stays promised; only a host that is up can sell.
import type { Host, HostId, HostLedger, Instance, Policy } from '@gleaner/model'
import type { Snapshot } from '../snapshot/snapshot.ts'
import type { ActionSupports } from './action-support.ts'
import { type Expectations, inForce } from './expected-peak.ts'
import { createPeakMeter, type PeakMeter } from './firm-peak.ts'
import { type Holding, type HoldingTable, holdingTable } from './holding.ts'
import { ledgerLine } from './ledger-line.ts'
import type { LedgerMemory } from './ledger-memory.ts'
import type { Placements } from './placements.ts'
import type { UsageAccess } from './usage-access.ts'

export interface Leased {
  readonly cores: number
  readonly memoryMiB: number
}

export interface LedgerInput {
  readonly snapshot: Snapshot
  readonly usage: UsageAccess
  readonly policy: Policy
  readonly nowMs: number
  readonly supports: ActionSupports
  /** Since when instances have been where they are; without it only instance data counts. */
  readonly placements?: Placements
  /** What is estimated of each host, and which of the peaks counts; without it the measured one does. */
  readonly expected?: Expectations
  /** What active leases promise on each host. */
  readonly leased?: ReadonlyMap<HostId, Leased>
  /** From the last time, to measure large clouds in turns; without it every host is measured now. */
  readonly memory?: LedgerMemory
}

export function takeLedger(input: LedgerInput): readonly HostLedger[] {
  const { snapshot, policy, memory } = input
  const meter = createPeakMeter(input.usage, policy, input.nowMs)
  const holding = holdingTable(input.supports.get(snapshot.cloudId))
  const measure = (host: Host, instances: readonly Instance[]) => hostLedger({ host, instances, holding, meter, input })
  if (memory !== undefined) return memory.take(input, measure)
  return snapshot.hosts.map((host) => measure(host, snapshot.instancesOfHost.get(host.id) ?? noInstances))
}

const noInstances: readonly Instance[] = []

interface HostInput {
  readonly host: Host
  readonly instances: readonly Instance[]
  readonly holding: HoldingTable
  readonly meter: PeakMeter
  readonly input: LedgerInput
}

/** Sums over the instances of a host, of one resource. */
interface Tally {
  booked: number
  firmPeak: number
  lent: number
  /** NaN as soon as one instance that holds the resource is not measured now. */
  used: number
}

function hostLedger(work: HostInput): HostLedger {
  const { host, input, meter } = work
  const { usage, policy } = input
  const cores: Tally = { booked: 0, firmPeak: 0, lent: 0, used: 0 }
  const memory: Tally = { booked: 0, firmPeak: 0, lent: 0, used: 0 }
  let measured = true
  for (const instance of work.instances) {
    const held = work.holding(instance.state)
    book(instance, { held, host, cores, memory })
    if (!held.memory) continue
    const slot = usage.slotOf(instance.id)
    const learned = meter.isLearned(slot)
    measured = addMemory(instance, { slot, learned, meter }, memory) && measured
    if (held.cores) measured = addCores(instance, { slot, learned, meter }, cores) && measured
  }
  boundByHost(work, cores, memory)
  const slot = usage.slotOf(host.id)
  const there = host.state !== 'down' && host.state !== 'asleep' && host.state !== 'unknown'
  const sells = host.state === 'up'
  const leased = input.leased?.get(host.id)
  const headroomShare = policy.headroomShare
  const expected = input.expected?.of(host, work.instances)
  const rule = input.expected?.rule ?? 'measured'
  return {
    hostId: host.id,
    cores: ledgerLine({
      physical: there ? host.cores : 0,
      reserved: there ? host.reservedCores : 0,
      booked: cores.booked,
      used: usedNow(meter.latest(slot, 'cpu'), cores.used),
      ...inForce(rule, cores.firmPeak, expected?.cores),
      leased: leased?.cores ?? 0,
      lent: cores.lent,
      headroomShare,
      ratio: sells ? host.coreRatio : undefined,
    }),
    memoryMiB: ledgerLine({
      physical: there ? host.memoryMiB : 0,
      reserved: there ? host.reservedMemoryMiB : 0,
      booked: memory.booked,
      used: usedNow(meter.latest(slot, 'memory'), memory.used),
      ...inForce(rule, memory.firmPeak, expected?.memoryMiB),
      leased: leased?.memoryMiB ?? 0,
      lent: memory.lent,
      headroomShare,
      ratio: sells ? host.memoryRatio : undefined,
    }),
    measured,
  }
}

function book(
  instance: Instance,
  on: { readonly held: Holding; readonly host: Host; readonly cores: Tally; readonly memory: Tally },
): void {
  const { held, host } = on
  if (host.coreRatio === undefined ? held.cores : held.booked) on.cores.booked += instance.vcpus
  if (host.memoryRatio === undefined ? held.memory : held.booked) on.memory.booked += instance.memoryMiB
}

interface Measuring {
  readonly slot: number
  readonly learned: boolean
  readonly meter: PeakMeter
}

function addCores(instance: Instance, by: Measuring, tally: Tally): boolean {
  tally.used += by.meter.latest(by.slot, 'cpu')
  return addPeak(
    instance,
    { nominal: instance.vcpus, peak: by.learned ? by.meter.peak(by.slot, 'cpu') : Number.NaN },
    tally,
  )
}

function addMemory(instance: Instance, by: Measuring, tally: Tally): boolean {
  tally.used += by.meter.latest(by.slot, 'memory')
  const peak = by.learned ? by.meter.peak(by.slot, 'memory') : Number.NaN
  const measured = addPeak(instance, { nominal: instance.memoryMiB, peak }, tally)
  // A paused instance is not asked to prove itself: it does not run.
  return measured || instance.state === 'paused'
}

/** What a preemptible instance has is lent as a whole: it was promised to it for as long as it may stay. */
function addPeak(instance: Instance, size: { readonly nominal: number; readonly peak: number }, tally: Tally): boolean {
  const isKnown = !Number.isNaN(size.peak)
  if (instance.firmness === 'preemptible') tally.lent += size.nominal
  else tally.firmPeak += isKnown ? size.peak : size.nominal
  return isKnown
}

/** See firm-peak.ts: the host's own peak bounds the sum while everything on it has been there for the whole window. */
function boundByHost(work: HostInput, cores: Tally, memory: Tally): void {
  const { host, input, meter, instances } = work
  const { placements, usage, policy } = input
  if (placements === undefined) return
  const slot = usage.slotOf(host.id)
  if (!meter.coversWindow(slot)) return
  const windowStartMs = input.nowMs - policy.peakWindowMs
  for (const instance of instances) {
    if (!work.holding(instance.state).memory) continue
    const placement = placements.get(instance.id)
    if (placement === undefined || placement.hostId !== host.id || placement.sinceMs > windowStartMs) return
  }
  const coresPeak = meter.peak(slot, 'cpu')
  const memoryPeak = meter.peak(slot, 'memory')
  if (coresPeak < cores.firmPeak) cores.firmPeak = coresPeak
  if (memoryPeak < memory.firmPeak) memory.firmPeak = memoryPeak
}

/** The host's own figure first; else the sum, if every instance that holds the resource is measured. */
function usedNow(ofHost: number, ofInstances: number): number | undefined {
  if (!Number.isNaN(ofHost)) return ofHost
  return Number.isNaN(ofInstances) ? undefined : ofInstances
}
