import { type Policy, type ProjectId, type ProjectTerms, type RuleDefinition, defaultPolicy } from '@gleaner/model'
import { describe, expect, it } from 'vitest'
import { reachDifference, ruleReach } from './rule-reach.ts'

const dayMs = 86_400_000
const shop = 'shop' as ProjectId
const rule: RuleDefinition = {
  name: 'forgotten',
  expression: 'true',
  covers: {},
  action: 'suspend',
  grace: '3d',
  mode: 'enforce',
  priority: 100,
  enabled: true,
  steps: [{ after: '7d', action: 'delete', grace: '14d' }],
}

function policyWith(terms: Partial<ProjectTerms>, mode: 'observe' | 'advise' | 'enforce' = 'enforce'): Policy {
  const whole: ProjectTerms = { projectId: shop, optOut: undefined, limits: {}, ...terms }
  return { ...defaultPolicy, modes: { ...defaultPolicy.modes, idleness: mode }, projects: new Map([[shop, whole]]) }
}
const difference = (policy: Policy, nowMs = 0) =>
  reachDifference(ruleReach(rule, shop, { policy, nowMs }), ruleReach(rule, undefined, { policy, nowMs }))

describe('how far a rule goes in a project', () => {
  it('is what is written where the project has no terms', () => {
    expect(difference(policyWith({}))).toBeUndefined()
    expect(ruleReach(rule, 'other' as ProjectId, { policy: policyWith({}), nowMs: 0 })).toEqual({
      mode: 'enforce',
      hasOptedOut: false,
      steps: [
        { action: 'suspend', graceMs: 3 * dayMs, isBarred: false },
        { action: 'delete', graceMs: 14 * dayMs, isBarred: false },
      ],
    })
  })

  it('has the notice of the project where that is longer, of each step on its own', () => {
    expect(difference(policyWith({ limits: { graceMs: 7 * dayMs } }))).toBe('suspend after a notice of 7d, not 3d')
    expect(difference(policyWith({ limits: { graceMs: 2 * dayMs } }))).toBeUndefined()
    expect(difference(policyWith({ limits: { graceMs: 30 * dayMs, strongest: 'stop', mode: 'advise' } }))).toBe(
      'suspend after a notice of 30d, not 3d; no delete; no further than advise',
    )
  })

  it('has the strictest of the modes', () => {
    expect(difference(policyWith({ limits: { mode: 'observe' } }))).toBe('no further than observe')
    const watched = policyWith({ limits: { mode: 'advise' } }, 'observe')
    expect(ruleReach(rule, shop, { policy: watched, nowMs: 0 }).mode).toBe('observe')
    expect(difference(watched)).toBeUndefined()
  })

  it('is nothing while the project has opted out, and counts again from that moment on', () => {
    const optOut = { sinceMs: 0, untilMs: 10, reason: 'exams', by: 'ada', role: 'operator' } as const
    expect(difference(policyWith({ optOut }), 9)).toBe('nothing, for it has opted out of the rules')
    expect(difference(policyWith({ optOut }), 10)).toBeUndefined()
  })
})
