// What a wish is made up of, as it is counted on calendars.
import type { LeaseWish, Sizes } from '@gleaner/model'
import type { Need } from './host-calendar.ts'

/** One part of what a wish is made up of, and how many parts are needed: hosts, instances, or all instances at once. */
export interface WishUnits {
  readonly need: Need
  /** How many units one host can give at most, whatever its room. */
  readonly perHost: number
  readonly min: number
  readonly max: number
}

export function unitsOf(wish: LeaseWish): WishUnits {
  if (wish.kind === 'hosts') return { need: 'whole', perHost: 1, min: wish.min, max: wish.max }
  const { amount, size, affinity } = wish
  if (affinity === 'together') {
    const all: Sizes = [size[0] * amount, size[1] * amount, size[2] * amount]
    return { need: all, perHost: 1, min: 1, max: 1 }
  }
  return { need: size, perHost: affinity === 'apart' ? 1 : amount, min: amount, max: amount }
}
