// The ledger: who may use what of a host. Per host and resource
//   physical - reserved = usable;   usable >= firm peak + leased + lent + headroom;   what is left is idle.
// It keeps apart what is physically free now and what the cloud's own scheduler could still sell.
import type { HostId } from './ids.ts'

/** One resource of one host or of many, in cores or MiB throughout. */
export interface LedgerLine {
  readonly physical: number
  readonly reserved: number
  /** physical - reserved */
  readonly usable: number
  /** Nominal size of all instances that hold this resource. */
  readonly booked: number
  /** Used at the moment; undefined when nothing was measured. */
  readonly used: number | undefined
  /** Highest simultaneous use by firm instances that must be expected: of the next two the one that counts. */
  readonly firmPeak: number
  /** By the rule of highest samples. Without data: what is booked. */
  readonly measuredPeak: number
  /** By the estimate of oversubscription; undefined while there is none. Of many hosts: with measuredPeak where there is none. */
  readonly estimatedPeak: number | undefined
  readonly leased: number
  readonly lent: number
  readonly headroom: number
  /** usable - firmPeak - leased - lent - headroom, never below 0. */
  readonly idle: number
  /** By how much the promises exceed what is usable; 0 when all is well. */
  readonly overdrawn: number
  /** Not touched by anybody now: usable - used (usable - firmPeak when not measured), never below 0. */
  readonly physicallyFree: number
  /** What the cloud's scheduler could place: usable x ratio - booked, never below 0; 0 where there is no scheduler. */
  readonly sellable: number
}

export interface GuestsLent {
  readonly guests: number
  readonly memoryMiB: number
}

export interface HostLedger {
  readonly hostId: HostId
  readonly cores: LedgerLine
  readonly memoryMiB: LedgerLine
  /**
   * What guests of the host were asked to leave, and have not had back. Physically free for others, and nothing that may be
   * promised: each guest gets it back the moment it needs it, and its own peak counts as if nothing were lent. Absent: none.
   */
  readonly lentByGuests?: GuestsLent
  /** True when the firm peak rests on measured use of every running instance of the host. */
  readonly measured: boolean
}
