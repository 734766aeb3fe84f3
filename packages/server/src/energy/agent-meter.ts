// What the processors and memory of hosts have used, as the agents on them count it by RAPL and tell it with their beats. An outlet is a
// host by its id. Counters wrap, and are put together here by the same rules as for the machine itself (rapl-count.ts): agents keep
// nothing, so that one that begins anew is no gap. The parts of a host are one sum; when one of them begins anew all do, so that the sum
// falls, which is how a counter says that it knows nothing of the time between.
import { RaplCount } from '@gleaner/driver-power'
import { matchDesktops } from '@gleaner/engine'
import { type CountedPower, type Desktop, type Host, type HostId, nativeOf, type OutletFault } from '@gleaner/model'
import type { CheckItem, Clock, OutletReading, PowerMeter, Store } from '@gleaner/ports'

export interface AgentMeterOptions {
  readonly id: string
  readonly clock: Pick<Clock, 'nowMs' | 'speed'>
  readonly store: { readonly desktops: Pick<Store['desktops'], 'list'> }
  readonly hostOf: (id: HostId) => Host | undefined
  /** The most a part can draw; it tells how long a silence may be. */
  readonly maxPowerW: number
  /** Real time after which what an agent said last no longer stands for now. */
  readonly freshMs: number
}

export class AgentMeter implements PowerMeter {
  readonly id: string
  readonly kind = 'rapl'
  readonly address = 'agents on the hosts'
  readonly isEstimate = false
  readonly #options: AgentMeterOptions
  readonly #counts = new Map<string, { atMs: number; readonly zones: Map<string, RaplCount> }>()

  constructor(options: AgentMeterOptions) {
    this.id = options.id
    this.#options = options
  }

  async check(outlets: readonly string[], signal: AbortSignal): Promise<readonly CheckItem[]> {
    const readings = await this.read(outlets, signal)
    const told = await this.#told(outlets)
    return readings.map(({ outlet, fault }) => {
      const what = `agent on ${nativeOf(outlet as HostId)}`
      if (fault === undefined) return { what, ok: true, detail: 'tells what its processors count' }
      const said = told.get(outlet)?.power.fault
      const detail = said ?? (fault === 'absent' ? 'no agent tells anything of this host' : 'has not been heard lately')
      return {
        what,
        ok: false,
        detail,
        remedy: 'Write "rapl: true" into its agent.yaml; the agent has to run as root.',
      }
    })
  }

  async read(outlets: readonly string[], signal: AbortSignal): Promise<readonly OutletReading[]> {
    signal.throwIfAborted()
    const { clock, freshMs } = this.#options
    const told = await this.#told(outlets)
    signal.throwIfAborted()
    const nowMs = clock.nowMs()
    return outlets.map((outlet): OutletReading => {
      const power = told.get(outlet)?.power
      const without = (fault: OutletFault): OutletReading => ({
        outlet,
        atMs: nowMs,
        powerW: undefined,
        energyJ: undefined,
        fault,
      })
      if (power === undefined) return without('absent')
      if (nowMs - power.atMs > freshMs * clock.speed) return without('silent')
      if (power.zones.length === 0) return without('unmeasured')
      const { atMs } = power
      return { outlet, atMs, powerW: undefined, energyJ: this.#sum(outlet, power), fault: undefined }
    })
  }

  async close(): Promise<void> {}

  async #told(outlets: readonly string[]): Promise<ReadonlyMap<string, Told>> {
    const told = (await this.#options.store.desktops.list()).flatMap(toldBy)
    const hosts = outlets.flatMap((outlet) => this.#options.hostOf(outlet as HostId) ?? [])
    const speakers = matchDesktops(
      told.map(({ desktop }) => desktop),
      hosts,
    )
    const byDesktop = new Map(told.map((each) => [each.desktop.id, each]))
    const found = new Map<string, Told>()
    for (const { id } of hosts) {
      const speaker = speakers.get(id)
      const each = speaker && byDesktop.get(speaker.id)
      if (each !== undefined) found.set(id, each)
    }
    return found
  }

  #sum(outlet: string, { atMs, zones }: Told['power']): number {
    const known = this.#counts.get(outlet) ?? { atMs: Number.NEGATIVE_INFINITY, zones: new Map<string, RaplCount>() }
    this.#counts.set(outlet, known)
    // Read again before the agent has said something new.
    if (atMs > known.atMs) {
      known.atMs = atMs
      const names = new Set(zones.map(({ name }) => name))
      for (const name of known.zones.keys()) if (!names.has(name)) known.zones.delete(name)
      let goesOn = true
      for (const { name, counterUj, rangeUj } of zones) {
        const count = known.zones.get(name) ?? new RaplCount()
        known.zones.set(name, count)
        const { speed } = this.#options.clock
        // Counters run in real time, also where the clock of a simulation runs faster.
        if (!count.take(atMs / speed, { counterUj, rangeUj }, this.#options.maxPowerW)) goesOn = false
      }
      if (!goesOn) for (const count of known.zones.values()) count.restart()
    }
    let sumJ = 0
    for (const count of known.zones.values()) sumJ += count.totalJ
    return sumJ
  }
}

interface Told {
  readonly desktop: Desktop
  readonly power: CountedPower & { readonly atMs: number }
}

function toldBy(desktop: Desktop): readonly Told[] {
  const { word, lastBeatMs, revokedAtMs } = desktop
  if (word?.power === undefined || lastBeatMs === undefined || revokedAtMs !== undefined) return []
  return [{ desktop, power: { ...word.power, atMs: lastBeatMs } }]
}
