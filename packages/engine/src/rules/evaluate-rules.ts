// Every rule against every instance, in slices, so that the caller can give way to its event loop in between. One byte
// per rule and instance holds the outcome; everything else (why, with which numbers) is derived on demand for the few
// instances that somebody acts upon or asks about. The outer loop goes over instances: what telemetry said about one is
// shared by all rules and forgotten before the next.
import type { Instance } from '@gleaner/model'
import { calendarAt } from './calendar.ts'
import { coversInstance } from './covers-instance.ts'
import { createCursor, type Cursor } from './cursor.ts'
import type { HistoryAccess } from './history-access.ts'
import { type InstanceTable, moveTo } from './instance-table.ts'
import type { ProgramRule, RuleProgram } from './rule-program.ts'
import type { TelemetryAccess } from './telemetry-access.ts'
import { isFalse, isTrue } from './ternary.ts'
import type { VerdictMemory } from './verdict-memory.ts'

/** What a rule said about an instance, as stored: the index is the byte. */
export const ruleOutcomes = [
  'not-evaluated',
  'not-covered',
  'not-matched',
  'matched',
  'unknown',
  'outside-schedule',
  'disabled',
] as const
export type RuleOutcome = (typeof ruleOutcomes)[number]

const codes = Object.fromEntries(ruleOutcomes.map((outcome, code) => [outcome, code])) as Record<RuleOutcome, number>

export interface EvaluationInput {
  readonly program: RuleProgram
  readonly table: InstanceTable
  readonly telemetry: TelemetryAccess
  readonly history: HistoryAccess
  readonly nowMs: number
  /** What was said in earlier cycles and still stands; it makes no difference but in time. */
  readonly memory?: VerdictMemory
}

export interface RuleEvaluation {
  readonly input: EvaluationInput
  /** Row-major by instance: outcome of rule r for instance i at [i * rules + r]. */
  readonly outcomes: Uint8Array
  /** Per rule, index of the instances it matched, in their order. */
  readonly matches: readonly number[][]
  /** Per rule and outcome. */
  readonly counts: readonly Record<RuleOutcome, number>[]
  /** Evaluates the instances [from, to). Each index once; the order is free. */
  evaluate(from: number, to: number): void
}

export function beginEvaluation(input: EvaluationInput): RuleEvaluation {
  const { program, table, nowMs } = input
  const { rules } = program
  const outcomes = new Uint8Array(table.instances.length * rules.length)
  const matches = rules.map((): number[] => [])
  const tallies = rules.map(() => new Float64Array(ruleOutcomes.length))
  const standings = rules.map((rule) => standingAt(rule, nowMs))
  const first = table.instances[0]
  const cursor = first === undefined ? undefined : cursorFor(input, first)
  const { memory } = input
  if (memory !== undefined && cursor !== undefined) {
    memory.begin(table, nowMs)
    cursor.memory = memory
    cursor.step = memory.stepAt(nowMs)
  }
  return {
    input,
    outcomes,
    matches,
    get counts() {
      return tallies.map(
        (tally) =>
          Object.fromEntries(ruleOutcomes.map((outcome, code) => [outcome, tally[code] ?? 0])) as Record<
            RuleOutcome,
            number
          >,
      )
    },
    evaluate(from, to) {
      if (cursor === undefined) return
      const end = Math.min(to, table.instances.length)
      for (let index = Math.max(0, from); index < end; index++) {
        moveTo(cursor, table, index)
        if (memory !== undefined) cursor.row = memory.rowOf(cursor)
        const row = index * rules.length
        for (let number = 0; number < rules.length; number++) {
          const code = standings[number] ?? outcomeOf(rules[number] as ProgramRule, cursor)
          outcomes[row + number] = code
          const tally = tallies[number] as Float64Array
          tally[code] = (tally[code] as number) + 1
          if (code === codes.matched) matches[number]?.push(index)
        }
      }
    },
  }
}

export function cursorFor(input: Omit<EvaluationInput, 'table'>, instance: Instance): Cursor {
  const { linker } = input.program
  const cursor = createCursor(linker.memoLength, instance)
  cursor.nowMs = input.nowMs
  cursor.telemetry = input.telemetry
  cursor.history = input.history
  cursor.calendars = linker.zones.map((zone) => calendarAt(input.nowMs, zone))
  return cursor
}

export function outcomeAt(evaluation: RuleEvaluation, instanceIndex: number, ruleIndex: number): RuleOutcome {
  const code = evaluation.outcomes[instanceIndex * evaluation.input.program.rules.length + ruleIndex]
  return ruleOutcomes[code ?? 0] ?? 'not-evaluated'
}

/** What holds for all instances alike; undefined when each has to be looked at. */
export function standingAt(program: ProgramRule, nowMs: number): number | undefined {
  const { definition, schedule } = program.rule
  if (!definition.enabled || definition.mode === 'off') return codes.disabled
  if (schedule !== undefined && schedule.activeSpan(nowMs) === undefined) return codes['outside-schedule']
  return undefined
}

/** Whether the rule is in force and surely covers the instance, whatever its expression says of it. */
export function standsFor(input: EvaluationInput, ruleIndex: number, instance: Instance): boolean {
  const program = input.program.rules[ruleIndex]
  const row = input.table.indexOf(instance.id)
  if (program === undefined || row === undefined || standingAt(program, input.nowMs) !== undefined) return false
  const cursor = cursorFor(input, instance)
  moveTo(cursor, input.table, row)
  return coversInstance(program.rule.coverage, cursor, program.covering) === isTrue
}

/** The byte for one rule and the instance under the cursor. */
export function outcomeOf(program: ProgramRule, cursor: Cursor): number {
  const covered = coversInstance(program.rule.coverage, cursor, program.covering)
  if (covered === isFalse) return codes['not-covered']
  const matched = program.condition(cursor)
  if (matched === isFalse) return codes['not-matched']
  return covered === isTrue && matched === isTrue ? codes.matched : codes.unknown
}
