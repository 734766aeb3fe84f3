// A host behind a BMC that speaks IPMI over LAN: the power of its chassis.
import type { CheckItem, HostPower, PowerState } from '@gleaner/ports'
import { type IpmiAccess, Ipmitool } from './ipmitool.ts'
import { broken } from './power-fault.ts'
import { stateWord } from './state-word.ts'

export class IpmiPower implements HostPower {
  readonly kind = 'ipmi'
  readonly address: string
  readonly #board: Ipmitool

  constructor(access: IpmiAccess) {
    this.#board = new Ipmitool(access)
    this.address = this.#board.where
  }

  async check(signal: AbortSignal): Promise<readonly CheckItem[]> {
    return [{ what: 'chassis power', ok: true, detail: `${this.address}: it is ${await this.state(signal)}` }]
  }

  async state(signal: AbortSignal): Promise<PowerState> {
    const said = await this.#board.ask(['power', 'status'], signal)
    const state = stateWord(said)
    if (state === 'on' || state === 'off') return state
    throw broken(this.address, `ipmitool said "${said.trim().slice(0, 80)}"`)
  }

  /** The soft shutdown of ACPI: the system goes down in good order, or not at all. */
  async sleep(signal: AbortSignal): Promise<void> {
    if ((await this.state(signal)) === 'off') return
    await this.#board.ask(['power', 'soft'], signal)
  }

  async wake(signal: AbortSignal): Promise<void> {
    await this.#board.ask(['power', 'on'], signal)
  }

  async close(): Promise<void> {}
}
