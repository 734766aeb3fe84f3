// The settings of Gleaner's own strategy. The defaults were chosen on some traces and judged on others: see
// docs/oversubscription.md for which, and for what else was tried.

export interface GleanerOptions {
  /** Deviations above the mean that count before anything has been learned. The one knob to turn for more or less risk, 0 to 20. */
  readonly caution: number
  /** What one core (or MB) too little costs, in cores unsold; undefined: what goes with the caution (`priceOf`). */
  readonly price: number | undefined
  /** How much the record of a bet counts against what is believed beforehand. */
  readonly learning: number
  /** What is left of the record of a bet after each scope. */
  readonly memory: number
  /** Scopes that are remembered in detail. */
  readonly depth: number
  /** How far from `caution` bets may stray for free; in deviations. */
  readonly spread: number
  /** Part of a violation that is added to the next estimates, and what is left of that after each quiet scope. */
  readonly backOff: number
  readonly backOffFade: number
  /** Scopes an instance must have been seen for before its own peaks say anything. */
  readonly warmScopes: number
  /** Part of what a newcomer was promised and has not used yet that is kept for it; halves, thirds … with each scope. */
  readonly newcomerShare: number
  /** A period counts when it misses by less than this part of what the scope before misses. */
  readonly seasonWorth: number
}

export const defaultGleanerOptions: GleanerOptions = {
  caution: 3.25,
  price: undefined,
  learning: 0.06,
  memory: 0.97,
  depth: 60,
  spread: 0.2,
  backOff: 0.5,
  backOffFade: 0.2,
  warmScopes: 3,
  newcomerShare: 0.25,
  seasonWorth: 0.5,
}

/** At the default caution. */
export const usualPrice = 20

/** Whoever is more cautious minds being short more: a factor of 4.5 for each deviation. */
export function priceOf({ price, caution }: Pick<GleanerOptions, 'price' | 'caution'>): number {
  return price ?? usualPrice * 10 ** (0.65 * (caution - defaultGleanerOptions.caution))
}
