// When a failed call is made again, and after which pause. Guarantees: a call that may have been carried out is made again
// only when doing it twice is doing it once; a service that names a time is not asked before it; the last error is thrown.
//
// Pauses grow as 2^n from `baseMs`, each drawn between half and the whole of it, so that many callers do not return at once.
import { OpenStackError } from './openstack-error.ts'
import type { WireClock } from './wire-clock.ts'

export interface RetryPolicy {
  /** Calls in all: 1 is never again. */
  readonly attempts: number
  readonly baseMs: number
  readonly longestPauseMs: number
  readonly random: () => number
}

export const defaultRetry: RetryPolicy = {
  attempts: 4,
  baseMs: 250,
  longestPauseMs: 10_000,
  random: () => Math.random(),
}

interface Retrying {
  readonly clock: WireClock
  readonly policy: RetryPolicy
  /** Doing it twice is doing it once. */
  readonly isIdempotent: boolean
  readonly signal: AbortSignal
}

export async function withRetries<T>(call: () => Promise<T>, { clock, policy, ...how }: Retrying): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call()
    } catch (error) {
      if (how.signal.aborted || attempt >= policy.attempts || !isWorthwhile(error, how.isIdempotent)) throw error
      const pauseMs = pauseAfter(error, attempt, policy)
      if (pauseMs === undefined) throw error
      await clock.sleep(pauseMs, how.signal)
    }
  }
}

function isWorthwhile(error: unknown, isIdempotent: boolean): error is OpenStackError {
  if (!(error instanceof OpenStackError)) return false
  if (error.notSent) return true
  // Too many requests: refused before anything was done. 413 means that only where a time is named.
  if (error.status === 429 || (error.status === 413 && error.retryAfterMs !== undefined)) return true
  if (!isIdempotent) return false
  if (error.fault === 'unreachable' || error.fault === 'deadline') return true
  return error.status !== undefined && [500, 502, 503, 504].includes(error.status)
}

/** Undefined when the service asks for more patience than we have. */
function pauseAfter(error: OpenStackError, attempt: number, policy: RetryPolicy): number | undefined {
  const wholeMs = Math.min(policy.longestPauseMs, policy.baseMs * 2 ** (attempt - 1))
  const ownMs = wholeMs * (0.5 + policy.random() / 2)
  if (error.retryAfterMs === undefined) return ownMs
  return error.retryAfterMs > policy.longestPauseMs ? undefined : Math.max(ownMs, error.retryAfterMs)
}
