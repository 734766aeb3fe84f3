// Reads the stored form of one subject (see `stored-form.ts`) into a block of its own, from which the caller copies it when
// all was well: nothing is ever half loaded. Bytes that pass the checksum are still not trusted: what could not have
// been written is refused, so that no stored form can bring the windows into a state that samples could not.
import { metrics } from '@gleaner/model'
import { Block, noStep } from './block.ts'
import { checksum } from './checksum.ts'
import type { Layout } from './layout.ts'
import { bucketCount, largestValue } from './log-buckets.ts'
import { sumError } from './sketch.ts'
import { nanBits, storedHeaderBytes, storedMagic, storedSeed, storedVersion } from './stored-form.ts'
import { tileStretches } from './tile-stretches.ts'

export type LoadRefusal = 'not-telemetry' | 'newer-version' | 'other-layout' | 'truncated' | 'damaged' | 'no-room'

export const loadRefusalText: Readonly<Record<LoadRefusal, string>> = {
  'not-telemetry': 'These bytes are not stored telemetry.',
  'newer-version': 'This telemetry was stored by a newer Gleaner.',
  'other-layout': 'This telemetry was stored with other settings (step, reach of the ring, retention).',
  truncated: 'The stored telemetry is cut short or too long.',
  damaged: 'The stored telemetry is damaged.',
  'no-room': 'There are as many subjects as are allowed.',
}

export class SubjectDecoder {
  readonly #layout: Layout
  /** One subject, at index 0: what the last `decode` that returned undefined has read. */
  readonly block: Block
  readonly #tileSteps: Int32Array
  #bytes: Uint8Array = new Uint8Array(0)
  #view: DataView = new DataView(new ArrayBuffer(0))
  #at = 0
  #intact = true

  constructor(layout: Layout) {
    this.#layout = layout
    this.block = new Block(layout, 1)
    this.#tileSteps = new Int32Array(layout.tiles)
  }

  decode(bytes: Uint8Array): LoadRefusal | undefined {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const refusal = this.#header()
    if (refusal !== undefined) return refusal
    this.block.reset(0)
    this.#at = storedHeaderBytes
    this.#intact = true
    this.#body()
    return this.#intact && this.#at === bytes.length ? undefined : 'damaged'
  }

  #header(): LoadRefusal | undefined {
    const view = this.#view
    const { length } = this.#bytes
    if (length < 4) return length === 0 ? 'truncated' : 'not-telemetry'
    if (view.getUint32(0, true) !== storedMagic) return 'not-telemetry'
    if (length < storedHeaderBytes + 9) return 'truncated'
    if (view.getUint32(4, true) > storedVersion) return 'newer-version'
    if (view.getUint32(4, true) !== storedVersion) return 'damaged'
    if (view.getUint32(12, true) !== length) return 'truncated'
    const fingerprint = view.getUint32(8, true)
    const sum = checksum(this.#bytes.subarray(storedHeaderBytes), storedSeed(fingerprint, length))
    if (view.getUint32(16, true) !== sum) return 'damaged'
    return fingerprint === this.#layout.fingerprint ? undefined : 'other-layout'
  }

  #body(): void {
    const { block } = this
    const { rows, stepsPerHour, stepMs } = this.#layout
    const head = this.#view.getInt32(this.#at, true)
    const foldedHours = this.#view.getInt32(this.#at + 4, true)
    const mask = this.#bytes[this.#at + 8] as number
    this.#at += 9
    if (head === noStep) return this.#require(mask === 0)
    const folded = foldedHours * stepsPerHour
    this.#require(head >= 0 && foldedHours >= 0 && folded + rows > head && folded <= head + stepsPerHour)
    this.#require(mask !== 0 && mask < 1 << metrics.length)
    if (!this.#intact) return
    block.head[0] = head
    block.foldedHours[0] = foldedHours
    for (const { ordinal, startStep, endStep } of tileStretches(this.#layout, foldedHours)) {
      this.#tileSteps[ordinal] = endStep - startStep
    }
    for (let metric = 0; metric < metrics.length; metric++) {
      if ((mask & (1 << metric)) === 0) continue
      if (!this.#has(8)) return
      const lastAtMs = this.#view.getFloat64(this.#at, true)
      this.#at += 8
      this.#require(lastAtMs >= 0 && lastAtMs < (head + 1) * stepMs)
      block.lastAtMs[metric] = lastAtMs
      this.#ring(metric, head)
      this.#tiles(metric)
      if (!this.#intact) return
    }
  }

  #ring(metric: number, head: number): void {
    const { rows } = this.#layout
    const { ring, ringBits } = this.block
    let bits = nanBits
    let row = (head + 1) % rows
    for (let group = 0; group < rows; group += 4) {
      // The longest group needs 17 bytes; only the last ones of the form are looked at more closely.
      if (this.#at + 17 > this.#bytes.length && !this.#hasGroup(Math.min(4, rows - group))) return
      const control = this.#bytes[this.#at++] as number
      for (let k = 0; k < 4; k++) {
        const length = (control >> (2 * k)) & 3
        if (group + k >= rows) {
          this.#require(length === 0)
          continue
        }
        if (length > 0) {
          let change = (this.#bytes[this.#at] as number) | ((this.#bytes[this.#at + 1] as number) << 8)
          if (length > 1) change |= (this.#bytes[this.#at + 2] as number) << 16
          if (length > 2) change |= (this.#bytes[this.#at + 3] as number) << 24
          this.#at += length + 1
          bits = (bits ^ change) >>> 0
        }
        const position = metric * rows + row
        ringBits[position] = bits
        const value = ring[position] as number
        if (!(value <= largestValue && bits >>> 31 === 0) && bits !== nanBits) this.#intact = false
        row = row + 1 === rows ? 0 : row + 1
      }
    }
  }

  #hasGroup(size: number): boolean {
    if (!this.#has(1)) return false
    const control = this.#bytes[this.#at] as number
    let needed = 1
    for (let k = 0; k < size; k++) {
      const length = (control >> (2 * k)) & 3
      needed += length === 0 ? 0 : length + 1
    }
    return this.#has(needed)
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
    const { block } = this
    const count = this.#varint()
    if (!this.#has(14)) return
    const sum = this.#view.getFloat32(this.#at, true)
    const min = this.#view.getFloat32(this.#at + 4, true)
    const max = this.#view.getFloat32(this.#at + 8, true)
    const place = this.#view.getUint16(this.#at + 12, true)
    this.#at += 14
    this.#require(count >= 1 && count <= (this.#tileSteps[ordinal] as number))
    this.#require(min >= 0 && min <= max && max <= largestValue)
    this.#require(sum >= count * min * (1 - sumError) && sum <= count * max * (1 + sumError))
    block.counts[tile] = count
    block.sums[tile] = sum
    block.minimums[tile] = min
    block.maximums[tile] = max
    block.places[tile] = place
    this.#bins(tile, { count, place })
  }

  #bins(tile: number, header: { count: number; place: number }): void {
    const { array, start } = this.block.binsOf(tile)
    const limit = this.block.binLimit(tile)
    const most = array instanceof Uint8Array ? 0xff : 0xffff
    const mapAt = this.#at
    if (!this.#has(Math.ceil(limit / 8))) return
    this.#at += Math.ceil(limit / 8)
    let inBins = 0
    let width = 0
    for (let j = 0; j < limit; j++) {
      const present = ((this.#bytes[mapAt + (j >> 3)] as number) >> (j & 7)) & 1
      const count = present === 0 ? 0 : this.#varint()
      if (present !== 0) {
        this.#require(count >= 1 && count <= most)
        width = j + 1
      }
      inBins += count
      array[start + j] = count
    }
    const level = header.place >>> 12
    const low = header.place & 0xfff
    this.#require(inBins <= header.count && (width === 0 || ((low + width - 1) << level) + 1 <= bucketCount))
  }

  #varint(): number {
    let value = 0
    for (let shift = 0; shift <= 14; shift += 7) {
      if (!this.#has(1)) return 0
      const byte = this.#bytes[this.#at++] as number
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    this.#require(false)
    return 0
  }

  #has(bytes: number): boolean {
    this.#require(this.#at + bytes <= this.#bytes.length)
    return this.#intact
  }

  #require(condition: boolean): void {
    if (!condition) this.#intact = false
  }
}
