// Problems: errors found while observing or acting, one row per cause. Seen again: count and last seen move. Cleared by a
// person: hidden until it comes back, which reopens it. Resolved: the cause went away by itself and is shown as such.

export type Severity = 'warning' | 'error'

export interface Problem {
  readonly id: string
  /** kind, object and code: one open row per key. */
  readonly key: string
  readonly code: string
  readonly severity: Severity
  /** What it concerns: a cloud, host, instance, rule, loop or the server itself. */
  readonly subject: string
  readonly sentence: string
  /** What to do about it. */
  readonly remedy: string
  readonly firstSeenMs: number
  readonly lastSeenMs: number
  readonly count: number
  readonly clearedAtMs: number | undefined
  readonly clearedBy: string | undefined
  readonly resolvedAtMs: number | undefined
}

export interface ProblemReport {
  readonly code: string
  readonly severity: Severity
  readonly subject: string
  readonly sentence: string
  readonly remedy: string
}
