// What may be lent of each fenced host at this moment: the estimates, the ledger of the last plan and the reading together.
import { indexSupports, isFenced, lendableRoom, type LendableRoom, holdingTable, type Snapshot } from '@gleaner/engine'
import type { HostId } from '@gleaner/model'
import type { Runtime } from '../runtime.ts'
import { ledgersOf } from '../state/ledgers-of.ts'

type Lending = Pick<Runtime, 'clock' | 'clouds' | 'config' | 'state' | 'estimator'>

export function lendableNow(
  { clock, clouds, config, state, estimator }: Lending,
  snapshot: Snapshot,
): ReadonlyMap<HostId, LendableRoom> | undefined {
  const { lending } = config.preemption
  const cloud = clouds.get(snapshot.cloudId)
  if (lending === undefined || cloud === undefined) return undefined
  const holding = holdingTable(indexSupports([cloud]).get(snapshot.cloudId))
  const ledgers = state.plan === undefined ? undefined : ledgersOf(state.plan)
  const { keepMs } = estimator.options
  const rooms = new Map<HostId, LendableRoom>()
  for (const host of snapshot.hosts) {
    if (!isFenced(host, lending)) continue
    const estimate = estimator.estimateOf(host.id)
    const known = estimator.knownOn(host.id)
    rooms.set(
      host.id,
      lendableRoom({
        host,
        instances: snapshot.instancesOfHost.get(host.id) ?? [],
        holding,
        estimate: estimate === undefined ? undefined : { estimate, known, keepMs, nowMs: clock.nowMs() },
        ledger: ledgers?.get(host.id),
        rule: config.oversubscription.firmPeak,
        headroomShare: config.policy.headroomShare,
      }),
    )
  }
  return rooms
}
