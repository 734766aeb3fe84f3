// The answer to "why" in a sentence or two: what comes first, and how each is told.
import type { ProposalState } from '@gleaner/model'
import { aJournalEntry, anInstance, aProposal, aVerdict, testStartMs } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import type { CheckAnswer } from '../gate/gate.ts'
import { anEviction } from '../testing/an-eviction.ts'
import type { RuleStory } from './rule-stories.ts'
import { foresee, summarize, type SummaryParts } from './summary.ts'

const instance = anInstance()
const none: SummaryParts = {
  instanceId: instance.id,
  instance,
  rules: [],
  gate: [],
  holds: [],
  proposals: [],
  refused: [],
  history: [],
}
const told = (parts: Partial<SummaryParts>) => summarize({ ...none, ...parts })

const check = (name: CheckAnswer['check'], passed: boolean, sentence: string): CheckAnswer => ({
  check: name,
  refusal: 'standing',
  passed,
  verdict: aVerdict({ sentence }),
})
const story = (rule: string, code: RuleStory['verdict']['code'], sentence = `${rule} says so.`): RuleStory => ({
  ruleId: `rule_${rule}`,
  rule,
  action: 'suspend',
  verdict: aVerdict({ code, sentence }),
  clauses: [],
})
const refused = {
  instanceId: instance.id,
  hostId: undefined,
  action: 'stop',
  cause: 'idle-hour',
  verdict: aVerdict({ sentence: 'alice keeps it.' }),
} as const

describe('what is foreseen', () => {
  const waits = aVerdict({ code: 'in-grace', sentence: 'Its grace ends at ten.' })
  it.each([
    ['observed', '"idle-hour" would suspend web-1. Its grace ends at ten.'],
    ['confirming', '"idle-hour" wants to suspend web-1. Its grace ends at ten.'],
    ['awaiting-approval', '"idle-hour" wants to suspend web-1. Its grace ends at ten.'],
    ['held', '"idle-hour" wants to suspend web-1. Its grace ends at ten.'],
    ['notified', '"idle-hour" is going to suspend web-1. Its grace ends at ten.'],
    ['due', '"idle-hour" is about to suspend web-1.'],
    ['acting', 'suspend of web-1 for "idle-hour" is under way.'],
    ['done', 'suspend of web-1 for "idle-hour" ended as done. Its grace ends at ten.'],
    ['failed', 'suspend of web-1 for "idle-hour" ended as failed. Its grace ends at ten.'],
    ['timed-out', 'suspend of web-1 for "idle-hour" ended as timed-out. Its grace ends at ten.'],
    ['cancelled', 'suspend of web-1 for "idle-hour" ended as cancelled. Its grace ends at ten.'],
  ] as const satisfies readonly (readonly [ProposalState, string])[])('of a proposal that is %s', (state, sentence) => {
    expect(foresee(instance, aProposal({ state, verdict: waits }))).toBe(sentence)
  })

  it('of a rule that only tells the owner, that it has', () => {
    const notify = aProposal({ state: 'notified', action: 'notify' })
    expect(foresee(instance, notify)).toBe('The owner of web-1 was told by "idle-hour".')
  })
})

describe('the answer', () => {
  const proposal = aProposal({ state: 'due' })
  const suspended = { ...instance, state: 'suspended' } as const
  const done = aJournalEntry({ state: 'done', finishedAtMs: testStartMs + 1000 })
  const did =
    'web-1 is suspended because Gleaner did suspend at 2025-06-02T08:00:01Z for "idle-hour". It used 0.01 cores for an hour.'

  it('is of an unknown instance what its reading says, else that it has none', () => {
    const gate = [check('mode', false, 'Off.'), check('snapshot', true, 'Fresh.'), check('instance', false, 'Gone.')]
    expect(told({ instance: undefined, gate })).toBe('Gone.')
    expect(told({ instance: undefined, gate: gate.slice(0, 2) })).toBe(
      'test:web-1 is not in the last reading of its cloud.',
    )
  })

  it('is first of all what will happen, with its reason', () => {
    expect(told({ proposals: [proposal], refused: [refused] })).toBe(
      '"idle-hour" is about to suspend web-1. It used 0.01 cores for an hour.',
    )
  })

  it('is what was done last, where it is as that left it, unless more than an observation is open', () => {
    const parts = { instance: suspended, history: [done] }
    expect(told(parts)).toBe(did)
    expect(told({ ...parts, proposals: [aProposal({ state: 'observed' })] })).toBe(did)
    expect(told({ ...parts, proposals: [proposal] })).toMatch(/^"idle-hour" is about to suspend/)
    expect(told({ ...parts, history: [{ ...done, finishedAtMs: undefined }] })).toContain('2025-06-02T08:00:00Z')
  })

  it('is not what was done once it is otherwise, failed, is under way, or something came after it', () => {
    const nothing = 'There are no rules; nothing is wanted of web-1.'
    expect(told({ history: [done] })).toBe(nothing)
    for (const state of ['failed', 'timed-out', 'intended', 'accepted'] as const)
      expect(told({ instance: suspended, history: [{ ...done, state }] })).toBe(nothing)
    const later = aJournalEntry({ id: 'later', state: 'failed', action: 'resume', intendedAtMs: testStartMs + 1 })
    expect(told({ instance: suspended, history: [later, done] })).toBe(nothing)
    const before = { ...later, intendedAtMs: testStartMs - 1 }
    expect(told({ instance: suspended, history: [before, done] })).toBe(did)
    expect(told({ instance: suspended, history: [done, before] })).toBe(did)
  })

  it('tells of an evicted one what its return waits for, and nothing once that is over', () => {
    const parts = { instance: suspended, history: [done] }
    const evictions = (state: 'waiting' | 'returning' | 'returned' | 'stayed-away') => [anEviction({ state })]
    for (const state of ['waiting', 'returning'] as const)
      expect(told({ ...parts, evictions: evictions(state) })).toBe(`${did} It waits 5m before it comes back.`)
    for (const state of ['returned', 'stayed-away'] as const)
      expect(told({ ...parts, evictions: evictions(state) })).toBe(did)
  })

  it('is what it lends only by a last step on memory that ended well', () => {
    const balloon = aJournalEntry({
      action: 'balloon',
      state: 'done',
      gives: { physicalCores: 0, physicalMemoryMiB: 1023.6, sellableCores: 0, sellableMemoryMiB: 0 },
    })
    const lends =
      'web-1 lends 1024 MiB since 2025-06-02T08:00:00Z and gets them back the moment it needs them. It used 0.01 cores for an hour.'
    expect(told({ history: [balloon], refused: [refused] })).toBe(lends)
    expect(told({ history: [{ ...balloon, state: 'failed' }] })).not.toContain('lends')
    const back = aJournalEntry({ id: 'back', action: 'return-memory', intendedAtMs: testStartMs - 1 })
    expect(told({ history: [back, balloon] })).toBe(lends)
    expect(told({ history: [balloon, { ...back, intendedAtMs: testStartMs }] })).not.toContain('lends')
  })

  it('is what was refused, then what holds it, then what the rules say', () => {
    const gate = [check('mode', false, 'Off.'), check('hold', true, 'No hold.'), check('opt-out', false, 'Opted out.')]
    const rules = [story('busy', 'rule-not-matched')]
    expect(told({ refused: [refused], gate, rules })).toBe('"idle-hour" asks for stop, but: alice keeps it.')
    expect(told({ gate, rules })).toBe('Opted out.')
    expect(told({ gate: gate.slice(0, 2), rules })).toBe('The only rule wants nothing of web-1. busy says so.')
  })

  it('is of rules the one that matches, else the nearest, and how many are blind', () => {
    const [no, blind, off] = [
      story('busy', 'rule-not-matched'),
      story('blind', 'rule-unknown'),
      story('off', 'rule-disabled'),
    ]
    expect(told({ rules: [no, blind, story('idle', 'rule-matched')] })).toBe(
      '"idle" matches web-1; the next cycle decides. idle says so.',
    )
    expect(told({ rules: [blind, no, off] })).toBe(
      'None of 3 rules wants anything of web-1. 1 cannot be decided for want of data. busy says so.',
    )
    expect(told({ rules: [off, blind] })).toBe(
      'None of 2 rules wants anything of web-1. 1 cannot be decided for want of data. blind says so.',
    )
    expect(told({ rules: [off] })).toBe('The only rule wants nothing of web-1. off says so.')
  })
})
