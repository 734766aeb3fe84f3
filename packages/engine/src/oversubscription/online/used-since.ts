// The highest use of a host by its firm instances since a moment within the rings. The host's own highest use bounds it from
// above: as long as that is within what was expected, which is nearly always, no sample is looked at.
import type { UsageAccess } from '../../ledger/usage-access.ts'
import { maximumOf } from '../sample-statistics.ts'
import type { UsedSince } from './propose-ratios.ts'
import { firmUsage, type SampleRings, type UsageInput } from './scope-reading.ts'

export interface SinceInput extends Omit<UsageInput, 'span' | 'rings'> {
  readonly rings: SampleRings & UsageAccess
  readonly fromMs: number
  readonly nowMs: number
  readonly stepMs: number
  /** The rings reach no further back. */
  readonly longestMs: number
  readonly bound: UsedSince
}

export function usedSince(input: SinceInput): UsedSince {
  const { host, rings, fromMs, nowMs, stepMs, longestMs, bound } = input
  const toMs = Math.floor(nowMs / stepMs) * stepMs + stepMs
  const startMs = Math.max(fromMs, toMs - longestMs)
  if (!(toMs > startMs)) return { cores: Number.NaN, memoryMiB: Number.NaN }
  const slot = rings.slotOf(host.id)
  const highest = (metric: 'cpu' | 'memory') =>
    rings.query(slot, { fn: 'maximum', metric, argument: 0, lengthMs: toMs - startMs }, toMs)
  const cores = highest('cpu')
  const memoryMiB = highest('memory')
  if (cores <= bound.cores && memoryMiB <= bound.memoryMiB) return { cores, memoryMiB }
  const within = { ...input, span: { fromMs: startMs, toMs, stepMs } }
  return { cores: maximumOf(firmUsage(within, 'cpu')), memoryMiB: maximumOf(firmUsage(within, 'memory')) }
}
