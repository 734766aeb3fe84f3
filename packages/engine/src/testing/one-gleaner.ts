// One Gleaner that decides cycle after cycle, and a step that it wants.
import type { Candidate, Hold, JournalEntry, Proposal, Rule } from '@gleaner/model'
import { anInstance, aRule, aSnapshot, testStartMs } from '@gleaner/testkit'
import { expect } from 'vitest'
import type { Refused } from '../plan/capability-answer.ts'
import { decide, type Decision } from '../plan/decide.ts'
import { aCandidate } from './a-candidate.ts'
import { enforcing, factsOf } from './a-world.ts'
import { idleUsage } from './fake-usage.ts'

const minute = 60_000

export const idle = aCandidate()

/** One Gleaner over several cycles: what was saved is there in the next one. */
export function gleaner() {
  let open: readonly Proposal[] = []
  let nowMs = testStartMs
  let version = 0
  let ids = 0
  const state = {
    wanted: [idle] as readonly Candidate[],
    refused: [] as readonly Refused[],
    policy: enforcing,
    rules: [aRule()] as readonly Rule[],
    holds: [] as readonly Hold[],
    journal: [] as readonly JournalEntry[],
    instances: [anInstance()],
    isPartial: false,
    /** Undefined: sampled ten seconds before each cycle. */
    sampledAtMs: undefined as number | undefined,
    /** Reads the cloud anew in each cycle. */
    reads: true,
  }
  let reading = aSnapshot()
  const world = () => {
    if (state.reads) {
      reading = aSnapshot({
        instances: state.instances,
        version: ++version,
        takenAtMs: nowMs - 5000,
        gaps: state.isPartial ? [{ scope: 'hv-9', reason: 'timed out' }] : [],
      })
    }
    const { policy, rules, holds, journal } = state
    const ids0 = reading.instances.map(({ id }) => id)
    const usage = idleUsage(ids0, state.sampledAtMs ?? nowMs - 10_000)
    return {
      ...factsOf({ reading, rules, nowMs }, { policy, holds, journal, usage }),
      answers: [{ candidates: state.wanted, refused: state.refused, reasons: {} }],
      proposals: open,
      ledger: [],
      nextId: (kind: string) => `${kind}_${++ids}`,
    }
  }
  let last: Decision | undefined
  return {
    state,
    get nowMs() {
      return nowMs
    },
    /** Lets this much time pass and decides. */
    cycle(passMs = minute): Decision {
      nowMs += passMs
      const made = world()
      last = decide(made)
      open = last.plan.proposals
      // Deciding again with what was saved changes nothing.
      const again = decide({ ...made, proposals: open, nextId: () => 'again' })
      expect(again.save).toEqual([])
      expect(again.notices).toEqual([])
      expect(again.plan.proposals).toEqual(open)
      return last
    },
    single(): Proposal {
      expect(open).toHaveLength(1)
      return open[0] as Proposal
    },
    approve(by: string) {
      open = open.map((proposal) => ({ ...proposal, approvedBy: by }))
    },
    store(proposals: readonly Proposal[]) {
      open = proposals
    },
    get open() {
      return open
    },
  }
}
