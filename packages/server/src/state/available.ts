// Which capabilities are built into this version. The others are known to the model and can be neither seen nor set.
import type { Capability } from '@gleaner/model'

const available: ReadonlySet<Capability> = new Set<Capability>([
  'idleness',
  'oversubscription',
  'preemption',
  'reservations',
  'energy',
  'opportunism',
])

export function isAvailable(capability: Capability): boolean {
  return available.has(capability)
}
