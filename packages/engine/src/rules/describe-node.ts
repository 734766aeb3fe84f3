// Words for parts of an expression and for their values: what was measured, in which unit, in the order people say it.
import { formatDurationMs } from '@gleaner/model'
import { isoTime } from '../text/iso-time.ts'
import type { NodeValue } from './node-value.ts'
import { sourceOf } from './source-of.ts'
import { methodTable, functionTable } from './function-table.ts'
import { type TypedNode, type WindowNode } from './typed-node.ts'

/** A part of a checked expression never changes and belongs to one source. */
const known = new WeakMap<TypedNode, string>()

/** `text` is the source of the whole expression. */
export function describeNode(node: TypedNode, text: string): string {
  const before = known.get(node)
  if (before !== undefined) return before
  const words = describe(node, text)
  known.set(node, words)
  return words
}

function describe(node: TypedNode, text: string): string {
  switch (node.op) {
    case 'window':
      return describeWindow(node, text)
    case 'measured':
      return node.metric.name
    case 'quiet':
      return node.guestFirst ? 'idle time' : `time with ${node.metric.name} below ${sourceOf(node.bound, text)}`
    case 'enoughData':
      return `share of ${formatDurationMs(node.windowMs)} with ${node.metric.name} samples`
    case 'sinceAction':
      return `time since the last ${node.action} by Gleaner`
    case 'actionCount':
      return `number of times Gleaner did ${node.action} in ${formatDurationMs(node.windowMs)}`
    case 'sinceResumed':
      return 'time since the last resume or start'
    default:
      return sourceOf(node, text)
  }
}

function describeWindow(node: WindowNode, text: string): string {
  const { metric } = node
  const over = `over ${formatDurationMs(node.windowMs)}`
  const argument = node.argument === undefined ? '' : sourceOf(node.argument, text)
  switch (node.fn) {
    case 'shareBelow':
      return `share of samples with ${metric.name} below ${argument}${unitBehind(metric.unit)} ${over}`
    case 'percentile':
      return `percentile ${argument} of ${metric.name} ${over}`
    case 'coverage':
      return `share of ${formatDurationMs(node.windowMs)} with ${metric.name} samples`
    default:
      return `${node.fn} of ${metric.name} ${over}`
  }
}

/** Unit of a number; undefined when it has none or nobody can tell. */
export function unitOf(node: TypedNode): string | undefined {
  switch (node.op) {
    case 'field':
      return node.field.unit
    case 'measured':
      return node.metric.unit
    case 'window':
      return node.fn === 'shareBelow' || node.fn === 'coverage' ? undefined : node.metric.unit
    case 'quiet':
    case 'sinceAction':
    case 'sinceResumed':
      return 's'
    case 'valueOr':
      return unitOf(node.value)
    case 'arithmetic':
      if (node.left.type === 'timestamp') return node.type === 'number' ? 's' : undefined
      return node.operator === '+' || node.operator === '-' ? (unitOf(node.left) ?? unitOf(node.right)) : undefined
    case 'call':
      return (
        (functionTable.get(node.fn) ?? methodTable.get(node.fn))?.unit ??
        (node.operands[0] && node.fn !== 'size' ? unitOf(node.operands[0]) : undefined)
      )
    default:
      return undefined
  }
}

export function formatValue(value: NodeValue, unit?: string, digits = 4): string {
  if (value === undefined) return 'unknown'
  if (typeof value === 'string') return `"${value.length > 80 ? `${value.slice(0, 80)}…` : value}"`
  if (typeof value === 'boolean') return String(value)
  if (typeof value !== 'number')
    return `[${value
      .slice(0, 8)
      .map((part) => formatValue(part))
      .join(', ')}${value.length > 8 ? ', …' : ''}]`
  if (value === Number.POSITIVE_INFINITY) return 'endless'
  if (unit === 's') return formatDurationMs(value * 1000)
  if (unit === 'instant') return isoTime(value)
  return `${plainNumber(value, digits)}${unitBehind(unit)}`
}

/** Two values of the same kind, with as many digits as it takes to tell them apart. */
export function formatPair(a: NodeValue, b: NodeValue, unit?: string): readonly [string, string] {
  for (const digits of [4, 8, 15]) {
    const pair = [formatValue(a, unit, digits), formatValue(b, unit, digits)] as const
    if (pair[0] !== pair[1] || a === b) return pair
  }
  return [`${String(a)}${unitBehind(unit)}`, `${String(b)}${unitBehind(unit)}`]
}

const unitBehind = (unit: string | undefined) => (unit === undefined || unit === '0..1' ? '' : ` ${unit}`)

function plainNumber(value: number, digits: number): string {
  if (Math.abs(value) >= 1e15 || (value !== 0 && Math.abs(value) < 1e-6)) return value.toPrecision(digits)
  if (Number.isInteger(value)) return String(value)
  const rounded = Math.abs(value) >= 10 ** (digits - 1) ? Math.round(value) : Number(value.toPrecision(digits))
  return String(rounded)
}
