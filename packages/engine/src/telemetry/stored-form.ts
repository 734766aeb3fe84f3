// The stored form of one subject, as bytes. All numbers little-endian.
//
//   header  magic u32, version u32, layout fingerprint u32, length u32 (all bytes), checksum u32 (of all after the header,
//           seeded with version, fingerprint and length)
//   head i32, foldedHours i32, firstStep i32, metrics u8 (bit m: metric m follows)
//   metric  last sample f64, ring, tiles
//   ring    oldest row first: a control byte for four rows, two bits each, lowest first: the row's bits XOR those of the
//           row before (at first: NaN) are 0 = nothing, 1 = in two bytes, 2 = in three, 3 = in four; then those bytes
//   tiles   one bit per tile (bytes, lowest bit first), then each: count u16, sum f32, minimum f32, maximum f32, place u16,
//           width u8 (bins up to the last that is not 0; 128 more when they are in 16 bits), the bins in 8 or 16 bits
import { metrics } from '@gleaner/model'
import { type Layout, mostBins } from './layout.ts'

export const storedMagic = 0x57544c47
export const storedVersion = 1
export const storedHeaderBytes = 20
/** Of a subject without its metrics. */
export const storedSubjectBytes = 13
/** Of a tile without its bins. */
export const storedTileBytes = 17
export const nanBits = 0x7fc00000

/** No subject's stored form is longer. */
export function longestStoredForm(layout: Layout): number {
  const ring = Math.ceil(layout.rows / 4) + 4 * layout.rows
  const tile = storedTileBytes + 2 * mostBins
  return (
    storedHeaderBytes +
    storedSubjectBytes +
    metrics.length * (8 + ring + Math.ceil(layout.tiles / 8) + layout.tiles * tile)
  )
}

export function storedSeed(fingerprint: number, length: number): number {
  return Math.imul(storedVersion, 0x9e3779b1) ^ fingerprint ^ Math.imul(length, 0x85ebca77)
}
