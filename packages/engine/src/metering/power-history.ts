// Watts of one host over time, at a resolution that falls with age, as round-robin databases keep it (Kwapi's RRD plugin):
// ten seconds of the last half hour, minutes of the last six hours, quarters of the last week. A cell is the mean of what was
// read in it; one between two readings that are joined, as for the energy, lies on their line; any other is unknown. Hours, for as long as the operator keeps them, are in the store.

interface Tier {
  readonly stepMs: number
  readonly cells: number
}

const tiers: readonly Tier[] = [
  { stepMs: 10_000, cells: 180 },
  { stepMs: 60_000, cells: 360 },
  { stepMs: 900_000, cells: 672 },
]
const starts = tiers.map((_, nth) => tiers.slice(0, nth).reduce((sum, { cells }) => sum + cells, 0))
const allCells = tiers.reduce((sum, { cells }) => sum + cells, 0)

export interface PowerSeries {
  readonly startMs: number
  readonly stepMs: number
  /** Mean watts of each step; NaN where nothing was read. */
  readonly powerW: Float32Array
}

export class PowerHistory {
  readonly #means = new Float32Array(allCells).fill(Number.NaN)
  /** Per tier: the step that is being filled, and what is in it so far. */
  readonly #steps = new Float64Array(tiers.length).fill(Number.NaN)
  readonly #counts = new Uint32Array(tiers.length)
  #lastMs = Number.NaN
  #lastW = Number.NaN

  /** Earlier than what is there already: left out. `longestStepMs`: readings further apart are not joined. */
  add(atMs: number, powerW: number, longestStepMs = 0): void {
    const slope = atMs - this.#lastMs <= longestStepMs ? (powerW - this.#lastW) / (atMs - this.#lastMs) : Number.NaN
    for (let nth = 0; nth < tiers.length; nth++) {
      const { stepMs } = tiers[nth] as Tier
      const step = Math.floor(atMs / stepMs)
      const current = this.#steps[nth] as number
      if (step < current) return
      if (step !== current) this.#open(nth, step, slope)
      if (Number.isNaN(powerW)) continue
      const cell = this.#cellOf(nth, step)
      const count = ((this.#counts[nth] as number) += 1)
      const mean = this.#means[cell] as number
      this.#means[cell] = count === 1 ? powerW : mean + (powerW - mean) / count
    }
    this.#lastMs = atMs
    this.#lastW = powerW
  }

  /** At the finest resolution that reaches back to `fromMs`; the coarsest where none does. */
  read(fromMs: number, toMs: number): PowerSeries {
    const last = this.#steps[0] as number
    const newestMs = Number.isNaN(last) ? toMs : Math.max(toMs, last * (tiers[0] as Tier).stepMs)
    const found = tiers.findIndex(({ stepMs, cells }) => newestMs - fromMs <= stepMs * cells)
    return this.readTier(found < 0 ? tiers.length - 1 : found, fromMs, toMs)
  }

  readTier(nth: number, fromMs: number, toMs: number): PowerSeries {
    const { stepMs, cells } = tiers[nth] as Tier
    const newest = this.#steps[nth] as number
    const first = Math.max(Math.floor(fromMs / stepMs), Math.ceil(toMs / stepMs) - cells)
    const powerW = new Float32Array(Math.max(0, Math.ceil(toMs / stepMs) - first)).fill(Number.NaN)
    for (let index = 0; index < powerW.length; index++) {
      const step = first + index
      if (step <= newest && step > newest - cells) powerW[index] = this.#means[this.#cellOf(nth, step)] as number
    }
    return { startMs: first * stepMs, stepMs, powerW }
  }

  /** What lies between the step before and this one is on the line of the two readings, or was not read. */
  #open(nth: number, step: number, slope: number): void {
    const { cells, stepMs } = tiers[nth] as Tier
    const before = this.#steps[nth] as number
    const first = Number.isNaN(before) ? step : Math.max(before + 1, step - cells + 1)
    for (let between = first; between < step; between++)
      this.#means[this.#cellOf(nth, between)] = this.#lastW + slope * ((between + 0.5) * stepMs - this.#lastMs)
    this.#means[this.#cellOf(nth, step)] = Number.NaN
    this.#steps[nth] = step
    this.#counts[nth] = 0
  }

  #cellOf(nth: number, step: number): number {
    const { cells } = tiers[nth] as Tier
    return (starts[nth] as number) + (step % cells)
  }
}
