import type { RuleDefinition } from '@gleaner/model'
import { expect, it } from 'vitest'
import { parseConfig } from '../config/load.ts'
import { checkRules } from './check-rules.ts'

const rules = (...lines: readonly string[]): readonly RuleDefinition[] =>
  parseConfig(
    `clouds: [{ id: sim, kind: simulated }]\nrules:\n${lines.map((line) => `  - { ${line} }\n`).join('')}`,
    'test.yaml',
    { environment: {}, directory: '/nowhere' },
  ).rules

it('names each rule that would take no part, and what is wrong with it', () => {
  const found = checkRules(
    rules(
      'name: well, expression: "cpu < 0.1", action: stop',
      'name: typo, expression: "cpuu < 0.1", action: stop',
      'name: late, expression: "cpu < 0.1", action: stop, grace: 365d',
    ),
  )
  expect(found.map(({ what, ok }) => [what, ok])).toEqual([
    ['typo', false],
    ['late', false],
  ])
  expect(found[0]?.detail).toContain('cpuu')
  expect(found[1]?.detail).toContain('longer than 30d')
})
