// Whether a usage sample is recent enough to act upon: its age lies in [-tolerance, telemetryMaxAgeMs]. Sample times come
// from guests, hosts and collectors, so a minute of disagreement is normal; more in the future is no sample of now.
import type { Policy } from '@gleaner/model'

const clocksDifferMs = 60_000

export function isSampleFresh(lastAtMs: number, policy: Policy, nowMs: number): boolean {
  const ageMs = nowMs - lastAtMs
  return ageMs >= -clocksDifferMs && ageMs <= policy.telemetryMaxAgeMs
}
