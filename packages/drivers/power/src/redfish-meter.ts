// Redfish services that tell what a chassis draws: EnvironmentMetrics (PowerWatts, EnergykWh; DSP0268), else the older Power
// (PowerControl[0].PowerConsumedWatts). An outlet is a service by its address, with /CHASSIS where it has several.
import { GleanerError, isError } from '@gleaner/model'
import type { CheckItem, Clock, OutletReading, PowerMeter } from '@gleaner/ports'
import { type BoardSays, checkBoards, readBoards } from './board-readings.ts'
import { broken } from './power-fault.ts'
import { type Json, linkOf, type RedfishAccess, RedfishService } from './redfish-service.ts'

export interface RedfishMeterOptions extends Omit<RedfishAccess, 'url'> {
  readonly id: string
  readonly clock: Pick<Clock, 'nowMs'>
  readonly scheme: 'https' | 'http'
}

const remedy = 'Name the chassis behind the address (bmc-1/CHASSIS), or measure this host otherwise.'
const joulesPerKWh = 3_600_000

export class RedfishMeter implements PowerMeter {
  readonly id: string
  readonly kind = 'redfish'
  readonly address: string
  readonly isEstimate = false
  readonly #options: RedfishMeterOptions
  readonly #services = new Map<string, RedfishService>()
  /** Of each outlet, its chassis as it was found. */
  readonly #chassis = new Map<string, string>()
  #isClosed = false

  constructor(options: RedfishMeterOptions) {
    this.id = options.id
    this.#options = options
    this.address = `Redfish by ${options.scheme}`
  }

  async check(outlets: readonly string[], signal: AbortSignal): Promise<readonly CheckItem[]> {
    return checkBoards(this.#round(outlets, signal), remedy)
  }

  async read(outlets: readonly string[], signal: AbortSignal): Promise<readonly OutletReading[]> {
    if (this.#isClosed) throw new GleanerError('meter-unavailable', { meter: this.id, detail: 'it is closed' })
    return readBoards(this.#round(outlets, signal))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    const services = [...this.#services.values()]
    this.#services.clear()
    await Promise.all(services.map((service) => service.close()))
  }

  #round(outlets: readonly string[], signal: AbortSignal) {
    const { clock } = this.#options
    const ask = (outlet: string, within: AbortSignal) => this.#ask(outlet, within)
    return { meter: this.id, clock, outlets, signal, ask }
  }

  #serviceOf(address: string): RedfishService {
    const known = this.#services.get(address)
    if (known !== undefined) return known
    const service = new RedfishService({ ...this.#options, url: `${this.#options.scheme}://${address}` })
    this.#services.set(address, service)
    return service
  }

  async #ask(outlet: string, signal: AbortSignal): Promise<BoardSays> {
    const slash = outlet.indexOf('/')
    const address = slash < 0 ? outlet : outlet.slice(0, slash)
    const name = slash < 0 ? undefined : outlet.slice(slash + 1)
    const service = this.#serviceOf(address)
    const path = this.#chassis.get(outlet) ?? (await chassisOf(service, name, signal))
    if (path === undefined) return { fault: 'absent', why: `it has no chassis "${name}"` }
    this.#chassis.set(outlet, path)
    const chassis = await service.get(path, signal)
    const newer = linkOf(chassis['EnvironmentMetrics'])
    const said = newer === undefined ? undefined : fromMetrics(await unlessMissing(service.get(newer, signal)))
    if (said !== undefined) return said
    const older = linkOf(chassis['Power'])
    const power = older === undefined ? undefined : await unlessMissing(service.get(older, signal))
    return fromPower(power) ?? { fault: 'unmeasured', why: 'the chassis tells no power' }
  }
}

/** Undefined: none of that name. */
async function chassisOf(service: RedfishService, name: string | undefined, signal: AbortSignal) {
  const paths = await service.members('/redfish/v1/Chassis', signal)
  if (name !== undefined) return paths.find((path) => path.split('/').at(-1) === name)
  const [first, second] = paths
  if (first !== undefined && second === undefined) return first
  const names = paths.map((path) => path.split('/').at(-1)).join(', ')
  throw broken(service.where, paths.length === 0 ? 'it has no chassis' : `say which chassis is meant: ${names}`)
}

function fromMetrics(metrics: Json | undefined): BoardSays | undefined {
  const power = reading(metrics?.['PowerWatts'])
  const energy = reading(metrics?.['EnergykWh'])
  if (power === undefined && energy === undefined) return undefined
  if (power === 'none') return { fault: 'unmeasured' }
  if (typeof power === 'string') return { fault: 'garbled' }
  const energyJ = typeof energy === 'number' ? energy * joulesPerKWh : undefined
  if (power === undefined && energyJ === undefined) return { fault: energy === 'none' ? 'unmeasured' : 'garbled' }
  return { powerW: power, energyJ }
}

function fromPower(power: Json | undefined): BoardSays | undefined {
  const [first]: readonly unknown[] = Array.isArray(power?.['PowerControl']) ? power['PowerControl'] : []
  if (typeof first !== 'object' || first === null) return undefined
  const watts = figure((first as Json)['PowerConsumedWatts'])
  if (watts === undefined) return undefined
  if (watts === 'none') return { fault: 'unmeasured' }
  return watts === 'garbled' ? { fault: 'garbled' } : { powerW: watts }
}

/** The Reading of a sensor excerpt. */
function reading(excerpt: unknown) {
  return typeof excerpt === 'object' && excerpt !== null ? figure((excerpt as Json)['Reading']) : undefined
}

/** null is how a service says that it has none now. */
function figure(value: unknown): number | 'none' | 'garbled' | undefined {
  if (value === undefined) return undefined
  if (value === null) return 'none'
  return typeof value === 'number' && Number.isFinite(value) ? value : 'garbled'
}

async function unlessMissing(asked: Promise<Json>): Promise<Json | undefined> {
  try {
    return await asked
  } catch (error) {
    if (isError(error, 'cloud-not-found')) return undefined
    throw error
  }
}
