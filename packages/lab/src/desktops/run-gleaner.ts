// Gleaner's own state machine on a desktop of the model: the very code of the agent, looked at where something can change: when somebody
// begins or ends, when an absent time is over, when a bump is forgotten. The agent looks ten times a second; counted
// here are 250 ms until a return is seen and guests stand still within the measured time of a pause.
import {
  defaultLending,
  type DesktopAnswer,
  judgeDesktop,
  type LendingPolicy,
  type MonitorRule,
  newLendingMemory,
  type Reading,
} from '@gleaner/engine/opportunism'
import type { SeededRandom } from '../generate/seeded-random.ts'
import type { GuestRun } from './desk-outcome.ts'
import type { DeskSource, DeskSpan } from './make-days.ts'

const minute = 60_000
export const gleanerPollMs = 250
/** QMP and the freezer of control groups take less; figures of the guide. */
export const gleanerStopMs = 20

const presence = { startAfterMs: 15 * minute, continueAfterMs: 5 * minute, suspendAfterMs: 0, presence: true }
const rules: readonly MonitorRule[] = (
  [
    { monitor: 'keyboard', code: 'user-input', ...presence },
    {
      monitor: 'pointer',
      code: 'user-input',
      ...presence,
      bump: { afterIdleMs: 15 * minute, againAfterMs: 1000, forgetAfterMs: 4000 },
    },
    { monitor: 'terminals', code: 'user-terminal', ...presence },
    { monitor: 'sessions', code: 'user-session', ...presence },
    {
      monitor: 'load',
      code: 'host-busy',
      startAfterMs: minute,
      continueAfterMs: minute,
      suspendAfterMs: 2 * minute,
      presence: false,
    },
  ] as const
).map((rule) => ({ ...rule, staleAfterMs: Number.POSITIVE_INFINITY }))

/** As it comes, but that nobody has to look in between: the model knows when something changes. */
export const modelledLending: LendingPolicy = { ...defaultLending, rules, maxGapMs: Number.POSITIVE_INFINITY }

const seenBy: Readonly<Record<DeskSource, string>> = {
  local: 'keyboard',
  ssh: 'terminals',
  'remote-desktop': 'sessions',
  bump: 'pointer',
  load: 'load',
}

interface Edge {
  readonly atMs: number
  readonly monitor: string
  readonly by: 1 | -1
}

export interface ModelledDesk {
  readonly spans: readonly DeskSpan[]
  readonly endMs: number
  readonly random: SeededRandom
}

/** With `everyMs` it looks at every such step as well, as the agent does: slower, and the same. */
export function runGleaner(
  { spans, endMs, random }: ModelledDesk,
  everyMs = Number.POSITIVE_INFINITY,
): readonly GuestRun[] {
  const edges = edgesOf(Number.isFinite(everyMs) ? spans : withoutShortPauses(spans))
  const active = new Map<string, number>()
  const runs: GuestRun[] = []
  let memory = newLendingMemory({ monoMs: 0, bootMs: 0, wallMs: 0 })
  let runningSinceMs: number | undefined
  let nowMs = 0
  let nth = 0
  const look = (state?: { readonly monitor: string }) => {
    const readings: readonly Reading[] = rules.map(({ monitor }) => ({
      monitor,
      state: (active.get(monitor) ?? 0) > 0 || monitor === state?.monitor ? 'active' : 'idle',
      readAtMs: nowMs,
      detail: '',
      facts: {},
    }))
    const answer = judgeDesktop(modelledLending, memory, {
      clocks: { monoMs: nowMs, bootMs: nowMs, wallMs: nowMs },
      readings,
      guests: { running: runningSinceMs === undefined ? 0 : 1, paused: runningSinceMs === undefined ? 1 : 0 },
      wish: undefined,
      contractUntilMs: Number.POSITIVE_INFINITY,
    })
    memory = answer.memory
    if (answer.mayRun && runningSinceMs === undefined) runningSinceMs = nowMs
    else if (!answer.mayRun && runningSinceMs !== undefined) {
      const toMs = nowMs + random.next() * gleanerPollMs + gleanerStopMs
      runs.push({ fromMs: runningSinceMs, toMs, end: 'paused' })
      runningSinceMs = undefined
    }
    return answer
  }
  while (nowMs < endMs) {
    const answer = look()
    const edge = edges[nth]
    nowMs = Math.min(endMs, edge?.atMs ?? endMs, nextOf(answer, nowMs), nowMs + everyMs)
    for (let due = edges[nth]; due !== undefined && due.atMs <= nowMs; due = edges[++nth]) {
      // What ends at this moment was active until it: seen once more, or a short touch would leave nothing behind.
      if (due.by === -1) look({ monitor: due.monitor })
      active.set(due.monitor, (active.get(due.monitor) ?? 0) + due.by)
      look()
      // Two readings of one moment are one: the calm begins a moment later.
      nowMs += 1
    }
  }
  if (runningSinceMs !== undefined) runs.push({ fromMs: runningSinceMs, toMs: endMs, end: 'still' })
  return runs
}

/** The next moment at which the answer can change without anything happening. */
function nextOf(answer: DesktopAnswer, nowMs: number): number {
  let next = Number.POSITIVE_INFINITY
  // An interruption that is forgotten shortens the wait.
  for (const atMs of answer.memory.interruptedAtMs) next = Math.min(next, atMs + modelledLending.backOff.windowMs)
  for (const { leftMs, bump } of answer.monitors) {
    if (leftMs > 0) next = Math.min(next, nowMs + leftMs)
    if (bump) next = Math.min(next, nowMs + 1000)
  }
  // Load that lasts sends guests away after a while.
  for (const { monitor, suspendAfterMs } of rules) {
    const sinceMs = answer.memory.evidence.get(monitor)?.activeSinceMs
    if (sinceMs !== undefined && sinceMs + suspendAfterMs > nowMs) next = Math.min(next, sinceMs + suspendAfterMs)
  }
  return Math.max(next, nowMs + 1)
}

/** Within a pause shorter than the shortest wait no guest can begin: what lies on both sides of it is one activity. */
function withoutShortPauses(spans: readonly DeskSpan[]): readonly DeskSpan[] {
  const out: DeskSpan[] = []
  const lastOf = new Map<DeskSource, number>()
  for (const span of spans) {
    const nth = lastOf.get(span.source)
    const before = nth === undefined ? undefined : out[nth]
    const person = span.source !== 'bump' && span.source !== 'load'
    if (person && nth !== undefined && before !== undefined && span.fromMs - before.toMs < presence.continueAfterMs)
      out[nth] = { ...before, toMs: Math.max(before.toMs, span.toMs) }
    else {
      lastOf.set(span.source, out.length)
      out.push(span)
    }
  }
  return out
}

function edgesOf(spans: readonly DeskSpan[]): readonly Edge[] {
  return spans
    .flatMap(({ source, fromMs, toMs }): readonly Edge[] => [
      { atMs: Math.round(fromMs), monitor: seenBy[source], by: 1 },
      { atMs: Math.round(toMs), monitor: seenBy[source], by: -1 },
    ])
    .sort((a, b) => a.atMs - b.atMs || a.by - b.by)
}
