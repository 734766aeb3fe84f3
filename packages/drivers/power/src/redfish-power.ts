// A host behind a Redfish service: PowerState of its ComputerSystem tells, the action ComputerSystem.Reset switches, GracefulShutdown
// to let it sleep and On to wake it. Which system is meant is found once: the one that is named, or the only one there is.
import type { CheckItem, HostPower, PowerState } from '@gleaner/ports'
import { broken, conflict } from './power-fault.ts'
import { type Json, type RedfishAccess, RedfishService } from './redfish-service.ts'

export interface RedfishPowerOptions extends RedfishAccess {
  /** Its id, where there are several. */
  readonly system: string | undefined
}

export class RedfishPower implements HostPower {
  readonly kind = 'redfish'
  readonly address: string
  readonly #service: RedfishService
  readonly #name: string | undefined
  #system: string | undefined

  constructor(options: RedfishPowerOptions) {
    this.#service = new RedfishService(options)
    this.#name = options.system
    this.address = this.#service.where
  }

  async check(signal: AbortSignal): Promise<readonly CheckItem[]> {
    const { path, document } = await this.#read(signal)
    return [{ what: 'system', ok: true, detail: `${this.address}${path}: it is ${String(document['PowerState'])}` }]
  }

  async state(signal: AbortSignal): Promise<PowerState> {
    const { document } = await this.#read(signal)
    switch (document['PowerState']) {
      case 'On':
        return 'on'
      case 'Off':
        return 'off'
      // On its way: neither is true yet.
      case 'PoweringOn':
      case 'PoweringOff':
        return 'unknown'
      case 'Paused':
        return 'asleep'
      default:
        throw broken(this.address, `PowerState is ${JSON.stringify(document['PowerState'] ?? null)}`)
    }
  }

  async sleep(signal: AbortSignal): Promise<void> {
    const { document } = await this.#read(signal)
    if (document['PowerState'] !== 'Off') await this.#reset('GracefulShutdown', document, signal)
  }

  async wake(signal: AbortSignal): Promise<void> {
    const { document } = await this.#read(signal)
    if (document['PowerState'] !== 'On') await this.#reset('On', document, signal)
  }

  async close(): Promise<void> {
    await this.#service.close()
  }

  async #reset(type: string, document: Json, signal: AbortSignal): Promise<void> {
    const action = (document['Actions'] as Json | undefined)?.['#ComputerSystem.Reset'] as Json | undefined
    const target = action?.['target']
    if (typeof target !== 'string' || !target.startsWith('/'))
      throw broken(this.address, 'the system offers no ComputerSystem.Reset')
    const allowed = action?.['ResetType@Redfish.AllowableValues']
    if (Array.isArray(allowed) && !allowed.includes(type))
      throw conflict(this.address, 'the system', `it knows no ${type}, only ${allowed.slice(0, 10).join(', ')}`)
    await this.#service.post(target, { ResetType: type }, signal)
  }

  async #read(signal: AbortSignal): Promise<{ readonly path: string; readonly document: Json }> {
    const path = (this.#system ??= await this.#find(signal))
    return { path, document: await this.#service.get(path, signal) }
  }

  async #find(signal: AbortSignal): Promise<string> {
    const system = this.#name
    const paths = await this.#service.members('/redfish/v1/Systems', signal)
    const fitting = system === undefined ? paths : paths.filter((path) => path.split('/').at(-1) === system)
    const [first, second] = fitting
    if (first !== undefined && second === undefined) return first
    const names = paths.map((path) => path.split('/').at(-1)).join(', ')
    if (system !== undefined) throw broken(this.address, `it has no system "${system}", only: ${names || 'none'}`)
    throw broken(this.address, paths.length === 0 ? 'it has no system' : `say which system is meant: ${names}`)
  }
}
