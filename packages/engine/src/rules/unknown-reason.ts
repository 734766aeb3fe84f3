// Why a part of an expression is unknown: the deepest part that is to blame, as a code and a sentence.
import { formatDurationMs } from '@gleaner/model'
import type { BindScope } from './bind-scope.ts'
import { mostTags } from './bind-text.ts'
import { bindCoverage, bindMeasured, capacity, leastCoverage } from './bind-window.ts'
import type { Cursor } from './cursor.ts'
import { describeNode, formatValue } from './describe-node.ts'
import type { NodeValue } from './node-value.ts'
import { childrenOf, type TypedNode } from './typed-node.ts'

export const unknownCodes = {
  'not-reported': 'The cloud does not report the value.',
  'no-samples': 'There are no usage samples, or none that is new enough.',
  'too-few-samples': 'The samples cover too little of the window.',
  'no-history': 'What was done to the instance before is not known.',
  'division-by-zero': 'Something is divided by zero.',
  'too-large': 'The value is too large to be looked through.',
  'no-value': 'The calculation has no result.',
} as const
export type UnknownCode = keyof typeof unknownCodes

export interface UnknownReason {
  readonly code: UnknownCode
  readonly sentence: string
}

/** One expression and the instance under the cursor. */
export interface ReasonScope {
  readonly bind: BindScope
  readonly cursor: Cursor
  /** The value of a part of the expression, undefined when it is unknown. */
  value(node: TypedNode): NodeValue
}

/** Call only for a part whose value is unknown. */
export function unknownReason(scope: ReasonScope, node: TypedNode): UnknownReason {
  const { cursor, bind } = scope
  const what = describeNode(node, bind.source)
  switch (node.op) {
    case 'field': {
      if (node.field.type === 'texts') return tooManyTags(scope)
      const code = node.field.path === 'reclaimed' ? 'no-history' : 'not-reported'
      return { code, sentence: `${what} is not known: ${node.field.missing ?? 'the cloud does not tell'}` }
    }
    case 'measured': {
      const plain = { ...node.metric, capacityOf: undefined }
      const value = bindMeasured(bind, plain)(cursor)
      if (value === value) return noCapacity(what)
      const which = cursor.slot < 0 ? 'no usage data at all' : 'no recent sample'
      return { code: 'no-samples', sentence: `${what} is not known: there is ${which}` }
    }
    case 'enoughData':
      return tooFew(scope, { ...node, need: node.fraction })
    case 'window': {
      const covered = bindCoverage(bind, node.metric, node.windowMs)(cursor)
      if (!(covered >= leastCoverage)) return tooFew(scope, { ...node, need: leastCoverage })
      const argument = node.argument && unknownPart(scope, node.argument)
      if (argument !== undefined) return argument
      if (Number.isNaN(capacity(cursor, node.metric))) return noCapacity(what)
      return { code: 'no-samples', sentence: `${what} is not known: telemetry has no answer` }
    }
    case 'quiet': {
      const bound = unknownPart(scope, node.bound)
      if (bound !== undefined) return bound
      if (Number.isNaN(capacity(cursor, node.metric))) return noCapacity(what)
      return { code: 'no-samples', sentence: `${what} is not known: there are no recent samples` }
    }
    case 'sinceAction':
    case 'actionCount':
    case 'sinceResumed':
      return { code: 'no-history', sentence: `${what} is not known: the history of the instance is not loaded` }
    case 'arithmetic': {
      const part = unknownPart(scope, node.left) ?? unknownPart(scope, node.right)
      if (part !== undefined) return part
      if (node.operator === '/' || node.operator === '%')
        return { code: 'division-by-zero', sentence: `${what} has no value: the divisor is zero` }
      return { code: 'no-value', sentence: `${what} has no value` }
    }
    case 'call': {
      if (node.fn === 'hasTag' || node.fn === 'tagValue') return tooManyTags(scope)
      const part = firstUnknown(scope, node.operands)
      return part ?? { code: 'too-large', sentence: `${what} is not known: the text is too long` }
    }
    default:
      return firstUnknown(scope, childrenOf(node)) ?? { code: 'no-value', sentence: `${what} has no value` }
  }
}

function firstUnknown(scope: ReasonScope, nodes: readonly TypedNode[]): UnknownReason | undefined {
  for (const node of nodes) {
    const reason = unknownPart(scope, node)
    if (reason !== undefined) return reason
  }
  return undefined
}

function unknownPart(scope: ReasonScope, node: TypedNode): UnknownReason | undefined {
  return scope.value(node) === undefined ? unknownReason(scope, node) : undefined
}

function tooFew(
  scope: ReasonScope,
  node: { metric: Parameters<typeof bindCoverage>[1]; windowMs: number; need: number },
): UnknownReason {
  const covered = bindCoverage(scope.bind, node.metric, node.windowMs)(scope.cursor)
  const window = formatDurationMs(node.windowMs)
  return {
    code: covered > 0 ? 'too-few-samples' : 'no-samples',
    sentence: `${node.metric.name} samples cover ${formatValue(covered)} of the last ${window}, needed >= ${formatValue(node.need)}`,
  }
}

const noCapacity = (what: string): UnknownReason => ({
  code: 'division-by-zero',
  sentence: `${what} is not known: the cloud reports no size of the instance`,
})

const tooManyTags = (scope: ReasonScope): UnknownReason => ({
  code: 'too-large',
  sentence: `the instance has ${scope.cursor.instance.tags.length} tags, more than ${mostTags} are not looked through`,
})
