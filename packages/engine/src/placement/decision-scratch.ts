// Columns that one decision fills and the next fills anew: per host one figure each. They live with the index because a decision
// would otherwise ask for half a megabyte and leave it behind, and the collector that takes it away costs more than the
// decision. What a decision answers is never in here.
export class DecisionScratch {
  /** How many instances of the request fit now. */
  fits = new Int32Array(0)
  /** How many would if all left who may. */
  most = new Int32Array(0)
  /** The hosts that can, by their positions. */
  able = new Int32Array(0)
  /** In the order of `able`: what room there costs at least. */
  least = new Float64Array(0)

  growTo(hosts: number): void {
    this.fits = new Int32Array(hosts)
    this.most = new Int32Array(hosts)
    this.able = new Int32Array(hosts)
    this.least = new Float64Array(hosts)
  }
}
