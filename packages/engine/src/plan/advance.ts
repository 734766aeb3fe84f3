// One proposal, one cycle: what became of it, given that its step is wanted again (candidate) and how far it was.
//
// Progress is kept in three things: confirmations, approval, notice. It is lost
//   - wholly when the rule was revised, when the mode changed (what was only watched so far has to prove itself under a
//     higher one, and under a lower one the owner expects nothing) and while the mode is observe;
//   - the notice alone when it lies in the future (the clock was set back; the owner gets a new, whole grace period) or
//     is older than its life (grace-over.ts).
// The owner is told when nothing but the grace period stands against the step any more, never earlier.
import { type Candidate, cloudOf, type Proposal } from '@gleaner/model'
import { graceOf, hasNotice } from '../gate/checks/grace-over.ts'
import { type GateAnswer, passGate } from '../gate/gate.ts'
import type { GateWorld } from '../gate/gate-world.ts'
import { stepClass } from '../gate/step-class.ts'
import { confirm, unconfirmed } from './confirm.ts'
import { announce, callOff, type DecidedNotice, tell } from './notice.ts'
import { stateFor } from './verdict-state.ts'

export interface Advanced {
  readonly proposal: Proposal
  readonly answer: GateAnswer
  readonly notices: readonly DecidedNotice[]
}

export interface Wanted {
  /** With the effective mode. */
  readonly candidate: Candidate
  readonly previous: Proposal | undefined
}

const noProgress = { ...unconfirmed, noticeAtMs: undefined, dueAtMs: undefined, approvedBy: undefined }

export function advance(wanted: Wanted, world: GateWorld): Advanced {
  const notices: DecidedNotice[] = []
  const name = nameOf(wanted.candidate, world)
  const start = startOf(wanted, world)
  let proposal = start.proposal
  if (start.lostNotice !== undefined && wanted.previous !== undefined && stepClass(proposal) === 'reclaim') {
    const verdict = { code: 'not-confirmed', sentence: start.lostNotice, facts: {} } as const
    notices.push(callOff({ ...wanted.previous, verdict }, name))
  }
  if (proposal.mode !== 'observe') proposal = { ...proposal, ...confirm(proposal, world) }
  let answer = passGate(world, proposal)
  if (!answer.passed && answer.check === 'grace' && !hasNotice(proposal, world.nowMs)) {
    proposal = { ...proposal, noticeAtMs: world.nowMs, dueAtMs: world.nowMs + graceOf(proposal) }
    notices.push(announce(proposal, name))
    answer = passGate(world, proposal)
  }
  if (answer.passed && proposal.action === 'notify') return { ...told(proposal, { answer, name, world }), answer }
  return { proposal: settle(proposal, answer), answer, notices }
}

/** A notice is delivered once and then stands as long as its rule matches; there is nothing to execute. */
function told(
  proposal: Proposal,
  by: { answer: GateAnswer; name: string; world: GateWorld },
): Omit<Advanced, 'answer'> {
  const first = proposal.noticeAtMs === undefined
  const next: Proposal = {
    ...proposal,
    state: 'notified',
    verdict: by.answer.verdict,
    noticeAtMs: proposal.noticeAtMs ?? by.world.nowMs,
  }
  return { proposal: next, notices: first ? [tell(next, by.name)] : [] }
}

function settle(proposal: Proposal, answer: GateAnswer): Proposal {
  return { ...proposal, state: stateFor(answer), verdict: answer.verdict }
}

function startOf({ candidate, previous }: Wanted, world: GateWorld): { proposal: Proposal; lostNotice?: string } {
  if (previous === undefined) {
    const fresh: Proposal = {
      ...candidate,
      ...noProgress,
      // Given by decide() when it turns out that the proposal comes into being.
      id: '',
      state: 'confirming',
      verdict: candidate.reason,
      createdAtMs: world.nowMs,
      updatedAtMs: world.nowMs,
    }
    return { proposal: fresh }
  }
  const proposal: Proposal = { ...previous, ...candidate }
  const restart = restartReason(previous, candidate)
  if (restart !== undefined) {
    const restarted = { ...proposal, ...noProgress }
    return previous.noticeAtMs === undefined ? { proposal: restarted } : { proposal: restarted, lostNotice: restart }
  }
  if (previous.noticeAtMs !== undefined && proposal.action !== 'notify') {
    if (!hasNotice(proposal, world.nowMs))
      return { proposal: { ...proposal, noticeAtMs: undefined, dueAtMs: undefined } }
    // Never earlier than what the owner was told.
    const dueAtMs = Math.max(previous.dueAtMs ?? 0, previous.noticeAtMs + graceOf(proposal))
    return { proposal: { ...proposal, dueAtMs } }
  }
  return { proposal }
}

function restartReason(previous: Proposal, candidate: Candidate): string | undefined {
  if (previous.ruleRevision !== candidate.ruleRevision) return `The rule "${candidate.cause}" was changed.`
  return candidate.mode === previous.mode ? undefined : `The mode is ${candidate.mode} now.`
}

export function nameOf(step: Pick<Candidate, 'instanceId'>, world: GateWorld): string {
  return world.snapshots.get(cloudOf(step.instanceId))?.instanceById.get(step.instanceId)?.name ?? step.instanceId
}
