// Rounding as the published code rounds: to one decimal by scaling with ten, rounding halves to the even neighbour and
// scaling back (NumPy's way, not the exact decimal one: 0.15 becomes 0.2, 0.25 becomes 0.2), and to integers likewise.

export function roundHalfEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  if (rest < 0.5) return floor
  if (rest > 0.5) return floor + 1
  return floor % 2 === 0 ? floor : floor + 1
}

export function roundToTenth(value: number): number {
  return roundHalfEven(value * 10) / 10
}

/** The next multiple of `step` at or above the value, with the rounding errors of the published formula. */
export function roundUpTo(value: number, step: number): number {
  return step * Math.ceil(value / step)
}
