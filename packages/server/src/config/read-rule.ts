// One rule from a text, YAML or JSON, with the keys it would have in the configuration file. Faults name file and line.
// What the expression says is checked where it is compiled.
import { RuleDefinition } from '@gleaner/model'
import * as Value from 'typebox/value'
import { schemaFaults, throwFaults } from './faults.ts'
import { parseSource } from './parse-source.ts'

export function readRule(text: string, file: string): RuleDefinition {
  const { source, value: given } = parseSource({ name: file, text })
  const whole = typeof given === 'object' && given !== null && !Array.isArray(given) ? { covers: {}, ...given } : given
  const filled = Value.Default(RuleDefinition, whole)
  throwFaults(source, schemaFaults(source, RuleDefinition, { value: filled, at: [] }))
  return filled as RuleDefinition
}
