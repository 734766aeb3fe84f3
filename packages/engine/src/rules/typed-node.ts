// A checked expression: a tree whose types are known and whose names are resolved. Immutable, free of closures and of
// any instance, so that it can be cached by its text. `start` and `end` point into the text it was read from; `cost` is
// an upper bound of the work one evaluation does, in reads of a plain field (see cost.ts).
import type { ActionKind } from '@gleaner/model'
import type { CalendarPart } from './calendar.ts'
import type { Field } from './field-table.ts'
import type { RuleMetric } from './metric-table.ts'
import type { WindowFunction } from './telemetry-access.ts'

export type ValueType = 'bool' | 'number' | 'text' | 'timestamp' | 'texts' | 'numbers'

export const typeWords: Readonly<Record<ValueType, string>> = {
  bool: 'a yes-or-no value',
  number: 'a number',
  text: 'a text',
  timestamp: 'an instant',
  texts: 'a list of texts',
  numbers: 'a list of numbers',
}

interface Place {
  readonly type: ValueType
  readonly start: number
  readonly end: number
  readonly cost: number
}

export type CompareOperator = '<' | '<=' | '>' | '>='
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%'
export type PlainCall =
  | 'inRange'
  | 'glob'
  | 'hasTag'
  | 'tagValue'
  | 'min'
  | 'max'
  | 'abs'
  | 'size'
  | 'startsWith'
  | 'endsWith'
  | 'contains'
  | 'lowerAscii'
  | 'upperAscii'

export type ConstantNode = Place & {
  readonly op: 'constant'
  readonly value: number | string | boolean | readonly number[] | readonly string[]
}
export type FieldNode = Place & { readonly op: 'field'; readonly field: Field }
/** `zone` undefined: the rule's own. */
export type CalendarNode = Place & {
  readonly op: 'calendar'
  readonly zone: string | undefined
  readonly part: CalendarPart
}
export type MeasuredNode = Place & { readonly op: 'measured'; readonly metric: RuleMetric }
export type WindowNode = Place & {
  readonly op: 'window'
  readonly fn: WindowFunction
  readonly metric: RuleMetric
  readonly argument: TypedNode | undefined
  readonly windowMs: number
}
export type EnoughDataNode = Place & {
  readonly op: 'enoughData'
  readonly metric: RuleMetric
  readonly fraction: number
  readonly windowMs: number
}
/** `guestFirst`: what the guest itself reports goes before what is measured from outside (idleFor). */
export type QuietNode = Place & {
  readonly op: 'quiet'
  readonly metric: RuleMetric
  readonly bound: TypedNode
  readonly guestFirst: boolean
}
export type HistoryNode = Place &
  (
    | { readonly op: 'sinceAction'; readonly action: ActionKind }
    | { readonly op: 'actionCount'; readonly action: ActionKind; readonly windowMs: number }
    | { readonly op: 'sinceResumed' }
  )
/** Operands in the order of the text; nested ones of the same kind are flattened into one. */
export type LogicNode = Place & { readonly op: 'and' | 'or'; readonly operands: readonly TypedNode[] }
export type NotNode = Place & { readonly op: 'not'; readonly operand: TypedNode }
export type NegateNode = Place & { readonly op: 'negate'; readonly operand: TypedNode }
export type ChooseNode = Place & {
  readonly op: 'choose'
  readonly condition: TypedNode
  readonly whenTrue: TypedNode
  readonly otherwise: TypedNode
}
export type CompareNode = Place & {
  readonly op: 'compare'
  readonly operator: CompareOperator
  readonly left: TypedNode
  readonly right: TypedNode
}
export type EqualNode = Place & {
  readonly op: 'equal'
  readonly negated: boolean
  readonly left: TypedNode
  readonly right: TypedNode
}
export type MemberNode = Place & { readonly op: 'member'; readonly element: TypedNode; readonly list: TypedNode }
export type ArithmeticNode = Place & {
  readonly op: 'arithmetic'
  readonly operator: ArithmeticOperator
  readonly left: TypedNode
  readonly right: TypedNode
}
export type JoinNode = Place & { readonly op: 'join'; readonly left: TypedNode; readonly right: TypedNode }
export type CallNode = Place & { readonly op: 'call'; readonly fn: PlainCall; readonly operands: readonly TypedNode[] }
export type KnownNode = Place & { readonly op: 'known'; readonly operand: TypedNode }
export type ValueOrNode = Place & { readonly op: 'valueOr'; readonly value: TypedNode; readonly otherwise: TypedNode }

export type TypedNode =
  | ConstantNode
  | FieldNode
  | CalendarNode
  | MeasuredNode
  | WindowNode
  | EnoughDataNode
  | QuietNode
  | HistoryNode
  | LogicNode
  | NotNode
  | NegateNode
  | ChooseNode
  | CompareNode
  | EqualNode
  | MemberNode
  | ArithmeticNode
  | JoinNode
  | CallNode
  | KnownNode
  | ValueOrNode

/** The parts of a node, in the order of the text. */
export function childrenOf(node: TypedNode): readonly TypedNode[] {
  switch (node.op) {
    case 'and':
    case 'or':
    case 'call':
      return node.operands
    case 'not':
    case 'negate':
    case 'known':
      return [node.operand]
    case 'choose':
      return [node.condition, node.whenTrue, node.otherwise]
    case 'compare':
    case 'equal':
    case 'arithmetic':
    case 'join':
      return [node.left, node.right]
    case 'member':
      return [node.element, node.list]
    case 'valueOr':
      return [node.value, node.otherwise]
    case 'window':
      return node.argument === undefined ? [] : [node.argument]
    case 'quiet':
      return [node.bound]
    default:
      return []
  }
}
