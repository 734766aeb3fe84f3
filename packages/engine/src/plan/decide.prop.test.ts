// Random histories of a small cloud under one Gleaner with an executor that does what is due: rules that come and go,
// people who keep and approve, modes that change, readings that are partial or late, clocks that jump. After every cycle
// the promises are checked from the outside, over the whole history.
import {
  type Candidate,
  type Hold,
  isOnInstance,
  type JournalEntry,
  type Mode,
  type OnInstance,
  type Policy,
  type Proposal,
} from '@gleaner/model'
import { aHold, aHost, aJournalEntry, anInstance, aProposal, aRule, aSnapshot, testStartMs } from '@gleaner/testkit'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { openGateWorld } from '../gate/gate-world.ts'
import { passGate } from '../gate/gate.ts'
import { aCandidate } from '../testing/a-candidate.ts'
import { enforcing, factsOf, modesAll } from '../testing/a-world.ts'
import { idleUsage } from '../testing/fake-usage.ts'
import { decide } from './decide.ts'

const minute = 60_000
const hosts = [aHost(), aHost({ name: 'hv-2' })]
const size = 8
const rule = aRule({ grace: '3m' })

interface Step {
  readonly passMs: number
  /** Bit n: the rule wants instance n. */
  readonly wanted: number
  readonly mode: Mode
  readonly killed: boolean
  readonly isPartial: boolean
  readonly reads: boolean
  readonly keep: number | undefined
  readonly approves: boolean
  readonly acts: boolean
}

const rarely = <T>(usual: T, ...rare: readonly T[]) =>
  fc.oneof({ weight: 12, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(usual, ...rare) })

const steps: fc.Arbitrary<Step> = fc.record({
  passMs: rarely(minute, 1000, 0, 30 * minute, -minute, -60 * minute, 26 * 60 * minute),
  wanted: fc.oneof({ weight: 6, arbitrary: fc.constant(255) }, { weight: 1, arbitrary: fc.nat({ max: 255 }) }),
  mode: rarely<Mode>('enforce', 'advise', 'observe', 'off'),
  killed: rarely(false, true),
  isPartial: rarely(false, true),
  reads: rarely(true, false),
  keep: rarely<number | undefined>(undefined, 0, 3),
  approves: rarely(false, true),
  acts: rarely(true, false),
})

const budgets = fc.record({
  actionsPerMinute: fc.integer({ min: 1, max: 4 }),
  hostShare: fc.constantFrom(0, 0.25, 0.5, 1),
  projectShare: fc.constantFrom(0, 0.25, 0.5, 1),
  cloudShare: fc.constant(0.2),
  shareWindowMs: fc.constant(10 * minute),
})

function wish(nth: number, hostId: Candidate['hostId']): OnInstance<Candidate> {
  const { projectId } = aProposal()
  return { ...aCandidate({ hostId, graceMs: 3 * minute }), instanceId: anInstance({ name: `i${nth}` }).id, projectId }
}

function run(policyBudgets: Policy['budgets'], history: readonly Step[]) {
  let nowMs = testStartMs
  let version = 0
  let reading = aSnapshot()
  let open: readonly Proposal[] = []
  let journal: JournalEntry[] = []
  const holds: Hold[] = []
  const suspended = new Set<string>()
  let ids = 0
  let acted = 0
  for (const step of history) {
    nowMs += step.passMs
    const instances = Array.from({ length: size }, (_, nth) => {
      const instance = anInstance({ name: `i${nth}`, hostId: hosts[nth % 2]?.id })
      return suspended.has(instance.id) ? { ...instance, state: 'suspended' as const } : instance
    })
    if (step.reads) {
      const gaps = step.isPartial ? [{ scope: 'hv-9', reason: 'timed out' }] : []
      reading = aSnapshot({ hosts, instances, gaps, version: ++version, takenAtMs: nowMs - 1000 })
    }
    if (step.keep !== undefined)
      holds.push(
        aHold({
          id: `hold_${ids++}`,
          instanceId: anInstance({ name: `i${step.keep}` }).id,
          untilMs: nowMs + 5 * minute,
        }),
      )
    if (step.approves)
      open = open.map((each) => (each.state === 'awaiting-approval' ? { ...each, approvedBy: 'bob' } : each))
    const policy: Policy = {
      ...enforcing,
      modes: modesAll(step.mode),
      killSwitch: step.killed ? { by: 'root', sinceMs: nowMs, reason: '' } : undefined,
      budgets: policyBudgets,
    }
    const candidates = instances
      .map((instance, nth) => wish(nth, instance.hostId))
      .filter(({ instanceId }, nth) => ((step.wanted >> nth) & 1) === 1 && !suspended.has(instanceId))
    const facts = factsOf(
      { reading, rules: [rule], nowMs },
      {
        policy,
        holds,
        journal,
        usage: idleUsage(
          instances.map(({ id }) => id),
          reading.takenAtMs,
        ),
      },
    )
    const started = ids
    const world = (from: number) => {
      let next = from
      return {
        ...facts,
        answers: [{ candidates, refused: [], reasons: {} }],
        proposals: open,
        ledger: [],
        nextId: (kind: string) => `${kind}_${++next}`,
      }
    }
    const decision = decide(world(started))
    ids = started + 100

    // Equal input, equal output; and what was saved is settled.
    expect(decide(world(started))).toEqual(decision)
    const settled = decide({ ...world(ids), proposals: decision.plan.proposals })
    expect(settled.save).toEqual([])
    expect(settled.notices).toEqual([])
    expect(settled.plan.proposals).toEqual(decision.plan.proposals)

    const keys = decision.plan.proposals.map(({ instanceId, action }) => `${instanceId} ${action}`)
    expect(new Set(keys).size).toBe(keys.length)
    for (const proposal of decision.plan.ended) expect(proposal.verdict.sentence).not.toBe('')
    if (step.killed || step.isPartial || step.mode === 'off' || step.mode === 'observe') {
      if (step.reads || step.killed || step.mode !== 'enforce') expect(decision.due).toEqual([])
    }
    open = decision.plan.proposals
    if (!step.acts) continue
    for (const due of decision.due.filter(isOnInstance)) {
      // The executor asks again, on the journal as it stands by now.
      const gate = openGateWorld({ ...facts, journal })
      expect(passGate(gate, due).passed).toBe(true)
      expect(nowMs - (due.noticeAtMs ?? Number.NaN)).toBeGreaterThanOrEqual(3 * minute)
      expect(due.confirmations).toBeGreaterThanOrEqual(2)
      expect(holds.some((hold) => hold.instanceId === due.instanceId && hold.untilMs > nowMs)).toBe(false)
      journal = [
        ...journal,
        aJournalEntry({
          id: `action_${ids++}`,
          proposalId: due.id,
          instanceId: due.instanceId,
          hostId: due.hostId,
          intendedAtMs: nowMs,
          acceptedAtMs: nowMs,
          finishedAtMs: nowMs,
          state: 'done',
        }),
      ]
      suspended.add(due.instanceId)
      acted++
      checkBudgets(journal, policyBudgets, nowMs)
    }
  }
  return acted
}

/** Over the whole history, by counting: no stretch of a minute and no share window holds more than is allowed. */
function checkBudgets(
  journal: readonly JournalEntry[],
  { actionsPerMinute, hostShare, projectShare }: Policy['budgets'],
  nowMs: number,
): void {
  const within = (ms: number) => journal.filter(({ intendedAtMs }) => intendedAtMs > nowMs - ms)
  expect(within(minute).length).toBeLessThanOrEqual(actionsPerMinute)
  const lately = within(10 * minute)
  expect(lately.length).toBeLessThanOrEqual(Math.max(1, Math.floor(projectShare * size)))
  for (const host of hosts) {
    const onHost = lately.filter(({ hostId }) => hostId === host.id)
    expect(onHost.length).toBeLessThanOrEqual(Math.max(1, Math.floor((hostShare * size) / 2)))
  }
}

test('the promises hold over random histories', () => {
  let acted = 0
  fc.assert(
    fc.property(budgets, fc.array(steps, { minLength: 5, maxLength: 30 }), (policyBudgets, history) => {
      acted += run(policyBudgets, history)
    }),
    { numRuns: 60, seed: 20250602 },
  )
  expect(acted).toBeGreaterThan(40)
})
