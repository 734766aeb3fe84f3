// The cloud as a decision about room may look at it now: its last reading, if that is fresh and whole, and everything Gleaner
// has promised since. Otherwise the verdict that says why nothing can be decided.
import { isFresh, type RoomWorld } from '@gleaner/engine'
import type { CloudId, Verdict } from '@gleaner/model'
import { indexSupports } from '@gleaner/engine'
import type { Runtime } from '../runtime.ts'
import { weighedEfficiency } from '../energy/figures.ts'
import { lendableNow } from './lendable-now.ts'
import { policyNow } from '../state/policy-now.ts'

export type RoomWorldNow =
  | { readonly world: RoomWorld; readonly refusal: undefined }
  | { readonly world: undefined; readonly refusal: Verdict }

export function roomWorldNow(runtime: Runtime, cloudId: CloudId): RoomWorldNow {
  const { state, clock, config, evictions, leases } = runtime
  const snapshot = state.clouds.get(cloudId)?.snapshot
  const refuse = (
    code: 'snapshot-missing' | 'snapshot-stale' | 'snapshot-partial',
    sentence: string,
  ): RoomWorldNow => ({
    world: undefined,
    refusal: { code, sentence, facts: { cloud: cloudId } },
  })
  if (snapshot === undefined) return refuse('snapshot-missing', `${cloudId} has not been read yet.`)
  // A host that is leased must not look open for a moment after a change of leaders.
  if (state.fence !== undefined && !leases.isLoaded(state.fence))
    return refuse('snapshot-missing', 'The leases have not been read yet.')
  const policy = policyNow(runtime)
  const nowMs = clock.nowMs()
  if (!isFresh(snapshot, policy, nowMs)) return refuse('snapshot-stale', `The last reading of ${cloudId} is too old.`)
  if (snapshot.gaps.length > 0) return refuse('snapshot-partial', `The last reading of ${cloudId} has gaps.`)
  const cloud = runtime.clouds.get(cloudId)
  const lendable = lendableNow(runtime, snapshot)
  const efficiency = weighedEfficiency(config, snapshot)
  const availability = runtime.lending.availability(snapshot.hosts)
  return {
    world: {
      nowMs,
      snapshot,
      support: cloud === undefined ? undefined : indexSupports([cloud]).get(cloudId),
      policy,
      preemption: config.preemption,
      holds: state.holds,
      decisions: evictions.beyond(cloudId, snapshot.takenAtMs),
      evictions: evictions.evictionsOf(cloudId),
      holdsRoom: cloud?.claims !== undefined,
      kept: evictions.roomOf(cloudId),
      multipliers: config.placement.multipliers,
      leasedTo: leases.leasedTo(cloudId, nowMs, config.reservations.makeRoomMs),
      promisedTo: leases.promisedTo(cloudId, nowMs),
      leasedRoom: leases.leasedRoom(cloudId, nowMs),
      ...(lendable === undefined ? {} : { lendable }),
      ...(efficiency === undefined ? {} : { efficiency }),
      ...(availability === undefined ? {} : { availability }),
      firmOnDesktops: config.placement.firmOnDesktops,
    },
    refusal: undefined,
  }
}
