// What one reservation asks for, apart from when: hosts as a whole, or room for equal instances.

/** vcpus, MiB of memory, GiB of disk. */
export type Sizes = readonly [number, number, number]

export interface HostWish {
  readonly kind: 'hosts'
  /** At least so many; as many as are free, up to `max`. */
  readonly min: number
  readonly max: number
}

export interface InstanceWish {
  readonly kind: 'instances'
  readonly amount: number
  /** Of each instance. */
  readonly size: Sizes
  /** together: all on one host; apart: each on a host of its own; undefined: as it comes. */
  readonly affinity?: 'together' | 'apart'
}

export type LeaseWish = HostWish | InstanceWish
