// Leases without an end run in terms. When half a term is left the next one is added, as long as its project has said within the
// limit that it is needed, and nobody else was promised its hosts: then as much of the term as is free. What cannot go on is
// known half a term before its end. Knows no quotas.
import { isLeaseOpen, type Lease } from '@gleaner/model'
import type { Transition } from './lease-lifecycle.ts'

export type RenewalStep =
  | { readonly kind: 'nothing' }
  /** `isWhole`: by a whole term. */
  | { readonly kind: 'extend'; readonly untilMs: number; readonly isWhole: boolean }
  /** not-said: its project has not said for too long that it is needed; promised: others have its hosts from its end on. */
  | { readonly kind: 'stuck'; readonly because: 'not-said' | 'promised' }

export interface RenewalQuestion {
  readonly nowMs: number
  /** How long what a project said is good for. */
  readonly renewWithinMs: number
  /** Until when its hosts are promised to nobody else. */
  readonly longestUntilMs: number
}

export function judgeRenewal({ renewal, state, span }: Lease, question: RenewalQuestion): RenewalStep {
  const { nowMs, renewWithinMs, longestUntilMs } = question
  if (renewal === undefined || (state !== 'active' && state !== 'pending')) return { kind: 'nothing' }
  const { termMs, renewedAtMs } = renewal
  if (span.endMs - nowMs > termMs / 2) return { kind: 'nothing' }
  if (nowMs > renewedAtMs + renewWithinMs) return { kind: 'stuck', because: 'not-said' }
  // After an outage longer than a term it goes on from now.
  const wantedMs = Math.max(span.endMs, nowMs) + termMs
  const untilMs = Math.min(wantedMs, longestUntilMs)
  return untilMs > span.endMs
    ? { kind: 'extend', untilMs, isWhole: untilMs === wantedMs }
    : { kind: 'stuck', because: 'promised' }
}

/** Its project says that it is still needed. */
export function renewLease(lease: Lease, nowMs: number): Transition {
  if (!isLeaseOpen(lease)) return { refused: `The lease "${lease.name}" is ${lease.state} already.` }
  if (lease.renewal === undefined)
    return { refused: `The lease "${lease.name}" has an end and needs no renewal; give it a later end to extend it.` }
  return { ...lease, renewal: { ...lease.renewal, renewedAtMs: nowMs }, updatedAtMs: nowMs }
}
