// Reads a property filter written in CEL, the language of the rules: comparisons of properties with written-out values,
// joined by &&, || and !. `cpu_info.model == "Broadwell" && vcpus >= 16`, `id in ["1", "2"]`, `host["my-name"] == true`.
// It becomes the same tree as the JSON form. What else CEL has is refused with its place.
import { isFault, parseExpression, type SyntaxNode } from '../rules/parse-expression.ts'
import { ruleFault } from '../rules/rule-fault.ts'
import type { FilterFault } from './filter-fault.ts'
import type { Operand, PropertyFilter } from './property-filter.ts'

export function readCelFilter(text: string): PropertyFilter | undefined | FilterFault {
  if (text.trim() === '') return undefined
  const tree = parseExpression(text, 'expression')
  if (isFault(tree)) return faultOf(tree)
  try {
    return filterOf(tree)
  } catch (error) {
    if (!(error instanceof NotAFilter)) throw error
    return faultOf(ruleFault('not-allowed', { text, part: 'expression', ...error.node }, { message: error.message }))
  }
}

function faultOf({ message, hint }: { readonly message: string; readonly hint: string | undefined }): FilterFault {
  return { fault: hint === undefined ? message : `${message}. ${hint}` }
}

/** Carries the place out of the recursion; never leaves this file. */
class NotAFilter extends Error {
  readonly node: { readonly start: number; readonly end: number }

  constructor(node: SyntaxNode, message: string) {
    super(message)
    this.node = { start: node.start, end: node.end }
  }
}

const comparisonOf: Readonly<Record<string, '=' | '!=' | '<' | '<=' | '>' | '>='>> = {
  '==': '=',
  '!=': '!=',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
}

function filterOf(node: SyntaxNode): PropertyFilter {
  switch (node.op) {
    case '&&':
      return { op: 'and', parts: node.args.map(filterOf) }
    case '||':
      return { op: 'or', parts: node.args.map(filterOf) }
    case '!_':
      return { op: 'not', part: filterOf(node.args) }
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const [left, right] = node.args
      return named(node, { op: comparisonOf[node.op] ?? '=', first: operandOf(left), rest: [operandOf(right)] })
    }
    case 'in': {
      const [left, right] = node.args
      if (right.op !== 'list') return named(node, { op: 'in', first: operandOf(left), rest: [operandOf(right)] })
      if (right.args.length === 0) throw new NotAFilter(right, 'nothing is in an empty list')
      return named(node, { op: 'in', first: operandOf(left), rest: right.args.map(operandOf) })
    }
    case 'id':
    case '.':
    case '[]':
      // A trait stands for itself.
      return { op: '=', first: operandOf(node), rest: [{ value: true }] }
    default:
      throw new NotAFilter(node, 'a filter of hosts is made of comparisons, &&, || and !')
  }
}

function named(node: SyntaxNode, filter: Extract<PropertyFilter, { readonly first: Operand }>): PropertyFilter {
  if ([filter.first, ...filter.rest].some((operand) => 'path' in operand)) return filter
  throw new NotAFilter(node, 'this names no property of the host')
}

function operandOf(node: SyntaxNode): Operand {
  switch (node.op) {
    case 'value': {
      const { args } = node
      if (typeof args === 'bigint') return { value: Number(args) }
      if (typeof args === 'string' || typeof args === 'number' || typeof args === 'boolean') return { value: args }
      throw new NotAFilter(node, 'expected a text, a number, true or false')
    }
    case '-_': {
      const inner = operandOf(node.args)
      if ('value' in inner && typeof inner.value === 'number') return { value: -inner.value }
      throw new NotAFilter(node, 'expected a number behind the sign')
    }
    case 'id':
    case '.':
    case '[]':
      return { path: pathOf(node) }
    default:
      throw new NotAFilter(node, 'expected a property or a written-out value')
  }
}

function pathOf(node: SyntaxNode): readonly string[] {
  if (node.op === 'id') return [node.args]
  if (node.op === '.') return [...pathOf(node.args[0]), node.args[1]]
  if (node.op === '[]') {
    const [owner, key] = node.args
    if (key.op !== 'value' || typeof key.args !== 'string')
      throw new NotAFilter(key, 'expected the name of a property as a text')
    // `host["a-b"]`: a name that CEL cannot write.
    return owner.op === 'id' && owner.args === 'host' ? [key.args] : [...pathOf(owner), key.args]
  }
  throw new NotAFilter(node, 'expected the name of a property')
}
