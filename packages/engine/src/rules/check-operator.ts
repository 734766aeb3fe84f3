// Types of operators. There is one kind of number, so that `cpu < 1`, `local.hour == 22` and `instance.vcpus * 2` mean
// what they say; arithmetic on written-out numbers is done here, once.
import { checkAs, type CheckScope, report, typeHint } from './check-scope.ts'
import { costs } from './cost.ts'
import { nearestName } from './nearest-name.ts'
import type { SyntaxNode } from './parse-expression.ts'
import type { ArithmeticOperator, CompareOperator, ConstantNode, TypedNode, ValueType } from './typed-node.ts'
import { typeWords } from './typed-node.ts'

interface Span {
  readonly start: number
  readonly end: number
}
type Pair = readonly [SyntaxNode, SyntaxNode]

export function checkLogic(scope: CheckScope, node: SyntaxNode & Span, pair: Pair): TypedNode | undefined {
  const op = node.op === '&&' ? 'and' : 'or'
  const parts = pair.map((part) => checkAs(scope, part, { types: ['bool'], what: `"${node.op}"` }))
  const operands: TypedNode[] = []
  for (const part of parts) {
    if (part === undefined) return undefined
    if (part.op === op) operands.push(...part.operands)
    else operands.push(part)
  }
  return { op, operands, type: 'bool', start: node.start, end: node.end, cost: sum(operands) }
}

export function checkNot(scope: CheckScope, at: Span, part: SyntaxNode): TypedNode | undefined {
  const operand = checkAs(scope, part, { types: ['bool'], what: '"!"' })
  return operand && { op: 'not', operand, type: 'bool', start: at.start, end: at.end, cost: operand.cost }
}

export function checkNegate(scope: CheckScope, at: Span, part: SyntaxNode): TypedNode | undefined {
  const operand = checkAs(scope, part, { types: ['number'], what: '"-"' })
  if (operand?.op === 'constant' && typeof operand.value === 'number') return constant(at, 'number', -operand.value)
  return operand && { op: 'negate', operand, type: 'number', start: at.start, end: at.end, cost: operand.cost + 1 }
}

export function checkCompare(
  scope: CheckScope,
  node: Span & { readonly op: CompareOperator },
  pair: Pair,
): TypedNode | undefined {
  const both = checkSame(scope, pair, { operator: node.op, types: ['number', 'text', 'timestamp'] })
  if (both === undefined) return undefined
  const cost = both.left.cost + both.right.cost + (both.left.type === 'text' ? costs.text : costs.compare)
  return { op: 'compare', operator: node.op, ...both, type: 'bool', start: node.start, end: node.end, cost }
}

export function checkEqual(
  scope: CheckScope,
  node: Span & { readonly op: '==' | '!=' },
  pair: Pair,
): TypedNode | undefined {
  const both = checkSame(scope, pair, { operator: node.op, types: ['number', 'text', 'bool', 'timestamp'] })
  if (both === undefined) return undefined
  for (const [field, value] of [
    [both.left, both.right],
    [both.right, both.left],
  ] as const)
    if (value.op === 'constant' && !isPossible(scope, field, value)) return undefined
  const cost = both.left.cost + both.right.cost + (both.left.type === 'text' ? costs.text : costs.compare)
  return { op: 'equal', negated: node.op === '!=', ...both, type: 'bool', start: node.start, end: node.end, cost }
}

export function checkMember(scope: CheckScope, at: Span, pair: Pair): TypedNode | undefined {
  const element = checkAs(scope, pair[0], { types: ['number', 'text'], what: '"in"' })
  const list = scope.check(pair[1])
  if (element === undefined || list === undefined) return undefined
  const wanted = element.type === 'text' ? 'texts' : 'numbers'
  if (list.type !== wanted)
    return report(scope, pair[1], {
      code: 'wrong-type',
      message: `"in" looks for ${typeWords[element.type]}, so it needs ${typeWords[wanted]}, not ${typeWords[list.type]}`,
      hint: list.type === 'text' ? 'For a part of a text write text.contains("part").' : undefined,
    })
  if (list.op === 'constant' && !isPossible(scope, element, list)) return undefined
  const cost = element.cost + list.cost + (list.op === 'constant' ? costs.text : costs.tags)
  return { op: 'member', element, list, type: 'bool', start: at.start, end: at.end, cost }
}

export function checkArithmetic(
  scope: CheckScope,
  node: Span & { readonly op: ArithmeticOperator },
  pair: Pair,
): TypedNode | undefined {
  const left = checkAs(scope, pair[0], { types: operandTypes(node.op), what: `"${node.op}"` })
  const right = checkAs(scope, pair[1], { types: operandTypes(node.op), what: `"${node.op}"` })
  if (left === undefined || right === undefined) return undefined
  const place = { start: node.start, end: node.end, cost: left.cost + right.cost + 1 }
  if (left.type === 'number' && right.type === 'number') {
    const divides = node.op === '/' || node.op === '%'
    if (divides && right.op === 'constant' && right.value === 0)
      return report(scope, pair[1], { code: 'division-by-zero', message: 'the divisor is always zero' })
    if (left.op === 'constant' && right.op === 'constant')
      return constant(place, 'number', calculate(node.op, Number(left.value), Number(right.value)))
    return { op: 'arithmetic', operator: node.op, left, right, type: 'number', ...place }
  }
  if (node.op === '+' && left.type === 'text' && right.type === 'text')
    return { op: 'join', left, right, type: 'text', ...place, cost: place.cost + costs.text }
  // An instant minus an instant is a length of time; an instant plus or minus a length of time is an instant.
  if (node.op === '-' && left.type === 'timestamp' && right.type === 'timestamp')
    return { op: 'arithmetic', operator: '-', left, right, type: 'number', ...place }
  if (node.op !== '*' && left.type === 'timestamp' && right.type === 'number')
    return { op: 'arithmetic', operator: node.op, left, right, type: 'timestamp', ...place }
  return report(scope, node, {
    code: 'wrong-type',
    message: `"${node.op}" does not go with ${typeWords[left.type]} and ${typeWords[right.type]}`,
    hint: typeHint(right, [left.type]) ?? typeHint(left, [right.type]),
  })
}

export function checkChoose(
  scope: CheckScope,
  at: Span,
  parts: readonly [SyntaxNode, SyntaxNode, SyntaxNode],
): TypedNode | undefined {
  const condition = checkAs(scope, parts[0], { types: ['bool'], what: '"? :"' })
  const branches = checkSame(scope, [parts[1], parts[2]], {
    operator: '? :',
    types: ['bool', 'number', 'text', 'timestamp'],
  })
  if (condition === undefined || branches === undefined) return undefined
  const { left, right } = branches
  const cost = condition.cost + Math.max(left.cost, right.cost)
  return {
    op: 'choose',
    condition,
    whenTrue: left,
    otherwise: right,
    type: left.type,
    start: at.start,
    end: at.end,
    cost,
  }
}

export function constant(at: Span, type: ValueType, value: ConstantNode['value']): ConstantNode {
  return { op: 'constant', type, value, start: at.start, end: at.end, cost: 0 }
}

/** NaN for what has no value; the caller has refused a written-out zero divisor. */
export function calculate(operator: ArithmeticOperator, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/':
      return right === 0 ? Number.NaN : left / right
    case '%':
      return left % right
  }
}

function operandTypes(operator: ArithmeticOperator): readonly ValueType[] {
  if (operator === '+') return ['number', 'text', 'timestamp']
  return operator === '-' ? ['number', 'timestamp'] : ['number']
}

function checkSame(
  scope: CheckScope,
  pair: Pair,
  need: { operator: string; types: readonly ValueType[] },
): { left: TypedNode; right: TypedNode } | undefined {
  const left = checkAs(scope, pair[0], { types: need.types, what: `"${need.operator}"` })
  const right = checkAs(scope, pair[1], { types: need.types, what: `"${need.operator}"` })
  if (left === undefined || right === undefined) return undefined
  if (left.type === right.type) return { left, right }
  return report(
    scope,
    { start: pair[0].start, end: pair[1].end },
    {
      code: 'wrong-type',
      message: `"${need.operator}" does not go with ${typeWords[left.type]} and ${typeWords[right.type]}`,
      hint: typeHint(right, [left.type]) ?? typeHint(left, [right.type]),
    },
  )
}

/** `instance.state == "runing"` can never be true, so it is a slip of the pen. */
function isPossible(scope: CheckScope, field: TypedNode, constants: ConstantNode): boolean {
  if (field.op !== 'field' || field.field.values === undefined) return true
  const texts = Array.isArray(constants.value) ? constants.value : [constants.value]
  for (const text of texts) {
    if (typeof text !== 'string' || field.field.values.includes(text)) continue
    const near = nearestName(text, field.field.values)
    report(scope, constants, {
      code: 'out-of-range',
      message: `${field.field.path} is never "${text.slice(0, 60)}"`,
      hint: near === undefined ? `It is one of ${field.field.values.join(', ')}.` : `Did you mean "${near}"?`,
    })
    return false
  }
  return true
}

const sum = (nodes: readonly TypedNode[]) => nodes.reduce((total, node) => total + node.cost, nodes.length - 1)
