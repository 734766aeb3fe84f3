// How much of the clouds' hosts a project may reserve. Host-hours count by calendar periods of one time zone: a lease across
// two of them counts in each for its part.

export const quotaPeriods = ['day', 'week', 'month', 'year'] as const
export type QuotaPeriod = (typeof quotaPeriods)[number]

/** Undefined: no such limit. */
export interface LeaseLimits {
  readonly hostHours: number | undefined
  readonly period: QuotaPeriod
  readonly longestMs: number | undefined
  /** How far from now the start may be. */
  readonly furthestMs: number | undefined
  /** Whose leases on the waitlist come first: the larger. */
  readonly priority: number
  /** How many of its leases may be on the waitlist at once. */
  readonly waiting: number
}

export const noLeaseLimits: LeaseLimits = {
  hostHours: undefined,
  period: 'month',
  longestMs: undefined,
  furthestMs: undefined,
  priority: 0,
  waiting: 100,
}
