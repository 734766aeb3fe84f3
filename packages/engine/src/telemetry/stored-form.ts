// The stored form of one subject, as bytes. All numbers little-endian; a varint has seven bits per byte, lowest first.
//
//   header  magic u32, version u32, layout fingerprint u32, length u32 (all bytes), checksum u32 (of all after the header,
//           seeded with version, fingerprint and length)
//   head i32, foldedHours i32, metrics u8 (bit m: metric m follows)
//   metric  last sample f64, ring, tiles
//   ring    oldest row first: a control byte for four rows, two bits each, lowest first: the row's bits XOR those of the
//           row before (at first: NaN) are 0 = nothing, 1 = in two bytes, 2 = in three, 3 = in four; then those bytes
//   tiles   one bit per tile (bytes, lowest bit first), then each: count varint, sum f32, minimum f32, maximum f32,
//           place u16, one bit per bin (bytes, lowest bit first), a varint for each bin that is not 0
import { metrics } from '@gleaner/model'
import type { Layout } from './layout.ts'

export const storedMagic = 0x57544c47
export const storedVersion = 1
export const storedHeaderBytes = 20
export const nanBits = 0x7fc00000

/** No subject's stored form is longer. */
export function longestStoredForm(layout: Layout): number {
  const mostBins = Math.max(...layout.bins)
  const ring = Math.ceil(layout.rows / 4) + 4 * layout.rows
  const tile = 5 + 14 + Math.ceil(mostBins / 8) + 5 * mostBins
  return storedHeaderBytes + 16 + metrics.length * (8 + ring + Math.ceil(layout.tiles / 8) + layout.tiles * tile)
}

export function storedSeed(fingerprint: number, length: number): number {
  return Math.imul(storedVersion, 0x9e3779b1) ^ fingerprint ^ Math.imul(length, 0x85ebca77)
}
