// Facts are the same whatever was explained before by the same rule: other instances, other deciding clauses, other kinds of
// values; and nothing is shared between them.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Clause } from './clause.ts'
import { factsOf } from './facts-of.ts'

const root = {}
const clauses = fc.array(
  fc.record({
    what: fc.constantFrom('cpu', 'users', 'average of cpu over 10m', 'rule'),
    neededKey: fc.constantFrom('needed: cpu < 1', 'needed: users == 0'),
    value: fc.constantFrom<Clause['value']>(0, 1.5, 'text', true, Number.NaN, undefined),
    needed: fc.constantFrom('< 1', '== 0'),
    isKnown: fc.boolean(),
  }),
  { maxLength: 4 },
)

test('are those of the clauses at hand', () => {
  fc.assert(
    fc.property(fc.array(clauses, { maxLength: 5 }), (explanations) => {
      const given = explanations.map((list, nth) => {
        const made = list.map(({ isKnown, ...clause }) => ({
          ...clause,
          reason: isKnown ? undefined : { code: 'no-samples' as const },
        }))
        return { list, facts: factsOf(root, made, { rule: 'r', instance: `i${nth}` }) }
      })
      for (const [nth, { list, facts }] of given.entries()) {
        const expected: Record<string, unknown> = { rule: 'r', instance: `i${nth}` }
        for (const { what, neededKey, value, needed, isKnown } of list) {
          expected[what] = value === undefined ? null : Number.isNaN(value) ? facts[what] : value
          expected[neededKey] = isKnown ? needed : 'no-samples'
        }
        expect(facts).toEqual(expected)
        expect(Object.keys(facts)).toEqual(Object.keys(expected))
      }
    }),
  )
})
