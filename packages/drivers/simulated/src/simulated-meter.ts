// A strip that the hosts of a simulated cloud hang on: one outlet per host, by the host's name. It tells what the machine
// would draw at what it is doing, along a straight line between rest and full load, with a little noise, as watts and as the
// watt hours that such a strip counts. Nothing behind it is real.
import { GleanerError } from '@gleaner/model'
import type { CheckItem, Clock, OutletReading, PowerMeter } from '@gleaner/ports'
import { unit } from './random.ts'
import type { SimulatedCloud } from './simulated-cloud.ts'

export interface SimulatedMeterOptions {
  readonly id: string
  readonly cloud: Pick<SimulatedCloud, 'id' | 'loads'>
  readonly clock: Clock
}

/** What a host draws of which nobody says: a two-socket server of its time. */
const usualIdleW = 120
const usualFullW = 420
const asleepW = 6
const noiseShare = 0.01

export class SimulatedMeter implements PowerMeter {
  readonly id: string
  readonly kind = 'simulated'
  readonly address: string
  readonly isEstimate = false
  readonly #cloud: SimulatedMeterOptions['cloud']
  readonly #clock: Clock
  #isClosed = false

  constructor({ id, cloud, clock }: SimulatedMeterOptions) {
    this.id = id
    this.address = `simulated strip of the hosts of ${cloud.id}`
    this.#cloud = cloud
    this.#clock = clock
  }

  async check(outlets: readonly string[]): Promise<readonly CheckItem[]> {
    const known = new Set(this.#cloud.loads().map(({ host }) => host.name))
    const missing = outlets.filter((outlet) => !known.has(outlet))
    return [
      { what: 'strip', ok: true, detail: this.address },
      ...missing.map((outlet) => ({
        what: `outlet ${outlet}`,
        ok: false,
        detail: 'there is no host of this name',
        remedy: 'Name a host of the simulated cloud.',
      })),
    ]
  }

  async read(outlets: readonly string[], signal: AbortSignal): Promise<readonly OutletReading[]> {
    signal.throwIfAborted()
    if (this.#isClosed) throw new GleanerError('meter-unavailable', { meter: this.id, detail: 'it is closed' })
    const atMs = this.#clock.nowMs()
    const powers = new Map(this.#cloud.loads().map((load, nth) => [load.host.name, powerOf(load, nth, atMs)]))
    return outlets.map((outlet) => {
      const powerW = powers.get(outlet)
      return { outlet, atMs, powerW, energyJ: undefined, fault: powerW === undefined ? 'absent' : undefined }
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
  }
}

type Load = ReturnType<SimulatedCloud['loads']>[number]

function powerOf({ host, usedCores }: Load, nth: number, atMs: number): number {
  if (host.state === 'asleep') return asleepW
  if (host.state === 'down') return 0
  const idleW = host.idlePowerW ?? usualIdleW
  const fullW = host.fullPowerW ?? usualFullW
  const load = Math.min(1, Math.max(0, usedCores / host.cores))
  const noise = 1 + noiseShare * (2 * unit(nth, Math.floor(atMs / 1000), 0xe1ec) - 1)
  return Math.round((idleW + (fullW - idleW) * load) * noise * 10) / 10
}
