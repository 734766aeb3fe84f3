// What energy an instance saves while it is away. Nobody can measure what was not drawn, so it is an estimate: the power that its
// work drew before, times how long it is away. Its host's power at rest is not saved by it: the host stays on. Where the power
// before is not known, what was saved is not known either; that is never the same as nothing.
import { type TenantHour, hourMs } from '@gleaner/model'

/** What less of an hour was metered says little of it. */
const leastMeasuredMs = hourMs / 2

/** Begin of the hour by the clock that had passed as a whole when something happened. */
export function wholeHourBefore(atMs: number): number {
  return (Math.floor(atMs / hourMs) - 1) * hourMs
}

/**
 * Joules saved = dynamicJ / measuredMs * awayMs, where dynamicJ is what was attributed to the instance above rest in the whole
 * hour before, and measuredMs how long its host was metered in that hour. It assumes that the work would have gone on as in that
 * hour, and that no other instance of the host draws more because this one is away. A part of that hour that the instance was
 * elsewhere or off makes the figure smaller, never larger. What is attributed by another rule than `usage`, or without measured
 * usage, is a share of what all did on the host, and so is then what is saved. Undefined: not known, because of the host nothing was metered, or less
 * than half of the hour.
 */
export function savedEnergyJ(before: TenantHour | undefined, awayMs: number): number | undefined {
  if (before === undefined || !(before.measuredMs >= leastMeasuredMs)) return undefined
  return (before.dynamicJ / before.measuredMs) * awayMs
}
