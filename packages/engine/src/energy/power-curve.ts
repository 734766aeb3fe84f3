// What a host draws at a load: measured points at equal distances from rest to full load, straight lines between them
// (SPECpower_ssj2008 publishes eleven points, 0 to 100 %). Below rest and above full load the ends count.

/** Watts at 0, 1/n, 2/n, … 1 of full load; at least two points. */
export type PowerCurve = readonly number[]

export function powerAtW(curve: PowerCurve, load: number): number {
  const steps = curve.length - 1
  if (!(load > 0)) return curve[0] as number
  if (load >= 1) return curve[steps] as number
  const below = Math.floor(load * steps)
  const lower = curve[below] as number
  return lower + ((curve[below + 1] as number) - lower) * (load * steps - below)
}

/** A host of which only rest and full load are known. */
export function linearCurve(idlePowerW: number, fullPowerW: number): PowerCurve {
  return [idlePowerW, fullPowerW]
}
