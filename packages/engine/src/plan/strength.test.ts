import { type Candidate, claims, modes } from '@gleaner/model'
import { aProposal } from '@gleaner/testkit'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { byStrength, claimRank, isActing } from './strength.ts'

const wish = (overrides: Partial<Candidate>): Candidate => aProposal(overrides)

// Each pair is decided by its first difference, whatever comes after it says the opposite.
const weakest = { priority: 1, instanceId: 'z' as never, action: 'suspend', capability: 'preemption' } as const
const pairs: readonly (readonly [string, Partial<Candidate>, Partial<Candidate>])[] = [
  ['the stronger claim', { claim: 'local-user', mode: 'observe', ...weakest }, { claim: 'active-lease', priority: 9 }],
  ['the one that acts', { mode: 'advise', ...weakest }, { mode: 'observe', priority: 9 }],
  ['the higher priority', { ...weakest, priority: 2 }, { instanceId: 'a' as never, priority: 1 }],
  ['the smaller instance', { ...weakest, instanceId: 'a' as never }, { ...weakest, action: 'pause' }],
  ['the smaller action', { ...weakest, action: 'pause' }, { ...weakest, capability: 'energy' }],
  ['the smaller capability', { ...weakest, capability: 'energy', cause: 'z' }, { ...weakest, cause: 'a' }],
  ['the smaller cause', { ...weakest, cause: 'a', ruleId: 'z' }, { ...weakest, cause: 'b', ruleId: 'a' }],
  [
    'the one of no rule',
    { ...weakest, ruleId: undefined, mode: 'enforce' },
    { ...weakest, ruleId: 'a', mode: 'advise' },
  ],
  ['the smaller rule', { ...weakest, ruleId: 'a', mode: 'enforce' }, { ...weakest, ruleId: 'b', mode: 'advise' }],
  ['the more cautious mode', { ...weakest, mode: 'advise' }, { ...weakest, mode: 'enforce' }],
]

describe('first goes', () => {
  test.each(pairs)('%s', (_, first, second) => {
    expect(byStrength(wish(first), wish(second))).toBeLessThan(0)
    expect(byStrength(wish(second), wish(first))).toBeGreaterThan(0)
  })

  test('neither of two equal ones', () => {
    expect(byStrength(wish({}), wish({}))).toBe(0)
  })
})

test('the order is total', () => {
  const some = fc
    .record({
      claim: fc.constantFrom(...claims),
      mode: fc.constantFrom(...modes),
      priority: fc.nat({ max: 1 }),
      cause: fc.constantFrom('a', 'b'),
      action: fc.constantFrom('suspend' as const, 'stop' as const),
    })
    .map(wish)
  fc.assert(
    fc.property(some, some, some, (a, b, c) => {
      expect(Math.sign(byStrength(a, b)) + Math.sign(byStrength(b, a))).toBe(0)
      if (byStrength(a, b) <= 0 && byStrength(b, c) <= 0) expect(byStrength(a, c)).toBeLessThanOrEqual(0)
    }),
  )
})

test('a claim nobody knows is the weakest', () => {
  expect(claims.map((claim) => claimRank({ claim }))).toEqual(claims.map((_, rank) => rank))
  expect(claimRank({ claim: 'nobody' as never })).toBe(claims.length)
})

test('advise and enforce act, off and observe do not', () => {
  expect(modes.map(isActing)).toEqual([false, false, true, true])
})
