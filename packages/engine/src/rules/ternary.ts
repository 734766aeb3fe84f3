// Three-valued truth (Kleene's strong logic). Unknown is what missing data and run-time faults become; it never acts.
// Plain small numbers, so that the hot path allocates nothing and a verdict fits into one byte.

export const isFalse = 0
export const isTrue = 1
export const isUnknown = 2

export type Ternary = typeof isFalse | typeof isTrue | typeof isUnknown

export function toTernary(value: boolean): Ternary {
  return value ? isTrue : isFalse
}
