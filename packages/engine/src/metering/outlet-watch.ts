// Decides whether what a meter says of an outlet is believed. What is not believed is unknown, with the reason; it is never
// corrected, because a wrong guess would be billed. Falling is believed at once, also to nothing (a feed that failed, a host
// that went to sleep), rising far only when it is seen again, a power of ten of what it was not at all.
import type { PowerDoubt } from '@gleaner/model'

export interface WatchLimits {
  /** More than this no outlet of the meter can deliver. */
  readonly maxPowerW: number
  /** The same figure for longer than this is no measurement; Infinity where that is to be expected, as of a model. */
  readonly stuckAfterMs: number
}

/** 16 A at 230 V. */
export const defaultMaxPowerW = 3680
export const defaultStuckAfterMs = 6 * 3_600_000

/** All ones in 15, 16, 31 and 32 bits, and the last but one of 16: what devices say for "no value". */
const sentinels: ReadonlySet<number> = new Set([32767, 65534, 65535, 2147483647, 4294967295])

/** So many figures make what is usual; so many in a row make a new usual. */
const readingsToKnow = 5
const readingsToBelieve = 3
const readingsToStick = 30
/** Of the usual figure one in so many is the new one. */
const memory = 32
/** A rise that is looked at twice: so many times the highest that was believed, and so much above it. */
const jumpFactor = 4
const jumpW = 200
/** Less than this share of what is usual is drawn by a machine that sleeps. */
const restShare = 0.25
/** How close to a power of ten a quotient has to be. */
const unitTolerance = 0.12
/** Below this a figure is rest or noise, and no quotient is formed with it. */
const leastUsualW = 20

/** One per outlet. */
export class OutletWatch {
  #usualW = Number.NaN
  #lastW = Number.NaN
  #highW = 0
  #believed = 0
  #suspects = 0
  #unitSuspects = 0
  #sameW = Number.NaN
  #sameSinceMs = 0
  #sameReadings = 0

  /**
   * Undefined when the figure is believed. `awake`: the host is known to be on, so that a fall to a tenth is no sleep, and
   * little power that never changes is not that of one at sleep.
   */
  judge(reading: { readonly powerW: number; readonly atMs: number }, limits: WatchLimits, awake: boolean) {
    const { powerW, atMs } = reading
    const doubt = this.#doubtOf(powerW, awake, limits)
    if (doubt !== undefined) return doubt
    const rests = !awake && this.#isRest(powerW)
    const stuck = this.#isStuck(powerW, atMs, { ...limits, mayStay: powerW === 0 || rests })
    this.#believe(powerW, rests)
    return stuck ? ('stuck' as const) : undefined
  }

  #doubtOf(powerW: number, awake: boolean, { maxPowerW }: WatchLimits): PowerDoubt | undefined {
    if (powerW < 0) return 'negative'
    if (sentinels.has(powerW)) return 'sentinel'
    const known = this.#believed >= readingsToKnow && this.#usualW >= leastUsualW
    const ratio = known ? powerW / this.#usualW : 1
    const tooHigh = powerW > maxPowerW
    const rises = known && powerW > jumpFactor * this.#highW && powerW > this.#highW + jumpW
    const falls = known && awake && powerW > 0 && ratio < restShare
    const otherUnit =
      (rises || falls || (known && tooHigh)) && (isPowerOfTen(ratio) || isPowerOfTen(powerW / this.#lastW))
    this.#unitSuspects = otherUnit ? this.#unitSuspects + 1 : 0
    if (otherUnit) return this.#unitSuspects < readingsToBelieve ? 'jump' : 'unit-changed'
    if (tooHigh) return 'too-high'
    this.#suspects = rises ? this.#suspects + 1 : 0
    if (!rises) return undefined
    if (this.#suspects < readingsToBelieve) return 'jump'
    this.#believed = 0
    return undefined
  }

  /** What a board draws for itself while its machine sleeps: the same for days. */
  #isRest(powerW: number): boolean {
    return powerW < leastUsualW || powerW < restShare * this.#usualW
  }

  #isStuck(
    powerW: number,
    atMs: number,
    { stuckAfterMs, mayStay }: WatchLimits & { readonly mayStay: boolean },
  ): boolean {
    if (powerW !== this.#sameW || mayStay) {
      this.#sameW = powerW
      this.#sameSinceMs = atMs
      this.#sameReadings = 0
    }
    this.#sameReadings++
    return this.#sameReadings >= readingsToStick && atMs - this.#sameSinceMs > stuckAfterMs
  }

  #believe(powerW: number, rests: boolean): void {
    this.#suspects = 0
    // What is off tells nothing about what is usual when it is on.
    if (rests || powerW < leastUsualW) return
    this.#lastW = powerW
    if (this.#believed === 0) {
      this.#usualW = powerW
      this.#highW = powerW
    }
    this.#believed++
    this.#usualW += (powerW - this.#usualW) / Math.min(this.#believed, memory)
    this.#highW = Math.max(this.#highW, powerW)
  }
}

function isPowerOfTen(ratio: number): boolean {
  const exponent = Math.round(Math.log10(ratio))
  return exponent !== 0 && Math.abs(ratio / 10 ** exponent - 1) <= unitTolerance
}
