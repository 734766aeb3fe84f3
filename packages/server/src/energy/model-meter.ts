// Where nothing measures: what a host should draw at the cores it uses, by a measured curve or a straight line between rest
// and full load. Everything it says is an estimate and marked as one. A host whose usage is not known, or of which nobody
// knows the two ends, has no figure; one that is off draws nothing.
import { linearCurve, type PowerCurve, powerAtW } from '@gleaner/engine'
import { GleanerError, type Host, type HostId } from '@gleaner/model'
import type { CheckItem, Clock, OutletReading, PowerMeter } from '@gleaner/ports'

export interface ModelMeterOptions {
  readonly id: string
  readonly clock: Clock
  /** Over what the cloud says of each host. */
  readonly curve: PowerCurve | undefined
  readonly idleW: number | undefined
  readonly fullW: number | undefined
  /** By its id; undefined when it is not there. */
  readonly hostOf: (id: HostId) => Host | undefined
  /** NaN when it is not known. */
  readonly usedCores: (id: HostId) => number
}

const isOff: ReadonlySet<Host['state']> = new Set(['asleep', 'down'])

export class ModelMeter implements PowerMeter {
  readonly id: string
  readonly kind = 'model'
  readonly address = 'worked out from what hosts are doing'
  readonly isEstimate = true
  readonly #options: ModelMeterOptions
  #isClosed = false

  constructor(options: ModelMeterOptions) {
    this.id = options.id
    this.#options = options
  }

  async check(outlets: readonly string[]): Promise<readonly CheckItem[]> {
    const unknown = outlets.filter((outlet) => {
      const host = this.#options.hostOf(outlet as HostId)
      return host === undefined || this.#curveOf(host) === undefined
    })
    return [
      { what: 'model', ok: true, detail: this.address },
      ...unknown.map((outlet) => ({
        what: `host ${outlet}`,
        ok: false,
        detail: 'nobody says what it draws at rest and at full load',
        remedy: 'Give idleW and fullW, or a curve.',
      })),
    ]
  }

  async read(outlets: readonly string[], signal: AbortSignal): Promise<readonly OutletReading[]> {
    signal.throwIfAborted()
    if (this.#isClosed) throw new GleanerError('meter-unavailable', { meter: this.id, detail: 'it is closed' })
    const atMs = this.#options.clock.nowMs()
    return outlets.map((outlet) => {
      const host = this.#options.hostOf(outlet as HostId)
      const powerW = host === undefined ? undefined : this.#powerW(host)
      const fault = host === undefined ? 'absent' : powerW === undefined ? 'unmeasured' : undefined
      return { outlet, atMs, powerW, energyJ: undefined, fault }
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
  }

  #powerW(host: Host): number | undefined {
    if (isOff.has(host.state)) return 0
    const curve = this.#curveOf(host)
    const used = this.#options.usedCores(host.id)
    return curve === undefined || Number.isNaN(used) ? undefined : powerAtW(curve, used / host.cores)
  }

  #curveOf(host: Host): PowerCurve | undefined {
    const { curve, idleW = host.idlePowerW, fullW = host.fullPowerW } = this.#options
    if (curve !== undefined) return curve
    return idleW === undefined || fullW === undefined ? undefined : linearCurve(idleW, fullW)
  }
}
