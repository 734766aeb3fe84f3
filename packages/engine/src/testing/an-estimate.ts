// The estimate of a host, for tests: made of a whole scope just before, judged often and never wrong.
import type { Host, HostEstimate, PeakEstimate } from '@gleaner/model'

export interface EstimateFigures {
  readonly cores: number
  readonly memoryMiB: number
  readonly atMs: number
  /** `atMs` if absent. */
  readonly measuredAtMs?: number | undefined
}

export function anEstimate(host: Host, figures: EstimateFigures): HostEstimate {
  const { atMs } = figures
  return {
    hostId: host.id,
    cloudId: host.cloudId,
    atMs,
    scopeMs: 3_600_000,
    strategy: 'gleaner',
    measuredAtMs: 'measuredAtMs' in figures ? figures.measuredAtMs : atMs,
    coverage: 1,
    cores: peak(figures.cores, host.cores - host.reservedCores),
    memoryMiB: peak(figures.memoryMiB, host.memoryMiB - host.reservedMemoryMiB),
  }
}

function peak(estimate: number, capacity: number): PeakEstimate {
  return {
    capacity,
    booked: capacity,
    mean: estimate,
    peak: estimate,
    estimate,
    free: capacity - estimate,
    ratio: 1,
    violation: 0,
    calmScopes: 10,
    isStable: true,
    confidence: 0.9,
    evidence: {},
    record: { judged: 10, violationRate: 0, severity: 0, savings: 0, misprediction: 0 },
    ratioInForce: undefined,
    ratioAim: undefined,
  }
}
