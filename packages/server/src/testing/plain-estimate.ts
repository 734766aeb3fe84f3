// An estimate of a host for tests of the API: figures that can be told apart.
import type { Host, HostEstimate, PeakEstimate } from '@gleaner/model'

export function plainEstimate(host: Host, atMs: number, overrides: Partial<HostEstimate> = {}): HostEstimate {
  return {
    hostId: host.id,
    cloudId: host.cloudId,
    atMs,
    scopeMs: 1_800_000,
    strategy: 'gleaner',
    measuredAtMs: atMs,
    coverage: 0.96,
    cores: plainPeak({ capacity: 15, booked: 8, mean: 2, peak: 5, estimate: 6, ratioInForce: 2, ratioAim: 1.13 }),
    memoryMiB: plainPeak({ capacity: 63_488, booked: 8192, mean: 3000, peak: 5000, estimate: 4000, violation: 1000 }),
    ...overrides,
  }
}

export function plainPeak(overrides: Partial<PeakEstimate> = {}): PeakEstimate {
  const { capacity, booked, estimate } = { capacity: 15, booked: 8, estimate: 6, ...overrides }
  return {
    mean: undefined,
    peak: undefined,
    free: capacity - estimate,
    ratio: (booked + capacity - estimate) / capacity,
    violation: 0,
    calmScopes: 4,
    isStable: true,
    confidence: 0.95,
    evidence: { deviation: 0.5, unknown: Number.NaN },
    record: { judged: 20, violationRate: 0.05, severity: 0.01, savings: 0.3, misprediction: 0.1 },
    ratioInForce: undefined,
    ratioAim: undefined,
    ...overrides,
    capacity,
    booked,
    estimate,
  }
}
