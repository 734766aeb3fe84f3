// One board that speaks IPMI over LAN, asked through ipmitool, whose RMCP+ every board has been tried with: one process a call, 0.05 to
// 0.3 s. The cipher suite is always said: without it ipmitool asks the board for its suites, which several do not answer, and a
// call takes 10 s. The password goes by the environment, never on the command line.
import { refused, unavailable } from './power-fault.ts'
import { type ProgramEnd, runProgram } from './run-program.ts'

export interface IpmiAccess {
  readonly address: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly cipherSuite: number
  readonly timeoutMs: number
  /** For tests; the ipmitool that is found otherwise. */
  readonly program?: string
}

export class Ipmitool {
  readonly where: string
  readonly #access: IpmiAccess

  constructor(access: IpmiAccess) {
    this.#access = access
    this.where = `ipmi ${access.address}:${access.port}`
  }

  /** What it prints; ending otherwise than with 0 is a fault. */
  async ask(words: readonly string[], signal: AbortSignal): Promise<string> {
    const end = await this.run(words, signal)
    if (end.code === 0) return end.stdout
    throw this.faultOf(end)
  }

  run(words: readonly string[], signal: AbortSignal): Promise<ProgramEnd> {
    const { address, port, user, password, cipherSuite, timeoutMs, program = 'ipmitool' } = this.#access
    const to = ['-I', 'lanplus', '-H', address, '-p', String(port), '-U', user, '-E', '-C', String(cipherSuite)]
    return runProgram(
      {
        where: this.where,
        argv: [program, ...to, '-N', '2', '-R', '2', ...words],
        environment: { IPMI_PASSWORD: password, IPMITOOL_PASSWORD: password },
        timeoutMs,
      },
      signal,
    )
  }

  faultOf({ code, lastWord }: ProgramEnd): Error {
    if (/password|user ?name|privilege|unauthori[sz]ed|RAKP 2/i.test(lastWord)) return refused(this.where, lastWord)
    return unavailable(this.where, lastWord === '' ? `ipmitool ended with status ${code}` : lastWord)
  }
}
