import type { RuleDefinition } from '@gleaner/model'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { definitionOf, draftOf } from './draft.ts'

const word = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,10}$/)
const words = fc.array(word, { minLength: 1, maxLength: 3 })
const definition: fc.Arbitrary<RuleDefinition> = fc.record(
  {
    name: word,
    description: fc.stringMatching(/^\S(?:[ -~]{0,30}\S)?$/),
    expression: fc.string({ minLength: 1 }),
    action: fc.constantFrom('notify', 'pause', 'suspend', 'stop', 'shelve', 'resume', 'start'),
    covers: fc.record(
      { clouds: words, projects: words, tags: words, instances: words, expression: word },
      { requiredKeys: [] },
    ),
    grace: fc.constantFrom('10m', '1h30m', '2d'),
    steps: fc.array(
      fc.record({
        after: fc.constantFrom('7d', '12h'),
        action: fc.constantFrom('pause', 'suspend', 'stop', 'shelve', 'delete'),
        grace: fc.constantFrom('1d', '2h'),
      }),
      { minLength: 1, maxLength: 5 },
    ),
    schedule: fc.constant({ cron: '0 20 * * *', duration: '10h', timeZone: 'Europe/Paris' }),
    mode: fc.constantFrom('off', 'observe', 'advise', 'enforce'),
    priority: fc.integer({ min: 0, max: 1000 }),
    enabled: fc.boolean(),
    timeZone: fc.constantFrom('UTC', 'Asia/Tokyo'),
  },
  { requiredKeys: ['name', 'expression', 'action', 'covers', 'grace', 'mode', 'priority', 'enabled'] },
)

describe('draft of a rule', () => {
  it('gives back the definition it was made from', () => {
    fc.assert(
      fc.property(definition, (rule) => {
        expect(definitionOf(draftOf(rule))).toEqual(rule)
      }),
    )
  })

  it('reads a priority that is no number as the usual one', () => {
    const draft = draftOf({ ...emptyRule, priority: 5 })
    expect(definitionOf({ ...draft, priority: '' }).priority).toBe(0)
    expect(definitionOf({ ...draft, priority: 'x' }).priority).toBe(100)
    expect(definitionOf({ ...draft, priority: '5000' }).priority).toBe(1000)
  })
})

const emptyRule: RuleDefinition = {
  name: 'a',
  expression: 'true',
  action: 'notify',
  covers: {},
  grace: '1m',
  mode: 'observe',
  priority: 1,
  enabled: true,
}
