// The estimated peak as it counts at this moment. An estimate is made at the end of a scope for the instances of then; who
// came since counts with all it was promised, and no peak is above what is booked now. When nothing has been measured for
// `keepMs` the estimate no longer counts: then all that can be used is taken as used, up to what is booked.
import type { HostEstimate, InstanceId } from '@gleaner/model'
import type { HostNow } from './scope-reading.ts'

export interface PeakNow {
  readonly cores: number
  readonly memoryMiB: number
  /** Promised to the firm instances that are there now. */
  readonly bookedCores: number
  readonly bookedMemoryMiB: number
  /** Nothing was measured for too long: the physical capacity stands for the estimate. */
  readonly isStale: boolean
}

export interface EstimateNow {
  readonly estimate: HostEstimate
  /** The instances the estimate is about. */
  readonly known: ReadonlySet<InstanceId>
  readonly keepMs: number
  readonly nowMs: number
}

export function isEstimateStale({ estimate, keepMs, nowMs }: Omit<EstimateNow, 'known'>): boolean {
  const { measuredAtMs } = estimate
  // From the future: the clock was set back, and nobody knows how old it is.
  return !(measuredAtMs !== undefined && nowMs - measuredAtMs <= keepMs && measuredAtMs <= nowMs + clocksDifferMs)
}

const clocksDifferMs = 60_000

export function peakNow({ host, instances, holding }: HostNow, from: EstimateNow): PeakNow {
  const { estimate, known } = from
  const isStale = isEstimateStale(from)
  let bookedCores = 0
  let bookedMemoryMiB = 0
  let cores = estimate.cores.estimate
  let memoryMiB = estimate.memoryMiB.estimate
  for (const instance of instances) {
    const held = holding(instance.state)
    if (!held.memory || instance.firmness === 'preemptible') continue
    bookedMemoryMiB += instance.memoryMiB
    if (held.cores) bookedCores += instance.vcpus
    if (known.has(instance.id)) continue
    memoryMiB += instance.memoryMiB
    if (held.cores) cores += instance.vcpus
  }
  const usableCores = Math.max(0, host.cores - host.reservedCores)
  const usableMemoryMiB = Math.max(0, host.memoryMiB - host.reservedMemoryMiB)
  return {
    cores: Math.min(usableCores, bookedCores, isStale ? usableCores : cores),
    memoryMiB: Math.min(usableMemoryMiB, bookedMemoryMiB, isStale ? usableMemoryMiB : memoryMiB),
    bookedCores,
    bookedMemoryMiB,
    isStale,
  }
}
