// The capability `opportunism`: what is done in the cloud about desktops, from what their agents said and from the time.
//
//   user back, silent, or without a contract:  close ─► pause ─► free the memory
//   moved elsewhere:                           guests go on there
//   lendable with a contract that runs:        guests go on ─► open
//
// Guaranteed: nothing is done to a guest while its host takes new ones, where the cloud can close it; the host is opened only when
// none of the guests that Gleaner stopped is left to go on. Silence closes and touches no guest: a network that fails is no
// user who is back, and the agent lets its guests stand still by itself. What others closed stays closed.
// The gate asks for the same once more right before each step. Leaves to others: modes, approval, the kill switch (the gate).
import {
  type Candidate,
  type Claim,
  formatDurationMs,
  type Host,
  type HostId,
  type Instance,
  type InstanceId,
  isReclaiming,
  noYield,
  type ReasonCode,
  type StepKind,
  type Verdict,
} from '@gleaner/model'
import type { ActionSupports, StepSupports } from '../ledger/action-support.ts'
import { type CapabilityAnswer, countReason, type ReasonCounts, type Refused } from '../plan/capability-answer.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import type { DesktopPresence } from './desktop-presence.ts'
import type { FindRefuge } from './find-refuge.ts'
import { freeingStep } from './freeing-step.ts'
import type { LendingTerms } from './lending-terms.ts'

/** What the journal holds of an instance on a desktop. */
export interface GuestPast {
  /** The step of this capability that led to the state it is in; undefined: it is not so by Gleaner's doing. */
  readonly stoppedBy: StepKind | undefined
  /** A step on it is under way, or ended after the reading that shows it had begun: what it is by now is not known. */
  readonly isUnsettled: boolean
  /** Steps of this capability that did not succeed since the host was closed or became lendable. */
  readonly failed: ReadonlySet<StepKind>
}

export interface LendingInput {
  readonly snapshots: Iterable<Snapshot>
  readonly supports: ActionSupports
  readonly presenceOf: (host: Host) => DesktopPresence
  /** When Gleaner closed it for its user; undefined: it did not, or has opened it since. */
  readonly closedAtMs: (id: HostId) => number | undefined
  /** It is Gleaner's to open. */
  readonly mayOpen: (id: HostId) => boolean
  readonly pastOf: (instance: Instance, readAtMs: number) => GuestPast
  readonly moved: ReadonlyMap<InstanceId, HostId>
  readonly findRefuge: FindRefuge
  readonly terms: LendingTerms
  readonly nowMs: number
}

/** Name of what asks for the steps, as people read it. */
export const desktopCause = 'desktop'

export function planLending(input: LendingInput): CapabilityAnswer {
  const draft: Draft = { input, candidates: [], refused: [], reasons: {} }
  for (const snapshot of input.snapshots) {
    for (const host of snapshot.hosts) if (host.kind === 'desktop') planDesktop(draft, { snapshot, host })
    for (const [id, hostId] of input.moved) goOnElsewhere(draft, snapshot, { id, hostId })
  }
  return { candidates: draft.candidates, refused: draft.refused, reasons: draft.reasons }
}

interface Draft {
  readonly input: LendingInput
  readonly candidates: Candidate[]
  readonly refused: Refused[]
  readonly reasons: ReasonCounts
}

interface Desk {
  readonly snapshot: Snapshot
  readonly host: Host
}

const noSteps: StepSupports = new Map()

function planDesktop(draft: Draft, desk: Desk): void {
  const { input } = draft
  const presence = input.presenceOf(desk.host)
  if (presence.lendable) lend(draft, desk, presence)
  else takeBack(draft, desk, presence)
}

function takeBack(draft: Draft, { snapshot, host }: Desk, presence: DesktopPresence): void {
  const { supports, terms, nowMs, closedAtMs, pastOf, findRefuge } = draft.input
  const can = supports.get(host.cloudId) ?? noSteps
  if (host.state === 'up' && can.has('close')) {
    proposeOnHost(draft, host, ['close', 'local-user', presence.verdict])
    return
  }
  const mayTouch = presence.standing !== undefined && isBack.has(presence.standing)
  if (!mayTouch) return
  const sinceMs = nowMs - Math.max(0, closedAtMs(host.id) ?? presence.sinceMs)
  for (const guest of snapshot.instancesOfHost.get(host.id) ?? []) {
    const past = pastOf(guest, snapshot.takenAtMs)
    const project = snapshot.projectById.get(guest.projectId) ?? { id: guest.projectId, name: guest.projectId }
    const isDue = sinceMs >= terms.freeAfterMs && presence.standing !== 'grace'
    const hasRefuge = () => !isDue || findRefuge(guest) !== undefined
    const freeing = (as: Instance) => freeingStep({ guest: as, project, past, can, terms, hasRefuge })
    const frees = freeing(guest)
    const to = frees === 'migrate' && isDue ? findRefuge(guest) : undefined
    if (frees !== undefined && isDue && (to === undefined || guest.state === 'paused'))
      proposeOnGuest(draft, { guest, host, to }, [frees, 'local-user', memoryVerdict(sinceMs, to)])
    else if (guest.state === 'running' && can.has('pause') && sinceMs >= terms.pauseAfterMs)
      proposeOnGuest(draft, { guest, host }, [
        'pause',
        'local-user',
        pauseVerdict(freeing({ ...guest, state: 'paused' }), terms),
      ])
  }
}

/** The user is there, or was a moment ago; silence is none of these. */
const isBack: ReadonlySet<string> = new Set(['in-use', 'quiet', 'grace', 'reclaiming', 'revoked'])

function lend(draft: Draft, { snapshot, host }: Desk, { verdict }: DesktopPresence): void {
  const { supports, mayOpen, pastOf } = draft.input
  const can = supports.get(host.cloudId) ?? noSteps
  const waiting = new Set<InstanceId>()
  for (const guest of snapshot.instancesOfHost.get(host.id) ?? []) {
    const { stoppedBy, failed, isUnsettled } = pastOf(guest, snapshot.takenAtMs)
    if (isUnsettled) waiting.add(guest.id)
    if (isUnsettled) continue
    const step = guest.state === 'stopped' ? 'start' : 'resume'
    if (stoppedBy === undefined || !can.has(step) || failed.has(step)) continue
    waiting.add(guest.id)
    proposeOnGuest(draft, { guest, host }, [step, 'lending', goesOn])
  }
  if (host.state !== 'disabled' || !can.has('open')) return
  if (!mayOpen(host.id))
    refuse(
      draft,
      host,
      say('closed-by-others', `${host.name} was closed by somebody else; Gleaner opens only what it closed.`),
    )
  else if (waiting.size > 0) {
    const sentence = `${waiting.size} ${waiting.size === 1 ? 'guest' : 'guests'} of ${host.name} go on before it is opened.`
    refuse(draft, host, say('guests-first', sentence, { guests: waiting.size }))
  } else proposeOnHost(draft, host, ['open', 'lending', verdict])
}

/** On a hypervisor; on another desktop it goes on like all that is there. */
function goOnElsewhere(
  draft: Draft,
  snapshot: Snapshot,
  { id, hostId }: { readonly id: InstanceId; readonly hostId: HostId },
): void {
  const guest = snapshot.instanceById.get(id)
  const host = snapshot.hostById.get(hostId)
  if (guest?.hostId !== hostId || guest.state !== 'paused' || host?.kind !== 'hypervisor') return
  const { stoppedBy, failed, isUnsettled } = draft.input.pastOf(guest, snapshot.takenAtMs)
  const can = draft.input.supports.get(host.cloudId) ?? noSteps
  if (stoppedBy === undefined || isUnsettled || failed.has('resume') || !can.has('resume')) return
  proposeOnGuest(draft, { guest, host }, ['resume', 'lending', goesOnElsewhere])
}

/** Its owner reads these: whose desktop it is, and what its user does, is nobody's business. */
function pauseVerdict(frees: StepKind | undefined, { freeAfterMs }: LendingTerms): Verdict {
  const then =
    frees === undefined ? '' : ` After ${formatDurationMs(freeAfterMs)} its memory is given back by ${frees}.`
  return say('desktop-back', `The desktop it is on is needed by its user; it goes on when the user has left.${then}`)
}

function memoryVerdict(sinceMs: number, to: Host | undefined): Verdict {
  const goes = to === undefined ? '' : ` It goes on at ${to.name}.`
  const sentence = `The desktop it is on has been needed by its user for ${formatDurationMs(Math.round(sinceMs))}: its memory is wanted back.${goes}`
  return say('desktop-memory', sentence, { sinceS: Math.round(sinceMs / 1000) })
}

const goesOnElsewhere = say(
  'desktop-moved',
  'It was moved away from a desktop that is needed by its user, and goes on here.',
)
const goesOn = say('desktop-lent-again', 'The user of the desktop it is on has left: it goes on.')

type Step = readonly [action: StepKind, claim: Claim, reason: Verdict]

function proposeOnHost(draft: Draft, { id }: Host, step: Step): void {
  propose(draft, { instanceId: undefined, projectId: undefined, hostId: id, gives: noYield, setting: undefined }, step)
}

interface OnGuest {
  readonly guest: Instance
  readonly host: Host
  /** Where it moves to. */
  readonly to?: Host | undefined
}

function proposeOnGuest(draft: Draft, { guest, host, to }: OnGuest, step: Step): void {
  const gives = draft.input.supports.get(host.cloudId)?.get(step[0])
  const frees = isReclaiming(step[0]) && gives !== undefined
  propose(
    draft,
    {
      instanceId: guest.id,
      projectId: guest.projectId,
      hostId: host.id,
      setting: to === undefined ? undefined : { toHostId: to.id },
      gives: {
        ...noYield,
        physicalCores: frees && gives.physicalCores && guest.state === 'running' ? guest.vcpus : 0,
        physicalMemoryMiB: frees && gives.physicalMemory ? guest.memoryMiB : 0,
      },
    },
    step,
  )
}

type On = Pick<Candidate, 'projectId' | 'gives' | 'setting'> & Pick<Candidate, 'instanceId' | 'hostId'>

function propose(draft: Draft, on: On, [action, claim, reason]: Step): void {
  countReason(draft.reasons, reason.code)
  draft.candidates.push({
    capability: 'opportunism',
    claim,
    action,
    ...on,
    cause: desktopCause,
    ruleId: undefined,
    ruleRevision: undefined,
    mode: 'enforce',
    priority: 0,
    graceMs: 0,
    reason,
  })
}

function refuse(draft: Draft, { id }: Host, verdict: Verdict): void {
  countReason(draft.reasons, verdict.code)
  draft.refused.push({ instanceId: undefined, hostId: id, action: 'open', cause: desktopCause, verdict })
}

function say(code: ReasonCode, sentence: string, facts: Verdict['facts'] = {}): Verdict {
  return { code, sentence, facts }
}
