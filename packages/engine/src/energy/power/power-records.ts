// What is remembered of a host, brought up to date from the journal and from what is seen of the host. Both are idempotent: the
// same entry, or the same sight, changes nothing a second time, so nothing is lost when the process dies in between.
import { formatDurationMs, type Host, type HostPowerRecord, type JournalEntry } from '@gleaner/model'
import type { PowerOptions } from './power-options.ts'

const keptBoots = 5

/** Whether the entry is one of the steps by which hosts go to sleep and come back. */
export function isPowerEntry({ capability, instanceId }: JournalEntry): boolean {
  return capability === 'energy' && instanceId === undefined
}

/** Entries of one host are folded in the order in which they ended. */
export function foldPower(record: HostPowerRecord, entry: JournalEntry): HostPowerRecord {
  const endMs = entry.finishedAtMs
  if (endMs === undefined || endMs <= record.foldedToMs || !isPowerEntry(entry)) return record
  const folded: HostPowerRecord = { ...record, foldedToMs: endMs }
  const isDone = entry.state === 'done'
  switch (entry.action) {
    case 'close':
      return isDone ? { ...folded, closedAtMs: endMs } : folded
    case 'open':
      return isDone ? { ...folded, closedAtMs: undefined } : folded
    case 'sleep':
      return isDone
        ? { ...sleptWell(folded), sleptAtMs: endMs, wokeAtMs: undefined }
        : {
            ...folded,
            sleepFailures: (record.sleepFailures ?? 0) + 1,
            sleepFailedAtMs: endMs,
            sleepFault: entry.outcome,
          }
    case 'wake': {
      if (!isDone) return { ...folded, failures: record.failures + 1, failedAtMs: endMs, fault: entry.outcome }
      const bootMs = endMs - (entry.acceptedAtMs ?? entry.intendedAtMs)
      return { ...folded, wokeAtMs: endMs, bootsMs: [...record.bootsMs, Math.max(0, bootMs)].slice(-keptBoots) }
    }
    default:
      return folded
  }
}

/**
 * What the state of the host adds: one that others opened is not closed by Gleaner any more; one that went down again soon after
 * it was woken has failed; one that has stayed up long enough has recovered.
 */
export function seePower(record: HostPowerRecord, { state }: Host, at: { nowMs: number; options: PowerOptions }) {
  const { nowMs, options } = at
  const { wokeAtMs, closedAtMs, failures } = record
  if (state === 'up') {
    const opened = closedAtMs === undefined ? record : { ...record, closedAtMs: undefined }
    if (failures === 0) return opened
    if (wokeAtMs === undefined) return { ...opened, wokeAtMs: nowMs }
    if (nowMs - wokeAtMs < options.leastOnMs) return opened
    return { ...opened, failures: 0, failedAtMs: undefined, fault: undefined }
  }
  if (state !== 'down' && state !== 'asleep') return record
  // It sleeps after all, if later than it was waited for.
  const known = state === 'asleep' && (record.sleepFailures ?? 0) > 0 ? sleptWell(record) : record
  if (wokeAtMs === undefined) return known
  const livedMs = nowMs - wokeAtMs
  if (livedMs >= options.leastOnMs) return { ...known, wokeAtMs: undefined }
  const fault = `it was ${state} again ${formatDurationMs(Math.max(0, livedMs))} after it woke up`
  return { ...known, wokeAtMs: undefined, failures: failures + 1, failedAtMs: nowMs, fault }
}

function sleptWell(record: HostPowerRecord): HostPowerRecord {
  return { ...record, sleepFailures: undefined, sleepFailedAtMs: undefined, sleepFault: undefined }
}
