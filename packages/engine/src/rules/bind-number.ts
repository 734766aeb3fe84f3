// Closures that give numbers and instants (epoch ms). NaN is unknown: it passes through arithmetic by itself.
import type { BindScope } from './bind-scope.ts'
import { bindTexts } from './bind-text.ts'
import { bindMeasured, bindQuiet, bindWindow } from './bind-window.ts'
import type { CalendarPart } from './calendar.ts'
import type { NumberReader } from './linker.ts'
import { isTrue, isUnknown } from './ternary.ts'
import type { ArithmeticNode, CallNode, TypedNode } from './typed-node.ts'

export function bindNumber(scope: BindScope, node: TypedNode): NumberReader {
  switch (node.op) {
    case 'constant': {
      const value = typeof node.value === 'number' ? node.value : Number.NaN
      return () => value
    }
    case 'field': {
      const { field } = node
      return field.type === 'number' || field.type === 'timestamp' ? field.read : unknownNumber
    }
    case 'calendar': {
      const zone = scope.linker.zoneIndex(node.zone ?? scope.zone)
      const part = node.part as Extract<CalendarPart, 'hour' | 'minute' | 'weekday' | 'day' | 'month' | 'year'>
      return (c) => c.calendars[zone]?.[part] ?? Number.NaN
    }
    case 'measured':
      return bindMeasured(scope, node.metric)
    case 'window':
      return bindWindow(scope, node)
    case 'quiet':
      return bindQuiet(scope, node)
    case 'sinceAction': {
      const { action } = node
      return scope.linker.share(
        `since ${action}`,
        () => (c) => (c.nowMs - c.history.lastActionAtMs(c.instance.id, action)) / 1000,
      )
    }
    case 'sinceResumed':
      return scope.linker.share(
        'since resumed',
        () => (c) => (c.nowMs - c.history.lastResumedAtMs(c.instance.id)) / 1000,
      )
    case 'actionCount': {
      const { action, windowMs } = node
      const span = { fromMs: 0, toMs: 0 }
      return scope.linker.share(`count ${action} ${windowMs}`, () => (c) => {
        span.fromMs = c.nowMs - windowMs
        span.toMs = c.nowMs
        return c.history.actionCount(c.instance.id, action, span)
      })
    }
    case 'negate': {
      const operand = scope.bindNumber(node.operand)
      return (c) => -operand(c)
    }
    case 'arithmetic':
      return bindArithmetic(scope, node)
    case 'choose': {
      const condition = scope.bindBool(node.condition)
      const whenTrue = scope.bindNumber(node.whenTrue)
      const otherwise = scope.bindNumber(node.otherwise)
      return (c) => {
        const chosen = condition(c)
        return chosen === isUnknown ? Number.NaN : chosen === isTrue ? whenTrue(c) : otherwise(c)
      }
    }
    case 'valueOr': {
      const value = scope.bindNumber(node.value)
      const otherwise = scope.bindNumber(node.otherwise)
      return (c) => {
        const known = value(c)
        return known === known ? known : otherwise(c)
      }
    }
    case 'call':
      return bindNumberCall(scope, node)
    default:
      return unknownNumber
  }
}

function bindArithmetic(scope: BindScope, node: ArithmeticNode): NumberReader {
  const left = scope.bindNumber(node.left)
  const right = scope.bindNumber(node.right)
  if (node.left.type === 'timestamp')
    return node.right.type === 'timestamp'
      ? (c) => (left(c) - right(c)) / 1000
      : node.operator === '+'
        ? (c) => left(c) + right(c) * 1000
        : (c) => left(c) - right(c) * 1000
  switch (node.operator) {
    case '+':
      return (c) => left(c) + right(c)
    case '-':
      return (c) => left(c) - right(c)
    case '*':
      return (c) => left(c) * right(c)
    case '/':
      // Division by zero has no value. It must not become an infinity, which would compare as a number does.
      return (c) => {
        const divisor = right(c)
        return divisor === 0 ? Number.NaN : left(c) / divisor
      }
    case '%':
      return (c) => left(c) % right(c)
  }
}

function bindNumberCall(scope: BindScope, node: CallNode): NumberReader {
  const [first, second] = node.operands
  if (first === undefined) return unknownNumber
  if (node.fn === 'size') {
    if (first.type === 'text') {
      const text = scope.bindText(first)
      return (c) => text(c)?.length ?? Number.NaN
    }
    if (first.op === 'constant' && Array.isArray(first.value)) {
      const { length } = first.value
      return () => length
    }
    const list = bindTexts(first)
    return (c) => list(c)?.length ?? Number.NaN
  }
  const a = scope.bindNumber(first)
  if (node.fn === 'abs') return (c) => Math.abs(a(c))
  if (second === undefined) return unknownNumber
  const b = scope.bindNumber(second)
  return node.fn === 'min' ? (c) => Math.min(a(c), b(c)) : (c) => Math.max(a(c), b(c))
}

/** For pairs of node and type that the checker lets nobody build. */
const unknownNumber: NumberReader = () => Number.NaN
