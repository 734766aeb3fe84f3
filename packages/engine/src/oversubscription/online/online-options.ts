// The settings of estimating online, and how far ratios may go.
import type { GleanerOptions } from '../gleaner-options.ts'
import { defaultGleanerOptions } from '../gleaner-options.ts'
import type { StrategyName } from '../strategy.ts'
import { publishedParameters, type StrategyParameters } from '../strategy-parameters.ts'

export interface OnlineOptions {
  /** How often a host is estimated; a multiple of the distance of two samples. */
  readonly scopeMs: number
  readonly strategy: StrategyName
  /** Scopes before the newest one that the published strategies look at. Gleaner's own has its own depth. */
  readonly historyScopes: number
  readonly parameters: StrategyParameters
  readonly gleaner: GleanerOptions
  /** Share of a scope's samples that must be there for an estimate. */
  readonly leastCoverage: number
  /** How long the last estimate stands when nothing is measured; then all of the capacity counts as taken. */
  readonly keepMs: number
  /**
   * Until a host has been estimated for so long no estimate is below the most that it may have used within so long: load
   * repeats with the days, and whoever has watched for less goes by the windows for the rest. 0: only by what was watched.
   */
  readonly rememberMs: number
}

export const defaultOnlineOptions: OnlineOptions = {
  scopeMs: 3_600_000,
  strategy: 'gleaner',
  historyScopes: 3,
  parameters: publishedParameters,
  gleaner: defaultGleanerOptions,
  leastCoverage: 0.5,
  keepMs: 3 * 3_600_000,
  rememberMs: 24 * 3_600_000,
}

export interface RatioLimits {
  /** The scheduler never sells less, or more, per unit that can be used. */
  readonly min: number
  readonly max: number
  /** By how much it rises at most in one scope. */
  readonly largestStep: number
}

export interface RatioOptions {
  readonly cores: RatioLimits
  readonly memoryMiB: RatioLimits
  /** A ratio rises only when this much more, twice over, could be sold; and then to this much below what could. */
  readonly deadband: number
  /** Estimates that must have been judged before anything is raised. */
  readonly learnScopes: number
  /** Estimates in a row that must have held. */
  readonly calmScopes: number
  readonly leastConfidence: number
}

export const defaultRatioOptions: RatioOptions = {
  cores: { min: 1, max: 8, largestStep: 0.5 },
  memoryMiB: { min: 1, max: 1.5, largestStep: 0.1 },
  deadband: 0.05,
  learnScopes: 6,
  calmScopes: 3,
  leastConfidence: 0.6,
}
