// Closures that say true, false or unknown. && and || are commutative: false && unknown is false from either side, so
// the operands may be tried in ascending order of their cost without changing any result.
import { asShare } from './as-share.ts'
import type { BindScope, BoolReader } from './bind-scope.ts'
import { bindTexts, mostTags } from './bind-text.ts'
import { bindCoverage } from './bind-window.ts'
import { matchesGlob } from './glob.ts'
import type { NumberReader } from './linker.ts'
import { isFalse, isTrue, isUnknown, type Ternary, toTernary } from './ternary.ts'
import type {
  CallNode,
  CompareNode,
  CompareOperator,
  EqualNode,
  LogicNode,
  MemberNode,
  TypedNode,
} from './typed-node.ts'

/** A text longer than this is not matched against a pattern: unknown. */
export const longestGlobText = 1024

export function bindBool(scope: BindScope, node: TypedNode): BoolReader {
  switch (node.op) {
    case 'constant': {
      const value = toTernary(node.value === true)
      return () => value
    }
    case 'field':
      return node.field.type === 'bool' ? node.field.read : unknownBool
    case 'calendar': {
      const zone = scope.linker.zoneIndex(node.zone ?? scope.zone)
      return (c) => {
        const isWeekend = c.calendars[zone]?.isWeekend
        return isWeekend === undefined ? isUnknown : toTernary(isWeekend)
      }
    }
    case 'and':
    case 'or':
      return bindLogic(scope, node)
    case 'not': {
      const operand = scope.bindBool(node.operand)
      return (c) => {
        const value = operand(c)
        return value === isUnknown ? isUnknown : value === isTrue ? isFalse : isTrue
      }
    }
    case 'choose': {
      const condition = scope.bindBool(node.condition)
      const whenTrue = scope.bindBool(node.whenTrue)
      const otherwise = scope.bindBool(node.otherwise)
      return (c) => {
        const chosen = condition(c)
        return chosen === isUnknown ? isUnknown : chosen === isTrue ? whenTrue(c) : otherwise(c)
      }
    }
    case 'compare':
      return node.left.type === 'text' ? bindTextCompare(scope, node) : bindCompare(scope, node)
    case 'equal':
      return bindEqual(scope, node)
    case 'member':
      return bindMember(scope, node)
    case 'enoughData': {
      const covered = bindCoverage(scope, node.metric, node.windowMs)
      const { fraction } = node
      return (c) => (covered(c) >= fraction ? isTrue : isUnknown)
    }
    case 'known':
      return bindKnown(scope, node.operand)
    case 'valueOr': {
      const value = scope.bindBool(node.value)
      const otherwise = scope.bindBool(node.otherwise)
      return (c) => {
        const known = value(c)
        return known === isUnknown ? otherwise(c) : known
      }
    }
    case 'call':
      return bindBoolCall(scope, node)
    default:
      return unknownBool
  }
}

function bindLogic(scope: BindScope, node: LogicNode): BoolReader {
  const decisive = node.op === 'and' ? isFalse : isTrue
  const readers = [...node.operands].sort((a, b) => a.cost - b.cost).map((operand) => scope.bindBool(operand))
  const [first, second] = readers
  if (readers.length === 2 && first !== undefined && second !== undefined)
    return (c) => {
      const a = first(c)
      if (a === decisive) return a
      const b = second(c)
      return b === decisive || b === isUnknown ? b : a
    }
  const neutral = decisive === isFalse ? isTrue : isFalse
  return (c) => {
    let result: Ternary = neutral
    for (let index = 0; index < readers.length; index++) {
      const value = (readers[index] as BoolReader)(c)
      if (value === decisive) return value
      if (value === isUnknown) result = isUnknown
    }
    return result
  }
}

function bindCompare(scope: BindScope, written: CompareNode): BoolReader {
  const node = asShare(written)
  const left = scope.bindNumber(node.left)
  if (node.right.op === 'constant') return compareToConstant(left, node.operator, Number(node.right.value))
  const right = scope.bindNumber(node.right)
  const compare = comparisons[node.operator]
  return (c) => {
    const a = left(c)
    const b = right(c)
    return a === a && b === b ? toTernary(compare(a, b)) : isUnknown
  }
}

function compareToConstant(left: NumberReader, operator: CompareOperator, bound: number): BoolReader {
  if (bound !== bound) return unknownBool
  switch (operator) {
    case '<':
      return (c) => {
        const a = left(c)
        return a < bound ? isTrue : a === a ? isFalse : isUnknown
      }
    case '<=':
      return (c) => {
        const a = left(c)
        return a <= bound ? isTrue : a === a ? isFalse : isUnknown
      }
    case '>':
      return (c) => {
        const a = left(c)
        return a > bound ? isTrue : a === a ? isFalse : isUnknown
      }
    case '>=':
      return (c) => {
        const a = left(c)
        return a >= bound ? isTrue : a === a ? isFalse : isUnknown
      }
  }
}

const comparisons: Readonly<Record<CompareOperator, (a: number | string, b: number | string) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
}

function bindTextCompare(scope: BindScope, node: CompareNode): BoolReader {
  const left = scope.bindText(node.left)
  const right = scope.bindText(node.right)
  const compare = comparisons[node.operator]
  return (c) => {
    const a = left(c)
    const b = right(c)
    return a === undefined || b === undefined ? isUnknown : toTernary(compare(a, b))
  }
}

function bindEqual(scope: BindScope, node: EqualNode): BoolReader {
  const { negated } = node
  if (node.left.type === 'text') {
    const left = scope.bindText(node.left)
    const right = scope.bindText(node.right)
    return (c) => {
      const a = left(c)
      const b = right(c)
      return a === undefined || b === undefined ? isUnknown : toTernary((a === b) !== negated)
    }
  }
  if (node.left.type === 'bool') {
    const left = scope.bindBool(node.left)
    const right = scope.bindBool(node.right)
    return (c) => {
      const a = left(c)
      const b = right(c)
      return a === isUnknown || b === isUnknown ? isUnknown : toTernary((a === b) !== negated)
    }
  }
  const left = scope.bindNumber(node.left)
  const right = scope.bindNumber(node.right)
  return (c) => {
    const a = left(c)
    const b = right(c)
    return a === a && b === b ? toTernary((a === b) !== negated) : isUnknown
  }
}

function bindMember(scope: BindScope, node: MemberNode): BoolReader {
  if (node.element.type === 'number') {
    const element = scope.bindNumber(node.element)
    const values = new Set(node.list.op === 'constant' ? (node.list.value as readonly number[]) : [])
    return (c) => {
      const value = element(c)
      return value === value ? toTernary(values.has(value)) : isUnknown
    }
  }
  const element = scope.bindText(node.element)
  if (node.list.op === 'constant') {
    const values = new Set(node.list.value as readonly string[])
    return (c) => {
      const value = element(c)
      return value === undefined ? isUnknown : toTernary(values.has(value))
    }
  }
  const list = bindTexts(node.list)
  return (c) => {
    const value = element(c)
    const values = list(c)
    return value === undefined || values === undefined ? isUnknown : toTernary(values.includes(value))
  }
}

function bindKnown(scope: BindScope, operand: TypedNode): BoolReader {
  switch (operand.type) {
    case 'bool': {
      const read = scope.bindBool(operand)
      return (c) => toTernary(read(c) !== isUnknown)
    }
    case 'number':
    case 'timestamp': {
      const read = scope.bindNumber(operand)
      return (c) => {
        const value = read(c)
        return toTernary(value === value)
      }
    }
    case 'text': {
      const read = scope.bindText(operand)
      return (c) => toTernary(read(c) !== undefined)
    }
    default: {
      const read = bindTexts(operand)
      return (c) => toTernary(operand.op === 'constant' || read(c) !== undefined)
    }
  }
}

function bindBoolCall(scope: BindScope, node: CallNode): BoolReader {
  const [first, second, third] = node.operands
  if (first === undefined) return unknownBool
  if (node.fn === 'hasTag') return bindHasTag(first)
  if (second === undefined) return unknownBool
  if (node.fn === 'inRange') return third === undefined ? unknownBool : bindInRange(scope, [first, second, third])
  const text = scope.bindText(first)
  const other = scope.bindText(second)
  const holds = textTests[node.fn]
  if (holds === undefined) return unknownBool
  const longest = node.fn === 'glob' ? longestGlobText : Number.POSITIVE_INFINITY
  return (c) => {
    const a = text(c)
    const b = other(c)
    return a === undefined || b === undefined || a.length > longest ? isUnknown : toTernary(holds(a, b))
  }
}

const textTests: Readonly<Partial<Record<CallNode['fn'], (text: string, other: string) => boolean>>> = {
  glob: matchesGlob,
  startsWith: (text, start) => text.startsWith(start),
  endsWith: (text, end) => text.endsWith(end),
  contains: (text, part) => text.includes(part),
}

/** from <= value < to, going over the end when from > to; from = to is the whole round. */
function bindInRange(scope: BindScope, operands: readonly [TypedNode, TypedNode, TypedNode]): BoolReader {
  const value = scope.bindNumber(operands[0])
  const from = scope.bindNumber(operands[1])
  const to = scope.bindNumber(operands[2])
  return (c) => {
    const v = value(c)
    const a = from(c)
    const b = to(c)
    if (!(v === v && a === a && b === b)) return isUnknown
    return toTernary(a < b ? v >= a && v < b : v >= a || v < b)
  }
}

function bindHasTag(first: TypedNode): BoolReader {
  const pattern = first.op === 'constant' ? String(first.value) : ''
  const isPlain = !/[*?]/.test(pattern)
  return ({ instance: { tags } }) => {
    if (tags.length > mostTags) return isUnknown
    for (let index = 0; index < tags.length; index++) {
      const tag = tags[index] as string
      if (isPlain ? isTagOrName(tag, pattern) : fitsTagOrName(tag, pattern)) return isTrue
    }
    return isFalse
  }
}

const isTagOrName = (tag: string, name: string) =>
  tag.startsWith(name) && (tag.length === name.length || tag.charCodeAt(name.length) === equalsSign)

function fitsTagOrName(tag: string, pattern: string): boolean {
  const text = tag.slice(0, longestGlobText)
  const end = text.indexOf('=')
  return matchesGlob(text, pattern) || (end > 0 && matchesGlob(text.slice(0, end), pattern))
}

const equalsSign = '='.charCodeAt(0)
const unknownBool: BoolReader = () => isUnknown
