// What is promised on a host beyond what is on it, for the plan and for the gate: leases, and room that is held for requests.
import { type HostUse, promiseOf, wakeLeadMs } from '@gleaner/engine'
import type { Host, HostId } from '@gleaner/model'
import type { Runtime } from '../runtime.ts'

function heldHosts({ evictions, state }: Runtime): ReadonlySet<HostId> {
  const held = new Set<HostId>()
  // Whoever is about to move there has not come yet; what is only watched never will.
  for (const proposals of state.proposals.values())
    for (const { action, setting, mode } of proposals)
      if (action === 'migrate' && setting?.toHostId !== undefined && (mode === 'advise' || mode === 'enforce'))
        held.add(setting.toHostId)
  for (const { placements, claims } of evictions.open()) {
    for (const { hostId } of placements) held.add(hostId)
    for (const { hostId, state } of claims) if (state !== 'ended') held.add(hostId)
  }
  return held
}

/** Without the leases of this term nothing is known of any host. */
export function hostUseOf(runtime: Runtime): (host: Host) => HostUse {
  const { state, leases, clock, power, config } = runtime
  const held = heldHosts(runtime)
  const nowMs = clock.nowMs()
  const isKnown = state.fence !== undefined && leases.isLoaded(state.fence)
  return (host) => {
    const book = isKnown ? leases.bookOf(host.cloudId) : undefined
    return {
      isHeld: held.has(host.id),
      promise: book === undefined ? undefined : promiseOf(book, host.id, nowMs),
      leadMs: wakeLeadMs(power.recordOf(host.id), config.power.options),
    }
  }
}
