// One rule from a text, YAML or JSON, with the keys it would have in the configuration file. Faults name file and line.
// What the expression says is checked where it is compiled.
import { RuleDefinition } from '@gleaner/model'
import * as Value from 'typebox/value'
import { LineCounter, parseDocument } from 'yaml'
import { type Source, schemaFaults, throwFaults } from './faults.ts'

export function readRule(text: string, file: string): RuleDefinition {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true })
  const source: Source = { file, document, lines }
  throwFaults(
    source,
    document.errors.map((error) => ({
      line: lines.linePos(error.pos[0]).line,
      path: '',
      detail: (error.message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, ''),
    })),
  )
  const given: unknown = document.toJS({ maxAliasCount: 20 })
  const whole = typeof given === 'object' && given !== null && !Array.isArray(given) ? { covers: {}, ...given } : given
  const filled = Value.Default(RuleDefinition, whole)
  throwFaults(source, schemaFaults(source, RuleDefinition, { value: filled, at: [] }))
  return filled as RuleDefinition
}
