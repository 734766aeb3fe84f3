// The policies of others, by their documented rules and the source that carries them, as far as this model can tell them apart.
//
// PowerNap in Fogbow's version: a poll every 30 s of one keyboard, the mice and the PS/2 port (terminals are commented out in its file);
// 1200 s without activity start the node; the first activity runs stop-node, which stops and deletes all instances.
// HTCondor, POLICY DESKTOP: keyboard and any terminal, looked at every 5 s; start after 900 s idle with load at most 0.3; suspend at
// activity or at load of others for 120 s; continue after 300 s idle; out when suspended for 600 s. A pointer that moves after 900 s
// counts only if it moves again a second later.
// BOINC, preferences as they come: idle for 3 min, a loop of 1 s, all terminals and X; suspended with its memory; CPU use of others above
// 25 % suspends (at least for 20 s).
// A remote desktop without a terminal is seen by none of them.
import type { SeededRandom } from '../generate/seeded-random.ts'
import type { GuestRun } from './desk-outcome.ts'
import type { DeskSource, DeskSpan } from './make-days.ts'

export interface DocumentedPolicy {
  readonly pollMs: number
  /** From the decision to guests standing still. */
  readonly stopMs: number
  readonly startAfterMs: number
  readonly continueAfterMs: number
  /** Paused for longer than this: out. 0: out at once. */
  readonly preemptAfterMs: number
  readonly sees: readonly DeskSource[]
  /** Load of others suspends after so long; undefined: it is not looked at. */
  readonly loadAfterMs: number | undefined
}

const second = 1000

export const documentedPolicies: Readonly<Record<string, DocumentedPolicy>> = {
  powernap: {
    pollMs: 30 * second,
    stopMs: 2 * second,
    startAfterMs: 1200 * second,
    continueAfterMs: 1200 * second,
    preemptAfterMs: 0,
    sees: ['local', 'bump'],
    loadAfterMs: undefined,
  },
  htcondor: {
    pollMs: 5 * second,
    stopMs: 100,
    startAfterMs: 900 * second,
    continueAfterMs: 300 * second,
    preemptAfterMs: 600 * second,
    sees: ['local', 'ssh'],
    loadAfterMs: 120 * second,
  },
  boinc: {
    pollMs: second,
    stopMs: 100,
    startAfterMs: 180 * second,
    continueAfterMs: 180 * second,
    preemptAfterMs: Number.POSITIVE_INFINITY,
    sees: ['local', 'ssh', 'bump'],
    loadAfterMs: 20 * second,
  },
}

/** Guests are always waiting to run: what is compared is what the policy allows. */
export function runDocumented(
  policy: DocumentedPolicy,
  {
    spans,
    endMs,
    random,
  }: { readonly spans: readonly DeskSpan[]; readonly endMs: number; readonly random: SeededRandom },
): readonly GuestRun[] {
  const runs: GuestRun[] = []
  let calmFromMs = 0
  let pausedAtMs: number | undefined
  const calm = (untilMs: number, still: boolean) => {
    const continues =
      pausedAtMs !== undefined && calmFromMs + policy.continueAfterMs - pausedAtMs < policy.preemptAfterMs
    const fromMs = calmFromMs + (continues ? policy.continueAfterMs : policy.startAfterMs)
    if (fromMs >= untilMs) return
    // A poll somewhere within its period, then the stop itself.
    const toMs = still ? untilMs : untilMs + random.next() * policy.pollMs + policy.stopMs
    const paused = policy.preemptAfterMs > 0
    runs.push({ fromMs, toMs, end: still ? 'still' : paused ? 'paused' : 'killed' })
    pausedAtMs = paused ? toMs : undefined
  }
  for (const span of spans) {
    const seen = seenSpan(policy, span)
    if (seen === undefined) continue
    if (seen.fromMs > calmFromMs) calm(Math.min(seen.fromMs, endMs), false)
    calmFromMs = Math.max(calmFromMs, seen.toMs)
  }
  if (calmFromMs < endMs) calm(endMs, true)
  return countedKills(runs, policy)
}

function seenSpan(policy: DocumentedPolicy, span: DeskSpan): DeskSpan | undefined {
  if (span.source !== 'load') return policy.sees.includes(span.source) ? span : undefined
  if (policy.loadAfterMs === undefined || span.toMs - span.fromMs <= policy.loadAfterMs) return undefined
  return { ...span, fromMs: span.fromMs + policy.loadAfterMs }
}

/** What was paused for too long before the next run was killed. */
function countedKills(runs: readonly GuestRun[], { preemptAfterMs }: DocumentedPolicy): readonly GuestRun[] {
  return runs.map((run, nth) => {
    const next = runs[nth + 1]
    return run.end === 'paused' && (next === undefined || next.fromMs - run.toMs >= preemptAfterMs)
      ? { ...run, end: 'killed' }
      : run
  })
}
