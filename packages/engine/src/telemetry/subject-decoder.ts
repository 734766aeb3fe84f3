// Reads the stored form of one subject (see `stored-form.ts`) into a block of its own, from which the caller copies it when
// all was well: nothing is ever half loaded. Bytes that pass the checksum are still not trusted: what could not have
// been written is refused, so that no stored form can bring the windows into a state that samples could not.
import { metrics } from '@gleaner/model'
import { Block, noStep } from './block.ts'
import { checksum } from './checksum.ts'
import type { Layout } from './layout.ts'
import { bucketCount, largestValue } from './log-buckets.ts'
import { sumError } from './sketch.ts'
import {
  longestStoredForm,
  nanBits,
  storedHeaderBytes,
  storedMagic,
  storedSeed,
  storedSubjectBytes,
  storedTileBytes,
  storedVersion,
} from './stored-form.ts'
import { TileWalk } from './tile-walk.ts'

export type LoadRefusal = 'not-telemetry' | 'newer-version' | 'other-layout' | 'truncated' | 'damaged' | 'no-room'

export const loadRefusalText: Readonly<Record<LoadRefusal, string>> = {
  'not-telemetry': 'These bytes are not stored telemetry.',
  'newer-version': 'This telemetry was stored by a newer Gleaner.',
  'other-layout': 'This telemetry was stored with other settings (step, reach of the ring, retention).',
  truncated: 'The stored telemetry is cut short or too long.',
  damaged: 'The stored telemetry is damaged.',
  'no-room': 'There are as many subjects as are allowed.',
}

/** Of the two control bits of a row: which bytes of the next four are its change. */
const changeMask = Uint32Array.of(0, 0xffff, 0xffffff, 0xffffffff)
const changeBytes = Uint8Array.of(0, 2, 3, 4)
/** Single-precision bits of `largestValue`: those of positive numbers are in the order of the numbers. */
const largestBits = new Uint32Array(Float32Array.of(largestValue).buffer)[0] as number

export class SubjectDecoder {
  readonly #layout: Layout
  /** One subject, at index 0: what the last `decode` that returned undefined has read. */
  readonly block: Block
  /** Steps of each tile, for subjects with this fold and first step: most of those that are read one after the other. */
  readonly #tileSteps: Int32Array
  readonly #tilesFor = { foldedHours: -1, firstStep: -1 }
  /** The bytes to read, and padding. */
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #length = 0
  #at = 0
  #intact = true

  constructor(layout: Layout) {
    this.#layout = layout
    this.block = new Block(layout, 1)
    this.#bytes = new Uint8Array(longestStoredForm(layout) + 5 * (layout.rows + 4))
    this.#view = new DataView(this.#bytes.buffer)
    this.#tileSteps = new Int32Array(layout.tiles)
  }

  decode(bytes: Uint8Array): LoadRefusal | undefined {
    this.#length = bytes.length
    if (bytes.length > longestStoredForm(this.#layout)) return 'truncated'
    this.#bytes.set(bytes)
    const refusal = this.#header()
    if (refusal !== undefined) return refusal
    this.block.reset(0)
    this.block.narrow.fill(0)
    this.block.wide.fill(0)
    this.#at = storedHeaderBytes
    this.#intact = true
    this.#body()
    return this.#intact && this.#at === bytes.length ? undefined : 'damaged'
  }

  #header(): LoadRefusal | undefined {
    const view = this.#view
    const length = this.#length
    if (length < 4) return 'truncated'
    if (view.getUint32(0, true) !== storedMagic) return 'not-telemetry'
    if (length < storedHeaderBytes + storedSubjectBytes) return 'truncated'
    if (view.getUint32(4, true) > storedVersion) return 'newer-version'
    if (view.getUint32(4, true) !== storedVersion) return 'damaged'
    if (view.getUint32(12, true) !== length) return 'truncated'
    const fingerprint = view.getUint32(8, true)
    const sum = checksum(this.#bytes.subarray(storedHeaderBytes, length), storedSeed(fingerprint, length))
    if (view.getUint32(16, true) !== sum) return 'damaged'
    return fingerprint === this.#layout.fingerprint ? undefined : 'other-layout'
  }

  #body(): void {
    const { block } = this
    const { rows, stepsPerHour, stepMs } = this.#layout
    const head = this.#view.getInt32(this.#at, true)
    const foldedHours = this.#view.getInt32(this.#at + 4, true)
    const firstStep = this.#view.getInt32(this.#at + 8, true)
    const mask = this.#bytes[this.#at + 12] as number
    this.#at += storedSubjectBytes
    if (head === noStep) return this.#require(mask === 0)
    const folded = foldedHours * stepsPerHour
    this.#require(head >= 0 && foldedHours >= 0 && folded + rows > head && folded <= head + stepsPerHour)
    this.#require(firstStep >= 0 && firstStep <= head)
    this.#require(mask !== 0 && mask < 1 << metrics.length)
    if (!this.#intact) return
    block.head[0] = head
    block.foldedHours[0] = foldedHours
    block.firstStep[0] = firstStep
    this.#measureTiles(foldedHours, firstStep)
    let newestMs = 0
    for (let metric = 0; metric < metrics.length; metric++) {
      if ((mask & (1 << metric)) === 0) continue
      if (!this.#has(8)) return
      const lastAtMs = this.#view.getFloat64(this.#at, true)
      this.#at += 8
      this.#require(lastAtMs >= 0 && lastAtMs < (head + 1) * stepMs)
      block.lastAtMs[metric] = lastAtMs
      newestMs = Math.max(newestMs, lastAtMs)
      this.#ring(metric, head)
      this.#tiles(metric)
      if (!this.#intact) return
    }
    // A ring that is ahead of all its samples would refuse those to come.
    this.#require(newestMs >= head * stepMs)
  }

  #measureTiles(foldedHours: number, firstStep: number): void {
    const known = this.#tilesFor
    if (known.foldedHours === foldedHours && known.firstStep === firstStep) return
    known.foldedHours = foldedHours
    known.firstStep = firstStep
    this.#tileSteps.fill(0)
    const walk = new TileWalk(this.#layout, this.block, 0)
    while (walk.next()) this.#tileSteps[walk.ordinal] = walk.endStep - walk.startStep
  }

  #ring(metric: number, head: number): void {
    const { rows } = this.#layout
    const { ringBits } = this.block
    const view = this.#view
    let at = this.#at
    let bits = nanBits
    let row = (head + 1) % rows
    let valid = true
    // Every group is read as if it were whole: the padding behind the bytes is longer than a ring.
    for (let group = 0; group < rows; group += 4) {
      let control = view.getUint8(at++)
      for (let k = group; k < group + 4; k++) {
        const length = control & 3
        control >>= 2
        bits = (bits ^ (view.getUint32(at, true) & (changeMask[length] as number))) >>> 0
        at += changeBytes[length] as number
        if (k >= rows) {
          valid &&= length === 0
          continue
        }
        valid &&= bits <= largestBits || bits === nanBits
        ringBits[metric * rows + row] = bits
        row = row + 1 === rows ? 0 : row + 1
      }
    }
    this.#at = at
    this.#require(valid && at <= this.#length)
  }

  #tiles(metric: number): void {
    const { tiles } = this.#layout
    const mapAt = this.#at
    const mapBytes = Math.ceil(tiles / 8)
    if (!this.#has(mapBytes)) return
    this.#at += mapBytes
    for (let ordinal = 0; ordinal < mapBytes * 8 && this.#intact; ordinal++) {
      if (((this.#bytes[mapAt + (ordinal >> 3)] as number) & (1 << (ordinal & 7))) === 0) continue
      if (ordinal >= tiles) return this.#require(false)
      this.#tile(metric * tiles + ordinal, ordinal)
    }
  }

  #tile(tile: number, ordinal: number): void {
    if (!this.#has(storedTileBytes)) return
    const { block } = this
    const view = this.#view
    const at = this.#at
    const count = view.getUint16(at, true)
    const sum = view.getFloat32(at + 2, true)
    const min = view.getFloat32(at + 6, true)
    const max = view.getFloat32(at + 10, true)
    const place = view.getUint16(at + 14, true)
    this.#at = at + storedTileBytes
    this.#require(count >= 1 && count <= (this.#tileSteps[ordinal] as number))
    this.#require(min >= 0 && min <= max && max <= largestValue)
    this.#require(sum >= count * min * (1 - sumError) && sum <= count * max * (1 + sumError))
    block.counts[tile] = count
    block.sums[tile] = sum
    block.minimums[tile] = min
    block.maximums[tile] = max
    block.places[tile] = place
    const shape = view.getUint8(at + 16)
    this.#tileBins(tile, { width: shape & 0x7f, wide: shape > 0x7f, count, place })
  }

  #tileBins(tile: number, header: { width: number; wide: boolean; count: number; place: number }): void {
    const { width, wide, count, place } = header
    const { block } = this
    const start = block.binStart(tile)
    const at = this.#at
    if (!this.#has(wide ? 2 * width : width)) return
    this.#at = at + (wide ? 2 * width : width)
    this.#require(width <= block.binLimit(tile) && !(wide && start >= 0))
    this.#require(width === 0 || (((place & 0xfff) + width - 1) << (place >>> 12)) + 1 <= bucketCount)
    if (!this.#intact) return
    const bytes = this.#bytes
    let inBins = 0
    // The block is fresh: bins beyond the width are 0 already.
    if (start >= 0) {
      const { narrow } = block
      for (let j = 0; j < width; j++) {
        const here = bytes[at + j] as number
        narrow[start + j] = here
        inBins += here
      }
    } else {
      const bins = block.wide
      for (let j = 0; j < width; j++) {
        const here = wide
          ? (bytes[at + 2 * j] as number) | ((bytes[at + 2 * j + 1] as number) << 8)
          : (bytes[at + j] as number)
        bins[~start + j] = here
        inBins += here
      }
    }
    this.#require(inBins <= count)
  }

  #has(bytes: number): boolean {
    this.#require(this.#at + bytes <= this.#length)
    return this.#intact
  }

  #require(condition: boolean): void {
    if (!condition) this.#intact = false
  }
}
