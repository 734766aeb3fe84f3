// The shape every strategy has: fed one slice after the other, it answers how much of a resource it takes as used; the
// rest of the capacity may be sold. One run serves one resource and one slice number of one host. What a run carries from
// scope to scope is a plain JSON value, so that a restart loses nothing.
import type { Resource, Samples } from './host-slice.ts'
import type { SliceHistory } from './slice-history.ts'

export const strategyNames = [
  'gleaner',
  'percentile',
  'doa',
  'greedy',
  'scroogevm',
  'nsigma',
  'rclike',
  'borg',
  'maxpeak',
  'google-limit',
  'google-max',
  'google-instance-percentile',
  'google-host-percentile',
  'google-nsigma',
  'google-borg-default',
  'google-max-peak',
] as const
export type StrategyName = (typeof strategyNames)[number]

/** What a strategy may look at. */
export interface Sight {
  readonly resource: Resource
  readonly capacity: number
  /** What the present instances were promised. */
  readonly booked: number
  /** The host's samples of the newest slice. */
  readonly newest: Samples
  readonly isStable: boolean
  readonly history: SliceHistory
}

export type SavedValue = number | string | readonly SavedValue[] | { readonly [key: string]: SavedValue }
export type SavedState = { readonly [key: string]: SavedValue }

/** The numbers behind an answer, by name; what a person reads as "why". */
export type Evidence = Readonly<Record<string, number>>

export interface Answer {
  /** Cores or MB taken as used: the estimated peak. Before any clipping by the caller. */
  readonly used: number
  readonly evidence: Evidence
}

export interface StrategyRun {
  step(sight: Sight): Answer
  save(): SavedState
}

export interface Strategy {
  readonly name: StrategyName
  /** Needs to know whether the window is stable. */
  readonly usesStability: boolean
  start(saved?: SavedState): StrategyRun
}
