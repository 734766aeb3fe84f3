// A metered strip over SNMP, outlet by outlet: watts, and what the outlet has counted, where the strip tells it. Numbers that
// stand for "none" are faults here, because after scaling nobody could tell them from figures.
import { type OutletFault, describeError, isError } from '@gleaner/model'
import type { CheckItem, OutletReading, PowerMeter } from '@gleaner/ports'
import { oidOf } from './devices.ts'
import type { SnmpMeterOptions } from './options.ts'
import { SnmpSession, type SnmpValue } from './snmp-session.ts'

/** -1, and all ones of 16 and 32 bits. */
const noFigure: ReadonlySet<number> = new Set([-1, 65535, 2147483647, 4294967295])

export class SnmpMeter implements PowerMeter {
  readonly id: string
  readonly kind = 'snmp'
  readonly address: string
  readonly isEstimate = false
  readonly #options: SnmpMeterOptions
  readonly #session: SnmpSession

  constructor(options: SnmpMeterOptions) {
    this.id = options.id
    this.address = `SNMP ${options.access.version} at ${options.host}:${options.port}`
    this.#options = options
    this.#session = new SnmpSession(options)
  }

  async check(outlets: readonly string[], signal: AbortSignal): Promise<readonly CheckItem[]> {
    let readings: readonly OutletReading[]
    try {
      readings = await this.read(outlets, signal)
    } catch (error) {
      if (!isError(error)) throw error
      return [{ what: this.address, ok: false, detail: describeError(error), remedy: error.remedy }]
    }
    const without = readings.filter(({ fault }) => fault !== undefined)
    return [
      { what: this.address, ok: true, detail: `answers for ${readings.length - without.length} outlets` },
      ...without.map(({ outlet, fault }) => ({
        what: `outlet ${outlet}`,
        ok: false,
        detail: fault === 'absent' ? 'the strip has no such outlet' : `no figure (${fault})`,
        remedy: 'Correct its name under outlets, or device and unit of the meter.',
      })),
    ]
  }

  async read(outlets: readonly string[], signal: AbortSignal): Promise<readonly OutletReading[]> {
    const { device, unit = device.firstUnit, clock } = this.#options
    const templates = [device.powerOid, device.energyOid].filter((template) => template !== undefined)
    const oids = outlets.flatMap((outlet) => templates.map((template) => oidOf(template, unit, outlet)))
    const values = await this.#session.get(oids, signal)
    const atMs = clock.nowMs()
    return outlets.map((outlet, nth) => {
      const [first, second] = values.slice(nth * templates.length, (nth + 1) * templates.length)
      const power = device.powerOid === undefined ? undefined : first
      const energy = device.powerOid === undefined ? first : second
      return { outlet, atMs, ...figuresOf(power, energy, device) }
    })
  }

  async close(): Promise<void> {
    this.#session.close()
  }
}

type Figures = Pick<OutletReading, 'powerW' | 'energyJ' | 'fault'>

/** A counter that is not there is no fault of an outlet that has watts. */
function figuresOf(
  power: SnmpValue | undefined,
  energy: SnmpValue | undefined,
  device: SnmpMeterOptions['device'],
): Figures {
  const powerW = scaled(power, device.wattsPerUnit)
  const energyJ = scaled(energy, device.joulesPerUnit)
  const main = power === undefined ? energyJ : powerW
  if (typeof main === 'string') return { powerW: undefined, energyJ: undefined, fault: main }
  return {
    powerW: typeof powerW === 'number' ? powerW : undefined,
    energyJ: typeof energyJ === 'number' ? energyJ : undefined,
    fault: main === undefined ? 'absent' : undefined,
  }
}

function scaled(value: SnmpValue | undefined, factor: number): number | OutletFault | undefined {
  if (typeof value !== 'number') return value
  return noFigure.has(value) ? 'unmeasured' : value * factor
}
