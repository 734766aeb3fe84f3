// A rule definition to something that can be evaluated, or the list of all that is wrong with it. The result is
// immutable and knows no instance; several of them are linked into a program (rule-program.ts).
import { parseDurationMs, type RuleDefinition } from '@gleaner/model'
import { isTimeZone } from './calendar.ts'
import { type CheckedExpression, checkExpression } from './check-expression.ts'
import { checkSteps, longestMs } from './check-steps.ts'
import { type RuleFault, ruleFault } from './rule-fault.ts'
import { badZone, type CompiledSchedule, compileSchedule } from './schedule.ts'

export interface CompiledRule {
  readonly definition: RuleDefinition
  readonly expression: CheckedExpression
  readonly coverage: CompiledCoverage
  readonly schedule: CompiledSchedule | undefined
  readonly graceMs: number
  /** What `local` means: the rule's own zone, else the schedule's, else UTC. */
  readonly zone: string
}

export interface CompiledCoverage {
  readonly clouds: ReadonlySet<string> | undefined
  readonly projects: ReadonlySet<string> | undefined
  readonly tags: ReadonlySet<string> | undefined
  readonly instances: ReadonlySet<string> | undefined
  readonly expression: CheckedExpression | undefined
}

/** Checks an expression; a caller that sees the same texts again hands in one that remembers. */
export type ExpressionChecker = typeof checkExpression

export type CompileResult =
  | { readonly ok: true; readonly rule: CompiledRule }
  | { readonly ok: false; readonly faults: readonly RuleFault[] }

export function compileRule(definition: RuleDefinition, check: ExpressionChecker = checkExpression): CompileResult {
  const faults: RuleFault[] = []
  const { covers } = definition
  const expression = check(definition.expression, 'expression')
  if (!expression.ok) faults.push(...expression.faults)
  const covering = covers.expression === undefined ? undefined : check(covers.expression, 'covers')
  if (covering !== undefined && !covering.ok) faults.push(...covering.faults)
  const graceMs = parseDurationMs(definition.grace)
  if (graceMs === undefined)
    faults.push(
      ruleFault(
        'bad-duration',
        { text: definition.grace, part: 'grace', start: 0, end: definition.grace.length },
        {
          message: `the grace "${definition.grace.slice(0, 60)}" is no length of time`,
          hint: 'Write a number and s, m, h or d: "10m", "2h"; "0s" for none.',
        },
      ),
    )
  else if (graceMs > longestMs)
    faults.push(
      ruleFault(
        'bad-duration',
        { text: definition.grace, part: 'grace', start: 0, end: definition.grace.length },
        {
          message: `the grace "${definition.grace.slice(0, 60)}" is longer than 30d`,
          hint: 'Nobody remembers a notice for so long; give 30d or less, and let the expression look further back.',
        },
      ),
    )
  faults.push(...checkSteps(definition))
  const zone = definition.timeZone ?? definition.schedule?.timeZone ?? 'UTC'
  if (definition.timeZone !== undefined && !isTimeZone(definition.timeZone)) faults.push(badZone(definition.timeZone))
  const schedule = definition.schedule === undefined ? undefined : compileSchedule(definition.schedule)
  if (schedule !== undefined && !isSchedule(schedule)) faults.push(...schedule)
  if (!expression.ok || graceMs === undefined || faults.length > 0) return { ok: false, faults }
  return {
    ok: true,
    rule: {
      definition,
      expression: expression.expression,
      coverage: {
        clouds: setOf(covers.clouds),
        projects: setOf(covers.projects),
        tags: setOf(covers.tags),
        instances: setOf(covers.instances),
        expression: covering?.ok === true ? covering.expression : undefined,
      },
      schedule: schedule !== undefined && isSchedule(schedule) ? schedule : undefined,
      graceMs,
      zone,
    },
  }
}

const setOf = (values: readonly string[] | undefined) => (values === undefined ? undefined : new Set(values))
const isSchedule = (value: CompiledSchedule | readonly RuleFault[]): value is CompiledSchedule => 'activeSpan' in value
