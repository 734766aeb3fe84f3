// A rule from a file: YAML or JSON, `-` for standard input.
import type { RuleDefinition } from '@gleaner/model'
import { readRule } from '@gleaner/server'
import type { Io } from '../io.ts'
import { readText } from './read-text.ts'

export function readRuleFile(file: string, io: Io): RuleDefinition {
  return readRule(readText(file, io), file)
}
