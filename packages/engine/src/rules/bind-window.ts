// Closures for what is asked of telemetry: current values, windows, quiet time. A window with samples for less than half
// of its length is unknown, so that an hour of data never passes for fourteen days.
import type { BindScope } from './bind-scope.ts'
import type { Cursor } from './cursor.ts'
import type { NumberReader } from './linker.ts'
import { asMeasured, metricTable, type RuleMetric } from './metric-table.ts'
import type { QuietQuery, WindowFunction, WindowRequest } from './telemetry-access.ts'
import type { QuietNode, TypedNode, WindowNode } from './typed-node.ts'

/** Share of a window that must have samples before anything is said about it. */
export const leastCoverage = 0.5

export function bindMeasured(scope: BindScope, metric: RuleMetric): NumberReader {
  const name = metric.metric
  const read = scope.linker.share(`latest ${name}`, () => (c) => asMeasured(c.telemetry.latest(c.slot, name, c.nowMs)))
  return metric.capacityOf === undefined ? read : (c) => read(c) / capacity(c, metric)
}

export function bindCoverage(scope: BindScope, metric: RuleMetric, windowMs: number): NumberReader {
  const request = requestFor('coverage', metric, windowMs)
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
  return scope.linker.share(key, () => windowReader(node, argument))
}

function windowReader(node: WindowNode, argument: NumberReader | undefined): NumberReader {
  const { fn, metric, windowMs } = node
  const request = requestFor(fn, metric, windowMs)
  const isShare = fn === 'shareBelow'
  return (c) => {
    const scale = capacity(c, metric)
    request.argument = argument === undefined ? 0 : argument(c) * (isShare ? scale : 1)
    if (Number.isNaN(request.argument) || Number.isNaN(scale)) return Number.NaN
    const value = c.telemetry.query(c.slot, request, c.nowMs)
    if (isShare) return value >= 0 && value <= 1 ? value : Number.NaN
    return asMeasured(value) / scale
  }
}

export function requestFor(fn: WindowFunction, { metric }: RuleMetric, lengthMs: number): WindowRequest {
  return { fn, metric, lengthMs, argument: 0, leastCoverage: fn === 'coverage' ? 0 : leastCoverage }
}

/** Seconds for which all samples have been below the bound. A gap of more than a quarter of an hour ends the quiet. */
export function bindQuiet(scope: BindScope, node: QuietNode): NumberReader {
  const { metric } = node
  const bound = scope.bindNumber(node.bound)
  const measured = scope.linker.share(`quiet ${metric.name} ${keyOf(scope, node.bound)}`, () => {
    const request: QuietQuery = { metric: metric.metric, below: 0, maxGapMs: longestGapMs }
    return (c) => {
      request.below = bound(c) * capacity(c, metric)
      if (Number.isNaN(request.below)) return Number.NaN
      const { sinceMs } = c.telemetry.quietSince(c.slot, request, c.nowMs)
      return sinceMs >= 0 ? asMeasured((c.nowMs - sinceMs) / 1000) : Number.NaN
    }
  })
  const guest = node.guestFirst ? metricTable.get('idleS') : undefined
  if (guest === undefined) return measured
  const reported = bindMeasured(scope, guest)
  return (c) => {
    const idleS = reported(c)
    return Number.isNaN(idleS) ? measured(c) : idleS
  }
}

export const longestGapMs = 15 * 60_000

/** What a measured value is divided by: 1 for plain metrics; NaN where there is nothing to divide by. */
export function capacity(c: Cursor, metric: RuleMetric): number {
  if (metric.capacityOf === undefined) return 1
  const value = metric.capacityOf(c.instance)
  return value > 0 ? value : Number.NaN
}

/** Stands for the meaning of a bound: its value, or its text and the zone that `local` means in it. */
function keyOf(scope: BindScope, node: TypedNode): string {
  if (node.op === 'constant') return `= ${String(node.value)}`
  return `${scope.zone} ${scope.source.slice(node.start, node.end)}`
}
