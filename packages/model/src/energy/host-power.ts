// What is remembered of a host's being switched off and on: it must outlive the process, because only what Gleaner put to sleep
// is Gleaner's to wake, however long ago that was.
import type { HostId } from '../ids.ts'

/** A person's word about one host, which goes before everything but the safety of what runs. */
export interface PowerWish {
  readonly state: 'awake' | 'asleep'
  readonly by: string
  readonly untilMs: number
}

export interface HostPowerRecord {
  readonly hostId: HostId
  /** Gleaner closed it to let it sleep and has not opened it since. */
  readonly closedAtMs: number | undefined
  readonly sleptAtMs: number | undefined
  /** When it was last seen alive after Gleaner woke it. */
  readonly wokeAtMs: number | undefined
  /** How long it took to wake up, newest last. */
  readonly bootsMs: readonly number[]
  /** Wake-ups in a row that failed; a host that died soon after one counts as well. */
  readonly failures: number
  readonly failedAtMs: number | undefined
  readonly fault: string | undefined
  /** Attempts in a row to put it to sleep that failed; absent when there were none, and in records of earlier versions. */
  readonly sleepFailures?: number | undefined
  readonly sleepFailedAtMs?: number | undefined
  readonly sleepFault?: string | undefined
  readonly wish: PowerWish | undefined
  /** What the journal says up to this moment is in it. */
  readonly foldedToMs: number
}

export function freshPowerRecord(hostId: HostId): HostPowerRecord {
  return {
    hostId,
    closedAtMs: undefined,
    sleptAtMs: undefined,
    wokeAtMs: undefined,
    bootsMs: [],
    failures: 0,
    failedAtMs: undefined,
    fault: undefined,
    wish: undefined,
    foldedToMs: Number.MIN_SAFE_INTEGER,
  }
}

/** The wish as far as it is in force. */
export function wishNow({ wish }: Pick<HostPowerRecord, 'wish'>, nowMs: number): PowerWish | undefined {
  return wish !== undefined && nowMs < wish.untilMs ? wish : undefined
}
