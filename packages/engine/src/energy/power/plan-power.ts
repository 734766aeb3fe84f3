// The capability `energy`: which hosts close, sleep, wake and open again.
//
//   open ── close ──► closing ── sleep ──► asleep ── wake ──► back ── open ──► open
//
// A host goes to the right only while nothing stands against its sleep (sleep-guard.ts, judge-sleep.ts) and only so many at once
// that the reserve of empty hosts stays awake and no more than sleepsPerHour went within the hour; the least efficient first,
// then those with the longest time until their next lease. It comes back when choose-wakes.ts wants it, and always when it
// is alive again after a sleep. A host that Gleaner closed and that may no longer sleep is opened.
// Every host that could sleep and may not is told why. Leaves to others: modes, approval, people, budgets (the gate).
import {
  type Candidate,
  type Claim,
  type Host,
  type HostId,
  type HostPowerRecord,
  type HostStepKind,
  noYield,
  type ReasonCode,
  type Verdict,
} from '@gleaner/model'
import type { ActionSupports } from '../../ledger/action-support.ts'
import { type CapabilityAnswer, countReason, type ReasonCounts, type Refused } from '../../plan/capability-answer.ts'
import type { Snapshot } from '../../snapshot/snapshot.ts'
import { isoTime } from '../../text/iso-time.ts'
import { chooseWakes, type Wakes } from './choose-wakes.ts'
import type { HostPromise } from './host-promise.ts'
import { judgeSleep } from './judge-sleep.ts'
import type { PowerDemand } from './power-demand.ts'
import { type PowerHost, powerHost, retryAtMs } from './power-host.ts'
import type { PowerOptions } from './power-options.ts'

export interface PowerInput {
  readonly snapshots: Iterable<Snapshot>
  readonly supports: ActionSupports
  /** Whether there is a way to switch the host. */
  readonly isPowered: (host: Host) => boolean
  readonly recordOf: (id: HostId) => HostPowerRecord | undefined
  /** Undefined: the calendar is not known. */
  readonly promiseOf: (host: Host) => HostPromise | undefined
  readonly isHeld: (id: HostId) => boolean
  /** It was told to wake up, and that is not over. */
  readonly isWaking: (id: HostId) => boolean
  readonly emptySinceMs: (id: HostId) => number | undefined
  readonly efficiencyOf: (host: Host) => number
  readonly demands: readonly PowerDemand[]
  /** False in modes in which Gleaner does not act: then nothing that it put to sleep stays asleep. */
  readonly maySleep: boolean
  readonly options: PowerOptions
  readonly nowMs: number
}

/** Name of what asks for the steps, as people read it. */
export const powerCause = 'power'

const nobody = [] as const

export function planPower(input: PowerInput): CapabilityAnswer {
  const draft: Draft = { input, candidates: [], refused: [], reasons: {} }
  // An iterator can be gone through once only.
  const snapshots = [...input.snapshots]
  const sleeps = { left: sleepsLeft(snapshots, input) }
  for (const snapshot of snapshots) {
    if (input.supports.get(snapshot.cloudId)?.has('sleep') !== true) continue
    planCloud(draft, snapshot, sleeps)
  }
  return { candidates: draft.candidates, refused: draft.refused, reasons: draft.reasons }
}

interface Draft {
  readonly input: PowerInput
  readonly candidates: Candidate[]
  readonly refused: Refused[]
  readonly reasons: ReasonCounts
}

function planCloud(draft: Draft, snapshot: Snapshot, sleeps: { left: number }): void {
  const { input } = draft
  const { options, nowMs } = input
  const hosts: PowerHost[] = []
  const warm: PowerHost[] = []
  let busy = 0
  for (const host of snapshot.hosts) {
    if (host.kind !== 'hypervisor') continue
    const instances = snapshot.instancesOfHost.get(host.id) ?? nobody
    if (instances.length > 0) busy++
    const isHeld = input.isHeld(host.id)
    const each = powerHost(
      {
        host,
        instances,
        isHeld,
        isWaking: input.isWaking(host.id),
        record: input.recordOf(host.id),
        promise: input.promiseOf(host),
        emptySinceMs: input.emptySinceMs(host.id),
        efficiency: input.efficiencyOf(host),
      },
      options,
      nowMs,
    )
    if (each.phase === 'open' && instances.length === 0 && !isHeld && each.promise?.isActive === false) warm.push(each)
    if (input.isPowered(host)) hosts.push(each)
    else if (each.wish !== undefined)
      refuse(draft, each, [each.wish.state === 'asleep' ? 'close' : 'wake', unset(host)])
  }
  const reserve = Math.max(options.keepWarm.hosts, Math.ceil(options.keepWarm.share * busy))
  const { wakes, awaited } = chooseWakes({
    hosts,
    warm,
    demands: input.demands.filter(({ cloudId }) => cloudId === snapshot.cloudId),
    reserve,
    maySleep: input.maySleep,
    options,
    nowMs,
  })
  for (const each of hosts) comeBack(draft, each, wakes)
  goToSleep(draft, hosts, { wakes, awaited, spare: warm.length - reserve - awaited.size, reserve, sleeps })
}

/** Steps of hosts that are away, towards being awake and open. */
function comeBack(draft: Draft, each: PowerHost, wakes: Wakes): void {
  const { phase, host, record } = each
  const { options, nowMs } = draft.input
  const wanted = wakes.get(host.id)
  switch (phase) {
    case 'asleep':
    case 'dark':
    case 'foreign': {
      if (wanted === undefined) {
        if (phase === 'foreign' && host.state === 'asleep') refuse(draft, each, ['wake', byOthers(host)])
        return
      }
      const againMs = retryAtMs(record, options)
      if (againMs > nowMs) refuse(draft, each, ['wake', failedVerdict(each, againMs)])
      else propose(draft, each, ['wake', wanted])
      return
    }
    case 'back':
      propose(draft, each, ['open', wanted ?? say('wake-reserve', `${host.name} is awake again.`)])
      return
    case 'closing':
      if (wanted !== undefined) propose(draft, each, ['open', wanted])
      return
    case 'open':
  }
}

interface SleepRound {
  readonly wakes: Wakes
  readonly awaited: ReadonlySet<HostId>
  /** So many empty hosts more are awake than have to be. */
  readonly spare: number
  readonly reserve: number
  readonly sleeps: { left: number }
}

function goToSleep(draft: Draft, hosts: readonly PowerHost[], round: SleepRound): void {
  const { options, nowMs } = draft.input
  let { spare } = round
  const able: PowerHost[] = []
  const resting = new Set<PowerHost>()
  for (const each of hosts) {
    if (each.phase === 'closing') {
      if (round.wakes.has(each.host.id)) continue
      const against = judgeSleep({ each, step: 'sleep', options, nowMs })
      if (against === undefined) {
        round.sleeps.left--
        propose(draft, each, ['sleep', sleepVerdict(each, options)])
      } else propose(draft, each, ['open', against])
      continue
    }
    if (each.phase !== 'open') continue
    // Nobody asks for the sleep of a host that is in use, but for a person.
    if (each.instances.length > 0 && each.wish?.state !== 'asleep') continue
    const against = judgeSleep({ each, step: 'close', options, nowMs })
    if (against !== undefined) refuse(draft, each, ['close', against])
    else if (round.awaited.has(each.host.id) && each.wish === undefined)
      refuse(draft, each, ['close', say('keep-warm', `A request that found no room is awaited on ${each.host.name}.`)])
    else able.push(each)
    // One that will be able soon has its turn all the same: else the quickest would sleep in place of the most wasteful.
    if (against?.code === 'power-resting' && Number.isFinite(each.breakEvenMs)) {
      resting.add(each)
      able.push(each)
    }
  }
  for (const each of able.sort(byWaste)) {
    const isWished = each.wish?.state === 'asleep'
    if (resting.has(each)) spare--
    else if (spare <= 0 && !isWished) {
      const { reserve } = round
      const sentence = `${reserve} empty ${reserve === 1 ? 'host stays' : 'hosts stay'} awake for whoever comes next.`
      refuse(draft, each, ['close', say('keep-warm', sentence, { reserve })])
    } else if (round.sleeps.left <= 0 && !isWished) {
      const { sleepsPerHour } = options
      const sentence = `${sleepsPerHour} ${sleepsPerHour === 1 ? 'host was' : 'hosts were'} sent to sleep within the hour already.`
      refuse(draft, each, ['close', say('power-rate', sentence, { sleepsPerHour })])
    } else {
      spare--
      round.sleeps.left--
      propose(draft, each, ['close', sleepVerdict(each, options)])
    }
  }
}

function sleepsLeft(snapshots: readonly Snapshot[], { recordOf, options, nowMs }: PowerInput): number {
  let left = options.sleepsPerHour
  for (const { hosts } of snapshots)
    for (const { id } of hosts) if ((recordOf(id)?.sleptAtMs ?? Number.NEGATIVE_INFINITY) > nowMs - 3_600_000) left--
  return left
}

/** A person's wish, then the least efficient, then the longest sleep. */
function byWaste(a: PowerHost, b: PowerHost): number {
  const wished = Number(b.wish !== undefined) - Number(a.wish !== undefined)
  const order = wished || a.efficiency - b.efficiency
  if (order !== 0) return order
  const [first, second] = [a.promise?.nextStartMs ?? 0, b.promise?.nextStartMs ?? 0]
  if (first !== second) return first < second ? 1 : -1
  return a.host.name < b.host.name ? -1 : 1
}

function sleepVerdict({ host, wish, promise, breakEvenMs }: PowerHost, options: PowerOptions): Verdict {
  const savesW = Math.round((host.idlePowerW ?? options.idlePowerW) - options.sleepPowerW)
  const nextMs = promise?.nextStartMs ?? Number.POSITIVE_INFINITY
  const until = Number.isFinite(nextMs) ? ` until its next lease at ${isoTime(nextMs)}` : ''
  const facts = {
    savesW,
    breakEvenMs: Number.isFinite(breakEvenMs) ? Math.round(breakEvenMs) : null,
    nextStartMs: Number.isFinite(nextMs) ? nextMs : null,
  }
  if (wish !== undefined) return say('commanded', `${wish.by} wants ${host.name} asleep${until}.`, facts)
  return say('host-idle', `${host.name} is empty and can sleep${until}; that saves about ${savesW} W.`, facts)
}

function failedVerdict({ host, record }: PowerHost, againMs: number): Verdict {
  const then = Number.isFinite(againMs)
    ? `it is tried again at ${isoTime(againMs)}`
    : 'it is not tried again until a person asks for it'
  const why = record.fault === undefined ? '' : ` (${record.fault})`
  const times = record.failures === 1 ? 'once' : `${record.failures} times`
  return say('wake-failed', `${host.name} did not wake up ${times}${why}; ${then}.`, {
    failures: record.failures,
  })
}

function byOthers(host: Host): Verdict {
  return say('asleep-by-others', `${host.name} was switched off by somebody else; Gleaner does not wake it by itself.`)
}

function unset(host: Host): Verdict {
  return say('power-unset', `Nothing is configured by which ${host.name} could be switched off and on.`)
}

/** What is wanted or not, and why. */
type Step = readonly [action: HostStepKind, reason: Verdict]

function propose(draft: Draft, each: PowerHost, [action, reason]: Step): void {
  const { wish, host } = each
  const isWished = reason.code === 'commanded' && wish !== undefined
  countReason(draft.reasons, reason.code)
  draft.candidates.push({
    capability: 'energy',
    claim: isWished ? 'command' : claimOf(reason.code),
    action,
    setting: undefined,
    instanceId: undefined,
    projectId: undefined,
    hostId: host.id,
    cause: isWished ? wish.by : powerCause,
    ruleId: undefined,
    ruleRevision: undefined,
    mode: 'enforce',
    priority: 0,
    graceMs: 0,
    reason,
    gives: noYield,
  })
}

function claimOf(code: ReasonCode): Claim {
  return code === 'wake-lease' || code === 'host-promised' ? 'pending-lease' : 'energy'
}

function refuse(draft: Draft, { host }: PowerHost, [action, verdict]: Step): void {
  countReason(draft.reasons, verdict.code)
  draft.refused.push({ instanceId: undefined, hostId: host.id, action, cause: powerCause, verdict })
}

function say(code: ReasonCode, sentence: string, facts: Verdict['facts'] = {}): Verdict {
  return { code, sentence, facts }
}
