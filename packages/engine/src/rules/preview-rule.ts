// What a rule would do before anybody switches it on: which instances match now, which would have matched at each half
// hour of the past day, and which clause keeps each other one from matching. Works in slices, as the evaluation does.
//
// The past is judged with the usage data of then and the attributes of now: names, sizes and tags do not change much,
// and what changed is not on record. An instance that did not exist yet is left out; one whose present state began
// later is unknown for the time before.
import { sourceOf } from './source-of.ts'
import type { Instance } from '@gleaner/model'
import { bindScope } from './bind-expression.ts'
import type { BoolReader } from './bind-scope.ts'
import { calendarAt } from './calendar.ts'
import type { CompiledRule } from './compile-rule.ts'
import { coversInstance } from './covers-instance.ts'
import type { Cursor } from './cursor.ts'
import { cursorFor } from './evaluate-rules.ts'
import { type ExplainInput, explainRule, type RuleExplanation } from './explain-rule.ts'
import { moveTo } from './instance-table.ts'
import { linkRules } from './rule-program.ts'
import { isFalse, isTrue, type Ternary } from './ternary.ts'
import type { TypedNode } from './typed-node.ts'

export interface PastPoint {
  readonly atMs: number
  matched: number
  unknown: number
  /** Whether the schedule was active then; a rule without one always is. */
  readonly active: boolean
}

export interface PreviewedInstance {
  readonly index: number
  readonly explanation: RuleExplanation
}

export interface RulePreview {
  readonly covered: number
  /** Ignores `enabled`, mode and schedule: what would match if the rule counted now. */
  readonly matchedTotal: number
  readonly unknownTotal: number
  /** Oldest first; the last one is now. */
  readonly pastDay: readonly PastPoint[]
  /** Different instances that matched at least once over the past day. */
  readonly matchedOverPastDay: number
  /** Which clause kept how many from matching: of those that fail, the first in ascending order of cost. */
  readonly failing: readonly { readonly clause: string; readonly instances: number }[]
  /** Indices in the table, ascending. */
  readonly matchedNow: readonly number[]
  readonly unknownNow: readonly number[]
  /** Looks at the instances [from, to). Each index once; the order is free. */
  advance(from: number, to: number): void
  /** The first `limit` that match, with their numbers. */
  explainMatched(limit: number): readonly PreviewedInstance[]
  explainUnknown(limit: number): readonly PreviewedInstance[]
  /** Those that fail by one clause only, the nearest first, out of the first few hundred of them. */
  explainNearly(limit: number): readonly PreviewedInstance[]
}

const stepMs = 30 * 60_000
const steps = 48
/** How many candidates for `nearly` are kept to be put in order. */
const mostNearly = 400

interface Conjunct {
  readonly text: string
  readonly read: BoolReader
  failing: number
}

export function beginPreview(compiled: CompiledRule, input: ExplainInput): RulePreview {
  // A preview asks what the rule would do if it were on.
  const definition = { ...compiled.definition, enabled: true, mode: 'observe' as const }
  const rule: CompiledRule = { ...compiled, definition }
  const always: CompiledRule = { ...rule, schedule: undefined }
  const program = linkRules([rule])
  const { table, nowMs } = input
  const [linked] = program.rules
  const first = table.instances[0]
  const scope = bindScope(rule.expression, program.linker, rule.zone)
  const conjuncts = conjunctsOf(rule.expression.root).map(
    (node): Conjunct => ({ text: sourceOf(node, scope.source), read: scope.bindBool(node), failing: 0 }),
  )
  const cursor = first === undefined ? undefined : cursorFor({ ...input, program }, first)
  const points = Array.from({ length: steps + 1 }, (_, index): PastPoint => {
    const atMs = nowMs - (steps - index) * stepMs
    const active = rule.schedule === undefined || rule.schedule.activeSpan(atMs) !== undefined
    return { atMs, matched: 0, unknown: 0, active }
  })
  const calendars = points.map((point) => program.linker.zones.map((zone) => calendarAt(point.atMs, zone)))
  const matchedNow: number[] = []
  const unknownNow: number[] = []
  const nearly: number[] = []
  let covered = 0
  let matchedOverPastDay = 0

  function lookAt(at: Cursor, index: number): void {
    const coverage = linked === undefined ? isFalse : coversInstance(rule.coverage, at, linked.covering)
    if (coverage === isFalse) return
    covered++
    let unknown = coverage !== isTrue
    let failed = 0
    for (const conjunct of conjuncts) {
      const value = conjunct.read(at)
      if (value === isFalse) {
        if (failed++ === 0) conjunct.failing++
        else break
      } else if (value !== isTrue) unknown = true
    }
    if (failed === 1 && !unknown && nearly.length < mostNearly) nearly.push(index)
    if (failed > 0) return
    if (unknown) unknownNow.push(index)
    else matchedNow.push(index)
  }

  function lookBack(at: Cursor, index: number): void {
    let matchedOnce = false
    for (const [number, point] of points.entries()) {
      if (!point.active || (at.instance.createdAtMs ?? Number.NEGATIVE_INFINITY) > point.atMs) continue
      at.nowMs = point.atMs
      at.calendars = calendars[number] ?? []
      at.stamp++
      const said = linked === undefined ? isFalse : judgePast(rule, linked, at)
      if (said === isTrue) {
        point.matched++
        matchedOnce = true
      } else if (said !== isFalse) point.unknown++
    }
    if (matchedOnce) matchedOverPastDay++
    at.nowMs = nowMs
    at.calendars = calendars[steps] ?? []
    moveTo(at, table, index)
  }

  const explainAll = (indices: readonly number[]) =>
    indices.flatMap((index): PreviewedInstance[] => {
      const explanation = explainRule(always, input, index)
      return explanation === undefined ? [] : [{ index, explanation }]
    })

  return {
    get covered() {
      return covered
    },
    get matchedTotal() {
      return matchedNow.length
    },
    get unknownTotal() {
      return unknownNow.length
    },
    get matchedOverPastDay() {
      return matchedOverPastDay
    },
    get failing() {
      return conjuncts
        .filter((conjunct) => conjunct.failing > 0)
        .map(({ text, failing }) => ({ clause: text, instances: failing }))
        .sort((a, b) => b.instances - a.instances)
    },
    pastDay: points,
    matchedNow,
    unknownNow,
    advance(from, to) {
      if (cursor === undefined) return
      const end = Math.min(to, table.instances.length)
      for (let index = Math.max(0, from); index < end; index++) {
        moveTo(cursor, table, index)
        lookBack(cursor, index)
        lookAt(cursor, index)
      }
    },
    explainMatched: (limit) => explainAll(matchedNow.slice(0, limit)),
    explainUnknown: (limit) => explainAll(unknownNow.slice(0, limit)),
    explainNearly: (limit) =>
      explainAll(nearly)
        .sort((a, b) => gapOf(a) - gapOf(b) || a.index - b.index)
        .slice(0, limit),
  }
}

function judgePast(
  rule: CompiledRule,
  linked: { condition: BoolReader; covering: BoolReader | undefined },
  at: Cursor,
): Ternary | undefined {
  const coverage = coversInstance(rule.coverage, at, linked.covering)
  if (coverage === isFalse) return isFalse
  if (!stateHeld(at.instance, at.nowMs)) return undefined
  const matched = linked.condition(at)
  return matched === isTrue && coverage !== isTrue ? undefined : matched
}

const stateHeld = (instance: Instance, atMs: number) =>
  instance.stateSinceMs === undefined || instance.stateSinceMs <= atMs

/** The operands of the outermost &&, the cheapest first; anything else is one clause. */
function conjunctsOf(root: TypedNode): readonly TypedNode[] {
  return root.op === 'and' ? [...root.operands].sort((a, b) => a.cost - b.cost) : [root]
}

const gapOf = ({ explanation }: PreviewedInstance) => explanation.clauses[0]?.gap ?? Number.POSITIVE_INFINITY
