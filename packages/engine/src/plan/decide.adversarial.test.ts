// Poison in everything that comes from a store or a capability: numbers that are none, unknown words, rows twice, clocks
// that disagree. decide() must not throw, must stay deterministic, and must let nothing pass that is not beyond doubt.
import { type Candidate, type Hold, isReclaiming, type JournalEntry, type Proposal } from '@gleaner/model'
import { aHold, aJournalEntry, anInstance, aProposal, aRule, aSnapshot, testStartMs } from '@gleaner/testkit'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { enforcing, factsOf } from '../testing/a-world.ts'
import { decide } from './decide.ts'

const nowMs = testStartMs
const odd = fc.constantFrom<unknown>(
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  -1,
  0,
  1e300,
  nowMs,
  nowMs - 700_000,
  nowMs + 1e9,
)
const oddTimes = [
  'confirmations',
  'noticeAtMs',
  'dueAtMs',
  'confirmedVersion',
  'confirmedAtMs',
  'createdAtMs',
  'graceMs',
  'priority',
]
const poisonedProposal = fc
  .record({
    id: fc.constantFrom('a', 'b', 'c'),
    who: fc.nat({ max: 3 }),
    state: fc.constantFrom('observed', 'confirming', 'notified', 'held', 'due', 'acting', 'awaiting-approval'),
    mode: fc.constantFrom('enforce', 'advise', 'observe', 'off', 'nonsense'),
    claim: fc.constantFrom('idleness', 'command', 'nonsense'),
    poison: fc.dictionary(fc.constantFrom(...oddTimes), odd),
  })
  .map(({ who, poison, ...rest }) => {
    const instanceId = anInstance({ name: `i${who}` }).id
    return aProposal({
      ...(rest as Partial<Proposal>),
      instanceId,
      confirmations: 5,
      confirmedAtMs: nowMs,
      noticeAtMs: nowMs - 700_000,
      ...poison,
    })
  })
const poisonedWish = fc
  .record({
    who: fc.nat({ max: 4 }),
    action: fc.constantFrom('suspend', 'resume', 'notify', 'balloon'),
    mode: fc.constantFrom('enforce', 'observe', 'off', 'nonsense'),
    graceMs: odd,
    priority: odd,
    ruleRevision: fc.constantFrom(1, 2, undefined),
  })
  .map(({ who, ...rest }): Candidate => {
    const { capability, claim, projectId, hostId, cause, ruleId, reason, gives } = aProposal()
    const base = { capability, claim, setting: undefined, projectId, hostId, cause, ruleId, reason, gives }
    return {
      ...base,
      ...(rest as Pick<Candidate, 'action' | 'mode' | 'graceMs' | 'priority'>),
      ruleRevision: rest.ruleRevision,
      instanceId: anInstance({ name: `i${who}` }).id,
    }
  })
const poisonedEntry = fc
  .record({
    who: fc.nat({ max: 4 }),
    state: fc.constantFrom('intended', 'accepted', 'done', 'failed', 'timed-out'),
    proposalId: fc.constantFrom('a', 'b', undefined),
    intendedAtMs: odd,
    finishedAtMs: fc.oneof(odd, fc.constant(undefined)),
  })
  .map(({ who, ...rest }) =>
    aJournalEntry({ ...(rest as Partial<JournalEntry>), instanceId: anInstance({ name: `i${who}` }).id }),
  )
const poisonedHold = fc
  .record({ who: fc.nat({ max: 4 }), kind: fc.constantFrom('keep', 'veto', 'cool-down'), untilMs: odd })
  .map(({ who, ...rest }) => aHold({ ...(rest as Partial<Hold>), instanceId: anInstance({ name: `i${who}` }).id }))

test('nothing poisoned throws, and nothing doubtful is due', () => {
  let due = 0
  const world = fc.record({
    proposals: fc.array(poisonedProposal, { maxLength: 5 }),
    candidates: fc.array(poisonedWish, { maxLength: 5 }),
    journal: fc.array(poisonedEntry, { maxLength: 3 }),
    holds: fc.array(poisonedHold, { maxLength: 2 }),
    takenAtMs: fc.oneof({ weight: 4, arbitrary: fc.constant(nowMs - 5000) }, odd),
    now: fc.oneof({ weight: 8, arbitrary: fc.constant<unknown>(nowMs) }, odd),
  })
  fc.assert(
    fc.property(world, (made) => {
      const instances = [0, 1, 2, 3].map((nth) => anInstance({ name: `i${nth}` }))
      const reading = aSnapshot({ instances, version: 9, takenAtMs: made.takenAtMs as number })
      const facts = factsOf(
        { reading, rules: [aRule()], nowMs },
        { policy: enforcing, holds: made.holds, journal: made.journal },
      )
      const run = () => {
        let ids = 0
        return decide({
          ...facts,
          nowMs: made.now as number,
          answers: [{ candidates: made.candidates, refused: [], reasons: {} }],
          proposals: made.proposals,
          ledger: [],
          nextId: (kind) => `${kind}_${++ids}`,
        })
      }
      const decision = run()
      expect(run()).toEqual(decision)
      const keys = decision.plan.proposals
        .filter(({ state }) => state !== 'acting')
        .map((each) => `${each.instanceId} ${each.action}`)
      expect(new Set(keys).size).toBe(keys.length)
      for (const proposal of decision.due) {
        if (!isReclaiming(proposal.action)) continue
        due++
        const at = made.now as number
        expect(Math.abs(at - (made.takenAtMs as number))).toBeLessThanOrEqual(enforcing.snapshotMaxAgeMs)
        expect(at - (proposal.noticeAtMs ?? Number.NaN)).toBeGreaterThanOrEqual(Math.max(0, proposal.graceMs))
        expect(['enforce', 'advise']).toContain(proposal.mode)
        for (const hold of made.holds)
          if (hold.instanceId === proposal.instanceId && hold.kind !== 'veto')
            expect(hold.untilMs <= at || proposal.claim === 'command').toBe(true)
        expect(instances.some(({ id }) => id === proposal.instanceId)).toBe(true)
      }
    }),
    { numRuns: 1500, seed: 20250602 },
  )
  expect(due).toBeGreaterThan(20)
})
