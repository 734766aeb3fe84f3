// Why one rule does or does not match one instance: a verdict with its numbers, the deciding clauses, and the whole tree
// with the value of every part. Uses the same closures as the evaluation, so the two cannot disagree.
import { sourceOf } from './source-of.ts'
import { type Facts, type Instance, nativeOf, type ReasonCode, type Verdict } from '@gleaner/model'
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
import { factsOf } from './facts-of.ts'
import { type InstanceTable, moveTo } from './instance-table.ts'
import { createLinker } from './linker.ts'
import { bindValue, type NodeValue } from './node-value.ts'
import { linkRule, type ProgramRule } from './rule-program.ts'
import { isFalse, isTrue } from './ternary.ts'
import { childrenOf, type TypedNode, type ValueType } from './typed-node.ts'
import { type ReasonScope, type UnknownReason, unknownReason } from './unknown-reason.ts'

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

/** Undefined when the index is not in the table. Many explanations of one rule on one table share their preparation. */
export function explainRule(rule: CompiledRule, input: ExplainInput, index: number): RuleExplanation | undefined {
  const instance = input.table.instances[index]
  if (instance === undefined) return undefined
  const prepared = preparedFor(rule, input, instance)
  const { linked, cursor, standing, expression, coverage } = prepared
  moveTo(cursor, input.table, index)
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
  if (covered === isFalse) return explainCoverage(prepared)
  const missing = covered === isTrue || coverage === undefined ? [] : decidingClauses(coverage.scope, coverage.root)
  const clauses = [...missing, ...decidingClauses(expression.scope, expression.root)].filter(
    (clause) => outcome !== 'unknown' || clause.outcome === 'unknown',
  )
  const said = clauses.map((clause) => clause.sentence).join('; ')
  const facts = factsOf(expression.root, clauses, subject)
  const sentences: Readonly<Partial<Record<RuleOutcome, readonly [ReasonCode, string]>>> = {
    matched: ['rule-matched', `Rule "${name}" matches ${instance.name}: ${said}.`],
    'not-matched': ['rule-not-matched', `Rule "${name}" does not match ${instance.name}: ${said}.`],
    unknown: ['rule-unknown', `Rule "${name}" cannot be decided for ${instance.name}: ${said}.`],
  }
  const [code, sentence] = sentences[outcome] ?? ['rule-unknown', `Rule "${name}" was not evaluated.`]
  let tree: ExplainedPart | undefined
  return {
    outcome,
    verdict: { code, sentence, facts },
    clauses,
    // Made when somebody looks at it: most explanations are kept as sentences only.
    get tree() {
      if (tree === undefined) {
        moveTo(cursor, input.table, index)
        tree = explainPart(expression.scope, expression.root)
      }
      return tree
    },
  }
}

interface PreparedExpression {
  readonly scope: ReasonScope
  readonly root: TypedNode
}

interface Prepared {
  readonly rule: CompiledRule
  readonly input: ExplainInput
  readonly linked: ProgramRule
  readonly cursor: Cursor
  readonly standing: number | undefined
  readonly expression: PreparedExpression
  readonly coverage: PreparedExpression | undefined
}

/** Lives as long as the table. */
const preparations = new WeakMap<InstanceTable, Map<CompiledRule, Prepared>>()

function preparedFor(rule: CompiledRule, input: ExplainInput, instance: Instance): Prepared {
  const known = preparations.get(input.table) ?? new Map<CompiledRule, Prepared>()
  preparations.set(input.table, known)
  const { telemetry, history, nowMs } = input
  const last = known.get(rule)
  if (last?.input.nowMs === nowMs && last.input.telemetry === telemetry && last.input.history === history) return last
  const fresh = prepare(rule, input, instance)
  known.set(rule, fresh)
  return fresh
}

function prepare(rule: CompiledRule, input: ExplainInput, instance: Instance): Prepared {
  const linker = createLinker()
  const linked = linkRule(rule, linker)
  const readers = new Map<TypedNode, (cursor: Cursor) => NodeValue>()
  const bindAll = (bind: BindScope, node: TypedNode): void => {
    readers.set(node, bindValue(bind, node))
    for (const part of childrenOf(node)) bindAll(bind, part)
  }
  const bound = (checked: CheckedExpression) => {
    const bind = bindScope(checked, linker, rule.zone)
    bindAll(bind, checked.root)
    return (cursor: Cursor): PreparedExpression => ({
      root: checked.root,
      scope: { bind, cursor, value: (node) => readers.get(node)?.(cursor) },
    })
  }
  const expression = bound(rule.expression)
  const coverage = rule.coverage.expression === undefined ? undefined : bound(rule.coverage.expression)
  // After the binding: only now it is known how long the memo must be.
  const cursor = cursorFor({ ...input, program: { rules: [linked], linker } }, instance)
  return {
    rule,
    input,
    linked,
    cursor,
    standing: standingAt(linked, input.nowMs),
    expression: expression(cursor),
    coverage: coverage?.(cursor),
  }
}

function explainPart(scope: ReasonScope, node: TypedNode): ExplainedPart {
  const value = scope.value(node)
  return {
    text: sourceOf(node, scope.bind.source),
    type: node.type,
    value,
    words: formatValue(value, node.type === 'timestamp' ? 'instant' : unitOf(node)),
    unknown: value === undefined ? unknownReason(scope, node) : undefined,
    parts: childrenOf(node).map((part) => explainPart(scope, part)),
  }
}

function explainCoverage({ rule, cursor, coverage }: Prepared): RuleExplanation {
  const { name } = rule.definition
  const { instance, project } = cursor
  const subject = { rule: name, instance: instance.name }
  const why = narrowedBy(rule, cursor)
  if (why === undefined && coverage !== undefined) {
    const clauses = decidingClauses(coverage.scope, coverage.root)
    const said = clauses.map((clause) => clause.sentence).join('; ')
    const sentence = `Rule "${name}" does not cover ${instance.name}: ${said}.`
    return {
      ...alone('not-covered', { code: 'rule-not-covered', sentence, facts: factsOf(coverage.root, clauses, subject) }),
      clauses,
    }
  }
  const facts = { ...subject, by: why ?? 'expression', project: project?.name ?? instance.projectId }
  const sentence = `Rule "${name}" does not cover ${instance.name}, by its ${why ?? 'expression'}.`
  return alone('not-covered', verdict('rule-not-covered', sentence, facts))
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

const verdict = (code: ReasonCode, sentence: string, facts: Facts): Verdict => ({ code, sentence, facts })
const alone = (outcome: RuleOutcome, said: Verdict): RuleExplanation => ({
  outcome,
  verdict: said,
  clauses: [],
  tree: undefined,
})
