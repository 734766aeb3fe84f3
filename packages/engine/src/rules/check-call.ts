// Calls of functions: number and kind of arguments, names of metrics and actions, lengths of windows. What can be wrong
// with a written-out argument is found here, when the rule is saved, never at run time.
import { type ActionKind, actionKinds, parseDurationMs } from '@gleaner/model'
import { isTimeZone, parseTimestampMs } from './calendar.ts'
import { constant } from './check-operator.ts'
import { checkAs, type CheckScope, oneOf, report, typeHint } from './check-scope.ts'
import { costs, windowCost } from './cost.ts'
import { functionTable, methodTable, type RuleFunction } from './function-table.ts'
import { metricTable, type RuleMetric } from './metric-table.ts'
import { nearestName } from './nearest-name.ts'
import type { SyntaxNode } from './parse-expression.ts'
import type { WindowFunction } from './telemetry-access.ts'
import type { PlainCall, TypedNode, ValueType } from './typed-node.ts'

/** Telemetry is kept for 14 days; below a minute there is no second sample. */
export const longestWindowMs = 14 * 86_400_000
const shortestWindowMs = 60_000
/** Below this use of one core, in cores, an instance counts as quiet for idleFor(). */
export const idleCpuCores = 0.05

interface Call {
  readonly at: SyntaxNode
  readonly fn: RuleFunction
  /** The receiver of a method is its first argument. */
  readonly parts: readonly SyntaxNode[]
}

export function checkCall(scope: CheckScope, at: SyntaxNode): TypedNode | undefined {
  const method = at.op === 'rcall'
  if (at.op !== 'call' && at.op !== 'rcall') return undefined
  const name = at.args[0]
  const parts = at.op === 'rcall' ? [at.args[1], ...at.args[2]] : at.args[1]
  const fn = (method ? methodTable : functionTable).get(name)
  if (fn === undefined) return unknownFunction(scope, at, name)
  if (parts.length > fn.parameters.length || parts.length < fn.parameters.length - fn.optional)
    return report(scope, at, {
      code: 'wrong-arguments',
      message: `${signature(fn)} takes ${counted(fn.parameters.length - (method ? 1 : 0))}, not ${parts.length - (method ? 1 : 0)}`,
    })
  return checkKnownCall(scope, { at, fn, parts })
}

/** The parts are as many as the table says; a missing one can only mean a slip in the table. */
function checkKnownCall(scope: CheckScope, call: Call): TypedNode | undefined {
  const { fn, at } = call
  switch (fn.name) {
    case 'average':
    case 'minimum':
    case 'maximum':
    case 'coverage':
      return checkWindow(scope, call, fn.name)
    case 'percentile':
    case 'shareBelow':
      return checkWindow(scope, call, fn.name)
    case 'enoughData':
      return checkEnoughData(scope, call)
    case 'quietFor':
      return checkQuiet(scope, call)
    case 'idleFor':
      return idleFor(at)
    case 'sinceAction':
    case 'actionCount':
      return checkHistory(scope, call)
    case 'sinceResumed':
      return { op: 'sinceResumed', type: 'number', ...place(at, costs.history) }
    case 'duration':
      return checkDuration(scope, call)
    case 'timestamp':
      return checkTimestamp(scope, call)
    case 'at':
      return report(scope, at, {
        code: 'wrong-type',
        message: 'at() needs a field behind it',
        hint: 'As in at("Europe/Paris").hour.',
      })
    case 'known':
    case 'has':
      return checkKnown(scope, call)
    case 'valueOr':
      return checkValueOr(scope, call)
    default:
      return checkPlain(scope, call)
  }
}

function checkWindow(scope: CheckScope, call: Call, fn: WindowFunction): TypedNode | undefined {
  const metric = checkMetric(scope, call)
  const windowMs = checkWindowLength(scope, call, call.parts.length - 1)
  let argument: TypedNode | undefined
  if (call.parts.length === 3) {
    const part = call.parts[1]
    argument = part && checkAs(scope, part, { types: ['number'], what: `${fn}()` })
    if (argument === undefined) return undefined
    if (fn === 'percentile' && !isConstantWithin(scope, argument, { from: 0, to: 100, what: 'percentile()' }))
      return undefined
  }
  if (metric === undefined || windowMs === undefined) return undefined
  const cost = windowCost(windowMs) + (argument?.cost ?? 0) + costs.read
  return { op: 'window', fn, metric, argument, windowMs, type: 'number', ...place(call.at, cost) }
}

function checkEnoughData(scope: CheckScope, call: Call): TypedNode | undefined {
  const metric = checkMetric(scope, call)
  const windowMs = checkWindowLength(scope, call, 2)
  const part = call.parts[1]
  const fraction = part && checkAs(scope, part, { types: ['number'], what: 'enoughData()' })
  if (metric === undefined || windowMs === undefined || fraction === undefined) return undefined
  if (!isConstantWithin(scope, fraction, { from: 0, to: 1, what: 'enoughData()' })) return undefined
  if (fraction.op !== 'constant') return undefined
  return {
    op: 'enoughData',
    metric,
    fraction: Number(fraction.value),
    windowMs,
    type: 'bool',
    ...place(call.at, windowCost(windowMs)),
  }
}

function checkQuiet(scope: CheckScope, call: Call): TypedNode | undefined {
  const metric = checkMetric(scope, call)
  const part = call.parts[1]
  const bound = part && checkAs(scope, part, { types: ['number'], what: 'quietFor()' })
  if (metric === undefined || bound === undefined) return undefined
  const cost = costs.quiet + bound.cost
  return { op: 'quiet', metric, bound, guestFirst: false, type: 'number', ...place(call.at, cost) }
}

function idleFor(at: SyntaxNode): TypedNode | undefined {
  const cpu = metricTable.get('cpu')
  if (cpu === undefined) return undefined
  const cost = costs.quiet + costs.latest
  const bound = constant(at, 'number', idleCpuCores)
  return { op: 'quiet', metric: cpu, bound, guestFirst: true, type: 'number', ...place(at, cost) }
}

function checkHistory(scope: CheckScope, call: Call): TypedNode | undefined {
  const text = literalText(scope, call, 0)
  const windowMs = call.parts.length > 1 ? checkWindowLength(scope, call, 1) : undefined
  if (text === undefined) return undefined
  const action = actionKinds.find((kind): kind is ActionKind => kind === text)
  if (action === undefined) {
    const near = nearestName(text, actionKinds)
    return report(scope, call.parts[0] ?? call.at, {
      code: 'bad-action',
      message: `there is no action ${quote(text)}`,
      hint: near === undefined ? `There are ${oneOf(actionKinds)}.` : `Did you mean "${near}"?`,
    })
  }
  if (call.fn.name === 'sinceAction')
    return { op: 'sinceAction', action, type: 'number', ...place(call.at, costs.history) }
  return windowMs === undefined
    ? undefined
    : { op: 'actionCount', action, windowMs, type: 'number', ...place(call.at, costs.history) }
}

function checkDuration(scope: CheckScope, call: Call): TypedNode | undefined {
  const text = literalText(scope, call, 0)
  if (text === undefined) return undefined
  const durationMs = parseDurationMs(text)
  return durationMs === undefined
    ? badDuration(scope, call.parts[0], text)
    : constant(call.at, 'number', durationMs / 1000)
}

function checkTimestamp(scope: CheckScope, call: Call): TypedNode | undefined {
  const text = literalText(scope, call, 0)
  if (text === undefined) return undefined
  const atMs = parseTimestampMs(text)
  if (atMs !== undefined) return constant(call.at, 'timestamp', atMs)
  return report(scope, call.parts[0] ?? call.at, {
    code: 'bad-timestamp',
    message: `${quote(text)} is no instant`,
    hint: 'Write date, time and offset, as in timestamp("2026-12-24T18:00:00+01:00").',
  })
}

/** The zone of at("…"), or undefined with a fault on record. */
export function checkZone(scope: CheckScope, at: SyntaxNode): string | undefined {
  if (at.op !== 'call') return undefined
  const [part, more] = at.args[1]
  if (part === undefined || more !== undefined)
    return report(scope, at, { code: 'wrong-arguments', message: 'at(timeZone) takes one argument' })
  if (part.op !== 'value' || typeof part.args !== 'string')
    return report(scope, part, { code: 'constant-needed', message: 'at() takes a written-out time zone' })
  if (isTimeZone(part.args)) return part.args
  return report(scope, part, {
    code: 'bad-time-zone',
    message: `there is no time zone ${quote(part.args)}`,
    hint: 'Write a name such as "Europe/Paris", "America/New_York" or "UTC".',
  })
}

function checkKnown(scope: CheckScope, call: Call): TypedNode | undefined {
  const part = call.parts[0]
  const operand = part && scope.check(part)
  return operand && { op: 'known', operand, type: 'bool', ...place(call.at, operand.cost) }
}

function checkValueOr(scope: CheckScope, call: Call): TypedNode | undefined {
  const types: readonly ValueType[] = ['number', 'text', 'bool', 'timestamp']
  const [first, second] = call.parts
  const value = first && checkAs(scope, first, { types, what: 'valueOr()' })
  const otherwise = second && checkAs(scope, second, { types: value ? [value.type] : types, what: 'valueOr()' })
  if (value === undefined || otherwise === undefined) return undefined
  return { op: 'valueOr', value, otherwise, type: value.type, ...place(call.at, value.cost + otherwise.cost) }
}

const plainCalls: Readonly<
  Record<PlainCall, { takes: readonly (readonly ValueType[])[]; gives: ValueType; cost: number }>
> = {
  inRange: { takes: [['number'], ['number'], ['number']], gives: 'bool', cost: costs.compare * 2 },
  glob: { takes: [['text'], ['text']], gives: 'bool', cost: costs.glob },
  hasTag: { takes: [['text']], gives: 'bool', cost: costs.tags },
  tagValue: { takes: [['text']], gives: 'text', cost: costs.tags },
  min: { takes: [['number'], ['number']], gives: 'number', cost: 1 },
  max: { takes: [['number'], ['number']], gives: 'number', cost: 1 },
  abs: { takes: [['number']], gives: 'number', cost: 1 },
  size: { takes: [['text', 'texts', 'numbers']], gives: 'number', cost: 1 },
  startsWith: { takes: [['text'], ['text']], gives: 'bool', cost: costs.text },
  endsWith: { takes: [['text'], ['text']], gives: 'bool', cost: costs.text },
  contains: { takes: [['text'], ['text']], gives: 'bool', cost: costs.text },
  lowerAscii: { takes: [['text']], gives: 'text', cost: costs.text },
  upperAscii: { takes: [['text']], gives: 'text', cost: costs.text },
}

/** Arguments that must be written out: they are prepared once, and bound the work. */
const writtenOut: Readonly<Partial<Record<PlainCall, number>>> = { glob: 1, hasTag: 0, tagValue: 0 }

function checkPlain(scope: CheckScope, call: Call): TypedNode | undefined {
  const fn = call.fn.name as PlainCall
  const shape = plainCalls[fn]
  const operands: TypedNode[] = []
  for (const [index, part] of call.parts.entries()) {
    const operand = checkAs(scope, part, { types: shape.takes[index] ?? [], what: `${fn}()` })
    if (operand === undefined) return undefined
    if (writtenOut[fn] === index && operand.op !== 'constant')
      return report(scope, part, { code: 'constant-needed', message: `${fn}() takes a written-out pattern` })
    operands.push(operand)
  }
  const cost = operands.reduce((total, operand) => total + operand.cost, shape.cost)
  return { op: 'call', fn, operands, type: shape.gives, ...place(call.at, cost) }
}

function checkMetric(scope: CheckScope, call: Call): RuleMetric | undefined {
  const part = call.parts[0]
  if (part === undefined) return undefined
  const name =
    part.op === 'id' ? part.args : part.op === 'value' && typeof part.args === 'string' ? part.args : undefined
  const metric = part.op === 'id' ? metricTable.get(part.args) : undefined
  if (metric !== undefined) return metric
  const near = name === undefined ? undefined : metricTable.has(name) ? name : nearestName(name, metricTable.keys())
  return report(scope, part, {
    code: 'bad-metric',
    message: `${call.fn.name}() needs the name of a metric first`,
    hint: near === undefined ? `Metrics are ${oneOf(metricTable.keys())}.` : `Did you mean ${near}, without quotes?`,
  })
}

function checkWindowLength(scope: CheckScope, call: Call, index: number): number | undefined {
  const text = literalText(scope, call, index)
  if (text === undefined) return undefined
  const windowMs = parseDurationMs(text)
  if (windowMs === undefined) return badDuration(scope, call.parts[index], text)
  if (windowMs >= shortestWindowMs && windowMs <= longestWindowMs) return windowMs
  return report(scope, call.parts[index] ?? call.at, {
    code: 'out-of-range',
    message: `the window ${quote(text)} is too ${windowMs < shortestWindowMs ? 'short' : 'long'}`,
    hint: 'Windows are between "1m" and "14d".',
  })
}

function literalText(scope: CheckScope, call: Call, index: number): string | undefined {
  const part = call.parts[index]
  if (part?.op === 'value' && typeof part.args === 'string') return part.args
  const parameter = call.fn.parameters[index]
  return report(scope, part ?? call.at, {
    code: 'constant-needed',
    message: `${call.fn.name}() takes a written-out ${parameter === 'text' ? 'text' : parameter} here`,
    hint: parameter === 'window' ? 'As in average(cpu, "30m").' : undefined,
  })
}

function badDuration(scope: CheckScope, part: SyntaxNode | undefined, text: string): undefined {
  return report(scope, part ?? { start: 0, end: 1 }, {
    code: 'bad-duration',
    message: `${quote(text)} is no length of time`,
    hint: 'Write a number and ms, s, m, h, d or w: "90s", "10m", "2h", "14d", "1h30m".',
  })
}

function isConstantWithin(
  scope: CheckScope,
  node: TypedNode,
  range: { from: number; to: number; what: string },
): boolean {
  if (node.op !== 'constant')
    report(scope, node, { code: 'constant-needed', message: `${range.what} takes a written-out number here` })
  else if (typeof node.value === 'number' && node.value >= range.from && node.value <= range.to) return true
  else
    report(scope, node, {
      code: 'out-of-range',
      message: `${range.what} takes a number from ${range.from} to ${range.to} here, not ${String(node.value)}`,
      hint: typeHint(node, ['number']),
    })
  return false
}

function unknownFunction(scope: CheckScope, at: SyntaxNode & { op: 'call' | 'rcall' }, name: string): undefined {
  if (name === 'matches')
    return report(scope, at, {
      code: 'not-allowed',
      message: 'regular expressions are not part of the rule language',
      hint: 'Write glob(text, "web-*").',
    })
  if (['all', 'exists', 'exists_one', 'map', 'filter'].includes(name))
    return report(scope, at, {
      code: 'not-allowed',
      message: `loops such as ${name}() are not part of the rule language`,
      hint: 'Use "in", hasTag() or glob().',
    })
  const method = at.op === 'rcall'
  const table = method ? methodTable : functionTable
  const other = (method ? functionTable : methodTable).get(name)
  if (other !== undefined)
    return report(scope, at, {
      code: 'unknown-function',
      message: `${quote(name)} is written ${other.method ? 'behind its text' : 'in front'}`,
      hint: `As in ${signature(other)}.`,
    })
  const near = nearestName(name, table.keys())
  // A method's node starts with its receiver; the fault is in the name behind it.
  const start = at.op === 'call' ? at.start : scope.text.indexOf(name, at.args[1].end)
  return report(
    scope,
    { start, end: start + name.length },
    {
      code: 'unknown-function',
      message: `function ${quote(name)} does not exist`,
      hint: near === undefined ? undefined : `Did you mean "${near}"?`,
    },
  )
}

export function signature(fn: RuleFunction): string {
  if (!fn.method) return `${fn.name}(${fn.parameters.join(', ')})`
  return `${fn.parameters[0]}.${fn.name}(${fn.parameters.slice(1).join(', ')})`
}

const counted = (count: number) => (count === 0 ? 'no argument' : count === 1 ? 'one argument' : `${count} arguments`)
const quote = (text: string) => `"${text.length > 60 ? `${text.slice(0, 60)}…` : text}"`
const place = (at: { start: number; end: number }, cost: number) => ({
  start: at.start,
  end: at.end,
  cost: Math.ceil(cost),
})
