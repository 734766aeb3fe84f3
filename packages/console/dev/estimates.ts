// Estimates of the fake server: of every host that is up, from the same figures as its usage, so that chart and table agree.
import type { EstimatePointView, EstimateView, FleetEstimateView, FleetPointView, HostView } from '@gleaner/model'
import type { FakeState } from './fake-state.ts'
import { hashOf, seeded } from './random.ts'
import { type UsageShape, valueAt } from './usage.ts'

const scopeMs = 3_600_000
const samples = 12

type Resource = 'cores' | 'memoryMiB'

/** What was used in the hour that ended then: mean and peak. */
function usedIn(shape: UsageShape, resource: Resource, endMs: number) {
  const metric = resource === 'cores' ? 'cpu' : 'memory'
  const values = Array.from({ length: samples }, (_, nth) =>
    valueAt(shape, metric, endMs - (scopeMs * (nth + 0.5)) / samples),
  )
  return { mean: values.reduce((a, b) => a + b, 0) / samples, peak: Math.max(...values) }
}

function figures(host: HostView, shape: UsageShape, { resource, endMs }: { resource: Resource; endMs: number }) {
  const { usable: capacity, booked } = host.ledger[resource]
  const past = [0, 1, 2].map((back) => usedIn(shape, resource, endMs - back * scopeMs).peak)
  const noise = seeded(hashOf(`${host.id}${resource}`) ^ (endMs / scopeMs))()
  const estimateAt = (margin: number) => Math.min(capacity, booked, Math.max(...past) * margin)
  const { mean, peak } = usedIn(shape, resource, endMs)
  const before = Math.min(capacity, booked, (past[1] ?? 0) * 1.02)
  return {
    capacity,
    booked,
    mean,
    peak,
    estimate: estimateAt(1.1 + 0.1 * noise),
    violation: noise > 0.9 ? Math.max(0, peak - before) : 0,
    confidence: 0.93,
    ratioInForce: resource === 'cores' ? 4 : 1,
    ratioAim: resource === 'cores' ? 3.2 : 1,
  }
}

export function pastOf(state: FakeState, host: HostView, spanMs: number): EstimatePointView[] {
  const shape = state.world.shapes.get(host.id)
  if (shape === undefined) return []
  const lastMs = Math.floor(state.nowMs() / scopeMs) * scopeMs
  const scopes = Math.min(720, Math.floor(spanMs / scopeMs))
  return Array.from({ length: scopes }, (_, nth) => {
    const endMs = lastMs - (scopes - 1 - nth) * scopeMs
    return {
      at: new Date(endMs).toISOString(),
      scopeS: scopeMs / 1000,
      strategy: 'gleaner',
      blind: false,
      cores: figures(host, shape, { resource: 'cores', endMs }),
      memoryMiB: figures(host, shape, { resource: 'memoryMiB', endMs }),
    }
  })
}

export function estimateOf(state: FakeState, host: HostView): EstimateView | undefined {
  const shape = state.world.shapes.get(host.id)
  if (shape === undefined || !host.measured) return undefined
  const endMs = Math.floor(state.nowMs() / scopeMs) * scopeMs
  const part = (resource: Resource) => {
    const made = figures(host, shape, { resource, endMs })
    return {
      ...made,
      free: made.capacity - made.estimate,
      ratio: (made.booked + made.capacity - made.estimate) / made.capacity,
      calmScopes: 6,
      stable: true,
      evidence: { mean: made.mean, deviation: (made.peak - made.mean) / 3, multiplier: 3.5 },
      record: {
        judged: 120,
        violationRate: (hashOf(host.id) % 8) / 100,
        severity: 0.01,
        savings: 0.4,
        misprediction: 0.12,
      },
    }
  }
  const at = new Date(endMs).toISOString()
  return {
    host: host.name,
    hostId: host.id,
    cloud: host.cloud,
    at,
    scopeS: scopeMs / 1000,
    strategy: 'gleaner',
    state: 'measured',
    measuredAt: at,
    coverage: 0.98,
    cores: part('cores'),
    memoryMiB: part('memoryMiB'),
  }
}

export function allEstimates(state: FakeState): EstimateView[] {
  return state.world.hosts.flatMap((host) => estimateOf(state, host) ?? [])
}

export function fleetOf(state: FakeState): FleetEstimateView {
  const all = allEstimates(state)
  const sums = (resource: Resource) => {
    const sum = (read: (peak: EstimateView['cores']) => number) =>
      all.reduce((total, each) => total + read(each[resource]), 0)
    return {
      capacity: sum(({ capacity }) => capacity),
      booked: sum(({ booked }) => booked),
      peak: sum(({ peak }) => peak ?? 0),
      estimate: sum(({ estimate }) => estimate),
      violatedHosts: all.filter((each) => each[resource].violation > 0).length,
      violationRate: 0.031,
    }
  }
  return {
    at: all[0]?.at ?? state.iso(),
    hosts: all.length,
    judged: all.length * 120,
    measured: all.length,
    kept: 0,
    physical: 0,
    cores: sums('cores'),
    memoryMiB: sums('memoryMiB'),
  }
}

export function fleetPast(state: FakeState, spanMs: number): FleetPointView[] {
  const now = fleetOf(state)
  const scopes = Math.min(720, Math.floor(spanMs / scopeMs))
  const lastMs = Date.parse(now.at)
  return Array.from({ length: scopes }, (_, nth) => {
    const atMs = lastMs - (scopes - 1 - nth) * scopeMs
    const wave = 0.8 + 0.2 * Math.sin((atMs / 86_400_000) * 2 * Math.PI)
    const scaled = ({ capacity, booked, peak, estimate }: FleetEstimateView['cores']) => ({
      capacity,
      booked,
      mean: peak * wave * 0.6,
      peak: peak * wave,
      estimate: estimate * (0.85 + 0.15 * wave),
      ...(nth === 0 ? {} : { expected: estimate * (0.85 + 0.15 * wave) }),
      violatedHosts: Math.floor(seeded(atMs / scopeMs)() * 4),
      violation: 1.5,
    })
    return {
      at: new Date(atMs).toISOString(),
      hosts: now.hosts,
      blindHosts: 0,
      cores: scaled(now.cores),
      memoryMiB: scaled(now.memoryMiB),
    }
  })
}
