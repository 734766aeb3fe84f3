// Columns that one decision fills and the next fills anew: per host one figure each. They live with the index because a decision
// would otherwise ask for half a megabyte and leave it behind, and the collector that takes it away costs more than the
// decision. What a decision answers is never in here.
export class DecisionScratch {
  /** The hosts that have room, by their positions. */
  able = new Int32Array(0)
  /** In the order of `able`: what a weigher says of each, and the sum of all. */
  raw = new Float64Array(0)
  weights = new Float64Array(0)

  growTo(hosts: number): void {
    this.able = new Int32Array(hosts)
    this.raw = new Float64Array(hosts)
    this.weights = new Float64Array(hosts)
  }
}
