// Usage data for tests: what each subject is said to have used, without any window arithmetic.
import type { UsageAccess } from '../ledger/usage-access.ts'

export interface FakeSubject {
  readonly lastAtMs: number
  readonly cpu?: number
  readonly memory?: number
  /** Highest values over every window; the present ones if absent. */
  readonly peakCpu?: number
  readonly peakMemory?: number
  /** 1 if absent. */
  readonly coverage?: number
}

export function fakeUsage(subjects: ReadonlyMap<string, FakeSubject>): UsageAccess {
  const ids = [...subjects.keys()]
  const slots = new Map(ids.map((id, slot) => [id, slot]))
  const at = (slot: number) => subjects.get(ids[slot] ?? '')
  return {
    slotOf: (id) => slots.get(id) ?? -1,
    lastAtMs: (slot) => at(slot)?.lastAtMs ?? Number.NaN,
    latest: (slot, metric) => (metric === 'cpu' ? at(slot)?.cpu : at(slot)?.memory) ?? Number.NaN,
    query(slot, request) {
      const subject = at(slot)
      if (subject === undefined) return request.fn === 'coverage' ? 0 : Number.NaN
      if (request.fn === 'coverage') return subject.coverage ?? 1
      if (request.metric === 'cpu') return subject.peakCpu ?? subject.cpu ?? Number.NaN
      return subject.peakMemory ?? subject.memory ?? Number.NaN
    },
  }
}

/** Every one of these was sampled at this moment and used next to nothing. */
export function idleUsage(ids: Iterable<string>, lastAtMs: number): UsageAccess {
  return fakeUsage(new Map([...ids].map((id) => [id, { lastAtMs, cpu: 0.01, memory: 512 }])))
}
