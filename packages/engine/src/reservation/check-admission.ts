// Whether a project may have a lease: not too long, not too far away, and within its host-hours of every calendar period that
// the lease touches. A lease that changes is not refused for what it had before: only what it takes more is judged.
// Knows nothing of free hosts; a service that has a say of its own is asked elsewhere.
import { type Interval, type Lease, type LeaseLimits, lengthMs } from '@gleaner/model'
import { type HostHours, hostHoursIn } from './host-hours.ts'
import { quotaPeriodsOf } from './quota-periods.ts'

export interface AdmissionQuestion extends HostHours {
  readonly lease: Lease
  /** The lease as it is, when it changes. */
  readonly before: Lease | undefined
  /** Every other lease of the project that is not cancelled or lapsed and touches a period of this one. */
  readonly others: readonly Lease[]
  readonly limits: LeaseLimits
  readonly timeZone: string
  readonly nowMs: number
}

export type AdmissionRefusal =
  | { readonly field: 'end'; readonly longestMs: number; readonly askedMs: number }
  | { readonly field: 'start'; readonly furthestMs: number; readonly askedMs: number }
  | {
      readonly field: 'reservations'
      readonly period: Interval
      readonly limitHours: number
      /** By the other leases. */
      readonly usedHours: number
      readonly askedHours: number
    }

/** Sums of hours carry an error of rounding that nobody asked for. */
const slackHours = 1e-6

export function checkAdmission(question: AdmissionQuestion): AdmissionRefusal | undefined {
  const { lease, before, limits, nowMs } = question
  const { longestMs, furthestMs } = limits
  const askedMs = lengthMs(lease.span)
  if (longestMs !== undefined && askedMs > longestMs && (before === undefined || askedMs > lengthMs(before.span)))
    return { field: 'end', longestMs, askedMs }
  const aheadMs = lease.span.startMs - nowMs
  const isLater = before === undefined || lease.span.startMs > before.span.startMs
  if (furthestMs !== undefined && aheadMs > furthestMs && isLater)
    return { field: 'start', furthestMs, askedMs: aheadMs }
  return overQuota(question)
}

function overQuota(question: AdmissionQuestion): AdmissionRefusal | undefined {
  const { lease, before, others, limits, timeZone } = question
  if (limits.hostHours === undefined) return undefined
  for (const period of quotaPeriodsOf(lease.span, limits.period, timeZone)) {
    const askedHours = hostHoursIn([lease], period, question)
    const hadHours = before === undefined ? 0 : hostHoursIn([before], period, question)
    const usedHours = hostHoursIn(others, period, question)
    if (askedHours > hadHours + slackHours && usedHours + askedHours > limits.hostHours + slackHours)
      return { field: 'reservations', period, limitHours: limits.hostHours, usedHours, askedHours }
  }
  return undefined
}
