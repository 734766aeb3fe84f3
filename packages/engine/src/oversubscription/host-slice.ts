// What one host looked like during one slice of time, as far as an estimate needs it. A scope ("virtual day") is cut into
// slices ("virtual hours"); slice number n of every scope is compared with slice number n of the scopes before it.
// Guarantees nothing: readers refuse what makes no sense before it gets here. NaN stands for a sample that is missing and
// is never counted as zero.

export const resources = ['cpu', 'memory'] as const
export type Resource = (typeof resources)[number]

/** Samples in the order of time; cores for the processor, MB for memory. NaN = missing. */
export type Samples = Float64Array

export interface HostShare {
  readonly capacity: number
  readonly usage: Samples
}

export interface InstanceShare {
  /** What the instance was promised; the last value of the slice. */
  readonly allocation: number
  /** Aligned with the host's samples when both have the same length. */
  readonly usage: Samples
}

export interface InstanceSlice {
  readonly name: string
  readonly cpu: InstanceShare
  readonly memory: InstanceShare
  /** True when the record brings no newer sample than the one before it: the source repeats the dead. */
  readonly isRepeat?: boolean
  /** What the published code compares besides mean and deviation to call an instance ended. */
  readonly fingerprint?: string
}

export interface HostSlice {
  /** Slice o of the trace: scope o div n, slice number o mod n. */
  readonly index: number
  /** Seconds since the start of the trace, or since the epoch, as the source has it. */
  readonly epochS: number
  readonly cpu: HostShare
  readonly memory: HostShare
  /** Only those that are there; a record without samples is not. */
  readonly instances: readonly InstanceSlice[]
}
