// A move that only saves energy goes to no host that is on its way to sleep, that a lease has, or that one will have before the
// instance could be gone again. Whoever cannot say (no calendar is known) counts as a promise.
import { isoTime } from '../../text/iso-time.ts'
import type { Check } from './check.ts'

/** Moving there for less would be moving twice. */
export const shortestStayMs = 3_600_000

export const destinationFree: Check = ({ proposal, snapshot, world }) => {
  const { toHostId } = proposal.setting ?? {}
  const host = toHostId === undefined ? undefined : snapshot?.hostById.get(toHostId)
  if (host === undefined) return undefined
  const entry = world.book.openOn({ instanceId: undefined, hostId: host.id })
  if (entry !== undefined)
    return {
      code: 'in-flight',
      sentence: `${entry.action} of ${host.name}, where it would move to, is under way since ${isoTime(entry.intendedAtMs)}.`,
      facts: { action: entry.action, journal: entry.id, sinceMs: entry.intendedAtMs },
    }
  const promise = world.hostUse?.(host).promise
  if (promise === undefined)
    return { code: 'host-promised', sentence: `It is not known whether ${host.name} is leased.`, facts: {} }
  if (!promise.isActive && promise.nextStartMs > world.nowMs + shortestStayMs) return undefined
  return {
    code: 'host-promised',
    sentence: promise.isActive
      ? `A lease has ${host.name}.`
      : `A lease of ${host.name} begins at ${isoTime(promise.nextStartMs)}.`,
    facts: { nextStartMs: Number.isFinite(promise.nextStartMs) ? promise.nextStartMs : null },
  }
}
