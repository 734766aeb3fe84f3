// Closures that also say for how long what they say stands (`cursor.standsTo`), and that do not ask again before. A promise
// can be had for what depends on the record of the instance alone (it holds while that is the same object), and for
// clauses over windows that are decided with a margin: telemetry tells between which numbers the answer stays. What
// depends on anything else (the time, hosts, history, current values) stands for now alone and is asked in every cycle.
import type { BindScope, BoolReader } from './bind-scope.ts'
import { asShare } from './as-share.ts'
import { capacity, requestFor } from './bind-window.ts'
import type { Cursor } from './cursor.ts'
import type { TelemetryForesight, WindowRequest } from './telemetry-access.ts'
import { isFalse, isTrue, isUnknown, type Ternary } from './ternary.ts'
import { childrenOf, type CompareNode, type EnoughDataNode, type LogicNode, type TypedNode } from './typed-node.ts'

/** Beyond every step. */
const forever = 2 ** 31 - 1

export function bindStanding(scope: BindScope, node: TypedNode): BoolReader {
  if (node.op === 'and' || node.op === 'or') return bindLogic(scope, node)
  const read = scope.bindBool(node)
  const seek = isOfRecord(node) ? () => forever : seekerOf(scope, node)
  if (seek === undefined)
    return (c) => {
      const verdict = read(c)
      c.standsTo = -1
      return verdict
    }
  const place = scope.linker.place(scope.source.slice(node.start, node.end))
  return (c) => {
    const { memory } = c
    if (memory === undefined || c.row < 0) return forNow(c, read(c))
    const at = c.row + place
    const known = memory.recall(c, at)
    if (known !== undefined) return known
    const verdict = read(c)
    if (!memory.seeks(c, at)) return forNow(c, verdict)
    c.standsTo = seek(c, verdict)
    memory.keep(c, at, verdict)
    return verdict
  }
}

/** A whole rule: the same, and what it said is kept as well. */
export function bindCondition(scope: BindScope, root: TypedNode): BoolReader {
  const read = bindStanding(scope, root)
  const place = scope.linker.place(`rule ${scope.linker.places}`)
  return (c) => {
    const { memory } = c
    if (memory === undefined || c.row < 0) return read(c)
    const known = memory.recall(c, c.row + place)
    if (known !== undefined) return known
    const verdict = read(c)
    if (c.standsTo >= c.step) memory.keep(c, c.row + place, verdict)
    return verdict
  }
}

/** What decides alone stands as long as itself; otherwise all operands together. */
function bindLogic(scope: BindScope, node: LogicNode): BoolReader {
  const decisive = node.op === 'and' ? isFalse : isTrue
  const neutral = node.op === 'and' ? isTrue : isFalse
  const readers = [...node.operands].sort((a, b) => a.cost - b.cost).map((operand) => bindStanding(scope, operand))
  return (c) => {
    let result: Ternary = neutral
    let standsTo = forever
    for (let index = 0; index < readers.length; index++) {
      const verdict = (readers[index] as BoolReader)(c)
      if (verdict === decisive) return verdict
      if (verdict === isUnknown) result = isUnknown
      if (c.standsTo < standsTo) standsTo = c.standsTo
    }
    c.standsTo = standsTo
    return result
  }
}

/** Finds the last step up to which a verdict on a clause stands; -1 when it stands for now alone. */
type Seeker = (c: Cursor, verdict: Ternary) => number

const passing: ReadonlySet<TypedNode['op']> = new Set<TypedNode['op']>([
  'calendar',
  'measured',
  'window',
  'enoughData',
  'quiet',
  'sinceAction',
  'sinceResumed',
  'actionCount',
])

/** Depends on the record of the instance alone. */
function isOfRecord(node: TypedNode): boolean {
  if (node.op === 'field') return node.field.isOfRecord === true
  return !passing.has(node.op) && childrenOf(node).every(isOfRecord)
}

function seekerOf(scope: BindScope, node: TypedNode): Seeker | undefined {
  if (node.op === 'enoughData') return seekCoverage(node)
  if (node.op !== 'compare') return undefined
  const turned = isOfRecord(node.left) ? turn(node) : node
  return turned.left.type === 'number' && isOfRecord(turned.right) ? seekCompare(scope, asShare(turned)) : undefined
}

const flipped = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const
const turn = (node: CompareNode): CompareNode => ({
  ...node,
  left: node.right,
  right: node.left,
  operator: flipped[node.operator],
})

function seekCoverage({ metric, windowMs, fraction }: EnoughDataNode): Seeker {
  const request = requestFor('coverage', metric, windowMs)
  return (c, verdict) =>
    farthest(c, windowMs, (foresight, ahead) => {
      const { least, most } = foresight.foresee(c.slot, request, ahead)
      return verdict === isTrue ? least >= fraction : most < fraction
    })
}

/** Of sums of windows, too. */
function seekCompare(scope: BindScope, node: CompareNode): Seeker | undefined {
  const terms = termsOf(scope, node.left)
  if (terms === undefined) return undefined
  const bound = scope.bindNumber(node.right)
  const isBelow = node.operator === '<' || node.operator === '<='
  const isStrict = node.operator === '<' || node.operator === '>'
  const windowMs = Math.min(...terms.map((term) => term.request.lengthMs))
  const hasMost = terms.every((term) => term.request.fn === 'shareBelow' || term.request.fn === 'minimum')
  return (c, verdict) => {
    const needsLeast = isBelow === (verdict === isFalse)
    if (verdict !== isUnknown && !needsLeast && !hasMost) return -1
    const limit = bound(c)
    return farthest(c, windowMs, (foresight, ahead) => {
      let least = 0
      let most = 0
      let isMissing = false
      for (const term of terms) {
        const scale = term.scale(c)
        term.request.argument = term.argument(c)
        const outlook = foresight.foresee(c.slot, term.request, ahead)
        if (outlook.isMissing) isMissing = true
        least += outlook.least / scale
        most += outlook.most / scale
      }
      if (verdict === isUnknown) return isMissing
      // What holds is a strict comparison when the operator is one, and the other way round when it does not hold.
      if (needsLeast) return isStrict === (verdict === isTrue) ? least > limit : least >= limit
      return isStrict === (verdict === isTrue) ? most < limit : most <= limit
    })
  }
}

interface Term {
  readonly request: WindowRequest
  argument(c: Cursor): number
  /** What the answer is divided by. */
  scale(c: Cursor): number
}

function termsOf(scope: BindScope, node: TypedNode): readonly Term[] | undefined {
  if (node.op === 'arithmetic' && node.operator === '+') {
    const left = termsOf(scope, node.left)
    const right = termsOf(scope, node.right)
    return left === undefined || right === undefined ? undefined : [...left, ...right]
  }
  if (node.op !== 'window' || (node.argument !== undefined && !isOfRecord(node.argument))) return undefined
  const { fn, metric, windowMs } = node
  const isShare = fn === 'shareBelow'
  const argument = node.argument === undefined ? () => 0 : scope.bindNumber(node.argument)
  return [
    {
      request: requestFor(fn, metric, windowMs),
      argument: isShare ? (c) => argument(c) * capacity(c, metric) : argument,
      scale: isShare ? () => 1 : (c) => capacity(c, metric),
    },
  ]
}

function farthest(
  c: Cursor,
  windowMs: number,
  stands: (foresight: TelemetryForesight, ahead: { readonly toMs: number; readonly steps: number }) => boolean,
): number {
  const foresight = c.memory?.foresight
  for (const steps of foresight?.horizons(windowMs) ?? [])
    if (foresight !== undefined && stands(foresight, { toMs: c.nowMs, steps })) return c.step + steps
  return -1
}

function forNow(c: Cursor, verdict: Ternary): Ternary {
  c.standsTo = -1
  return verdict
}
