// Writes one subject in its stored form (see `stored-form.ts`): everything but the revision, to the bit.
import { metrics } from '@gleaner/model'
import type { Block } from './block.ts'
import { checksum } from './checksum.ts'
import { type Layout, mostBins } from './layout.ts'
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

export class SubjectEncoder {
  readonly #layout: Layout
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #bins = new Int32Array(mostBins)
  #at = 0

  constructor(layout: Layout) {
    this.#layout = layout
    this.#bytes = new Uint8Array(longestStoredForm(layout))
    this.#view = new DataView(this.#bytes.buffer)
  }

  encode(block: Block, index: number): Uint8Array {
    const view = this.#view
    const head = block.head[index] as number
    this.#at = storedHeaderBytes
    view.setInt32(this.#at, head, true)
    view.setInt32(this.#at + 4, block.foldedHours[index] as number, true)
    view.setInt32(this.#at + 8, block.firstStep[index] as number, true)
    const maskAt = this.#at + 12
    this.#at += storedSubjectBytes
    let mask = 0
    for (let metric = 0; metric < metrics.length; metric++) {
      const lastAtMs = block.lastAtMs[index * metrics.length + metric] as number
      if (Number.isNaN(lastAtMs)) continue
      mask |= 1 << metric
      view.setFloat64(this.#at, lastAtMs, true)
      this.#at += 8
      this.#ring(block, index * metrics.length + metric, head)
      this.#tiles(block, index * metrics.length + metric)
    }
    view.setUint8(maskAt, mask)

    const length = this.#at
    const { fingerprint } = this.#layout
    view.setUint32(0, storedMagic, true)
    view.setUint32(4, storedVersion, true)
    view.setUint32(8, fingerprint, true)
    view.setUint32(12, length, true)
    const body = this.#bytes.subarray(storedHeaderBytes, length)
    view.setUint32(16, checksum(body, storedSeed(fingerprint, length)), true)
    return this.#bytes.slice(0, length)
  }

  #ring(block: Block, series: number, head: number): void {
    const { rows } = this.#layout
    const bytes = this.#bytes
    let before = nanBits
    let row = (head + 1) % rows
    for (let group = 0; group < rows; group += 4) {
      const controlAt = this.#at++
      let control = 0
      for (let k = 0; k < 4 && group + k < rows; k++) {
        const bits = block.ringBits[series * rows + row] as number
        row = row + 1 === rows ? 0 : row + 1
        const change = bits ^ before
        before = bits
        if (change === 0) continue
        bytes[this.#at++] = change
        bytes[this.#at++] = change >>> 8
        const length = change >>> 16 === 0 ? 1 : change >>> 24 === 0 ? 2 : 3
        if (length >= 2) bytes[this.#at++] = change >>> 16
        if (length === 3) bytes[this.#at++] = change >>> 24
        control |= length << (2 * k)
      }
      bytes[controlAt] = control
    }
  }

  #tiles(block: Block, series: number): void {
    const { tiles } = this.#layout
    const mapAt = this.#at
    const mapBytes = Math.ceil(tiles / 8)
    this.#bytes.fill(0, mapAt, mapAt + mapBytes)
    this.#at += mapBytes
    for (let ordinal = 0; ordinal < tiles; ordinal++) {
      const tile = series * tiles + ordinal
      if (block.counts[tile] === 0) continue
      this.#bytes[mapAt + (ordinal >> 3)] = (this.#bytes[mapAt + (ordinal >> 3)] as number) | (1 << (ordinal & 7))
      this.#tile(block, tile)
    }
  }

  #tile(block: Block, tile: number): void {
    const view = this.#view
    const bins = this.#bins
    let width = 0
    let wide = 0
    const limit = block.copyBins(tile, bins)
    for (let j = 0; j < limit; j++) {
      if ((bins[j] as number) > 0) width = j + 1
      if ((bins[j] as number) > 0xff) wide = 0x80
    }
    view.setUint16(this.#at, block.counts[tile] as number, true)
    view.setFloat32(this.#at + 2, block.sums[tile] as number, true)
    view.setFloat32(this.#at + 6, block.minimums[tile] as number, true)
    view.setFloat32(this.#at + 10, block.maximums[tile] as number, true)
    view.setUint16(this.#at + 14, block.places[tile] as number, true)
    view.setUint8(this.#at + 16, width | wide)
    this.#at += storedTileBytes
    for (let j = 0; j < width; j++) {
      const count = bins[j] as number
      this.#bytes[this.#at++] = count
      if (wide !== 0) this.#bytes[this.#at++] = count >>> 8
    }
  }
}
