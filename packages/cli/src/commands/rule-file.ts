// A rule from a file: YAML or JSON, `-` for standard input.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { GleanerError, type RuleDefinition } from '@gleaner/model'
import { readRule } from '@gleaner/server'
import type { Io } from '../io.ts'

export function readRuleFile(file: string, io: Io): RuleDefinition {
  let text: string
  try {
    text = readFileSync(file === '-' ? 0 : resolve(io.directory, file), 'utf8')
  } catch (error) {
    throw new GleanerError('file-unreadable', { file, detail: (error as Error).message }, { cause: error })
  }
  return readRule(text, file)
}
