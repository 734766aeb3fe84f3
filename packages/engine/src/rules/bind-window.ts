// Closures for what is asked of telemetry: current values, windows, quiet time. A window with samples for less than half
// of its length is unknown, so that an hour of data never passes for fourteen days.
import type { BindScope } from './bind-scope.ts'
import { longestWindowMs } from './check-call.ts'
import type { Cursor } from './cursor.ts'
import type { NumberReader } from './linker.ts'
import { asMeasured, metricTable, type RuleMetric } from './metric-table.ts'
import type { WindowRequest } from './telemetry-access.ts'
import type { QuietNode, TypedNode, WindowNode } from './typed-node.ts'

/** Share of a window that must have samples before anything is said about it. */
export const leastCoverage = 0.5

export function bindMeasured(scope: BindScope, metric: RuleMetric): NumberReader {
  const name = metric.metric
  const read = scope.linker.share(`latest ${name}`, () => (c) => asMeasured(c.telemetry.latest(c.slot, name, c.nowMs)))
  return metric.capacityOf === undefined ? read : (c) => read(c) / capacity(c, metric)
}

export function bindCoverage(scope: BindScope, metric: RuleMetric, windowMs: number): NumberReader {
  const request: WindowRequest = { fn: 'coverage', metric: metric.metric, argument: 0, lengthMs: windowMs }
  return scope.linker.share(`coverage ${metric.metric} ${windowMs}`, () => (c) => {
    const share = c.telemetry.query(c.slot, request, c.nowMs)
    return share >= 0 ? Math.min(1, share) : 0
  })
}

export function bindWindow(scope: BindScope, node: WindowNode): NumberReader {
  const { fn, metric, windowMs } = node
  if (fn === 'coverage') return bindCoverage(scope, metric, windowMs)
  const argument = node.argument === undefined ? undefined : scope.bindNumber(node.argument)
  const key = `${fn} ${metric.name} ${windowMs} ${node.argument === undefined ? '' : keyOf(scope, node.argument)}`
  return scope.linker.share(key, () => {
    const covered = bindCoverage(scope, metric, windowMs)
    const request: WindowRequest = { fn, metric: metric.metric, argument: 0, lengthMs: windowMs }
    const isShare = fn === 'shareBelow'
    return (c) => {
      if (!(covered(c) >= leastCoverage)) return Number.NaN
      const scale = capacity(c, metric)
      request.argument = argument === undefined ? 0 : argument(c) * (isShare ? scale : 1)
      if (!(request.argument === request.argument && scale === scale)) return Number.NaN
      const value = c.telemetry.query(c.slot, request, c.nowMs)
      if (isShare) return value >= 0 && value <= 1 ? value : Number.NaN
      return asMeasured(value) / scale
    }
  })
}

/**
 * Seconds for which the metric was seen to stay below the bound: doubling windows while they are quiet, then halving the
 * difference down to a minute or a sixteenth. A window is quiet when the largest sample is below the
 * bound and no more than a tenth or three minutes of it are without samples, which are taken off at the end. Fifteen minutes may pass before the first sample is in.
 */
export function bindQuiet(scope: BindScope, node: QuietNode): NumberReader {
  const { metric } = node
  const bound = scope.bindNumber(node.bound)
  const measured = scope.linker.share(`quiet ${metric.name} ${keyOf(scope, node.bound)}`, () => {
    const request: WindowRequest = { fn: 'maximum', metric: metric.metric, argument: 0, lengthMs: 0 }
    return (c) => quietS(c, request, bound(c) * capacity(c, metric))
  })
  const guest = node.guestFirst ? metricTable.get('idleS') : undefined
  if (guest === undefined) return measured
  const reported = bindMeasured(scope, guest)
  return (c) => {
    const idleS = reported(c)
    return idleS === idleS ? idleS : measured(c)
  }
}

const minuteMs = 60_000
/** What may be missing of a quiet window: a tenth of it, or the last samples, which are still on their way. */
const mostMissingShare = 0.1
const mostMissingMs = 3 * minuteMs

function quietS(c: Cursor, request: WindowRequest, bound: number): number {
  if (Number.isNaN(bound)) return Number.NaN
  let quietMs = 0
  let loudMs = longestWindowMs * 2
  let seen = false
  for (let lengthMs = minuteMs; quietMs < longestWindowMs; lengthMs = Math.min(lengthMs * 2, longestWindowMs)) {
    const isSeen = isCovered(c, request, lengthMs)
    if (!isSeen && !seen && lengthMs < 16 * minuteMs) continue
    if (!isSeen || !(peakOf(c, request, lengthMs) < bound)) {
      if (!isSeen && !seen) return Number.NaN
      loudMs = lengthMs
      break
    }
    seen = true
    quietMs = lengthMs
  }
  if (quietMs === 0) return 0
  for (
    let step = 0;
    step < 5 && loudMs <= longestWindowMs && loudMs - quietMs > Math.max(minuteMs, quietMs / 16);
    step++
  ) {
    const lengthMs = (quietMs + loudMs) / 2
    const isQuiet = isCovered(c, request, lengthMs) && peakOf(c, request, lengthMs) < bound
    if (isQuiet) quietMs = lengthMs
    else loudMs = lengthMs
  }
  return (quietMs * Math.min(1, coveredShare(c, request, quietMs))) / 1000
}

function isCovered(c: Cursor, request: WindowRequest, lengthMs: number): boolean {
  const covered = coveredShare(c, request, lengthMs)
  return covered > 0 && (1 - covered) * lengthMs <= Math.max(mostMissingShare * lengthMs, mostMissingMs)
}

function coveredShare(c: Cursor, request: WindowRequest, lengthMs: number): number {
  request.fn = 'coverage'
  request.lengthMs = lengthMs
  return c.telemetry.query(c.slot, request, c.nowMs)
}

/** NaN is not below any bound: no answer is no quiet. */
function peakOf(c: Cursor, request: WindowRequest, lengthMs: number): number {
  request.fn = 'maximum'
  request.lengthMs = lengthMs
  return asMeasured(c.telemetry.query(c.slot, request, c.nowMs))
}

/** 1 for plain metrics; NaN where there is nothing to divide by. */
function capacity(c: Cursor, metric: RuleMetric): number {
  if (metric.capacityOf === undefined) return 1
  const value = metric.capacityOf(c.instance)
  return value > 0 ? value : Number.NaN
}

/** Stands for the meaning of a bound: its value, or its text and the zone that `local` means in it. */
function keyOf(scope: BindScope, node: TypedNode): string {
  if (node.op === 'constant') return `= ${String(node.value)}`
  return `${scope.zone} ${scope.source.slice(node.start, node.end)}`
}
