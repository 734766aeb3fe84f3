// What the cloud's scheduler may sell per unit of a host that can be used. It sells usable x ratio in all. What is booked uses
// at most the estimated peak; the rest, less the headroom, can be sold again to newcomers, of whom it is believed that
// they use all they are promised until they have shown otherwise:
//   ratio = (booked + usable x (1 - headroom) - estimate) / usable, within the operator's limits, rounded down to a hundredth
// Source: ScroogeVM (usable = booked + free), with the headroom that the ledger keeps.
import type { RatioLimits } from './online-options.ts'

export interface RatioFigures {
  readonly capacity: number
  readonly booked: number
  readonly estimate: number
}

/** The smallest limit where there is nothing to sell. */
export function ratioAim(figures: RatioFigures, limits: RatioLimits, headroomShare: number): number {
  const { capacity, booked, estimate } = figures
  if (!(capacity > 0)) return limits.min
  const room = Math.max(0, capacity * (1 - headroomShare) - estimate)
  return within(limits, (booked + room) / capacity)
}

/** What is booked and nothing more. */
export function ratioOfBooked({ capacity, booked }: RatioFigures, limits: RatioLimits): number {
  return capacity > 0 ? within(limits, booked / capacity) : limits.min
}

function within({ min, max }: RatioLimits, ratio: number): number {
  // A hair is added so that 1.2 stays 1.2.
  const rounded = Math.floor(ratio * 100 + 1e-9) / 100
  return Math.min(max, Math.max(min, Number.isFinite(rounded) ? rounded : min))
}
