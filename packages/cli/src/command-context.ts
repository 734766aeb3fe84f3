// What every command has at hand: the words before it, the server, and how to show things.
import type { Call, Client } from '@gleaner/client'
import { type Moments, momentsAt } from './format/moment.ts'
import { printable } from './format/printable.ts'
import { prose } from './format/prose.ts'
import { type Style, styleFor, wantsColour } from './format/style.ts'
import { type Column, table } from './format/table.ts'
import type { Io } from './io.ts'

export interface GlobalOptions {
  readonly url?: string
  readonly token?: string
  readonly json?: boolean
  readonly debug?: boolean
}

export interface Session {
  readonly io: Io
  /** Exit code of a command that ends without an error. */
  code: number
}

export class CommandContext {
  readonly io: Io
  readonly json: boolean
  readonly style: Style
  readonly #session: Session
  readonly #options: GlobalOptions
  #client: Client | undefined

  constructor(session: Session, options: GlobalOptions) {
    this.#session = session
    this.io = session.io
    this.#options = options
    this.json = options.json ?? false
    this.style = styleFor(wantsColour(this.io.environment, this.io.isTerminal))
  }

  /** The server. What people read is made printable; programs get it as it is. */
  get client(): Pick<Client, 'call'> {
    return {
      call: (async (name: string, input: unknown) => {
        const call = (await this.#connected()).call as (name: string, input: unknown) => Promise<unknown>
        const answer = await call(name, input)
        return this.json ? answer : printable(answer)
      }) as Call,
    }
  }

  /** Loaded when it is needed: the description of the API is large, and `gleaner version` has no use for it. */
  async #connected(): Promise<Client> {
    const { connect } = await import('./connection.ts')
    this.#client ??= connect(this.#options, this.io)
    return this.#client
  }

  /** The command did its work, and the answer is no. */
  fail(): void {
    this.#session.code = 1
  }

  /** What programs read with --json: the API's own form. True when that was wanted. */
  printJson(value: unknown): boolean {
    if (this.json) this.io.out(`${JSON.stringify(value, null, 2)}\n`)
    return this.json
  }

  line(text = ''): void {
    this.io.out(`${text}\n`)
  }

  /** Running text, broken at the width of the terminal. */
  say(text: string, lead = ''): void {
    this.io.out(prose(text, { width: this.io.columns, lead }))
  }

  table<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): void {
    this.io.out(table(rows, columns, { style: this.style, width: this.io.columns }))
  }

  moments(now: string): Moments {
    return momentsAt(now, this.io.timeZone)
  }
}
