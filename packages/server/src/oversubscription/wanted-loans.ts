// The question of lending memory from running guests, from what the server knows now; nothing is asked where nobody tells it.
import { type ActionSupports, type CapabilityAnswer, proposeLoans, type Snapshot } from '@gleaner/engine'
import type { CloudId } from '@gleaner/model'
import type { ActionHistory } from '../decide/action-history.ts'
import type { Runtime } from '../runtime.ts'
import { lentFrom } from './returns.ts'

export function wantedLoans(
  { state, telemetry, config, clock }: Runtime,
  history: ActionHistory,
  { snapshots, supports }: { readonly snapshots: ReadonlyMap<CloudId, Snapshot>; readonly supports: ActionSupports },
): readonly CapabilityAnswer[] {
  const { mode, pressure, noticeMs } = config.oversubscription.ballooning
  if (mode === 'off' || state.guestMemory.size === 0) return []
  return [
    proposeLoans({
      snapshots: snapshots.values(),
      memories: state.guestMemory,
      lentFrom: lentFrom(state.loans),
      endedAtMs: (id) => endedAt(history.lastActionAtMs(id, 'return-memory')),
      telemetry,
      supports,
      options: pressure,
      mode,
      noticeMs,
      nowMs: clock.nowMs(),
    }),
  ]
}

/** -Infinity: never. */
function endedAt(atMs: number): number | undefined {
  return atMs === Number.NEGATIVE_INFINITY ? undefined : atMs
}
