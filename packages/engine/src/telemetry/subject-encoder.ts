// Writes one subject in its stored form (see `stored-form.ts`): everything but the revision, to the bit.
import { metrics } from '@gleaner/model'
import type { Block } from './block.ts'
import { checksum } from './checksum.ts'
import type { Layout } from './layout.ts'
import { longestStoredForm, nanBits, storedHeaderBytes, storedMagic, storedSeed, storedVersion } from './stored-form.ts'

export class SubjectEncoder {
  readonly #layout: Layout
  readonly #bytes: Uint8Array
  readonly #view: DataView
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
    const maskAt = this.#at + 8
    this.#at += 9
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
      const count = block.counts[tile] as number
      if (count === 0) continue
      this.#bytes[mapAt + (ordinal >> 3)] = (this.#bytes[mapAt + (ordinal >> 3)] as number) | (1 << (ordinal & 7))
      this.#varint(count)
      this.#view.setFloat32(this.#at, block.sums[tile] as number, true)
      this.#view.setFloat32(this.#at + 4, block.minimums[tile] as number, true)
      this.#view.setFloat32(this.#at + 8, block.maximums[tile] as number, true)
      this.#view.setUint16(this.#at + 12, block.places[tile] as number, true)
      this.#at += 14
      this.#bins(block, tile)
    }
  }

  #bins(block: Block, tile: number): void {
    const { array, start } = block.binsOf(tile)
    const limit = block.binLimit(tile)
    const mapAt = this.#at
    this.#at += Math.ceil(limit / 8)
    for (let j = 0; j < limit; j += 8) {
      let map = 0
      for (let k = j; k < Math.min(j + 8, limit); k++) {
        const count = array[start + k] as number
        if (count === 0) continue
        map |= 1 << (k - j)
        this.#varint(count)
      }
      this.#bytes[mapAt + (j >> 3)] = map
    }
  }

  #varint(value: number): void {
    let rest = value
    while (rest > 0x7f) {
      this.#bytes[this.#at++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.#bytes[this.#at++] = rest
  }
}
