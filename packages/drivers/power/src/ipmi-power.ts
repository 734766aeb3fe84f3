// A host behind a BMC that speaks IPMI over LAN. It is asked through ipmitool, whose RMCP+ every board has been tried with: one
// process a call, 0.05 to 0.3 s. The cipher suite is always said: without it ipmitool asks the board for its suites, which
// several do not answer, and a call takes 10 s. The password goes by the environment, never on the command line.
import type { CheckItem, HostPower, PowerState } from '@gleaner/ports'
import { broken, refused, unavailable } from './power-fault.ts'
import { runProgram } from './run-program.ts'
import { stateWord } from './state-word.ts'

export interface IpmiPowerOptions {
  readonly address: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly cipherSuite: number
  readonly timeoutMs: number
  /** For tests; the ipmitool that is found otherwise. */
  readonly program?: string
}

export class IpmiPower implements HostPower {
  readonly kind = 'ipmi'
  readonly address: string
  readonly #options: IpmiPowerOptions

  constructor(options: IpmiPowerOptions) {
    this.#options = options
    this.address = `ipmi ${options.address}:${options.port}`
  }

  async check(signal: AbortSignal): Promise<readonly CheckItem[]> {
    return [{ what: 'chassis power', ok: true, detail: `${this.address}: it is ${await this.state(signal)}` }]
  }

  async state(signal: AbortSignal): Promise<PowerState> {
    const said = await this.#ask(['power', 'status'], signal)
    const state = stateWord(said)
    if (state === 'on' || state === 'off') return state
    throw broken(this.address, `ipmitool said "${said.trim().slice(0, 80)}"`)
  }

  /** The soft shutdown of ACPI: the system goes down in good order, or not at all. */
  async sleep(signal: AbortSignal): Promise<void> {
    if ((await this.state(signal)) === 'off') return
    await this.#ask(['power', 'soft'], signal)
  }

  async wake(signal: AbortSignal): Promise<void> {
    await this.#ask(['power', 'on'], signal)
  }

  async close(): Promise<void> {}

  async #ask(words: readonly string[], signal: AbortSignal): Promise<string> {
    const { address, port, user, password, cipherSuite, timeoutMs, program = 'ipmitool' } = this.#options
    const where = ['-I', 'lanplus', '-H', address, '-p', String(port), '-U', user, '-E', '-C', String(cipherSuite)]
    const end = await runProgram(
      {
        where: this.address,
        argv: [program, ...where, '-N', '2', '-R', '2', ...words],
        environment: { IPMI_PASSWORD: password, IPMITOOL_PASSWORD: password },
        timeoutMs,
      },
      signal,
    )
    if (end.code === 0) return end.stdout
    if (/password|user ?name|privilege|unauthori[sz]ed|RAKP 2/i.test(end.lastWord))
      throw refused(this.address, end.lastWord)
    throw unavailable(this.address, end.lastWord === '' ? `ipmitool ended with status ${end.code}` : end.lastWord)
  }
}
