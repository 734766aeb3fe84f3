// What the calendar of a host costs in energy, above a host that sleeps all the time. While something is promised on it the host
// is on, and draws what it draws at rest and its share of the rest by the cores that are promised (a whole host: all of it).
// In a gap between two promises it stays on or is switched off and on, whichever costs less: a power cycle costs as much as
// the break-even time at rest (break-even.ts). So does the gap before the first, for nobody knows whether it is on then. A
// host that cannot be switched is on anyway, and only what is done on it counts. Where work per watt is to count, promised time
// counts as long as the work of it takes on that host.
import type { Host, HostPowerRecord, Sizes } from '@gleaner/model'
import type { Need } from '../../reservation/host-calendar.ts'
import { breakEvenMs } from './break-even.ts'
import { bootOf } from './power-host.ts'
import type { PowerOptions } from './power-options.ts'

/** All above what it draws asleep, in watts. */
export interface HostDraw {
  readonly idleW: number
  readonly fullW: number
  /** Infinity: it cannot be switched. */
  readonly breakEvenMs: number
  /** How many times as long work takes on it as on a host of the mean speed; 1 where that is not to count. */
  readonly slowness: number
}

/** What is not known of the host is taken from the options, as when its sleep is planned. */
export function hostDraw(
  host: Pick<Host, 'idlePowerW' | 'fullPowerW' | 'properties'> | undefined,
  { record, options, isPowered, slowness }: DrawFacts,
): HostDraw {
  const idleW = host?.idlePowerW ?? options.idlePowerW
  const fullW = host?.fullPowerW ?? 2 * idleW
  const staysOn = !isPowered || options.exclude.some(({ property, value }) => host?.properties?.[property] === value)
  return {
    idleW: Math.max(0, idleW - options.sleepPowerW),
    fullW: Math.max(0, idleW - options.sleepPowerW, fullW - options.sleepPowerW),
    breakEvenMs: staysOn
      ? Number.POSITIVE_INFINITY
      : breakEvenMs({ idlePowerW: idleW, fullPowerW: fullW }, bootOf(record ?? { bootsMs: [] }, options), options),
    slowness: slowness ?? 1,
  }
}

export interface DrawFacts {
  readonly record: Pick<HostPowerRecord, 'bootsMs'> | undefined
  readonly options: PowerOptions
  readonly isPowered: boolean
  readonly slowness?: number | undefined
}

export interface Promised {
  readonly span: { readonly startMs: number; readonly endMs: number }
  readonly need: Need
}

/** In joules, from `nowMs` on; the order of what is promised does not matter. */
export function calendarEnergyJ(
  promised: readonly Promised[],
  { idleW, fullW, breakEvenMs, slowness }: HostDraw,
  { nowMs, capacity }: { readonly nowMs: number; readonly capacity: Sizes },
): number {
  const isAlwaysOn = breakEvenMs === Number.POSITIVE_INFINITY
  let onUntilMs = nowMs
  let gapsMs = 0
  let onMs = 0
  let workMs = 0
  for (const { span, need } of promised.toSorted((a, b) => a.span.startMs - b.span.startMs)) {
    const startMs = Math.max(nowMs, span.startMs)
    if (span.endMs <= startMs) continue
    workMs += (span.endMs - startMs) * shareOf(need, capacity)
    gapsMs += Math.min(Math.max(0, startMs - onUntilMs), breakEvenMs)
    onMs += Math.max(0, span.endMs - Math.max(startMs, onUntilMs))
    onUntilMs = Math.max(onUntilMs, span.endMs)
  }
  const restJ = isAlwaysOn ? 0 : (gapsMs + onMs * slowness) * idleW
  return (restJ + workMs * slowness * (fullW - idleW)) / 1000
}

function shareOf(need: Need, [cores]: Sizes): number {
  if (need === 'whole') return 1
  return cores > 0 ? Math.min(1, need[0] / cores) : 0
}
