// What energy comes to in grams of CO2 and in money, per kWh: a constant, or values that hold from a moment until the next one
// (as grids publish them by the hour). Before the first value there is none, and what has none is said to be without.

export interface Tariff {
  /** Ascending; each value per kWh holds from its moment on. None: nobody says. */
  readonly steps: readonly TariffStep[]
}

export interface TariffStep {
  readonly fromMs: number
  readonly perKWh: number
}

export interface FactorSpan {
  readonly fromMs: number
  readonly toMs: number
  readonly gramsPerKWh: number | undefined
  readonly pricePerKWh: number | undefined
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
    if ((steps[middle] as TariffStep).fromMs <= atMs) low = middle + 1
    else high = middle
  }
  return steps[low - 1]?.perKWh
}

/** Both tariffs over [fromMs, toMs), cut where either changes; without holes. */
export function factorSpans(
  span: { readonly fromMs: number; readonly toMs: number },
  tariffs: { readonly carbon: Tariff; readonly price: Tariff },
): readonly FactorSpan[] {
  const { fromMs, toMs } = span
  const changes = [...tariffs.carbon.steps, ...tariffs.price.steps]
    .map((step) => step.fromMs)
    .filter((atMs) => atMs > fromMs && atMs < toMs)
  const cuts = [...new Set([fromMs, ...changes])].sort((a, b) => a - b)
  return cuts.map((atMs, nth) => ({
    fromMs: atMs,
    toMs: cuts[nth + 1] ?? toMs,
    gramsPerKWh: tariffAt(tariffs.carbon, atMs),
    pricePerKWh: tariffAt(tariffs.price, atMs),
  }))
}
