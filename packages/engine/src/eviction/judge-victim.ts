// What has become of a victim, from what the journal, the plan and the cloud say of it.
//   - its action has ended well and it is seen away from its host: left;
//   - its action is under way: leaving;
//   - it is gone, or rests already where the action would bring it, without anything having been done: it left by itself;
//   - its action failed, or its time was up, and a reading that began afterwards still shows it there, or the plan refuses it
//     for good: it stays, and others have to be found. Before that reading it may have left all the same, and nobody else is
//     taken for it;
//   - else it has yet to go.
// An instance that comes to rest without having left its host (a cloud that keeps it there) counts as left: what it gives
// back is the cloud's word, which victim-action.ts has checked.
import { type DecisionVictim, endsInstance, targetState, type Verdict } from '@gleaner/model'
import { isOpenEntry } from '../people/journal-entry.ts'
import type { SeenVictim } from './saga-seen.ts'

export type VictimJudgement =
  | { readonly kind: 'left'; readonly outcome: string; readonly byUs: boolean }
  | { readonly kind: 'stays'; readonly outcome: string }
  | { readonly kind: 'leaving' }
  | { readonly kind: 'waits' }

/** The plan does not find it where it was to be taken from: that is what was wanted. */
const goneCodes: ReadonlySet<Verdict['code']> = new Set(['instance-gone', 'already-there'])

export function judgeVictim(victim: DecisionVictim, seen: SeenVictim | undefined): VictimJudgement {
  const entry = seen?.entry
  if (entry !== undefined) {
    if (isOpenEntry(entry)) return { kind: 'leaving' }
    if (entry.state === 'done') return { kind: 'left', outcome: entry.outcome ?? 'done', byUs: true }
    if (!isSeenSince(entry.finishedAtMs, seen)) return { kind: 'leaving' }
    if (isAway(victim, seen)) return { kind: 'left', outcome: 'left after its time was up', byUs: true }
    return { kind: 'stays', outcome: `${entry.action} ${entry.state}: ${entry.outcome ?? 'no reason given'}` }
  }
  if (isAway(victim, seen)) return { kind: 'left', outcome: 'it was gone already', byUs: false }
  const refusal = refusalOf(seen)
  if (refusal === undefined) return { kind: 'waits' }
  if (goneCodes.has(refusal.code)) return { kind: 'left', outcome: refusal.sentence, byUs: false }
  return stayingCodes.has(refusal.code) ? { kind: 'stays', outcome: refusal.sentence } : { kind: 'waits' }
}

/** These do not go away by themselves; any other cancelled proposal is made anew in the next cycle. */
const stayingCodes: ReadonlySet<Verdict['code']> = new Set([
  'protected',
  'vetoed',
  'state-not-suitable',
  'action-unsupported',
])

function refusalOf(seen: SeenVictim | undefined): Verdict | undefined {
  const { proposal } = seen ?? {}
  if (proposal !== undefined && proposal.state !== 'cancelled') return undefined
  return proposal?.verdict ?? seen?.refused
}

function isSeenSince(atMs: number | undefined, seen: SeenVictim | undefined): boolean {
  return seen?.now !== undefined && (seen.nowAtMs ?? Number.NEGATIVE_INFINITY) >= (atMs ?? Number.NEGATIVE_INFINITY)
}

/** Seen, and no longer where it took room. */
function isAway({ action }: DecisionVictim, seen: SeenVictim | undefined): boolean {
  const now = seen?.now
  if (now === undefined) return false
  if (now === 'gone') return true
  return !endsInstance(action) && now.state === targetState[action]
}
