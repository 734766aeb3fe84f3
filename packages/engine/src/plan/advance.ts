// One proposal, one cycle: what became of it, given that its step is wanted again (candidate) and how far it was.
//
// Progress is kept in three things: confirmations, approval, notice. It is lost
//   - wholly when the rule was revised, when the mode changed (what was only watched so far has to prove itself under a
//     higher one, and under a lower one the owner expects nothing) and while the mode is observe;
//   - the notice alone when it lies in the future (the clock was set back; the owner gets a new, whole grace period) or
//     is older than its life (grace-over.ts).
// The owner is told when nothing but the grace period stands against the step any more, never earlier.
import { type Candidate, cloudOf, isOnInstance, isSameSetting, type Proposal, targetId } from '@gleaner/model'
import { graceOf, hasNotice } from '../gate/checks/grace-over.ts'
import { type GateAnswer, gateStep, passStep } from '../gate/gate.ts'
import type { GateWorld } from '../gate/gate-world.ts'
import { stepClass } from '../gate/step-class.ts'
import { type Confirmation, confirm, unconfirmed } from './confirm.ts'
import { announce, callOff, type DecidedNotice, tell } from './notice.ts'
import { stateFor } from './verdict-state.ts'

/** A proposal that is worked out: nobody else has seen it yet. */
export type ProposalDraft = { -readonly [Field in keyof Proposal]: Proposal[Field] }

export interface Advanced {
  /** Made for this answer; what is still missing (its id) the receiver fills in. */
  readonly proposal: ProposalDraft
  readonly answer: GateAnswer
  readonly notices: readonly DecidedNotice[]
}

export interface Wanted {
  /** With the effective mode. */
  readonly candidate: Candidate
  readonly previous: Proposal | undefined
}

const noNotices: readonly DecidedNotice[] = []

/** A proposal that comes into being has the id '' until decide() gives it one. */
export function advance({ candidate, previous }: Wanted, world: GateWorld): Advanced {
  const draft = draftOf(candidate, previous, world)
  let notices = noNotices
  const lost = previous === undefined ? undefined : restartReason(previous, candidate)
  if (previous !== undefined && lost !== undefined) {
    clearProgress(draft)
    if (previous.noticeAtMs !== undefined && isAnnounced(draft) && isOnInstance(previous)) {
      const verdict = { code: 'not-confirmed', sentence: lost, facts: {} } as const
      notices = [callOff({ ...previous, verdict }, nameOf(candidate, world))]
    }
  } else if (draft.noticeAtMs !== undefined && draft.action !== 'notify') keepNotice(draft, world)
  // The step holds the draft itself: what is learned below is seen by the gate.
  const step = gateStep(world, draft)
  if (draft.mode !== 'observe') takeConfirmation(draft, confirm(step))
  let answer = passStep(step)
  if (!answer.passed && answer.check === 'grace' && !hasNotice(draft, world.nowMs) && isOnInstance(draft)) {
    draft.noticeAtMs = world.nowMs
    draft.dueAtMs = world.nowMs + graceOf(draft)
    notices = [...notices, announce(draft, nameOf(candidate, world))]
    answer = passStep(step)
  }
  draft.state = stateFor(answer)
  draft.verdict = answer.verdict
  if (answer.passed && draft.action === 'notify' && isOnInstance(draft)) {
    // Told once, it stands for as long as its rule matches; there is nothing to execute.
    draft.state = 'notified'
    if (draft.noticeAtMs === undefined) {
      draft.noticeAtMs = world.nowMs
      notices = [...notices, tell(draft, nameOf(candidate, world))]
    }
  }
  return { proposal: draft, answer, notices }
}

/** Whether the owner counts on it, once told. */
export function isAnnounced(step: Pick<Candidate, 'action' | 'claim' | 'eviction'>): boolean {
  const kind = stepClass(step)
  return kind === 'reclaim' || kind === 'evict'
}

function takeConfirmation(
  draft: ProposalDraft,
  { confirmations, confirmedVersion, confirmedAtMs }: Confirmation,
): void {
  draft.confirmations = confirmations
  draft.confirmedVersion = confirmedVersion
  draft.confirmedAtMs = confirmedAtMs
}

function clearProgress(draft: ProposalDraft): void {
  takeConfirmation(draft, unconfirmed)
  draft.noticeAtMs = undefined
  draft.dueAtMs = undefined
  draft.approvedBy = undefined
}

/** A notice that no longer counts is dropped; one that does is never made due earlier than the owner was told. */
function keepNotice(draft: ProposalDraft, world: GateWorld): void {
  if (!hasNotice(draft, world.nowMs) || draft.noticeAtMs === undefined) {
    draft.noticeAtMs = undefined
    draft.dueAtMs = undefined
  } else draft.dueAtMs = Math.max(draft.dueAtMs ?? 0, draft.noticeAtMs + graceOf(draft))
}

/** The wish as it is now, the progress as it was. Written out: spreading two objects costs ten times as much. */
function draftOf(candidate: Candidate, previous: Proposal | undefined, world: GateWorld): ProposalDraft {
  const draft: ProposalDraft = {
    capability: candidate.capability,
    claim: candidate.claim,
    action: candidate.action,
    setting: candidate.setting,
    instanceId: candidate.instanceId,
    projectId: candidate.projectId,
    hostId: candidate.hostId,
    cause: candidate.cause,
    ruleId: candidate.ruleId,
    ruleRevision: candidate.ruleRevision,
    mode: candidate.mode,
    priority: candidate.priority,
    graceMs: candidate.graceMs,
    reason: candidate.reason,
    gives: candidate.gives,
    id: previous?.id ?? '',
    state: previous?.state ?? 'confirming',
    verdict: previous?.verdict ?? candidate.reason,
    confirmations: previous?.confirmations ?? 0,
    createdAtMs: previous?.createdAtMs ?? world.nowMs,
    updatedAtMs: previous?.updatedAtMs ?? world.nowMs,
    noticeAtMs: previous?.noticeAtMs,
    dueAtMs: previous?.dueAtMs,
    approvedBy: previous?.approvedBy,
    confirmedVersion: previous?.confirmedVersion ?? 0,
    confirmedAtMs: previous?.confirmedAtMs ?? 0,
  }
  if (candidate.eviction !== undefined) draft.eviction = candidate.eviction
  return draft
}

function restartReason(previous: Proposal, candidate: Candidate): string | undefined {
  if (previous.ruleRevision !== candidate.ruleRevision) return `The rule "${candidate.cause}" was changed.`
  // What a person approved, and what was confirmed, were other figures.
  if (!isSameSetting(previous.setting, candidate.setting)) return 'Other figures are wanted now.'
  return candidate.mode === previous.mode ? undefined : `The mode is ${candidate.mode} now.`
}

export function nameOf(step: Pick<Candidate, 'instanceId' | 'hostId'>, world: GateWorld): string {
  const id = targetId(step)
  const snapshot = world.snapshots.get(cloudOf(id))
  const { instanceId, hostId } = step
  const target =
    instanceId === undefined ? hostId && snapshot?.hostById.get(hostId) : snapshot?.instanceById.get(instanceId)
  return target?.name ?? id
}
