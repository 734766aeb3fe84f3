// A host that is switched by commands of the operator's own: one that prints on, off or asleep, one that lets it sleep, one that
// wakes it. Each is a list of arguments, run without a shell and with a deadline; a status other than 0 is a fault.
import type { CheckItem, HostPower, PowerState } from '@gleaner/ports'
import { broken } from './power-fault.ts'
import { runProgram } from './run-program.ts'
import { stateWord } from './state-word.ts'

export interface CommandPowerOptions {
  /** Name of the host, for people. */
  readonly name: string
  readonly state: readonly string[]
  readonly sleep: readonly string[]
  readonly wake: readonly string[]
  readonly timeoutMs: number
}

export class CommandPower implements HostPower {
  readonly kind = 'command'
  readonly address: string
  readonly #options: CommandPowerOptions

  constructor(options: CommandPowerOptions) {
    this.#options = options
    this.address = `command ${options.state[0] ?? '(none)'} for ${options.name}`
  }

  async check(signal: AbortSignal): Promise<readonly CheckItem[]> {
    return [{ what: 'state', ok: true, detail: `${this.#options.name} is ${await this.state(signal)}` }]
  }

  async state(signal: AbortSignal): Promise<PowerState> {
    const said = await this.#run('state', signal)
    const state = stateWord(said)
    if (state !== undefined) return state
    throw broken(this.address, `it said "${said.trim().slice(0, 80)}" and not on, off or asleep`)
  }

  async sleep(signal: AbortSignal): Promise<void> {
    await this.#run('sleep', signal)
  }

  async wake(signal: AbortSignal): Promise<void> {
    await this.#run('wake', signal)
  }

  async close(): Promise<void> {}

  async #run(what: 'state' | 'sleep' | 'wake', signal: AbortSignal): Promise<string> {
    const { timeoutMs } = this.#options
    const end = await runProgram({ where: this.address, argv: this.#options[what], timeoutMs }, signal)
    if (end.code === 0) return end.stdout
    throw broken(this.address, `${what} ended with status ${end.code}${end.lastWord === '' ? '' : `: ${end.lastWord}`}`)
  }
}
