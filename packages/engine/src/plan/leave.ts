// One open proposal that was NOT wanted in this cycle. It ends, and the verdict says why, except where nobody can tell:
// while the reading of its cloud is missing, stale or partial, or its instance has no fresh usage, it is held as it is
// (without usage its confirmations are void), because "not wanted" then only means "not known".
import { cloudOf, type Proposal, targetId, type Verdict } from '@gleaner/model'
import { usageFresh } from '../gate/checks/usage-fresh.ts'
import { type GateAnswer, gateStep, passGate } from '../gate/gate.ts'
import type { GateWorld } from '../gate/gate-world.ts'
import { snapshotMissing, snapshotPartial, snapshotStale } from '../snapshot/snapshot-verdict.ts'
import { unconfirmed } from './confirm.ts'

/** `because` is what arbitration or the capability said about it, if they did. */
export function leave(proposal: Proposal, because: Verdict | undefined, world: GateWorld): Proposal {
  const answer: GateAnswer = passGate(world, proposal)
  if (!answer.passed && answer.refusal === 'standing') return end(proposal, answer.verdict)
  if (because !== undefined) return end(proposal, because)
  const unreadable = unreadableVerdict(proposal, world)
  if (unreadable !== undefined)
    return proposal.state === 'observed' ? proposal : { ...proposal, state: 'held', verdict: unreadable }
  if (proposal.claim === 'command') return end(proposal, tooLate(proposal, answer))
  const blind = usageFresh(gateStep(world, proposal))
  // What is done for the user of a desktop never rested on usage.
  if (blind !== undefined && proposal.state !== 'observed' && proposal.capability !== 'opportunism')
    return { ...proposal, ...unconfirmed, state: 'held', verdict: blind }
  return end(proposal, {
    code: 'no-longer-matches',
    sentence: `"${proposal.cause}" no longer asks for ${proposal.action}.`,
    facts: { cause: proposal.cause },
  })
}

function end(proposal: Proposal, verdict: Verdict): Proposal {
  return { ...proposal, state: 'cancelled', verdict }
}

function unreadableVerdict(proposal: Proposal, world: GateWorld): Verdict | undefined {
  const cloudId = cloudOf(targetId(proposal))
  const snapshot = world.snapshots.get(cloudId)
  if (snapshot === undefined) return snapshotMissing(cloudId, world.snapshots)
  return snapshotStale(snapshot, world.policy, world.nowMs) ?? snapshotPartial(snapshot)
}

function tooLate(proposal: Proposal, answer: GateAnswer): Verdict {
  return {
    code: answer.verdict.code,
    sentence: `${proposal.action}, asked for by ${proposal.cause}, could not begin in time: ${answer.verdict.sentence}`,
    facts: answer.verdict.facts,
  }
}
