// What the parts of the checker share: the text, the faults found so far, and the way back into the checker.
import type { SyntaxNode } from './parse-expression.ts'
import { type RuleFault, type RuleFaultCode, ruleFault } from './rule-fault.ts'
import { type TypedNode, typeWords, type ValueType } from './typed-node.ts'

export interface CheckScope {
  readonly text: string
  readonly part: RuleFault['part']
  readonly faults: RuleFault[]
  /** Undefined when it is faulty; the fault is on record then. */
  check(node: SyntaxNode): TypedNode | undefined
}

export function report(
  scope: CheckScope,
  at: { readonly start: number; readonly end: number },
  fault: { code: RuleFaultCode; message: string; hint?: string | undefined },
): undefined {
  const { code, message, hint } = fault
  const place = { text: scope.text, part: scope.part, start: at.start, end: at.end }
  scope.faults.push(ruleFault(code, place, hint === undefined ? { message } : { message, hint }))
  return undefined
}

/** Checks a part that has to be of one of these types. */
export function checkAs(
  scope: CheckScope,
  node: SyntaxNode,
  need: { types: readonly ValueType[]; what: string },
): TypedNode | undefined {
  const typed = scope.check(node)
  if (typed === undefined || need.types.includes(typed.type)) return typed
  return report(scope, node, {
    code: 'wrong-type',
    message: `${need.what} takes ${need.types.map((type) => typeWords[type]).join(' or ')}, not ${typeWords[typed.type]}`,
    hint: typeHint(typed, need.types),
  })
}

/** The usual slips: a length of time or a number written as a text, a number where a condition is due. */
export function typeHint(typed: TypedNode, wanted: readonly ValueType[]): string | undefined {
  if (typed.op === 'constant' && typeof typed.value === 'string' && wanted.includes('number')) {
    if (/^\d/.test(typed.value) && /[a-z]$/.test(typed.value)) return `Write duration("${typed.value}").`
    if (typed.value.trim() !== '' && Number.isFinite(Number(typed.value))) return `Write ${typed.value} without quotes.`
  }
  if (wanted.length === 1 && wanted[0] === 'bool' && typed.type === 'number')
    return 'Compare it with something, as in cpu < 0.05.'
  return undefined
}

export const oneOf = (names: Iterable<string>) => [...names].join(', ')
