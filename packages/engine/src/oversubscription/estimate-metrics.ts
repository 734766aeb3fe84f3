// How an estimate fared against what then happened, in two tongues.
//
// The ancestor's notebook, per slice i with A = free, B = booked, P = P99 of the slice, C = capacity:
//   correction = B_i − B_(i−1) when that is not negative, else P_i − P_(i−1)
//   expected   = A_(i−1) − correction,  truth = C − P_i,  misprediction m = truth − expected
//   violation  = max(0, −m),            decrease = max(0, expected − A_i)
// reported as sums over the slices divided by the capacity; of m the size counts, whichever way it was wrong.
//
// Google's paper, with the prediction p = what the slice before took as used, plus what was newly booked since, and the
// slice's own peak o: violation when p < o; severity max(0, o − p)/o; savings 1 − min(p, B)/B. Also at the level of
// samples: the share of samples above p, and how far above on average in parts of the capacity.
// Sources: ScroogeVM, scroogevm_analysis.ipynb; Bashir et al., EuroSys 2021.
import type { Samples } from './host-slice.ts'

export interface SliceOutcome {
  readonly capacity: number
  readonly booked: number
  readonly free: number
  /** What the strategy took as used: the prediction for the slice after this one. */
  readonly used: number
  readonly p99: number
  readonly peak: number
  readonly samples: Samples
}

/** Of one slice, judged against the estimate of the slice before. */
export interface SliceJudgement {
  readonly misprediction: number
  readonly violation: number
  readonly decrease: number
  readonly isViolated: boolean
  readonly severity: number
  readonly savings: number
  readonly samplesAbove: number
  readonly excess: number
}

export function judgeSlice(before: SliceOutcome, now: SliceOutcome): SliceJudgement {
  const newlyBooked = now.booked - before.booked
  const correction = newlyBooked >= 0 ? newlyBooked : now.p99 - before.p99
  const expected = before.free - correction
  const misprediction = now.capacity - now.p99 - expected
  // Usage below zero (doa speaks of it) cannot come: as a prediction of usage it is none at all.
  const prediction = Math.max(0, before.used) + Math.max(0, newlyBooked)
  let above = 0
  let excess = 0
  let count = 0
  for (const sample of now.samples) {
    if (Number.isNaN(sample)) continue
    count++
    if (sample <= prediction) continue
    above++
    excess += sample - prediction
  }
  const isViolated = now.peak > prediction
  return {
    misprediction: Math.abs(misprediction),
    violation: Math.max(0, -misprediction),
    decrease: Math.max(0, expected - now.free),
    isViolated,
    severity: isViolated ? (now.peak - prediction) / now.peak : 0,
    savings: now.booked > 0 ? 1 - Math.min(prediction, now.booked) / now.booked : 0,
    samplesAbove: count === 0 ? 0 : above / count,
    excess: count === 0 ? 0 : excess / count,
  }
}

export interface Fared {
  /** Slices that had an estimate before them. */
  readonly judged: number
  /** Sums in parts of the capacity, as the notebook prints them. */
  readonly misprediction: number
  readonly violation: number
  readonly decreases: number
  /** Share of slices whose peak was above the estimate. */
  readonly violationRate: number
  /** Mean over all slices of how far, in parts of the peak. */
  readonly severity: number
  /** Mean share of what was booked that the estimate gave back. */
  readonly savings: number
  readonly samplesAbove: number
  readonly excess: number
}

export const nothingJudged: Fared = {
  judged: 0,
  misprediction: 0,
  violation: 0,
  decreases: 0,
  violationRate: 0,
  severity: 0,
  savings: 0,
  samplesAbove: 0,
  excess: 0,
}

/** The record so far, one more slice taken in. A slice that makes no sense (no samples, no capacity) is left out. */
export function addJudgement(fared: Fared, judgement: SliceJudgement, capacity: number): Fared {
  if (!(capacity > 0) || Number.isNaN(judgement.misprediction)) return fared
  const judged = fared.judged + 1
  const mean = (old: number, value: number): number => old + (value - old) / judged
  return {
    judged,
    misprediction: fared.misprediction + judgement.misprediction / capacity,
    violation: fared.violation + judgement.violation / capacity,
    decreases: fared.decreases + judgement.decrease / capacity,
    violationRate: mean(fared.violationRate, judgement.isViolated ? 1 : 0),
    severity: mean(fared.severity, judgement.severity),
    savings: mean(fared.savings, judgement.savings),
    samplesAbove: mean(fared.samplesAbove, judgement.samplesAbove),
    excess: mean(fared.excess, judgement.excess / capacity),
  }
}
