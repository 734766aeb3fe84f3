// Whose figure counts where several measure the same metric of the same subject: the driver of the cloud and the sources, in
// their order of weight. A stronger one that has given the metric lately is its owner, and what a weaker one says of it is
// left out; so a series is not a mixture of two ways to measure, and when the owner falls silent the next one fills in.
// What is known stands at the slot of the subject in the windows. A slot that has changed hands may keep the new subject's
// figures of a weaker supplier out for one claim's length: a gap, as for any new subject.
import { metrics, type SampleBatch } from '@gleaner/model'

interface Slots {
  slotOf(subject: string): number
}

interface Claims {
  /** Of each slot: a bit for each metric, and when they were given. */
  masks: Uint8Array
  atMs: Float64Array
}

export class MetricOwners {
  readonly #slots: Slots
  readonly #claimMs: number
  readonly #claims = new Map<string, Claims>()
  readonly #stronger: ReadonlyMap<string, readonly string[]>

  /** `order`: the suppliers of a cloud, the strongest first; a supplier may stand in several such lists. */
  constructor(slots: Slots, order: readonly (readonly string[])[], claimMs: number) {
    this.#slots = slots
    this.#claimMs = claimMs
    const stronger = new Map<string, string[]>()
    for (const suppliers of order) {
      for (const [index, supplier] of suppliers.entries()) {
        stronger.set(supplier, [...new Set([...(stronger.get(supplier) ?? []), ...suppliers.slice(0, index)])])
      }
    }
    this.#stronger = stronger
  }

  /** The batch without what a stronger supplier owns. The same batch when it owns nothing of it. */
  without(batch: SampleBatch, supplier: string, nowMs: number): SampleBatch {
    const stronger = (this.#stronger.get(supplier) ?? []).flatMap((name) => this.#claims.get(name) ?? [])
    if (stronger.length === 0) return batch
    let values: Float64Array | undefined
    const oldest = nowMs - this.#claimMs
    for (let row = 0; row < batch.subjects.length; row++) {
      const slot = this.#slots.slotOf(batch.subjects[row] as string)
      let mask = 0
      for (const claims of stronger) {
        if (slot >= 0 && (claims.atMs[slot] as number) >= oldest) mask |= claims.masks[slot] as number
      }
      if (mask === 0) continue
      values ??= batch.values.slice()
      for (let metric = 0; metric < metrics.length; metric++) {
        if ((mask & (1 << metric)) !== 0) values[row * metrics.length + metric] = Number.NaN
      }
    }
    return values === undefined ? batch : { ...batch, values }
  }

  /** Remembers what a supplier has given, after the subjects of the batch were taken in. */
  claim(batch: SampleBatch, supplier: string, nowMs: number): void {
    const claims = this.#claims.get(supplier) ?? { masks: new Uint8Array(0), atMs: new Float64Array(0) }
    this.#claims.set(supplier, claims)
    for (let row = 0; row < batch.subjects.length; row++) {
      const slot = this.#slots.slotOf(batch.subjects[row] as string)
      if (slot < 0 || !((batch.atMs[row] as number) >= nowMs - this.#claimMs)) continue
      makeRoom(claims, slot)
      let mask = claims.atMs[slot] === nowMs ? (claims.masks[slot] as number) : 0
      for (let metric = 0; metric < metrics.length; metric++) {
        if (!Number.isNaN(batch.values[row * metrics.length + metric])) mask |= 1 << metric
      }
      claims.masks[slot] = mask
      claims.atMs[slot] = nowMs
    }
  }
}

function makeRoom(claims: Claims, slot: number): void {
  if (slot < claims.masks.length) return
  const length = Math.max(slot + 1, 2 * claims.masks.length, 256)
  const masks = new Uint8Array(length)
  masks.set(claims.masks)
  const atMs = new Float64Array(length).fill(Number.NEGATIVE_INFINITY)
  atMs.set(claims.atMs)
  claims.masks = masks
  claims.atMs = atMs
}
