// The memory of 256 subjects as a handful of typed arrays. Growing adds a block and copies nothing. Guarantees that a
// subject takes exactly `layout.bytesPerSubject` here. What the numbers mean over time is the business of `TierFolder`
// (which stretch a tile stands for) and `TelemetryWindows` (which step a row of the ring holds).
//
// ring:   [subject][metric][row]; row of a step = step mod rows; NaN = no sample
// tiles:  [subject][metric][tile] for count, sum, minimum, maximum, place; count 0 = nothing
// bins:   [subject][metric][tile][bin], bytes for the narrow tiles, 16 bits for the others
// place:  collapse level << 12 | first bin at that level
import { metrics } from '@gleaner/model'
import type { Layout } from './layout.ts'
import type { Sketch } from './sketch.ts'

const subjectsPerBlock = 256
export const blockOfSlot = (slot: number): number => slot >> 8
export const indexInBlock = (slot: number): number => slot & 0xff
export const noStep = -1

export class Block {
  readonly layout: Layout
  readonly ring: Float32Array
  readonly ringBits: Uint32Array
  readonly counts: Uint16Array
  readonly sums: Float32Array
  readonly minimums: Float32Array
  readonly minimumBits: Uint32Array
  readonly maximums: Float32Array
  readonly maximumBits: Uint32Array
  readonly places: Uint16Array
  readonly narrow: Uint8Array
  readonly wide: Uint16Array
  /** The newest step with a sample; `noStep` when there is none. */
  readonly head: Int32Array
  /** Hours (since the epoch) before this one are in the tiles, the others only in the ring. */
  readonly foldedHours: Int32Array
  /** The step of the oldest sample there ever was: what is before it is no gap within a tile. */
  readonly firstStep: Int32Array
  readonly lastAtMs: Float64Array
  readonly revision: Uint32Array
  readonly saved: Uint32Array
  /** Changes with everything but the appending of newer samples (see `WindowOutlook`). Never 0 for a subject. */
  readonly rewritten: Int32Array

  /** Tiles of one subject, all metrics. */
  readonly tilesPerSubject: number
  readonly #narrowStride: number
  readonly #wideStride: number
  /** Of each tile of a subject: where its bins begin within the subject's part of `narrow`, or as ~offset of `wide`. */
  readonly #offsets: Int32Array
  /** Of each tile of a subject: how many bins it has. */
  readonly #limits: Uint8Array

  constructor(layout: Layout, subjects: number = subjectsPerBlock) {
    this.layout = layout
    const metricCount = metrics.length
    this.ring = new Float32Array(subjects * metricCount * layout.rows)
    this.ringBits = new Uint32Array(this.ring.buffer)
    this.tilesPerSubject = metricCount * layout.tiles
    const tiles = subjects * this.tilesPerSubject
    this.counts = new Uint16Array(tiles)
    this.sums = new Float32Array(tiles)
    this.minimums = new Float32Array(tiles)
    this.minimumBits = new Uint32Array(this.minimums.buffer)
    this.maximums = new Float32Array(tiles)
    this.maximumBits = new Uint32Array(this.maximums.buffer)
    this.places = new Uint16Array(tiles)
    this.#narrowStride = layout.narrowTiles * layout.binsPerTile
    this.#wideStride = (layout.tiles - layout.narrowTiles) * layout.binsPerTile
    this.narrow = new Uint8Array(subjects * this.#narrowStride)
    this.wide = new Uint16Array(subjects * this.#wideStride)
    this.head = new Int32Array(subjects).fill(noStep)
    this.foldedHours = new Int32Array(subjects)
    this.firstStep = new Int32Array(subjects)
    this.lastAtMs = new Float64Array(subjects * metricCount).fill(Number.NaN)
    this.revision = new Uint32Array(subjects)
    this.saved = new Uint32Array(subjects)
    this.rewritten = new Int32Array(subjects)
    this.#offsets = new Int32Array(this.tilesPerSubject)
    this.#limits = new Uint8Array(this.tilesPerSubject)
    this.#placeBins()
  }

  get byteLength(): number {
    const arrays = [
      this.ring,
      this.counts,
      this.sums,
      this.minimums,
      this.maximums,
      this.places,
      this.narrow,
      this.wide,
    ]
    const others = [
      this.head,
      this.foldedHours,
      this.firstStep,
      this.lastAtMs,
      this.revision,
      this.saved,
      this.rewritten,
    ]
    return [...arrays, ...others].reduce((sum, array) => sum + array.byteLength, 0)
  }

  /** Forgets all of one subject, but not its revision: who remembers the old one must see that it changed. */
  reset(index: number): void {
    const { rows } = this.layout
    this.ring.fill(Number.NaN, index * metrics.length * rows, (index + 1) * metrics.length * rows)
    this.clearTiles(index)
    this.head[index] = noStep
    this.foldedHours[index] = 0
    this.firstStep[index] = 0
    this.lastAtMs.fill(Number.NaN, index * metrics.length, (index + 1) * metrics.length)
    this.rewrite(index)
  }

  /** What was foreseen of this subject is void. */
  rewrite(index: number): void {
    this.rewritten[index] = ((this.rewritten[index] as number) + 1) | 1
  }

  clearTiles(index: number): void {
    this.counts.fill(0, index * this.tilesPerSubject, (index + 1) * this.tilesPerSubject)
  }

  /** Takes over the subject of a block that has but one, head and all: nothing is left of what was here. */
  copyFrom(source: Block, index: number): void {
    copyTo(this.ring, source.ring, index)
    copyTo(this.counts, source.counts, index)
    copyTo(this.sums, source.sums, index)
    copyTo(this.minimums, source.minimums, index)
    copyTo(this.maximums, source.maximums, index)
    copyTo(this.places, source.places, index)
    copyTo(this.narrow, source.narrow, index)
    copyTo(this.wide, source.wide, index)
    copyTo(this.lastAtMs, source.lastAtMs, index)
    this.head[index] = source.head[0] as number
    this.foldedHours[index] = source.foldedHours[0] as number
    this.firstStep[index] = source.firstStep[0] as number
    this.rewrite(index)
  }

  /** Copies the bins of a tile and tells how many there are. */
  copyBins(tile: number, into: Int32Array): number {
    const limit = this.binLimit(tile)
    const start = this.binStart(tile)
    // Two loops, so that each sees one kind of array.
    if (start >= 0) {
      const { narrow } = this
      for (let j = 0; j < limit; j++) into[j] = narrow[start + j] as number
    } else {
      const { wide } = this
      for (let j = 0; j < limit; j++) into[j] = wide[~start + j] as number
    }
    return limit
  }

  /** How many samples are in the bins of a tile from `first` on. */
  sumBins(tile: number, first: number): number {
    const limit = this.binLimit(tile)
    const start = this.binStart(tile)
    let sum = 0
    // Two loops, so that each sees one kind of array.
    if (start >= 0) {
      const { narrow } = this
      for (let j = first; j < limit; j++) sum += narrow[start + j] as number
    } else {
      const { wide } = this
      for (let j = first; j < limit; j++) sum += wide[~start + j] as number
    }
    return sum
  }

  /** Bins beyond the first `width` become 0. */
  setBins(tile: number, bins: Int32Array, width: number): void {
    const limit = this.binLimit(tile)
    const start = this.binStart(tile)
    if (start >= 0) for (let j = 0; j < limit; j++) this.narrow[start + j] = j < width ? (bins[j] as number) : 0
    else for (let j = 0; j < limit; j++) this.wide[~start + j] = j < width ? (bins[j] as number) : 0
  }

  /** How many bins a tile has. */
  binLimit(tile: number): number {
    return this.#limits[tile % this.tilesPerSubject] as number
  }

  /** Where the bins of a tile begin: in `narrow`, or as ~start in `wide`. */
  binStart(tile: number): number {
    const index = (tile / this.tilesPerSubject) | 0
    const offset = this.#offsets[tile - index * this.tilesPerSubject] as number
    return offset >= 0 ? index * this.#narrowStride + offset : ~(index * this.#wideStride + ~offset)
  }

  read(tile: number, sketch: Sketch): void {
    sketch.clear()
    const count = this.counts[tile] as number
    if (count === 0) return
    sketch.count = count
    sketch.sum = this.sums[tile] as number
    sketch.min = this.minimums[tile] as number
    sketch.max = this.maximums[tile] as number
    const place = this.places[tile] as number
    sketch.level = place >>> 12
    sketch.low = place & 0xfff
    const limit = this.copyBins(tile, sketch.bins)
    for (let j = limit; j > 0; j--) {
      if ((sketch.bins[j - 1] as number) === 0) continue
      sketch.width = j
      break
    }
  }

  /** The sketch must have been made with this tile's bin limit. */
  write(tile: number, sketch: Sketch): void {
    this.counts[tile] = sketch.count
    if (sketch.count === 0) return
    this.sums[tile] = sketch.sum
    this.minimums[tile] = sketch.min
    this.maximums[tile] = sketch.max
    this.places[tile] = (sketch.level << 12) | sketch.low
    this.setBins(tile, sketch.bins, sketch.width)
  }

  #placeBins(): void {
    const { tiles, narrowTiles, bins } = this.layout
    let narrow = 0
    let wide = 0
    for (let ordinal = 0; ordinal < this.tilesPerSubject; ordinal++) {
      const limit = bins[Math.floor(ordinal / tiles)] as number
      const isNarrow = ordinal % tiles < narrowTiles
      this.#limits[ordinal] = limit
      this.#offsets[ordinal] = isNarrow ? narrow : ~wide
      if (isNarrow) narrow += limit
      else wide += limit
    }
  }
}

/** The whole source is one subject's part: it needs no view, of which a hundred thousand restored subjects would make millions. */
function copyTo<Numbers extends { readonly length: number; set(source: Numbers, at: number): void }>(
  target: Numbers,
  source: Numbers,
  index: number,
): void {
  target.set(source, index * source.length)
}
