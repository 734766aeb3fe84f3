// Why one rule does or does not match one instance: a verdict with its numbers, the deciding clauses, and the whole tree
// with the value of every part. Uses the same closures as the evaluation, so the two cannot disagree.
import { sourceOf } from './source-of.ts'
import { type Facts, nativeOf, type ReasonCode, type Verdict } from '@gleaner/model'
import { isoTime } from '../text/iso-time.ts'
import { bindScope } from './bind-expression.ts'
import type { BindScope } from './bind-scope.ts'
import type { CheckedExpression } from './check-expression.ts'
import { type Clause, decidingClauses } from './clause.ts'
import type { CompiledRule } from './compile-rule.ts'
import { coversInstance } from './covers-instance.ts'
import type { Cursor } from './cursor.ts'
import { formatValue, unitOf } from './describe-node.ts'
import {
  cursorFor,
  type EvaluationInput,
  outcomeOf,
  type RuleOutcome,
  ruleOutcomes,
  standingAt,
} from './evaluate-rules.ts'
import { moveTo } from './instance-table.ts'
import { bindValue, type NodeValue } from './node-value.ts'
import { linkRules } from './rule-program.ts'
import { isFalse, isTrue } from './ternary.ts'
import { childrenOf, type TypedNode, type ValueType } from './typed-node.ts'
import { type UnknownReason, unknownReason } from './unknown-reason.ts'

export interface ExplainedPart {
  readonly text: string
  readonly type: ValueType
  readonly value: NodeValue
  /** The value as people read it. */
  readonly words: string
  readonly unknown: UnknownReason | undefined
  readonly parts: readonly ExplainedPart[]
}

export interface RuleExplanation {
  readonly outcome: RuleOutcome
  readonly verdict: Verdict
  /** What the outcome follows from; for a rule that nearly matched this is all that kept it from matching. */
  readonly clauses: readonly Clause[]
  /** Absent where the expression was not looked at. */
  readonly tree: ExplainedPart | undefined
}

export type ExplainInput = Omit<EvaluationInput, 'program'>

/** Undefined when the index is not in the table. */
export function explainRule(rule: CompiledRule, input: ExplainInput, index: number): RuleExplanation | undefined {
  const instance = input.table.instances[index]
  if (instance === undefined) return undefined
  const program = linkRules([rule])
  const [linked] = program.rules
  if (linked === undefined) return undefined
  const cursor = cursorFor({ ...input, program }, instance)
  moveTo(cursor, input.table, index)
  const standing = standingAt(linked, input.nowMs)
  const outcome = ruleOutcomes[standing ?? outcomeOf(linked, cursor)] ?? 'not-evaluated'
  const { name, mode } = rule.definition
  const subject = { rule: name, instance: instance.name }
  if (outcome === 'disabled')
    return alone(
      outcome,
      verdict(mode === 'off' ? 'mode-off' : 'rule-disabled', `Rule "${name}" is switched off.`, subject),
    )
  if (outcome === 'outside-schedule') return alone(outcome, outsideSchedule(rule, input.nowMs))
  const covered = coversInstance(rule.coverage, cursor, linked.covering)
  if (covered === isFalse) return explainCoverage(rule, input, cursor)
  const coverage = rule.coverage.expression
  const scope = scopeOf(rule, input, { cursor, expression: rule.expression })
  const missing =
    covered === isTrue || coverage === undefined
      ? []
      : decidingClauses(scopeOf(rule, input, { cursor, expression: coverage }), coverage.root)
  const clauses = [...missing, ...decidingClauses(scope, rule.expression.root)].filter(
    (clause) => outcome !== 'unknown' || clause.outcome === 'unknown',
  )
  const said = clauses.map((clause) => clause.sentence).join('; ')
  const facts = factsOf(clauses, subject)
  const tree = explainPart(scope, rule.expression.root)
  const sentences: Readonly<Partial<Record<RuleOutcome, readonly [ReasonCode, string]>>> = {
    matched: ['rule-matched', `Rule "${name}" matches ${instance.name}: ${said}.`],
    'not-matched': ['rule-not-matched', `Rule "${name}" does not match ${instance.name}: ${said}.`],
    unknown: ['rule-unknown', `Rule "${name}" cannot be decided for ${instance.name}: ${said}.`],
  }
  const [code, sentence] = sentences[outcome] ?? ['rule-unknown', `Rule "${name}" was not evaluated.`]
  return { outcome, verdict: { code, sentence, facts }, clauses, tree }
}

interface Scope {
  readonly bind: BindScope
  readonly cursor: Cursor
}

/**
 * A linker of its own whose memo is never read back: explanations bind each part anew, and a place that was given out
 * after the cursor was made would lie outside of its memo, where typed arrays keep nothing.
 */
function scopeOf(
  rule: CompiledRule,
  input: ExplainInput,
  at: { cursor: Cursor; expression: CheckedExpression },
): Scope {
  const program = linkRules([rule])
  const fresh = cursorFor({ ...input, program }, at.cursor.instance)
  const cursor: Cursor = {
    ...at.cursor,
    calendars: fresh.calendars,
    memo: new Float64Array(0),
    memoStamp: new Float64Array(0),
  }
  return { bind: bindScope(at.expression, program.linker, rule.zone), cursor }
}

function explainPart(scope: Scope, node: TypedNode): ExplainedPart {
  const value = bindValue(scope.bind, node)(scope.cursor)
  return {
    text: sourceOf(node, scope.bind.source),
    type: node.type,
    value,
    words: formatValue(value, node.type === 'timestamp' ? 'instant' : unitOf(node)),
    unknown: value === undefined ? unknownReason(scope, node) : undefined,
    parts: childrenOf(node).map((part) => explainPart(scope, part)),
  }
}

function explainCoverage(rule: CompiledRule, input: ExplainInput, cursor: Cursor): RuleExplanation {
  const { coverage, definition } = rule
  const { instance, project } = cursor
  const subject = { rule: definition.name, instance: instance.name }
  const expression = coverage.expression
  const why = narrowedBy(rule, cursor)
  if (why === undefined && expression !== undefined) {
    const clauses = decidingClauses(scopeOf(rule, input, { cursor, expression }), expression.root)
    const said = clauses.map((clause) => clause.sentence).join('; ')
    const sentence = `Rule "${definition.name}" does not cover ${instance.name}: ${said}.`
    return {
      ...alone('not-covered', { code: 'rule-not-covered', sentence, facts: factsOf(clauses, subject) }),
      clauses,
    }
  }
  const facts = { ...subject, by: why ?? 'expression', project: project?.name ?? instance.projectId }
  return alone(
    'not-covered',
    verdict(
      'rule-not-covered',
      `Rule "${definition.name}" does not cover ${instance.name}, by its ${why ?? 'expression'}.`,
      facts,
    ),
  )
}

/** The first field of the coverage that leaves the instance out. */
function narrowedBy(rule: CompiledRule, cursor: Cursor): string | undefined {
  const { clouds, projects, tags, instances } = rule.coverage
  const { instance, project } = cursor
  if (clouds !== undefined && !clouds.has(instance.cloudId)) return 'list of clouds'
  const projectNames: string[] = [instance.projectId, nativeOf(instance.projectId), project?.name ?? instance.projectId]
  if (projects !== undefined && !projectNames.some((name) => projects.has(name))) return 'list of projects'
  const names: string[] = [instance.id, nativeOf(instance.id), instance.name]
  if (instances !== undefined && !names.some((name) => instances.has(name))) return 'list of instances'
  if (tags !== undefined && !instance.tags.some((tag) => tags.has(tag))) return 'list of tags'
  return undefined
}

function outsideSchedule(rule: CompiledRule, nowMs: number): Verdict {
  const { name } = rule.definition
  const nextMs = rule.schedule?.nextStartMs(nowMs)
  const next = nextMs === undefined ? 'never again' : isoTime(nextMs)
  const sentence = `The schedule of rule "${name}" is not active now; it starts ${nextMs === undefined ? next : `at ${next}`}.`
  return verdict('rule-outside-schedule', sentence, { rule: name, nextStart: next })
}

function factsOf(clauses: readonly Clause[], subject: Facts): Facts {
  const facts: Record<string, string | number | boolean | null> = { ...subject }
  for (const { text, what, value, needed, reason } of clauses) {
    const shown =
      typeof value === 'number' && Number.isFinite(value) ? value : value === undefined ? null : formatValue(value)
    facts[what] = typeof value === 'string' || typeof value === 'boolean' ? value : shown
    facts[`needed: ${text}`] = reason === undefined ? needed : reason.code
  }
  return facts
}

const verdict = (code: ReasonCode, sentence: string, facts: Facts): Verdict => ({ code, sentence, facts })
const alone = (outcome: RuleOutcome, said: Verdict): RuleExplanation => ({
  outcome,
  verdict: said,
  clauses: [],
  tree: undefined,
})
