// How much preemptible instances may have of a host in all, where what is sold is lent. It follows the ledger:
//
//   lendable = usable - firm peak - leased - headroom, never below 0, of cores and memory apart
//
// The firm peak is the estimate of oversubscription as it counts at this moment (peak-now.ts: who came since counts with
// all it was promised), or the highest use measured lately where that is more; what the ledger itself counts with. Without
// an estimate, or with one that is too old, everything that was promised to firm instances counts as used: nothing that is
// sold is lent then, and what was never sold still may be. No data is never idle.
// Leaves to others: which hosts are fenced for it, what is promised since the reading (lent-limit.ts).
import type { Host, HostLedger, Instance, LedgerLine, LendingFence } from '@gleaner/model'
import { type FirmPeakRule, inForce } from '../ledger/expected-peak.ts'
import type { HoldingTable } from '../ledger/holding.ts'
import { type EstimateNow, peakNow } from '../oversubscription/online/peak-now.ts'

export interface Lendable {
  readonly vcpus: number
  readonly ramMiB: number
}

/** estimate: of what is sold the idle part is lent; none, stale: nothing of what is sold, for want of an estimate. */
export type LendingBasis = 'estimate' | 'none' | 'stale'

export interface LendableRoom extends Lendable {
  /** Of it, what was never sold: that much may be had whatever the firm instances use. */
  readonly unsold: Lendable
  readonly basis: LendingBasis
}

export interface LendingQuestion {
  readonly host: Host
  readonly instances: readonly Instance[]
  readonly holding: HoldingTable
  readonly estimate: EstimateNow | undefined
  /** From the last plan; without it nothing that is sold is lent. */
  readonly ledger: HostLedger | undefined
  readonly rule: FirmPeakRule
  readonly headroomShare: number
}

export function isFenced({ properties, kind }: Host, fence: LendingFence): boolean {
  const has = properties?.[fence.property]
  // What aggregates and templates say is text, whatever was meant by it.
  return kind === 'hypervisor' && has !== undefined && String(has).toLowerCase() === String(fence.value).toLowerCase()
}

export function lendableRoom(question: LendingQuestion): LendableRoom {
  const { host, estimate, ledger } = question
  const promised = promisedTo(question)
  const unsold = {
    vcpus: roomIn(question, host.cores - host.reservedCores, { peak: promised.vcpus, line: ledger?.cores }),
    ramMiB: roomIn(question, host.memoryMiB - host.reservedMemoryMiB, {
      peak: promised.ramMiB,
      line: ledger?.memoryMiB,
    }),
  }
  // One that was never measured is none yet: nobody leaves for it.
  if (estimate?.estimate.measuredAtMs === undefined || ledger === undefined) return { ...unsold, unsold, basis: 'none' }
  const now = peakNow(question, estimate)
  if (now.isStale) return { ...unsold, unsold, basis: 'stale' }
  return {
    vcpus: roomIn(question, host.cores - host.reservedCores, {
      peak: peakIn(question, { estimated: now.cores, promised: promised.vcpus, line: ledger.cores }),
      line: ledger.cores,
    }),
    ramMiB: roomIn(question, host.memoryMiB - host.reservedMemoryMiB, {
      peak: peakIn(question, { estimated: now.memoryMiB, promised: promised.ramMiB, line: ledger.memoryMiB }),
      line: ledger.memoryMiB,
    }),
    unsold,
    basis: 'estimate',
  }
}

/** The ledger's rule; where it leaves the estimate out of account the larger of the two counts, as nothing is lent on less. */
function peakIn(
  { rule }: LendingQuestion,
  { estimated, promised, line }: { readonly estimated: number; readonly promised: number; readonly line: LedgerLine },
): number {
  const { firmPeak } = inForce(rule === 'measured' ? 'larger' : rule, line.measuredPeak, estimated)
  // The line is of the last plan: who has left since counts there still, and nobody uses more than is promised to all.
  return Math.min(promised, firmPeak)
}

function roomIn(
  { headroomShare }: LendingQuestion,
  usable: number,
  { peak, line }: { readonly peak: number; readonly line: LedgerLine | undefined },
): number {
  const there = Math.max(0, usable)
  return Math.max(0, there * (1 - headroomShare) - peak - (line?.leased ?? 0))
}

/** What the firm instances that hold something there were promised. */
function promisedTo({ instances, holding }: LendingQuestion): Lendable {
  let vcpus = 0
  let ramMiB = 0
  for (const { state, firmness, vcpus: cores, memoryMiB } of instances) {
    if (firmness === 'preemptible') continue
    const held = holding(state)
    if (held.cores) vcpus += cores
    if (held.memory) ramMiB += memoryMiB
  }
  return { vcpus, ramMiB }
}
