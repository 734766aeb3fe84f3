// The clauses that decide an expression for one instance: the shortest set of elementary conditions from which its value
// follows. False: what would have to change (all failing parts of &&, the shortest of the parts of ||). True: what it
// rests upon. Unknown: what is missing. Negations are moved inwards by De Morgan's laws, so that "needed" says what the
// rule wants and not its opposite.
import { sourceOf } from './source-of.ts'
import { describeNode, formatPair, formatValue, unitOf } from './describe-node.ts'
import type { NodeValue } from './node-value.ts'
import type { CompareNode, CompareOperator, EqualNode, TypedNode } from './typed-node.ts'
import { type ReasonScope, type UnknownReason, unknownReason } from './unknown-reason.ts'

export interface Clause {
  /** As written in the rule. */
  readonly text: string
  /** Name of the fact that tells what was needed. */
  readonly neededKey: string
  readonly outcome: 'holds' | 'fails' | 'unknown'
  /** `share of samples with cpu below 0.03 cores over 14d was 0.91, needed >= 0.97` */
  readonly sentence: string
  /** What was measured: its words and its value. */
  readonly what: string
  readonly value: NodeValue
  readonly needed: string
  /** How far the value is from what is needed, as a fraction of the latter; undefined where that means nothing. */
  readonly gap: number | undefined
  readonly reason: UnknownReason | undefined
}

export function decidingClauses(scope: ReasonScope, node: TypedNode, negated = false): readonly Clause[] {
  if (node.op === 'not') return decidingClauses(scope, node.operand, !negated)
  if (node.op === 'and' || node.op === 'or') {
    const value = scope.value(node)
    const parts = node.operands.filter((operand) => scope.value(operand) === value)
    const lists = parts.map((part) => decidingClauses(scope, part, negated))
    // Of an && every part counts that has the value of the whole; of an || the one that takes the fewest words.
    return (node.op === 'and') !== negated ? lists.flat() : shortest(lists)
  }
  if (node.op === 'choose') {
    const condition = scope.value(node.condition)
    if (condition === undefined) return decidingClauses(scope, node.condition)
    return decidingClauses(scope, condition === true ? node.whenTrue : node.otherwise, negated)
  }
  return [elementary(scope, node, negated)]
}

function elementary(scope: ReasonScope, node: TypedNode, negated: boolean): Clause {
  const value = scope.value(node)
  const { text, neededKey } = textsOf(node, scope.bind.source, negated)
  if (value === undefined) {
    const reason = unknownReason(scope, node)
    const what = describeNode(node, scope.bind.source)
    return {
      text,
      neededKey,
      outcome: 'unknown',
      sentence: reason.sentence,
      what,
      value,
      needed: 'a value',
      gap: undefined,
      reason,
    }
  }
  const outcome = (value === true) !== negated ? 'holds' : 'fails'
  return {
    text,
    neededKey,
    outcome,
    reason: undefined,
    ...(measure(scope, node, negated) ?? plain(scope, node, negated)),
  }
}

interface Texts {
  readonly text: string
  readonly neededKey: string
}

/**
 * Made once: as keys of facts they are the dearest part of an explanation. A part of a checked expression never changes
 * and belongs to one source.
 */
const plainTexts = new WeakMap<TypedNode, Texts>()
const negatedTexts = new WeakMap<TypedNode, Texts>()

function textsOf(node: TypedNode, source: string, negated: boolean): Texts {
  const known = (negated ? negatedTexts : plainTexts).get(node)
  if (known !== undefined) return known
  const plain = sourceOf(node, source)
  const text = negated ? `!(${plain})` : plain
  const texts = { text, neededKey: `needed: ${text}` }
  ;(negated ? negatedTexts : plainTexts).set(node, texts)
  return texts
}

type Measured = Pick<Clause, 'sentence' | 'what' | 'value' | 'needed' | 'gap'>

function measure(scope: ReasonScope, node: TypedNode, negated: boolean): Measured | undefined {
  if (node.op === 'compare') return measureCompare(scope, node, negated)
  if (node.op === 'equal' && node.left.type !== 'bool') return measureEqual(scope, node, negated)
  if (node.op === 'member') {
    const value = scope.value(node.element)
    const list = scope.value(node.list)
    const what = describeNode(node.element, scope.bind.source)
    const needed = `${negated ? 'none' : 'one'} of ${formatValue(list)}`
    return { what, value, needed, gap: undefined, sentence: `${what} was ${formatValue(value)}, needed ${needed}` }
  }
  if (node.op === 'enoughData') {
    const what = describeNode(node, scope.bind.source)
    return {
      what,
      value: true,
      needed: `>= ${node.fraction}`,
      gap: undefined,
      sentence: `${what} was at least ${node.fraction}`,
    }
  }
  return undefined
}

const flipped: Readonly<Record<CompareOperator, CompareOperator>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' }
const opposite: Readonly<Record<CompareOperator, CompareOperator>> = { '<': '>=', '<=': '>', '>': '<=', '>=': '<' }

function measureCompare(scope: ReasonScope, node: CompareNode, negated: boolean): Measured {
  const turn = node.left.op === 'constant' && node.right.op !== 'constant'
  const [side, bound] = turn ? [node.right, node.left] : [node.left, node.right]
  let operator = turn ? flipped[node.operator] : node.operator
  if (negated) operator = opposite[operator]
  return words(scope, { side, bound, need: operator })
}

function measureEqual(scope: ReasonScope, node: EqualNode, negated: boolean): Measured {
  const turn = node.left.op === 'constant'
  const [side, bound] = turn ? [node.right, node.left] : [node.left, node.right]
  return words(scope, { side, bound, need: node.negated !== negated ? 'anything but' : '' })
}

function words(scope: ReasonScope, parts: { side: TypedNode; bound: TypedNode; need: string }): Measured {
  const { side, bound, need } = parts
  const value = scope.value(side)
  const limit = scope.value(bound)
  const unit = side.type === 'timestamp' ? 'instant' : (unitOf(side) ?? unitOf(bound))
  const [shown, shownLimit] = formatPair(value, limit, unit)
  const what = describeNode(side, scope.bind.source)
  const origin = bound.op === 'constant' ? '' : ` (${describeNode(bound, scope.bind.source)})`
  const needed = `${need === '' ? '' : `${need} `}${shownLimit}${origin}`
  const gap =
    typeof value === 'number' && typeof limit === 'number'
      ? Math.abs(value - limit) / Math.max(Math.abs(limit), Number.EPSILON)
      : undefined
  return { what, value, needed, gap, sentence: `${what} was ${shown}, needed ${needed}` }
}

function plain(scope: ReasonScope, node: TypedNode, negated: boolean): Measured {
  const value = scope.value(node)
  const what = describeNode(node, scope.bind.source)
  const needed = String(!negated)
  return { what, value, needed, gap: undefined, sentence: `${what} was ${formatValue(value)}, needed ${needed}` }
}

function shortest(lists: readonly (readonly Clause[])[]): readonly Clause[] {
  let best: readonly Clause[] | undefined
  for (const list of lists) if (best === undefined || list.length < best.length) best = list
  return best ?? []
}
