// Energy of one outlet from readings at any distance: the trapezoid between two that are believed and not too far apart
// (IEC 62053 meters integrate likewise, only faster). Further apart it is a gap: nothing is counted, unless the device itself
// has counted meanwhile. What the device counted is then known as a sum and not by whom, so it is kept apart as bridged.
// Energy is split at the end of an hour, so that each hour has what was drawn in it.
export interface Believed {
  readonly atMs: number
  readonly powerW: number | undefined
  readonly energyJ: number | undefined
}

export interface IntegralLimits {
  /** Readings further apart than this are not joined. */
  readonly longestStepMs: number
  /** A counter that says more than this in the mean is not believed. */
  readonly maxPowerW: number
  /** End of the hour that is under way: what lies behind it belongs to the next one. */
  readonly hourEndMs: number
}

/** A stretch that only the device's own counter knows of. */
export interface Bridge {
  readonly fromMs: number
  readonly toMs: number
  readonly energyJ: number
}

export interface Drawn {
  readonly energyJ: number
  readonly measuredMs: number
}

export interface Settled {
  readonly hour: Drawn
  readonly next: Drawn
  readonly bridges: readonly Bridge[]
}

interface Stretch {
  readonly fromMs: number
  readonly toMs: number
  readonly fromW: number
  readonly toW: number
}

const none: readonly Bridge[] = []

export class OutletIntegral {
  #energyJ = 0
  #measuredMs = 0
  #nextEnergyJ = 0
  #nextMeasuredMs = 0
  #bridges: Bridge[] | undefined
  #atMs = Number.NaN
  #powerW = Number.NaN
  #energyAtMs = Number.NaN
  #counterJ = Number.NaN

  /** Watts of the last reading; NaN when that was not believed, or there was none. */
  get powerW(): number {
    return this.#powerW
  }

  /** When the last reading was taken that was believed or doubted; NaN before the first. */
  get atMs(): number {
    return this.#atMs
  }

  /** A reading that is believed. One that is not later than the one before is left out; the answer says whether it counts. */
  take(reading: Believed, limits: IntegralLimits): boolean {
    const { atMs } = reading
    if (atMs <= this.#atMs) return false
    if (reading.powerW === undefined) return this.#takeCounter(reading, limits)
    const counted = this.#countedSince(reading, limits)
    if (!Number.isNaN(this.#atMs)) {
      const near = atMs - this.#atMs <= limits.longestStepMs && !Number.isNaN(this.#powerW)
      if (near) this.#add({ fromMs: this.#atMs, toMs: atMs, fromW: this.#powerW, toW: reading.powerW }, limits)
      else if (counted !== undefined) this.#bridge({ fromMs: this.#energyAtMs, toMs: atMs, energyJ: counted })
    }
    this.#atMs = atMs
    this.#powerW = reading.powerW
    this.#rememberCounter(reading)
    return true
  }

  /** A figure came and is not believed: what lies between it and its neighbours is unknown. */
  doubt(atMs: number): void {
    if (atMs <= this.#atMs) return
    this.#atMs = atMs
    this.#powerW = Number.NaN
  }

  /** What has come since the last call. */
  settle(): Settled {
    const settled = {
      hour: { energyJ: this.#energyJ, measuredMs: this.#measuredMs },
      next: { energyJ: this.#nextEnergyJ, measuredMs: this.#nextMeasuredMs },
      bridges: this.#bridges ?? none,
    }
    this.#bridges = undefined
    this.#energyJ = 0
    this.#measuredMs = 0
    this.#nextEnergyJ = 0
    this.#nextMeasuredMs = 0
    return settled
  }

  /** A device that only counts: the mean between two changes of its counter. */
  #takeCounter(reading: Believed, limits: IntegralLimits): boolean {
    const { atMs, energyJ } = reading
    if (energyJ === undefined || energyJ === this.#counterJ) return false
    const fromMs = this.#energyAtMs
    const powerW = ((energyJ - this.#counterJ) / (atMs - fromMs)) * 1000
    const plausible = powerW >= 0 && powerW <= limits.maxPowerW
    if (plausible) this.#add({ fromMs, toMs: atMs, fromW: powerW, toW: powerW }, limits)
    this.#atMs = atMs
    this.#powerW = plausible ? powerW : Number.NaN
    this.#rememberCounter(reading)
    return true
  }

  #rememberCounter({ atMs, energyJ }: Believed): void {
    this.#counterJ = energyJ ?? Number.NaN
    this.#energyAtMs = atMs
  }

  /** What the device counted since it was last believed, where that can be. */
  #countedSince({ atMs, energyJ }: Believed, { maxPowerW }: IntegralLimits): number | undefined {
    if (energyJ === undefined || Number.isNaN(this.#counterJ)) return undefined
    const counted = energyJ - this.#counterJ
    return counted >= 0 && (counted / (atMs - this.#energyAtMs)) * 1000 <= maxPowerW ? counted : undefined
  }

  #bridge(bridge: Bridge): void {
    this.#bridges ??= []
    this.#bridges.push(bridge)
  }

  #add({ fromMs, toMs, fromW, toW }: Stretch, { hourEndMs }: IntegralLimits): void {
    const wholeJ = (((fromW + toW) / 2) * (toMs - fromMs)) / 1000
    const beforeMs = Math.min(Math.max(0, hourEndMs - fromMs), toMs - fromMs)
    const atEndW = fromW + ((toW - fromW) * beforeMs) / (toMs - fromMs)
    const beforeJ = toMs <= hourEndMs ? wholeJ : (((fromW + atEndW) / 2) * beforeMs) / 1000
    this.#energyJ += beforeJ
    this.#measuredMs += beforeMs
    this.#nextEnergyJ += wholeJ - beforeJ
    this.#nextMeasuredMs += toMs - fromMs - beforeMs
  }
}
