// Closures for what is asked of telemetry: current values, windows, quiet time. A window with samples for less than half
// of its length is unknown, so that an hour of data never passes for fourteen days.
import { longestWindowMs } from './check-call.ts'
import type { BindScope } from './bind-expression.ts'
import { bindNumber } from './bind-number.ts'
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
  const argument = node.argument === undefined ? undefined : bindNumber(scope, node.argument)
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
 * Seconds for which every sample stayed below the bound: doubling windows until one is not quiet, then halving the
 * difference down to a minute or a sixteenth. Never longer than the data reach.
 */
export function bindQuiet(scope: BindScope, node: QuietNode): NumberReader {
  const { metric } = node
  const bound = bindNumber(scope, node.bound)
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

function quietS(c: Cursor, request: WindowRequest, bound: number): number {
  if (bound !== bound) return Number.NaN
  request.fn = 'maximum'
  let quietMs = 0
  let loudMs = longestWindowMs * 2
  let seen = false
  for (let lengthMs = minuteMs; ; lengthMs = Math.min(lengthMs * 2, longestWindowMs)) {
    request.lengthMs = lengthMs
    const peak = asMeasured(c.telemetry.query(c.slot, request, c.nowMs))
    if (peak === peak) seen = true
    else if (lengthMs > 15 * minuteMs) break
    if (peak >= bound) {
      loudMs = lengthMs
      break
    }
    if (seen) quietMs = lengthMs
    if (lengthMs === longestWindowMs) break
  }
  if (!seen) return Number.NaN
  if (loudMs <= longestWindowMs)
    for (let step = 0; step < 5 && loudMs - quietMs > Math.max(minuteMs, quietMs / 16); step++) {
      request.lengthMs = (quietMs + loudMs) / 2
      if (asMeasured(c.telemetry.query(c.slot, request, c.nowMs)) >= bound) loudMs = request.lengthMs
      else quietMs = request.lengthMs
    }
  return withinData(c, request, quietMs) / 1000
}

/** Halves the span, four times at most, until at least half of it has samples; NaN when it never has. */
function withinData(c: Cursor, request: WindowRequest, quietMs: number): number {
  request.fn = 'coverage'
  let lengthMs = quietMs
  for (let step = 0; step < 4 && lengthMs > 0; step++) {
    request.lengthMs = lengthMs
    if (c.telemetry.query(c.slot, request, c.nowMs) >= leastCoverage) return lengthMs
    lengthMs /= 2
  }
  return lengthMs === 0 ? 0 : Number.NaN
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
  return `${scope.zone} ${scope.text.slice(node.start, node.end)}`
}
