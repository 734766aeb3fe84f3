// What one monitor says to the question whether guests may be here: no (active or missing), not yet, or nothing against it. Its
// answer is shown to people as it is.
import type { Facts, ReasonCode } from '@gleaner/model'
import { type Evidence, isMissing } from './evidence.ts'
import type { MonitorRule } from './lending-policy.ts'
import type { Reading } from './reading.ts'

export interface MonitorVerdict {
  readonly monitor: string
  readonly code: ReasonCode
  /** in-use sends guests away; waiting keeps them from beginning and from going on; clear does neither. */
  readonly answer: 'in-use' | 'waiting' | 'clear'
  readonly state: Reading['state']
  /** The monitor may have seen no more than a bump. */
  readonly bump: boolean
  readonly idleMs: number
  /** How long it has to be idle; what is left of that. */
  readonly neededMs: number
  readonly leftMs: number
  readonly detail: string
  readonly facts: Facts
}

export interface MonitorQuestion {
  readonly reading: Reading | undefined
  readonly evidence: Evidence
  readonly nowMs: number
  /** How long it has to be idle as things stand. */
  readonly neededMs: number
}

export function judgeMonitor(rule: MonitorRule, question: MonitorQuestion): MonitorVerdict {
  const { reading, evidence, nowMs, neededMs } = question
  const missing = isMissing(rule, reading, nowMs)
  const bump = evidence.bumpAtMs !== undefined
  const idleMs = missing || evidence.activeSinceMs !== undefined ? 0 : Math.max(0, nowMs - evidence.restlessAtMs)
  const leftMs = Math.max(0, neededMs - idleMs)
  const sustained =
    evidence.activeSinceMs !== undefined && evidence.readAtMs - evidence.activeSinceMs >= rule.suspendAfterMs
  return {
    monitor: rule.monitor,
    code: missing ? 'signal-missing' : rule.code,
    answer: missing || sustained || bump ? 'in-use' : leftMs > 0 ? 'waiting' : 'clear',
    state: missing ? 'missing' : (reading?.state ?? 'missing'),
    bump,
    idleMs,
    neededMs,
    leftMs,
    detail: missing ? missingText(reading, nowMs) : (reading?.detail ?? ''),
    facts: reading?.facts ?? {},
  }
}

function missingText(reading: Reading | undefined, nowMs: number): string {
  if (reading === undefined) return 'the monitor says nothing'
  if (reading.state === 'missing') return reading.detail
  return `the last word is ${((nowMs - reading.readAtMs) / 1000).toFixed(0)} s old`
}
