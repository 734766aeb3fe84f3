// Usage for tests: each subject uses so many cores, now and at all times before.
import type { UsageAccess } from '../../../ledger/usage-access.ts'

export function usageOf(used: readonly (readonly [id: string, cores: number])[], nowMs: number): UsageAccess {
  const slots = new Map(used.map(([id], slot) => [id, slot]))
  const at = (slot: number) => used[slot]?.[1] ?? Number.NaN
  return {
    slotOf: (id) => slots.get(id) ?? -1,
    lastAtMs: (slot) => (slot < 0 ? Number.NaN : nowMs - 10_000),
    latest: (slot, metric) => (metric === 'cpu' ? at(slot) : Number.NaN),
    query: (slot, { metric, fn }) => (metric === 'cpu' && fn === 'average' ? at(slot) : Number.NaN),
  }
}
