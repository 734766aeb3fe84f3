// Boards that measure what their machine draws, asked by IPMI: the power reading of DCMI, or a sensor in watts where a board has no DCMI.
// An outlet is a board by its address, with :port where that is not 623.
import type { CheckItem, Clock, OutletReading, PowerMeter } from '@gleaner/ports'
import { GleanerError } from '@gleaner/model'
import { type BoardSays, checkBoards, readBoards } from './board-readings.ts'
import { boardAddress } from './board-address.ts'
import { type IpmiAccess, Ipmitool } from './ipmitool.ts'
import { readDcmi, readSensor } from './read-watts.ts'

export interface IpmiMeterOptions extends Omit<IpmiAccess, 'address' | 'port'> {
  readonly id: string
  readonly clock: Pick<Clock, 'nowMs'>
  /** Name of a sensor in watts; undefined: DCMI. */
  readonly sensor: string | undefined
}

const remedy =
  'Name a sensor in watts under sensor of the meter ("ipmitool sdr" shows them), or measure this host otherwise.'

export class IpmiMeter implements PowerMeter {
  readonly id: string
  readonly kind = 'ipmi'
  readonly address: string
  readonly isEstimate = false
  readonly #options: IpmiMeterOptions
  #isClosed = false

  constructor(options: IpmiMeterOptions) {
    this.id = options.id
    this.#options = options
    this.address = options.sensor === undefined ? 'power reading of DCMI' : `sensor ${options.sensor}`
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
  }

  #round(outlets: readonly string[], signal: AbortSignal) {
    const { clock } = this.#options
    const ask = (outlet: string, within: AbortSignal) => this.#ask(outlet, within)
    return { meter: this.id, clock, outlets, signal, ask }
  }

  async #ask(outlet: string, signal: AbortSignal): Promise<BoardSays> {
    const { sensor } = this.#options
    const { host, port } = boardAddress(outlet, 623)
    const board = new Ipmitool({ ...this.#options, address: host, port })
    const words = sensor === undefined ? ['dcmi', 'power', 'reading'] : ['sensor', 'reading', sensor]
    const end = await board.run(words, signal)
    if (end.code === 0) return sensor === undefined ? readDcmi(end.stdout) : readSensor(end.stdout)
    if (/not found/i.test(end.lastWord)) return { fault: 'absent', why: end.lastWord }
    if (/DCMI request failed/i.test(end.lastWord)) return { fault: 'unmeasured', why: end.lastWord }
    throw board.faultOf(end)
  }
}
