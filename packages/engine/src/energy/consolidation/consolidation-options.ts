// What an operator may set about moving running instances together so that hosts can sleep.
export interface ConsolidationOptions {
  /** One of `steadyConsolidations`. */
  readonly policy: string
  /** The loads that a policy looks at are averages over spans of this length. */
  readonly stepMs: number
  /** Migrations of one cloud that are wanted or under way at once. */
  readonly movesAtOnce: number
  /** Hosts of one cloud that are emptied at once. */
  readonly hostsAtOnce: number
  /** Whoever was moved stays where it is for so long. */
  readonly restMs: number
  /** A host with a lease that begins sooner is left alone. */
  readonly aheadMs: number
}

const minuteMs = 60_000

export const defaultConsolidationOptions: ConsolidationOptions = {
  policy: 'gleaner',
  stepMs: 5 * minuteMs,
  movesAtOnce: 4,
  hostsAtOnce: 1,
  restMs: 60 * minuteMs,
  aheadMs: 24 * 60 * minuteMs,
}
