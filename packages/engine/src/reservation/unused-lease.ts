// What follows for a lease that runs and on whose hosts its project has nothing: first a warning with the moment at which it will
// end, then, when that has come and it was unused throughout, its end. Whoever uses it again before that has it as before.
// The time counts only while somebody looks: `unusedSinceMs` is undefined whenever the hosts were not seen to be empty.
import type { Lease, LeaseUnused } from '@gleaner/model'

export interface UnusedRules {
  /** Unused for so long: warned. */
  readonly warnMs: number
  /** Unused for so long in all: ended; undefined: only warned. */
  readonly endMs: number | undefined
}

export interface UnusedSight {
  /** Since when its hosts have been seen without anything of its project, look after look; undefined: in use, or not known. */
  readonly unusedSinceMs: number | undefined
  /** True only where something of its project was seen. */
  readonly isUsed: boolean
  readonly nowMs: number
}

export type UnusedStep =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'warn'; readonly unused: LeaseUnused }
  /** It is used again: the warning is void. */
  | { readonly kind: 'forget' }
  | { readonly kind: 'end'; readonly unused: LeaseUnused }

const nothing: UnusedStep = { kind: 'nothing' }

export function judgeUnused(lease: Lease, rules: UnusedRules, sight: UnusedSight): UnusedStep {
  const { unused } = lease
  const { unusedSinceMs, isUsed, nowMs } = sight
  if (lease.state !== 'active' || nowMs >= lease.span.endMs) return nothing
  if (isUsed) return unused === undefined ? nothing : { kind: 'forget' }
  if (unusedSinceMs === undefined) return nothing
  if (unused === undefined) {
    if (nowMs - unusedSinceMs < rules.warnMs) return nothing
    const endsAtMs = rules.endMs === undefined ? undefined : nowMs + (rules.endMs - rules.warnMs)
    return { kind: 'warn', unused: { sinceMs: unusedSinceMs, warnedAtMs: nowMs, endsAtMs, endedAtMs: undefined } }
  }
  const { warnedAtMs, endsAtMs } = unused
  // What was announced counts, though the rules may be others by now; without rules that end anything nothing ends.
  if (endsAtMs === undefined || rules.endMs === undefined) return nothing
  const isWatched = nowMs - unusedSinceMs >= endsAtMs - warnedAtMs
  return nowMs >= endsAtMs && isWatched ? { kind: 'end', unused: { ...unused, endedAtMs: nowMs } } : nothing
}
