// What there is to say of a host that sleeps: since when, by which decision, and when it will wake. Only for hosts that are off or on
// their way back; what is awake has nothing to tell here.
import { formatDurationMs, type Host, type HostPowerRecord, type JournalEntry, wishNow } from '@gleaner/model'
import type { HostPromise } from '../energy/power/host-promise.ts'
import { isPowerEntry } from '../energy/power/power-records.ts'
import { isoTime } from '../text/iso-time.ts'

export interface SleepFacts {
  readonly host: Host
  /** Undefined: Gleaner never switched it. */
  readonly record: HostPowerRecord | undefined
  /** Of this host. */
  readonly history: readonly JournalEntry[]
  /** Undefined: the calendar is not known. */
  readonly promise: HostPromise | undefined
  /** From the order to wake up until it can be used. */
  readonly leadMs: number
  readonly nowMs: number
}

export function tellSleep(facts: SleepFacts): string | undefined {
  const { host, record, nowMs } = facts
  const isOurs = record?.closedAtMs !== undefined || (record?.failures ?? 0) + (record?.sleepFailures ?? 0) > 0
  if (host.state === 'down' && isOurs)
    return [`${host.name} was put to sleep and does not answer.`, failed(facts)].join(' ').trim()
  if (host.state !== 'asleep') return undefined
  if (!isOurs) return `${host.name} was switched off by somebody else; Gleaner does not wake it by itself.`
  const wish = record === undefined ? undefined : wishNow(record, nowMs)
  const wished =
    wish?.state === 'asleep' ? `${wish.by} wants it asleep until ${isoTime(wish.untilMs)}, but for its leases.` : ''
  return [fellAsleep(facts), failed(facts), wished, willWake(facts)].filter((part) => part !== '').join(' ')
}

function fellAsleep({ host, record, history }: SleepFacts): string {
  const sinceMs = record?.sleptAtMs
  const since = sinceMs === undefined ? `${host.name} sleeps` : `${host.name} sleeps since ${isoTime(sinceMs)}`
  const by = history
    .filter((entry) => entry.action === 'sleep' && entry.state === 'done' && isPowerEntry(entry))
    .sort((a, b) => a.intendedAtMs - b.intendedAtMs)
    .at(-1)
  return by === undefined ? `${since}.` : `${since}, for "${by.cause}" (${by.id}): ${by.reason.sentence}`
}

function failed({ record }: SleepFacts): string {
  const { failures = 0, fault, sleepFailures = 0, sleepFault } = record ?? {}
  return [attempts('go to sleep', sleepFailures, sleepFault), attempts('wake up', failures, fault)].join(' ').trim()
}

function attempts(what: string, failures: number, fault: string | undefined): string {
  if (failures === 0) return ''
  const times = failures === 1 ? 'once' : `${failures} times`
  return `It did not ${what} ${times}${fault === undefined ? '' : ` (${fault})`}.`
}

function willWake({ promise, leadMs, host }: SleepFacts): string {
  const otherwise = `a request that finds no room elsewhere, the reserve of empty hosts, or "gleaner power wake ${host.name}"`
  if (promise === undefined) return 'It is not known whether it is leased, so it is woken.'
  if (!Number.isFinite(promise.nextStartMs)) return `It wakes for ${otherwise}; no lease of it is known.`
  const byMs = promise.nextStartMs - leadMs
  return `It is woken at ${isoTime(byMs)} at the latest, ${formatDurationMs(leadMs)} before its lease of ${isoTime(promise.nextStartMs)}, or earlier for ${otherwise}.`
}
