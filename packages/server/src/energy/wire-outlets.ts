// From what the configuration says to what the book of energy counts with: names of hosts become hosts of the newest readings.
// An outlet with a name that nobody has, or several have, is left out as a whole, because its parts would be wrong; it is told.
import type { OutletPlan } from '@gleaner/engine'
import { type CloudId, type Host, type HostId, cloudOf, outletId } from '@gleaner/model'
import type { SubjectDirectory } from '@gleaner/ports'
import type { MeterSettings, OutletWiring } from '../config/metering.ts'

export interface UnknownHost {
  readonly meter: string
  readonly outlet: string
  readonly name: string
  readonly why: 'none' | 'several'
}

export interface WiredOutlets {
  readonly plans: readonly OutletPlan[]
  /** What each meter is asked for. */
  readonly outletsOf: ReadonlyMap<string, readonly string[]>
  readonly unknown: readonly UnknownHost[]
}

export interface WiringWorld {
  /** Undefined while none of the clouds was read. */
  readonly directoryOf: (clouds: readonly CloudId[]) => SubjectDirectory | undefined
  readonly hostsOf: (clouds: readonly CloudId[]) => readonly Host[]
  /** How many times faster than real time the clock runs. */
  readonly speed: number
}

/** Readings further apart than so many periods are not joined. */
const longestStepPeriods = 3

export function wireOutlets(meters: readonly MeterSettings[], world: WiringWorld): WiredOutlets {
  const plans: OutletPlan[] = []
  const unknown: UnknownHost[] = []
  const outletsOf = new Map<string, readonly string[]>()
  const metered = new Set<HostId>()
  // What knows only a part of a machine comes after what measures it whole, and models last: each stands in where nothing better is.
  const ordered = [...meters].sort((a, b) => rankOf(a) - rankOf(b))
  for (const meter of ordered) {
    const of = (wiring: OutletWiring, hostIds: readonly HostId[]): OutletPlan => ({
      outlet: outletId(meter.id, wiring.outlet),
      hosts: hostIds.map((hostId) => ({ hostId, cloudId: cloudOf(hostId) })),
      share: wiring.share,
      longestStepMs: longestStepPeriods * periodMs(meter, world.speed),
      maxPowerW: meter.maxPowerW,
      stuckAfterMs: meter.stuckAfterMs,
      isEstimate: meter.config.kind === 'model',
    })
    const found: OutletPlan[] = []
    if (meter.outlets === undefined) {
      for (const host of world.hostsOf(meter.clouds))
        if (belongs(host, meter, metered))
          found.push(of({ outlet: nameOf(host, meter), hosts: [], share: 'equal' }, [host.id]))
    } else {
      const directory = world.directoryOf(meter.clouds)
      for (const wiring of directory === undefined ? [] : meter.outlets) {
        const hostIds = wiring.hosts.flatMap((name): HostId[] => {
          const match = directory?.match({ of: 'host', name })
          if (match?.kind === 'one') return [match.subject as HostId]
          unknown.push({ meter: meter.id, outlet: wiring.outlet, name, why: match?.kind ?? 'none' })
          return []
        })
        if (hostIds.length === wiring.hosts.length) found.push(of(wiring, hostIds))
      }
    }
    plans.push(...found)
    for (const { hosts } of found) for (const { hostId } of hosts) metered.add(hostId)
    outletsOf.set(
      meter.id,
      found.map(({ outlet }) => outlet.slice(meter.id.length + 1)),
    )
  }
  return { plans, outletsOf, unknown }
}

/** Time runs faster in a simulation, and nobody reads more often than once in a real second. */
export function periodMs(meter: Pick<MeterSettings, 'periodMs'>, speed: number): number {
  return Math.max(meter.periodMs, 1000 * speed)
}

function rankOf({ config }: MeterSettings): number {
  if (config.kind === 'model') return 2
  return config.kind === 'rapl' && config.agents === true ? 1 : 0
}

function belongs(host: Host, { config }: MeterSettings, metered: ReadonlySet<HostId>): boolean {
  if (config.kind !== 'model' && config.kind !== 'rapl') return true
  if (metered.has(host.id) || host.kind === 'desktop') return false
  return config.hosts === undefined || config.hosts.some((pattern) => globMatches(pattern, host.name))
}

/** Those that stand in know hosts of several clouds, so they name them by their ids. */
function nameOf(host: Host, meter: MeterSettings): string {
  return rankOf(meter) > 0 ? host.id : host.name
}

function globMatches(pattern: string, name: string): boolean {
  const literal = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${literal.join('.*')}$`).test(name)
}
