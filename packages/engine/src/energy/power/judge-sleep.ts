// Whether one open or just closed host may sleep, apart from how many may: the first thing that stands against it. A person's
// wish overrules what only saves energy or protects the machine, never the guard (sleep-guard.ts).
import { formatDurationMs, type HostStepKind, type ReasonCode, type Verdict } from '@gleaner/model'
import { isoTime } from '../../text/iso-time.ts'
import { type PowerHost, sleepAgainAtMs } from './power-host.ts'
import type { PowerOptions } from './power-options.ts'

export interface SleepQuestion {
  readonly each: PowerHost
  readonly step: Extract<HostStepKind, 'close' | 'sleep'>
  readonly options: PowerOptions
  readonly nowMs: number
}

export function judgeSleep({ each, step, options, nowMs }: SleepQuestion): Verdict | undefined {
  const { host, guard, wish, record, promise, emptySinceMs, leadMs, breakEvenMs } = each
  if (guard !== undefined) return guard
  if (wish?.state === 'awake')
    return say('kept', `${wish.by} keeps ${host.name} awake until ${isoTime(wish.untilMs)}.`, { untilMs: wish.untilMs })
  const againMs = sleepAgainAtMs(record, options)
  if (againMs > nowMs) return sleepFailed(each, againMs)
  if (wish?.state === 'asleep') return undefined
  for (const { property, value } of options.exclude)
    if (host.properties?.[property] === value)
      return say('power-excluded', `Hosts with ${property} ${value} stay awake.`, { property, value })
  if (record.failures > 0) {
    const why = record.fault === undefined ? '' : ` (${record.fault})`
    return say('wake-failed', `${host.name} did not wake up in good order the last time${why}.`, {
      failures: record.failures,
    })
  }
  // Without a lease to come the gap is endless as well, so this is not found by comparing the two.
  if (!Number.isFinite(breakEvenMs))
    return say('power-resting', `${host.name} draws no more at rest than asleep; there is nothing to be saved.`, {
      breakEvenMs: null,
    })
  // Where its closing is done already, what has been waited for is not waited for again.
  if (step === 'close') {
    const onMs = nowMs - (record.wokeAtMs ?? Number.NEGATIVE_INFINITY)
    if (onMs < options.leastOnMs)
      return say('power-resting', `${host.name} was woken a short while ago.`, { leastOnMs: options.leastOnMs, onMs })
    const idleMs = nowMs - (emptySinceMs ?? nowMs)
    const neededMs = Math.max(options.idleMs, breakEvenMs)
    if (idleMs < neededMs)
      return say(
        'power-resting',
        `${host.name} has been empty for ${formatDurationMs(Math.max(0, idleMs))}; ${formatDurationMs(Math.round(neededMs))} are needed.`,
        { idleMs, neededMs, breakEvenMs },
      )
  }
  const gapMs = (promise?.nextStartMs ?? nowMs) - nowMs
  const neededMs = Math.max(options.leastOffMs, breakEvenMs)
  if (gapMs - leadMs < neededMs)
    return say(
      'gap-too-short',
      `The next lease of ${host.name} begins in ${formatDurationMs(gapMs)}: too soon for a sleep to pay.`,
      { gapMs, leadMs, neededMs },
    )
  return undefined
}

function sleepFailed({ host, record }: PowerHost, againMs: number): Verdict {
  const { sleepFailures = 0, sleepFault } = record
  const then = Number.isFinite(againMs)
    ? `it is tried again at ${isoTime(againMs)}`
    : 'it is not tried again until a person asks for it'
  const why = sleepFault === undefined ? '' : ` (${sleepFault})`
  const times = sleepFailures === 1 ? 'once' : `${sleepFailures} times`
  return say('sleep-failed', `${host.name} did not go to sleep ${times}${why}; ${then}.`, { failures: sleepFailures })
}

function say(code: ReasonCode, sentence: string, facts: Verdict['facts']): Verdict {
  return { code, sentence, facts }
}
