// What one reservation asks for, apart from when: hosts as a whole, or room for equal instances.
import type { Need, Sizes } from './host-calendar.ts'

export interface HostWish {
  readonly kind: 'hosts'
  /** At least so many; as many as are free, up to `max`. */
  readonly min: number
  readonly max: number
}

export interface RoomWish {
  readonly kind: 'instances'
  readonly amount: number
  /** Of each instance. */
  readonly size: Sizes
  /** together: all on one host; apart: each on a host of its own; undefined: as it comes. */
  readonly affinity?: 'together' | 'apart'
}

export type Wish = HostWish | RoomWish

/** One part of what a wish is made up of, and how many parts are needed: hosts, instances, or all instances at once. */
export interface WishUnits {
  readonly need: Need
  /** How many units one host can give at most, whatever its room. */
  readonly perHost: number
  readonly min: number
  readonly max: number
}

export function unitsOf(wish: Wish): WishUnits {
  if (wish.kind === 'hosts') return { need: 'whole', perHost: 1, min: wish.min, max: wish.max }
  const { amount, size, affinity } = wish
  if (affinity === 'together') {
    const all: Sizes = [size[0] * amount, size[1] * amount, size[2] * amount]
    return { need: all, perHost: 1, min: 1, max: 1 }
  }
  return { need: size, perHost: affinity === 'apart' ? 1 : amount, min: amount, max: amount }
}
