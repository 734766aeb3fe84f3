// When a desktop will be there for guests: for each hour of the week the expected share of it in which guests may run, learnt from how
// its phases went, and how well that has held.
//
// Each hour of the past is first foretold from what was before it and only then learnt, so the accuracy is that of a forecast and not of
// a memory. Older weeks count less (`fadePerWeek`). An hour of the week of which little is known leans on the same hour of other days of its
// kind (working days, weekends), and that on all hours. The measure of error is that of Brier (1950), the mean of (forecast − actual)²; beside
// it stands that of always foretelling the mean, which says how much was learnt at all. Hours are those of UTC.
import { type LendingPhase, mayLend } from '@gleaner/model'

export const hoursOfWeek = 168
const hourMs = 3_600_000
const fadePerWeek = 0.8
/** So many hours' worth of doubt is on each level. */
const doubt = 1

export interface PhaseSpan {
  readonly atMs: number
  readonly phase: LendingPhase
}

export interface AvailabilityForecast {
  /** From Monday 00:00 UTC on, 0..1; undefined as long as nothing is known at all. */
  readonly hours: readonly number[] | undefined
  /** Hours it was learnt from. */
  readonly learntHours: number
  /** Undefined until a day of hours was foretold. */
  readonly accuracy: ForecastAccuracy | undefined
}

export interface ForecastAccuracy {
  readonly judgedHours: number
  /** Share of the hours of which it foretold rightly whether guests may run for most of them. */
  readonly rightShare: number
  readonly brier: number
  /** Of one who always foretells the mean so far. */
  readonly brierOfMean: number
}

/** 0 is the hour from Monday 00:00 UTC. Day 0 of the epoch was a Thursday. */
export function hourOfWeek(atMs: number): number {
  const hour = Math.floor(atMs / hourMs) + 3 * 24
  return ((hour % hoursOfWeek) + hoursOfWeek) % hoursOfWeek
}

/** `spans` oldest first; the last one counts until `untilMs`, which lies where the last word of the agent can be believed no more. */
export function forecastAvailability(spans: readonly PhaseSpan[], untilMs: number): AvailabilityForecast {
  const learner = new Learner()
  const first = spans[0]
  if (first === undefined) return learner.answer()
  let index = 0
  for (let fromMs = Math.ceil(first.atMs / hourMs) * hourMs; fromMs + hourMs <= untilMs; fromMs += hourMs) {
    let lendableMs = 0
    const endMs = fromMs + hourMs
    while ((spans[index + 1]?.atMs ?? Number.POSITIVE_INFINITY) <= fromMs) index++
    for (let nth = index; nth < spans.length; nth++) {
      const span = spans[nth] as PhaseSpan
      if (span.atMs >= endMs) break
      const toMs = Math.min(endMs, spans[nth + 1]?.atMs ?? endMs)
      if (mayLend(span.phase)) lendableMs += Math.max(0, toMs - Math.max(fromMs, span.atMs))
    }
    learner.take(hourOfWeek(fromMs), lendableMs / hourMs)
  }
  return learner.answer()
}

interface Mean {
  sum: number
  weight: number
}

const none = (): Mean => ({ sum: 0, weight: 0 })

class Learner {
  readonly #ofHour = Array.from({ length: hoursOfWeek }, none)
  /** Hour of the day on working days, then on weekends. */
  readonly #ofKind = Array.from({ length: 48 }, none)
  readonly #all = none()
  #learnt = 0
  #judged = 0
  #right = 0
  #error = 0
  #errorOfMean = 0

  take(hour: number, share: number): void {
    // The first day is foretold from nearly nothing; that is no forecast.
    if (this.#learnt >= 24) {
      const foretold = this.#foretell(hour)
      this.#judged++
      if (foretold >= 0.5 === share >= 0.5) this.#right++
      this.#error += (foretold - share) ** 2
      this.#errorOfMean += (this.#all.sum / this.#all.weight - share) ** 2
    }
    this.#learnt++
    learn(this.#all, share, 1)
    learn(this.#ofKind[kindOf(hour)] as Mean, share, fadePerWeek ** (kindOf(hour) < 24 ? 1 / 5 : 1 / 2))
    learn(this.#ofHour[hour] as Mean, share, fadePerWeek)
  }

  #foretell(hour: number): number {
    const all = lean(this.#all, 0.5)
    return lean(this.#ofHour[hour] as Mean, lean(this.#ofKind[kindOf(hour)] as Mean, all))
  }

  answer(): AvailabilityForecast {
    const isKnown = this.#learnt > 0
    return {
      hours: isKnown ? Array.from({ length: hoursOfWeek }, (_, hour) => this.#foretell(hour)) : undefined,
      learntHours: this.#learnt,
      accuracy:
        this.#judged < 24
          ? undefined
          : {
              judgedHours: this.#judged,
              rightShare: this.#right / this.#judged,
              brier: this.#error / this.#judged,
              brierOfMean: this.#errorOfMean / this.#judged,
            },
    }
  }
}

function kindOf(hour: number): number {
  return (hour % 24) + (hour >= 120 ? 24 : 0)
}

function learn(mean: Mean, share: number, fade: number): void {
  mean.sum = mean.sum * fade + share
  mean.weight = mean.weight * fade + 1
}

function lean({ sum, weight }: Mean, on: number): number {
  return (sum + doubt * on) / (weight + doubt)
}
