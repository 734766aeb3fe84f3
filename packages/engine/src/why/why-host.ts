// The story of one host as a whole: which steps on it were decided and which were not, and from which numbers. What is about
// its instances stands in their stories. Everything is what the cycle itself uses: the same gate, the same ledger.
import {
  cloudOf,
  type Hold,
  type Host,
  type HostId,
  hostKey,
  type HostLedger,
  type JournalEntry,
  openProposalStates,
  type Proposal,
  type Target,
  targetKey,
  type Verdict,
} from '@gleaner/model'
import { type CheckAnswer, inspectGate } from '../gate/gate.ts'
import { openGateWorld } from '../gate/gate-world.ts'
import { isOpenEntry } from '../people/journal-entry.ts'
import { isActiveHold } from '../people/winning-hold.ts'
import type { Refused } from '../plan/capability-answer.ts'
import { byStrength } from '../plan/strength.ts'
import { isoTime } from '../text/iso-time.ts'
import { verbOf } from '../text/step-words.ts'
import { foresee } from './summary.ts'
import { tellSleep } from './tell-sleep.ts'
import { type TimelinePoint, timelineOf } from './timeline.ts'
import type { WhyWorld } from './why-instance.ts'

export interface WhyHost {
  readonly hostId: HostId
  /** Undefined when the last reading does not have it. */
  readonly host: Host | undefined
  /** The answer in one or two sentences. */
  readonly summary: string
  /** Every check for the open proposal, in order; empty when nothing is proposed. */
  readonly gate: readonly CheckAnswer[]
  readonly ledger: HostLedger | undefined
  readonly holds: readonly Hold[]
  readonly proposals: readonly Proposal[]
  readonly refused: readonly Refused[]
  readonly history: readonly JournalEntry[]
  readonly timeline: readonly TimelinePoint[]
}

export function whyHost(world: WhyWorld, hostId: HostId): WhyHost {
  const gate = openGateWorld(world)
  const key = hostKey(hostId)
  const isAbout = (step: Target) => targetKey(step) === key
  const host = world.snapshots.get(cloudOf(hostId))?.hostById.get(hostId)
  const proposals = world.proposals.filter(isAbout).sort(byStrength)
  const open = proposals.filter(({ state }) => openProposalStates.includes(state))
  const holds = gate.holdsOf({ instanceId: undefined, hostId }).filter((hold) => isActiveHold(hold, world.nowMs))
  const history = world.journal.filter(isAbout)
  const refused = world.refused.filter(isAbout)
  return {
    hostId,
    host,
    summary: summaryOf({
      hostId,
      host,
      open,
      holds,
      refused,
      history,
      standing: standingOf(world, host, history),
      moving: world.consolidationOf?.(hostId),
    }),
    gate: open[0] === undefined ? [] : inspectGate(gate, open[0]),
    ledger: world.ledger.find((each) => each.hostId === hostId),
    holds,
    proposals,
    refused,
    history,
    timeline: timelineOf({ instance: undefined, holds, proposals, history }),
  }
}

interface Parts extends Pick<WhyHost, 'hostId' | 'host' | 'holds' | 'refused' | 'history'> {
  readonly open: readonly Proposal[]
  /** What it is at the moment, where there is something to be told: a desktop, a host that sleeps. */
  readonly standing: string | undefined
  /** What consolidation says of it. */
  readonly moving: Verdict | undefined
}

function standingOf(world: WhyWorld, host: Host | undefined, history: readonly JournalEntry[]): string | undefined {
  const { powerRecordOf, hostUse, nowMs } = world
  if (host === undefined || powerRecordOf === undefined) return desktopOf(world, host)
  const { promise, leadMs = 0 } = hostUse?.(host) ?? {}
  const sleep = tellSleep({ host, record: powerRecordOf(host.id), history, promise, leadMs, nowMs })
  return sleep ?? desktopOf(world, host)
}

function desktopOf({ presenceOf }: WhyWorld, host: Host | undefined): string | undefined {
  if (host?.kind !== 'desktop' || presenceOf === undefined) return undefined
  const { lendable, standing, verdict } = presenceOf(host)
  if (standing === undefined) return `${host.name} may have no guests. ${verdict.sentence}`
  return `${host.name} ${lendable ? 'may have guests' : 'may have no guests now'} (${standing}): ${verdict.sentence}`
}

function summaryOf(parts: Parts): string {
  const { standing, open, refused, host } = parts
  // Of a host that sleeps and of which nothing is wanted all is told.
  if (standing !== undefined && host?.state === 'asleep' && open.length + refused.length === 0) return standing
  const about = parts.moving === undefined ? wanted(parts) : `${wanted(parts)} ${toldOf(parts.moving)}`
  return standing === undefined ? about : `${standing} ${about}`
}

function toldOf({ code, sentence }: Verdict): string {
  return code === 'host-emptied' || code === 'host-overloaded'
    ? sentence
    : `Nobody is moved off it to save energy: ${sentence}`
}

function wanted({ hostId, host, open, holds, refused, history }: Parts): string {
  if (host === undefined) return `${hostId} is not in the last reading of its cloud.`
  const [strongest] = open
  if (strongest !== undefined) return `${foresee(host, strongest)} ${strongest.reason.sentence}`
  const [not] = refused
  if (not !== undefined)
    return `"${not.cause}" asks to ${verbOf(not.action)} ${host.name}, but: ${not.verdict.sentence}`
  const [hold] = holds
  if (hold !== undefined) return `${host.name} is left alone until ${isoTime(hold.untilMs)}: ${hold.reason}`
  const last = history
    .filter((entry) => !isOpenEntry(entry))
    .sort((a, b) => a.intendedAtMs - b.intendedAtMs)
    .at(-1)
  if (last === undefined) return `Nothing is wanted of ${host.name} as a whole.`
  return `Nothing is wanted of ${host.name} as a whole. The last step, ${last.action} for "${last.cause}" at ${isoTime(last.intendedAtMs)}, ended as ${last.state}: ${last.reason.sentence}`
}
