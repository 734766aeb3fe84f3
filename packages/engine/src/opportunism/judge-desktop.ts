// Whether guests may be on a desktop now: the state machine of opportunism, one look at a time.
//
// in use → quiet: no monitor objects any more. quiet → grace: what is left of all absent times is no longer than the grace period;
// the user is warned once. grace → lendable: all times are over. lendable → lent: guests are there. From everywhere → in use, at
// once, when a monitor objects; while guests still run then it is reclaiming, until the last one stands still.
//
// Guaranteed, whatever the readings: guests may run only while every rule has a fresh reading and none objects; after a start, a
// sleep of the machine or a time without looks every absent time begins anew; without a rule nothing is ever lendable. A lend
// contract that is over pauses like a user does. Where a lock shortens the wait, its end is somebody: a screen is unlocked by hands that
// touch no keyboard, too. Each interruption within the window makes the next wait longer.
//
// Left to others: reading the monitors, pausing the guests (the agent); closing the host to placement (the control plane).
import { type ClockReading, clockBreak } from './clock-break.ts'
import type { GuestsSeen } from './guests-seen.ts'
import { type Evidence, evidenceFrom, follow } from './evidence.ts'
import { judgeMonitor, type MonitorVerdict } from './judge-monitor.ts'
import type { LendingMemory } from './lending-memory.ts'
import { backOffMs, type LendingPolicy, type MonitorRule } from './lending-policy.ts'
import { lendingVerdict } from './lending-verdict.ts'
import { type OwnerWish, wishStands } from './owner-wish.ts'
import type { Reading } from './reading.ts'
import type { LendingPhase, Verdict } from '@gleaner/model'

export interface DesktopLook {
  readonly clocks: ClockReading
  readonly readings: readonly Reading[]
  readonly guests: GuestsSeen
  readonly wish: OwnerWish | undefined
  /** Every session of whoever sits here is locked; absent: not known, which counts as not locked. */
  readonly locked?: boolean
  /** Until when guests may be here without a further word of the control plane; Infinity where there is none to ask. */
  readonly contractUntilMs: number
}

export interface DesktopAnswer {
  readonly memory: LendingMemory
  readonly phase: LendingPhase
  /** Guests may run. Otherwise whatever runs has to be paused now. */
  readonly mayRun: boolean
  /** The moment to warn the user: once per absence. */
  readonly warn: boolean
  /** Guests are paused for so long that their memory has to be freed. */
  readonly preempt: boolean
  readonly verdict: Verdict
  readonly monitors: readonly MonitorVerdict[]
  /** What is added to every absent time because of interruptions. */
  readonly backOffMs: number
}

/** So many interruptions are remembered; the back-off has reached its most long before. */
const rememberedInterruptions = 32

export function judgeDesktop(policy: LendingPolicy, before: LendingMemory, look: DesktopLook): DesktopAnswer {
  const nowMs = look.clocks.monoMs
  const broken = clockBreak(before.clocks, look.clocks, policy.maxGapMs)
  const anew = broken === 'asleep' || broken === 'unwatched'
  const wish = standingWish(look, broken === 'set' || anew)
  const locked = look.locked === true
  const unlocked = policy.lockedAfterMs !== undefined && before.locked && !locked
  const evidence = followAll(policy, anew ? new Map() : before.evidence, { look, unlocked })
  const recent = before.interruptedAtMs.filter((atMs) => nowMs - atMs < policy.backOff.windowMs && atMs <= nowMs)
  const paused = look.guests.paused > 0
  const addedMs = wish?.kind === 'lend' ? 0 : backOffMs(policy.backOff, recent.length)
  const monitors = policy.rules.map((rule) => {
    const base = waitOf(rule, policy, { paused, locked })
    const neededMs = wish?.kind === 'lend' && rule.presence ? Math.min(base, policy.wishAfterMs) : base
    return judgeMonitor(rule, {
      reading: lastOf(look.readings, rule.monitor),
      evidence: evidence.get(rule.monitor) ?? evidenceFrom(nowMs),
      nowMs,
      neededMs: neededMs + (rule.presence ? addedMs : 0),
    })
  })
  const objection = monitors.find(({ answer }) => answer === 'in-use')
  const refused = wish?.kind === 'not-now'
  const contractOver = !(nowMs < look.contractUntilMs)
  const barred = policy.rules.length === 0 || refused || contractOver || objection !== undefined || anew || unlocked
  const leftMs = monitors.reduce((most, monitor) => Math.max(most, monitor.leftMs), 0)
  const lending = before.phase === 'lent' || before.phase === 'lendable'
  const phase = phaseNow({ barred, leftMs, lending, graceMs: policy.graceMs, guests: look.guests })
  const mayRun = phase === 'lent' || phase === 'lendable'
  const interruption = interrupted(before, { stopped: before.phase === 'lent' && !mayRun, objection })
  const pausedSinceMs = paused ? (anew ? nowMs : (before.pausedSinceMs ?? nowMs)) : undefined
  const memory: LendingMemory = {
    phase,
    phaseSinceMs: phase === before.phase ? before.phaseSinceMs : nowMs,
    clocks: look.clocks,
    evidence,
    interruptedAtMs: (interruption.counts ? [...recent, nowMs] : recent).slice(-rememberedInterruptions),
    pausedSinceMs,
    bumped: interruption.bumped,
    wokeBy: broken === 'asleep' || broken === 'unwatched' ? broken : before.wokeBy,
    locked,
  }
  return {
    memory,
    phase,
    mayRun,
    warn: phase === 'grace' && before.phase !== 'grace',
    preempt: pausedSinceMs !== undefined && !mayRun && nowMs - pausedSinceMs >= policy.preemptAfterMs,
    verdict: lendingVerdict({
      phase,
      monitors,
      objection,
      anew: anew ? broken : undefined,
      refused,
      contractOver,
      unlocked,
      leftMs,
      addedMs,
      interruptions: recent.length,
      guests: look.guests,
    }),
    monitors,
    backOffMs: addedMs,
  }
}

function waitOf(
  { continueAfterMs, startAfterMs, local }: MonitorRule,
  { lockedAfterMs = Number.POSITIVE_INFINITY }: LendingPolicy,
  { paused, locked }: { readonly paused: boolean; readonly locked: boolean },
): number {
  const waitMs = paused ? continueAfterMs : startAfterMs
  return locked && local === true ? Math.min(waitMs, lockedAfterMs) : waitMs
}

interface PhaseFacts {
  readonly barred: boolean
  readonly leftMs: number
  /** It was lent or lendable a look ago: what only waits does not end that. */
  readonly lending: boolean
  readonly graceMs: number
  readonly guests: GuestsSeen
}

function phaseNow({ barred, leftMs, lending, graceMs, guests }: PhaseFacts): LendingPhase {
  const there = guests.running + guests.paused > 0
  if (barred) return guests.running > 0 ? 'reclaiming' : 'in-use'
  if (leftMs === 0 || (lending && guests.running > 0)) return there ? 'lent' : 'lendable'
  if (guests.running > 0) return 'reclaiming'
  return leftMs <= graceMs ? 'grace' : 'quiet'
}

/** An interruption counts when it is known to be one: a bump is none. */
function interrupted(
  { bumped }: LendingMemory,
  { stopped, objection }: { readonly stopped: boolean; readonly objection: MonitorVerdict | undefined },
): { readonly counts: boolean; readonly bumped: boolean } {
  const onlyBump = objection?.bump === true
  if (bumped) return { counts: objection !== undefined && !onlyBump, bumped: onlyBump }
  return { counts: stopped && !onlyBump, bumped: stopped && onlyBump }
}

function followAll(
  policy: LendingPolicy,
  known: ReadonlyMap<string, Evidence>,
  { look, unlocked }: { readonly look: DesktopLook; readonly unlocked: boolean },
) {
  const nowMs = look.clocks.monoMs
  return new Map(
    policy.rules.map((rule) => {
      const followed = follow(rule, known.get(rule.monitor) ?? evidenceFrom(nowMs), {
        reading: lastOf(look.readings, rule.monitor),
        nowMs,
      })
      return [rule.monitor, unlocked && rule.local === true ? { ...followed, restlessAtMs: nowMs } : followed]
    }),
  )
}

/** Two readings of one name are a fault of whoever read: the worse one counts. */
function lastOf(readings: readonly Reading[], monitor: string): Reading | undefined {
  const found = readings.filter((reading) => reading.monitor === monitor)
  return found.length < 2 ? found[0] : (found.find(({ state }) => state !== 'idle') ?? found[0])
}

/** After a break of the clocks nobody can tell whether the time of a permission is over. */
function standingWish({ wish, clocks }: DesktopLook, doubt: boolean): OwnerWish | undefined {
  if (wish === undefined || !wishStands(wish, clocks)) return undefined
  return wish.kind === 'lend' && doubt ? undefined : wish
}
