// What each rule has done so far, from the journal of the past 30 days, by the name that stands there as cause. Read again
// after half a minute at the earliest.
import type { Application } from '../../application.ts'
import type { RuleActions } from '../view/rule-view.ts'

const reachMs = 30 * 86_400_000
const keptForMs = 30_000

const kept = new WeakMap<Application, { readonly atMs: number; readonly counts: ReadonlyMap<string, RuleActions> }>()

export async function ruleActions(app: Application): Promise<ReadonlyMap<string, RuleActions>> {
  const nowMs = app.clock.nowMs()
  const last = kept.get(app)
  if (last !== undefined && nowMs - last.atMs < keptForMs * app.clock.speed) return last.counts
  const counts = new Map<string, RuleActions>()
  for (const entry of await app.store.journal.since(nowMs - reachMs)) {
    if (entry.reason.code === 'commanded') continue
    const before = counts.get(entry.cause) ?? { done: 0, failed: 0, lastAtMs: undefined }
    counts.set(entry.cause, {
      done: before.done + Number(entry.state === 'done'),
      failed: before.failed + Number(entry.state === 'failed' || entry.state === 'timed-out'),
      lastAtMs: Math.max(before.lastAtMs ?? 0, entry.intendedAtMs),
    })
  }
  kept.set(app, { atMs: nowMs, counts })
  return counts
}
