// What energy comes to in grams of CO2 and in money: a constant, or values that hold from a moment until the next one (as
// grids publish them by the hour). Before the first value there is none, and what has none is said to be without.

export interface Tariff {
  /** Ascending; each value per kWh holds from its moment on. */
  readonly steps: readonly { readonly fromMs: number; readonly perKWh: number }[]
}

export function constantTariff(perKWh: number): Tariff {
  return { steps: [{ fromMs: Number.NEGATIVE_INFINITY, perKWh }] }
}

/** Per kWh at a moment; undefined before the first value. */
export function tariffAt({ steps }: Tariff, atMs: number): number | undefined {
  let low = 0
  let high = steps.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((steps[middle]?.fromMs ?? 0) <= atMs) low = middle + 1
    else high = middle
  }
  return steps[low - 1]?.perKWh
}
