// What must never pass, told without the gate's own code: random worlds, random steps, and for each step that passes the
// plain statements that the product promises. Worlds are made so that a good share of the steps does pass.
import {
  type Hold,
  type InstanceState,
  isReclaiming,
  type JournalEntry,
  modes,
  type Policy,
  type Proposal,
} from '@gleaner/model'
import { aHold, aJournalEntry, anInstance, aProposal, aRule, aSnapshot, testStartMs } from '@gleaner/testkit'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { enforcing, factsOf, modesAll } from '../testing/a-world.ts'
import { fakeUsage } from '../testing/fake-usage.ts'
import { passGate } from './gate.ts'
import { openGateWorld } from './gate-world.ts'

const nowMs = testStartMs
const minute = 60_000
const mostly = <T>(good: T, ...bad: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(good) }, { weight: 1, arbitrary: fc.constantFrom(good, ...bad) })
const ages = (...ms: readonly number[]) => ms.map((each) => nowMs - each)

const policies: fc.Arbitrary<Policy> = fc
  .record({
    mode: mostly(...(['enforce', 'advise', 'observe', 'off'] as const)),
    killed: mostly(false, true),
    confirmations: fc.constantFrom(0, 1, 2, 3, Number.NaN),
    actionsPerMinute: fc.integer({ min: 0, max: 6 }),
    hostShare: fc.constantFrom(0, 0.3, 0.5, 1, Number.NaN),
    projectShare: fc.constantFrom(0, 0.3, 0.5, 1, Number.NaN),
    windows: mostly([], [{ cron: '0 20 * * *', durationMs: 3_600_000, timeZone: 'UTC' }]),
  })
  .map(({ mode, killed, confirmations, windows, ...budgets }) => ({
    ...enforcing,
    modes: modesAll(mode),
    killSwitch: killed ? { by: 'root', sinceMs: nowMs, reason: '' } : undefined,
    confirmations,
    maintenanceWindows: windows,
    budgets: { ...budgets, cloudShare: 0.2, shareWindowMs: 10 * minute },
  }))

const states: readonly InstanceState[] = [
  'running',
  'paused',
  'suspended',
  'stopped',
  'shelved',
  'suspending',
  'error',
  'unknown',
]
const population = fc.array(
  fc.record({
    state: mostly<InstanceState>('running', ...states),
    protectedBy: mostly<string | undefined>(undefined, 'lock'),
    tags: mostly<readonly string[]>([], ['gleaner-protected']),
    lastAtMs: mostly(nowMs - 5000, ...ages(10 * minute, -10 * minute), Number.NaN),
  }),
  { minLength: 1, maxLength: 6 },
)

const steps: fc.Arbitrary<Partial<Proposal>> = fc.record({
  action: mostly(...(['suspend', 'stop', 'pause', 'shelve', 'resume', 'start', 'balloon'] as const)),
  mode: mostly(...(['enforce', 'advise', 'observe', 'off'] as const)),
  confirmations: mostly(3, 0, 1, 2, Number.NaN),
  confirmedAtMs: mostly(nowMs - 5000, ...ages(60 * minute, -60 * minute), Number.NaN),
  noticeAtMs: mostly<number | undefined>(
    nowMs - 20 * minute,
    undefined,
    ...ages(5 * minute, -5 * minute, 30 * 86_400_000),
  ),
  graceMs: mostly(10 * minute, 0, -1, 60 * minute, Number.NaN, Number.POSITIVE_INFINITY),
  approvedBy: mostly<string | undefined>('bob', undefined),
  ruleRevision: mostly<number | undefined>(1, 2),
})

const histories = fc.array(
  fc.record({
    who: fc.nat({ max: 7 }),
    action: fc.constantFrom('suspend' as const, 'stop' as const, 'resume' as const, 'notify' as const),
    agoMs: fc.integer({ min: -minute, max: 15 * minute }),
    state: mostly(...(['done', 'accepted', 'failed', 'intended'] as const)),
  }),
  { maxLength: 6 },
)

const held = fc.array(
  fc.record({
    who: fc.nat({ max: 7 }),
    kind: fc.constantFrom('keep' as const, 'veto' as const, 'person-acted' as const, 'cool-down' as const),
    untilMs: fc.constantFrom(nowMs + 1, nowMs + minute, nowMs, nowMs - 1, Number.POSITIVE_INFINITY, Number.NaN),
  }),
  { maxLength: 3 },
)

const worlds = fc.record({
  policy: policies,
  population,
  step: steps,
  target: fc.nat({ max: 5 }),
  history: histories,
  held,
  takenAtMs: mostly(nowMs - 10_000, ...ages(10 * minute, -10 * minute), Number.NaN),
  isPartial: mostly(false, true),
  isRead: mostly(true, false),
  isThere: mostly(true, false),
  ruleEnabled: mostly(true, false),
})

test('memory lent from a guest goes back whatever stands in any world, but for another action under way', () => {
  let held = 0
  fc.assert(
    fc.property(worlds, fc.boolean(), (made, isBusy) => {
      const reading = aSnapshot({
        instances: made.isThere ? [anInstance({ protectedBy: 'lock' })] : [],
        takenAtMs: made.takenAtMs,
      })
      const facts = factsOf({ reading, rules: [], nowMs })
      const world = openGateWorld({
        ...facts,
        ...(made.isRead ? {} : { snapshots: new Map() }),
        policy: made.policy,
        holds: made.held.map(({ kind, untilMs }) => aHold({ kind, untilMs })),
        journal: isBusy ? [aJournalEntry({ state: 'accepted', action: 'suspend' })] : [],
      })
      const step = { ...aProposal(made.step), action: 'return-memory' as const, claim: 'firm-instance' as const }
      const answer = passGate(world, step)
      expect(answer.passed).toBe(!isBusy)
      if (!answer.passed) held++
    }),
    { numRuns: 500, seed: 3 },
  )
  expect(held).toBeGreaterThan(100)
})

test('no reclaiming step passes against a promise', () => {
  let passed = 0
  fc.assert(
    fc.property(worlds, (made) => {
      const instances = made.population.map(({ state, protectedBy, tags }, nth) =>
        anInstance({
          name: `i${nth}`,
          state,
          protectedBy,
          tags,
          ...(state === 'shelved' ? { hostId: undefined } : {}),
        }),
      )
      const target = instances[made.target % instances.length]
      if (target === undefined) return
      const nameOf = (nth: number) => anInstance({ name: `i${nth}` }).id
      const journal: JournalEntry[] = made.history.map(({ who, action, agoMs, state }, nth) =>
        aJournalEntry({
          id: `action_${nth}`,
          proposalId: `other_${nth}`,
          instanceId: nameOf(who),
          action,
          state,
          intendedAtMs: nowMs - agoMs,
          acceptedAtMs: nowMs - agoMs,
          finishedAtMs: state === 'done' || state === 'failed' ? nowMs - agoMs + 1000 : undefined,
        }),
      )
      const holds: Hold[] = made.held.map(({ who, kind, untilMs }, nth) =>
        aHold({ id: `hold_${nth}`, instanceId: nameOf(who), kind, untilMs }),
      )
      const gaps = made.isPartial ? [{ scope: 'hv-9', reason: 'timed out' }] : []
      const present = made.isThere ? instances : instances.filter((instance) => instance !== target)
      const reading = aSnapshot({ instances: present, gaps, takenAtMs: made.takenAtMs, version: 3 })
      const usage = fakeUsage(
        new Map(
          instances.map(({ id }, nth) => [id, { lastAtMs: made.population[nth]?.lastAtMs ?? Number.NaN, cpu: 0 }]),
        ),
      )
      const { policy } = made
      const rules = [aRule({ enabled: made.ruleEnabled })]
      const facts = factsOf({ reading, rules, nowMs }, { policy, holds, journal, usage })
      const world = openGateWorld(made.isRead ? facts : { ...facts, snapshots: new Map() })
      const proposal = aProposal({ ...made.step, instanceId: target.id, hostId: target.hostId })
      if (!isReclaiming(proposal.action) || !passGate(world, proposal).passed) return
      passed++

      // The operator's switches.
      expect(policy.killSwitch).toBeUndefined()
      const mode = modes[Math.min(modes.indexOf(policy.modes.idleness), modes.indexOf(proposal.mode))]
      expect(['advise', 'enforce']).toContain(mode)
      if (mode === 'advise') expect(proposal.approvedBy).toBeDefined()
      expect(policy.maintenanceWindows).toEqual([])
      expect(made.ruleEnabled).toBe(true)
      expect(proposal.ruleRevision).toBe(1)
      // The data.
      expect(nowMs - reading.takenAtMs).toBeLessThanOrEqual(policy.snapshotMaxAgeMs)
      expect(made.isPartial).toBe(false)
      expect(made.isRead).toBe(true)
      expect(made.isThere).toBe(true)
      const lastAtMs = made.population[instances.indexOf(target)]?.lastAtMs ?? Number.NaN
      if (target.state === 'running' || target.state === 'unknown' || target.state === 'error')
        expect(Math.abs(nowMs - lastAtMs)).toBeLessThanOrEqual(policy.telemetryMaxAgeMs)
      // The instance.
      expect(target.protectedBy).toBeUndefined()
      expect(target.tags).not.toContain('gleaner-protected')
      expect(['running', 'paused', 'suspended', 'stopped']).toContain(target.state)
      for (const hold of holds) if (hold.instanceId === target.id) expect(hold.untilMs).toBeLessThanOrEqual(nowMs)
      for (const entry of journal) {
        if (entry.instanceId !== target.id || entry.action === 'notify') continue
        expect(['intended', 'accepted']).not.toContain(entry.state)
        expect(nowMs - (entry.finishedAtMs ?? Number.NaN)).toBeGreaterThanOrEqual(policy.coolDownMs)
      }
      // The owner.
      expect(proposal.confirmations).toBeGreaterThanOrEqual(2)
      if (policy.confirmations > 2) expect(proposal.confirmations).toBeGreaterThanOrEqual(policy.confirmations)
      expect(proposal.noticeAtMs).toBeDefined()
      expect(nowMs - (proposal.noticeAtMs ?? Number.NaN)).toBeGreaterThanOrEqual(Math.max(0, proposal.graceMs))
      // The budgets.
      const reclaims = journal.filter(({ action }) => action === 'suspend' || action === 'stop')
      const lastMinute = reclaims.filter(({ intendedAtMs }) => intendedAtMs > nowMs - minute)
      expect(lastMinute.length).toBeLessThan(policy.budgets.actionsPerMinute)
      const lately = new Set(
        reclaims.filter(({ intendedAtMs }) => intendedAtMs > nowMs - 10 * minute).map(({ instanceId }) => instanceId),
      )
      const known = new Set([...instances.map(({ id }) => id), ...lately])
      lately.add(target.id)
      for (const share of [policy.budgets.hostShare, policy.budgets.projectShare])
        if (lately.size > 1 && target.hostId !== undefined) expect(lately.size).toBeLessThanOrEqual(share * known.size)
    }),
    { numRuns: 4000, seed: 20250602 },
  )
  // A property that nothing ever reaches proves nothing.
  expect(passed).toBeGreaterThan(100)
})
