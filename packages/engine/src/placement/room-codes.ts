// Reasons as one bit per code, so that those of ten thousand hosts are one array of numbers that costs nothing until
// somebody reads it. The order of the bits is that of the table in the model.
import { type PlacementCode, placementCodes } from '@gleaner/model'

const codes = Object.keys(placementCodes) as readonly PlacementCode[]
const bits = new Map(codes.map((code, at) => [code, 2 ** at]))

export function bitOf(code: PlacementCode): number {
  return bits.get(code) ?? 0
}

const filterCodes: readonly PlacementCode[] = [
  'host-disabled',
  'host-maintenance',
  'host-down',
  'host-asleep',
  'host-unknown',
  'host-kind',
  'isolated',
  'leased',
  'property-missing',
  'host-not-named',
  'host-avoided',
]

/** Those that have nothing to do with room. */
export const filterBits = filterCodes.reduce((mask, code) => mask | bitOf(code), 0)

export function codesOf(mask: number): PlacementCode[] {
  return codes.filter((_, at) => (mask & (1 << at)) !== 0)
}

export function bitsPerResource(kind: 'too-small' | 'no-room' | 'unreclaimable'): readonly [number, number, number] {
  return [bitOf(`${kind}-vcpus`), bitOf(`${kind}-ram`), bitOf(`${kind}-disk`)]
}

/** How many hosts carry each code, most frequent first; codes of the table's order among equals. */
export function histogramOf(masks: Uint32Array): readonly { readonly code: PlacementCode; readonly hosts: number }[] {
  const counts = codes.map((code) => ({ code, hosts: 0 }))
  for (const mask of masks) {
    for (let rest = mask; rest !== 0; rest &= rest - 1) {
      const entry = counts[31 - Math.clz32(rest & -rest)]
      if (entry !== undefined) entry.hosts++
    }
  }
  return counts.filter(({ hosts }) => hosts > 0).sort((a, b) => b.hosts - a.hosts)
}
