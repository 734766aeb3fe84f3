import { type Instance, instanceId } from '@gleaner/model'
import {
  aHold,
  aHost,
  aJournalEntry,
  anInstance,
  aProposal,
  aRule,
  aSnapshot,
  aVerdict,
  testCloud,
  testStartMs,
} from '@gleaner/testkit'
import { expect, test } from 'vitest'
import { takeLedger } from '../ledger/take-ledger.ts'
import { compileRule } from '../rules/compile-rule.ts'
import { emptyHistory } from '../rules/history-access.ts'
import { buildInstanceTable } from '../rules/instance-table.ts'
import { noTelemetry } from '../rules/telemetry-access.ts'
import { factsOf } from '../testing/a-world.ts'
import { ruleStories } from './rule-stories.ts'
import { type WhyWorld, whyInstance } from './why-instance.ts'

const nowMs = testStartMs
const id = anInstance().id

function why(overrides: Partial<WhyWorld> = {}, instance: Partial<Instance> = {}, rules = [aRule()]) {
  const reading = aSnapshot({ instances: [anInstance(instance)], takenAtMs: nowMs })
  const facts = factsOf({ reading, rules, nowMs })
  const [snapshot] = facts.snapshots.values()
  if (snapshot === undefined) throw new Error('no snapshot')
  const world = { ...facts, proposals: [], ledger: takeLedger({ ...facts, snapshot }), refused: [], ...overrides }
  const known = rules.flatMap((rule) => {
    const compiled = compileRule(rule)
    return compiled.ok ? [{ rule, compiled: compiled.rule }] : []
  })
  const table = buildInstanceTable([reading], noTelemetry)
  const input = { table, telemetry: noTelemetry, history: emptyHistory, nowMs }
  return whyInstance(world, id, ruleStories(id, known, input))
}

test('an open proposal: what will happen, what it waits for, and every check', () => {
  const proposal = aProposal({
    state: 'notified',
    confirmations: 2,
    confirmedAtMs: nowMs,
    noticeAtMs: nowMs,
    dueAtMs: nowMs + 600_000,
    verdict: aVerdict({ code: 'in-grace', sentence: 'The grace period ends at ten past.' }),
  })
  const story = why({ proposals: [proposal, aProposal({ id: 'other', instanceId: instanceId(testCloud, 'x') })] })
  expect(story.summary).toBe(
    '"idle-hour" is going to suspend web-1. The grace period ends at ten past. It used 0.01 cores for an hour.',
  )
  expect(story.proposals).toEqual([proposal])
  expect(story.asked).toEqual({ action: 'suspend', cause: 'idle-hour', hypothetical: false })
  expect(story.gate.filter(({ passed }) => !passed).map(({ check }) => check)).toEqual(['grace'])
  expect(story.gate.length).toBeGreaterThan(15)
  expect(story.ledger?.hostId).toBe(aHost().id)
  expect(story.timeline.map(({ kind }) => kind)).toEqual(['state', 'state', 'proposal', 'notice', 'foreseen'])
})

test('all that stands in the way is told, not only the first', () => {
  const story = why({ holds: [aHold()], proposals: [aProposal()] }, { protectedBy: 'lock' })
  const refusing = story.gate.filter(({ passed }) => !passed).map(({ check }) => check)
  expect(refusing).toEqual(['protection', 'hold', 'confirmation', 'grace'])
  expect(story.holds).toEqual([aHold()])
})

test('without a proposal: what was refused and why', () => {
  const verdict = aVerdict({ code: 'kept', sentence: 'alice keeps it.' })
  const story = why({
    refused: [{ instanceId: id, hostId: undefined, action: 'suspend', cause: 'idle-hour', verdict }],
  })
  expect(story.summary).toBe('"idle-hour" asks for suspend, but: alice keeps it.')
  expect(story.asked.hypothetical).toBe(true)
  expect(story.gate.some(({ refusal }) => refusal === 'progress')).toBe(false)
})

test('it is as it is because Gleaner did that', () => {
  const entry = aJournalEntry({ state: 'done', intendedAtMs: nowMs - 5000, finishedAtMs: nowMs - 1000 })
  const story = why({ journal: [entry] }, { state: 'suspended' })
  expect(story.summary).toBe(
    'web-1 is suspended because Gleaner did suspend at 2025-06-02T07:59:59Z for "idle-hour". It used 0.01 cores for an hour.',
  )
  expect(story.history).toEqual([entry])
  expect(story.holds.map(({ kind }) => kind)).toEqual(['cool-down'])
})

test('it lends memory: since when, how much, and that it gets it back; no longer once it has', () => {
  const lent = aJournalEntry({
    action: 'balloon',
    state: 'done',
    intendedAtMs: nowMs - 5000,
    finishedAtMs: nowMs - 1000,
    gives: { physicalCores: 0, physicalMemoryMiB: 2048.4, sellableCores: 0, sellableMemoryMiB: 0 },
    reason: aVerdict({ code: 'memory-spare', sentence: 'It uses 500 of 4096 MiB.' }),
  })
  expect(why({ journal: [lent] }, {}, []).summary).toBe(
    'web-1 lends 2048 MiB since 2025-06-02T07:59:59Z and gets them back the moment it needs them. It uses 500 of 4096 MiB.',
  )
  const back = aJournalEntry({
    ...lent,
    id: 'back',
    idempotencyKey: 'k',
    action: 'return-memory',
    intendedAtMs: nowMs - 500,
  })
  expect(why({ journal: [lent, back] }, {}, []).summary).not.toContain('lends')
})

test('no rule wants anything: the rules are told with their verdicts', () => {
  const rules = [
    aRule({ name: 'busy', expression: 'instance.vcpus > 64' }),
    aRule({ name: 'blind', expression: 'average(cpu, "10m") < 0.1' }),
  ]
  const story = why({}, {}, rules)
  expect(story.rules.map(({ rule, verdict }) => [rule, verdict.code])).toEqual([
    ['busy', 'rule-not-matched'],
    ['blind', 'rule-unknown'],
  ])
  expect(story.summary).toMatch(
    /^None of 2 rules wants anything of web-1\. 1 cannot be decided for want of data\. Rule "busy" does not match/,
  )
})

test('a rule that matches before any cycle decided', () => {
  expect(why({}, {}, [aRule({ expression: 'true' })]).summary).toMatch(
    /^"idle-hour" matches web-1; the next cycle decides\./,
  )
})

test('protected, and nothing else to say', () => {
  expect(why({}, { protectedBy: 'lock' }, []).summary).toBe('web-1 is protected (lock).')
})

test('an instance nobody knows', () => {
  const story = why({ snapshots: new Map() }, {}, [])
  expect(story.instance).toBeUndefined()
  expect(story.summary).toBe('The cloud test has not been read yet.')
})
