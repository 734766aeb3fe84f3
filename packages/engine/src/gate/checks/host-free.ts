// A host that is to be closed for sleep, or to sleep, has nothing on it, no room on it is held, and no lease has it or begins
// before it could be awake again. Whoever cannot say (no calendar is known) counts as a promise: it stays awake.
import { isOnInstance } from '@gleaner/model'
import { guardSleep } from '../../energy/power/sleep-guard.ts'
import type { Check } from './check.ts'

const nobody = [] as const

export const hostFree: Check = ({ proposal, world, snapshot, host }) => {
  const { action, capability } = proposal
  if (host === undefined || snapshot === undefined || isOnInstance(proposal)) return undefined
  if (action !== 'sleep' && !(action === 'close' && capability === 'energy')) return undefined
  const use = world.hostUse?.(host)
  return guardSleep({
    host,
    instances: snapshot.instancesOfHost.get(host.id) ?? nobody,
    isHeld: use?.isHeld ?? false,
    promise: use?.promise,
    leadMs: use?.leadMs ?? 0,
    nowMs: world.nowMs,
  })
}
