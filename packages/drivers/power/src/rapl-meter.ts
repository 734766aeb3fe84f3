// What the processors of the machine Gleaner runs on have used, as Linux counts it by RAPL (Documentation/power/powercap): an outlet is
// a zone by its name, "package-0", "package-0/dram" or "psys". It counts microjoules and begins again at max_energy_range_uj; what that
// comes to stands in rapl-count.ts.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { GleanerError, type OutletFault } from '@gleaner/model'
import type { CheckItem, Clock, OutletReading, PowerMeter } from '@gleaner/ports'
import { RaplCount } from './rapl-count.ts'

export interface RaplMeterOptions {
  readonly id: string
  readonly clock: Pick<Clock, 'nowMs'>
  /** /sys/class/powercap */
  readonly folder: string
  /** The most a zone can draw; it tells how long a silence may be. */
  readonly maxPowerW: number
}

type Zones = ReadonlyMap<string, string>

export class RaplMeter implements PowerMeter {
  readonly id: string
  readonly kind = 'rapl'
  readonly address: string
  readonly isEstimate = false
  readonly #options: RaplMeterOptions
  readonly #counts = new Map<string, RaplCount>()
  #isClosed = false

  constructor(options: RaplMeterOptions) {
    this.id = options.id
    this.#options = options
    this.address = options.folder
  }

  async check(outlets: readonly string[], signal: AbortSignal): Promise<readonly CheckItem[]> {
    try {
      const zones = await this.#zones(signal)
      const readings = await this.read(outlets, signal)
      return readings.map(({ outlet, energyJ, fault }) => ({
        what: `zone ${outlet}`,
        ok: fault === undefined,
        detail: fault === undefined ? `has counted ${Math.round(energyJ ?? 0)} J` : `no figure (${fault})`,
        ...(fault === undefined ? {} : { remedy: `Name one of ${[...zones.keys()].join(', ')}.` }),
      }))
    } catch (error) {
      if (!(error instanceof GleanerError)) throw error
      return [{ what: this.address, ok: false, detail: error.message, remedy: error.remedy }]
    }
  }

  async read(outlets: readonly string[], signal: AbortSignal): Promise<readonly OutletReading[]> {
    signal.throwIfAborted()
    if (this.#isClosed) throw this.#fault('meter-unavailable', 'it is closed')
    if (outlets.length === 0) return []
    const zones = await this.#zones(signal)
    return Promise.all(
      outlets.map(async (outlet): Promise<OutletReading> => {
        const atMs = this.#options.clock.nowMs()
        const zone = zones.get(outlet)
        const said = zone === undefined ? 'absent' : await this.#count(outlet, zone, atMs)
        return typeof said === 'number'
          ? { outlet, atMs, powerW: undefined, energyJ: said, fault: undefined }
          : { outlet, atMs, powerW: undefined, energyJ: undefined, fault: said }
      }),
    )
  }

  async close(): Promise<void> {
    this.#isClosed = true
  }

  /** Folders of the zones by name; of a zone within another the name of that stands first. */
  async #zones(signal: AbortSignal): Promise<Zones> {
    const { folder } = this.#options
    const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
      throw this.#fault('meter-unavailable', `${folder}: ${error.code ?? error.message}`)
    })
    const found = new Map<string, string>()
    const named = new Map<string, string>()
    for (const entry of names.filter((name) => /^intel-rapl:\d+(:\d+)*$/.test(name)).sort()) {
      signal.throwIfAborted()
      const own = (await textOf(join(folder, entry, 'name')).catch(() => undefined))?.trim()
      if (own === undefined || own === '') continue
      const within = named.get(entry.slice(0, entry.lastIndexOf(':')))
      const name = within === undefined ? own : `${within}/${own}`
      named.set(entry, name)
      found.set(name, join(folder, entry))
    }
    if (found.size === 0) throw this.#fault('meter-unavailable', `${folder} has no zone of RAPL`)
    return found
  }

  /** Joules since the count began. */
  async #count(outlet: string, zone: string, atMs: number): Promise<number | OutletFault> {
    const { maxPowerW } = this.#options
    const counterUj = await this.#number(join(zone, 'energy_uj'))
    if (counterUj === undefined) return 'garbled'
    const rangeUj = await this.#number(join(zone, 'max_energy_range_uj'))
    const count = this.#counts.get(outlet) ?? new RaplCount()
    this.#counts.set(outlet, count)
    count.take(atMs, { counterUj, rangeUj }, maxPowerW)
    return count.totalJ
  }

  async #number(path: string): Promise<number | undefined> {
    const text = await textOf(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EACCES' || error.code === 'EPERM')
        throw this.#fault('meter-refused', `${path} can be read by root only`)
      return undefined
    })
    return text !== undefined && /^\d+\s*$/.test(text) ? Number(text) : undefined
  }

  #fault(code: 'meter-unavailable' | 'meter-refused', detail: string): GleanerError {
    return new GleanerError(code, { meter: this.id, detail })
  }
}

function textOf(path: string): Promise<string> {
  return readFile(path, 'latin1')
}
