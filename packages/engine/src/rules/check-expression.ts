// Text to checked tree: every name resolved, every type known, the cost bounded, or the list of all faults found.
// Accepts: fields, metrics, functions and operators of the tables, nothing else of CEL. The result must say yes or no.
import { type CalendarPart, calendarParts } from './calendar.ts'
import { checkCall, checkZone } from './check-call.ts'
import {
  checkArithmetic,
  checkChoose,
  checkCompare,
  checkEqual,
  checkLogic,
  checkMember,
  checkNegate,
  checkNot,
  constant,
} from './check-operator.ts'
import { type CheckScope, report, typeHint } from './check-scope.ts'
import { costLimit, costs } from './cost.ts'
import { type Field, fieldRoots, fieldTable } from './field-table.ts'
import { functionTable } from './function-table.ts'
import { metricTable } from './metric-table.ts'
import { nearestName } from './nearest-name.ts'
import { isFault, parseExpression, type SyntaxNode } from './parse-expression.ts'
import type { RuleFault } from './rule-fault.ts'
import { type TypedNode, typeWords } from './typed-node.ts'

export interface CheckedExpression {
  readonly text: string
  readonly root: TypedNode
  /** In reads of a plain field, per instance, at most. */
  readonly cost: number
}

export type CheckResult =
  | { readonly ok: true; readonly expression: CheckedExpression }
  | { readonly ok: false; readonly faults: readonly RuleFault[] }

export function checkExpression(text: string, part: RuleFault['part'] = 'expression'): CheckResult {
  const syntax = parseExpression(text, part)
  if (isFault(syntax)) return { ok: false, faults: [syntax] }
  const scope: CheckScope = { text, part, faults: [], check: (node) => checkNode(scope, node) }
  const root = scope.check(syntax)
  if (root !== undefined && root.type !== 'bool')
    report(scope, syntax, {
      code: 'not-boolean',
      message: `the expression gives ${typeWords[root.type]}, not yes or no`,
      hint: typeHint(root, ['bool']),
    })
  else if (root !== undefined && root.cost > costLimit)
    report(scope, syntax, {
      code: 'too-costly',
      message: `the expression costs up to ${root.cost} steps per instance, at most ${costLimit} are allowed`,
      hint: 'Use fewer or shorter windows, or split the rule.',
    })
  if (root === undefined || scope.faults.length > 0) return { ok: false, faults: scope.faults }
  return { ok: true, expression: { text, root, cost: root.cost } }
}

function checkNode(scope: CheckScope, node: SyntaxNode): TypedNode | undefined {
  switch (node.op) {
    case 'value':
      return checkValue(scope, node)
    case 'id':
      return checkName(scope, node, node.args)
    case '.':
      return checkPath(scope, node)
    case 'call':
    case 'rcall':
      return checkCall(scope, node)
    case 'list':
      return checkList(scope, node, node.args)
    case '&&':
    case '||':
      return checkLogic(scope, node, node.args)
    case '!_':
      return checkNot(scope, node, node.args)
    case '-_':
      return checkNegate(scope, node, node.args)
    case '<':
    case '<=':
    case '>':
    case '>=':
      return checkCompare(scope, node, node.args)
    case '==':
    case '!=':
      return checkEqual(scope, node, node.args)
    case 'in':
      return checkMember(scope, node, node.args)
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return checkArithmetic(scope, node, node.args)
    case '?:':
      return checkChoose(scope, node, node.args)
    default:
      return report(scope, node, {
        code: 'not-allowed',
        message: node.op === 'map' ? 'maps are not part of the rule language' : 'square brackets are only for lists',
        hint: node.op === 'map' ? undefined : 'Fields are written with a dot: instance.name.',
      })
  }
}

function checkValue(scope: CheckScope, node: SyntaxNode & { op: 'value' }): TypedNode | undefined {
  const value: unknown = node.args
  if (typeof value === 'boolean') return constant(node, 'bool', value)
  if (typeof value === 'string') return constant(node, 'text', value)
  if (typeof value === 'number') return constant(node, 'number', value)
  if (typeof value === 'bigint') {
    if (Number.isSafeInteger(Number(value))) return constant(node, 'number', Number(value))
    return report(scope, node, { code: 'out-of-range', message: 'the number is too large' })
  }
  if (value === null)
    return report(scope, node, {
      code: 'not-allowed',
      message: 'there is no null: what is missing is unknown',
      hint: 'Ask with known(cpu).',
    })
  return report(scope, node, {
    code: 'not-allowed',
    message: 'bytes and unsigned numbers are not part of the rule language',
  })
}

function checkName(scope: CheckScope, node: SyntaxNode, name: string): TypedNode | undefined {
  const field = fieldTable.get(name)
  if (field !== undefined) return fieldNode(node, field)
  const metric = metricTable.get(name)
  if (metric !== undefined)
    return { op: 'measured', metric, type: 'number', start: node.start, end: node.end, cost: costs.latest }
  if (fieldRoots.includes(name))
    return report(scope, node, {
      code: 'unknown-field',
      message: `"${name}" needs a field behind it`,
      hint: `As in ${name === 'local' ? 'local.hour' : `${name}.name`}.`,
    })
  return unknownField(scope, { node, path: name, names: [...fieldTable.keys(), ...metricTable.keys(), ...fieldRoots] })
}

function checkPath(scope: CheckScope, node: SyntaxNode & { op: '.' }): TypedNode | undefined {
  const [owner, part] = node.args
  const place = { ...span(node), start: node.pos }
  if (owner.op === 'call' && owner.args[0] === 'at') {
    const zone = checkZone(scope, owner)
    return zone === undefined ? undefined : calendarNode(scope, { node, place, zone, part })
  }
  if (owner.op === 'id') {
    if (owner.args === 'local') return calendarNode(scope, { node, place, zone: undefined, part })
    const path = `${owner.args}.${part}`
    const field = fieldTable.get(path)
    if (field !== undefined) return fieldNode(node, field)
    if (fieldRoots.includes(owner.args)) {
      const names = [...fieldTable.keys()].filter((name) => name.startsWith(`${owner.args}.`))
      return unknownField(scope, { node, path, names })
    }
    if (!fieldTable.has(owner.args) && !metricTable.has(owner.args)) {
      // Let `tenant.name` point at "tenant", which is what is wrong.
      return unknownField(scope, { node: owner, path: owner.args, names: fieldRoots })
    }
  }
  const typed = scope.check(owner)
  if (typed === undefined) return undefined
  const hint = functionTable.has(part) ? `There is the function ${part}().` : undefined
  return report(scope, place, {
    code: 'unknown-field',
    message: `${typeWords[typed.type]} has no field "${part.slice(0, 60)}"`,
    hint,
  })
}

function calendarNode(
  scope: CheckScope,
  at: { node: SyntaxNode; place: { start: number; end: number }; zone: string | undefined; part: string },
): TypedNode | undefined {
  if (!Object.hasOwn(calendarParts, at.part))
    return unknownField(scope, { node: at.place, path: at.part, names: Object.keys(calendarParts) })
  const part = at.part as CalendarPart
  return { op: 'calendar', zone: at.zone, part, type: calendarParts[part].type, ...span(at.node), cost: costs.read }
}

function checkList(scope: CheckScope, node: SyntaxNode, elements: readonly SyntaxNode[]): TypedNode | undefined {
  const values: (string | number)[] = []
  for (const element of elements) {
    const typed = scope.check(element)
    if (typed === undefined) return undefined
    if (typed.op !== 'constant' || (typed.type !== 'text' && typed.type !== 'number'))
      return report(scope, element, { code: 'constant-needed', message: 'a list holds written-out texts or numbers' })
    values.push(typed.value as string | number)
  }
  const first = values[0]
  if (first === undefined) return report(scope, node, { code: 'wrong-type', message: 'the list is empty' })
  const odd = values.findIndex((value) => typeof value !== typeof first)
  if (odd >= 0)
    return report(scope, elements[odd] ?? node, {
      code: 'wrong-type',
      message: 'a list holds either texts or numbers, not both',
    })
  return typeof first === 'string'
    ? constant(node, 'texts', values as string[])
    : constant(node, 'numbers', values as number[])
}

function unknownField(
  scope: CheckScope,
  at: { node: { start: number; end: number }; path: string; names: Iterable<string> },
): undefined {
  const near = nearestName(at.path, at.names)
  return report(scope, at.node, {
    code: 'unknown-field',
    message: `field "${at.path.slice(0, 60)}" does not exist`,
    hint: near === undefined ? undefined : `Did you mean "${near}"?`,
  })
}

const span = (node: { start: number; end: number }) => ({ start: node.start, end: node.end })
const fieldNode = (node: SyntaxNode, field: Field): TypedNode => ({
  op: 'field',
  field,
  type: field.type,
  ...span(node),
  cost: costs.read,
})
