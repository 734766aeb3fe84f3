// What is asked of a database for one metric of hosts or instances. How a term is asked for is a matter of the backend.
import type { Metric } from '@gleaner/model'
import type { SeriesNaming, Term } from '@gleaner/wire-timeseries'

export interface MeasureShape<Query> {
  /** The preset it is from; `ownQueries` for the user's own. */
  readonly from: string
  readonly metric: Metric
  readonly naming: SeriesNaming
  /** The first of these sums that is whole is the value. */
  readonly sums: readonly (readonly Term<Query>[])[]
}

/** Where the user's own questions are said to be from. */
export const ownQueries = 'queries'
