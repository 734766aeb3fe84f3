// One connection to the monitor of a QEMU (QMP): commands in order, each answered; events in between. QEMU serves one client at a
// time, so the connection is kept: a pause is one line and its answer, below two milliseconds.
import { connect, type Socket } from 'node:net'

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

interface QmpMessage {
  readonly QMP?: unknown
  readonly return?: unknown
  readonly error?: { readonly desc?: string }
  readonly event?: string
}

const longestLine = 1024 * 1024

export class QmpLine {
  readonly #socket: Socket
  readonly #waiting: Waiting[] = []
  readonly #onEvent: (event: string) => void
  #rest = ''

  /** Resolves when QEMU takes commands. */
  static async open(path: string, on: { readonly event: (event: string) => void; readonly end: () => void }) {
    const line = new QmpLine(path, on)
    await new Promise<void>((resolve, reject) => {
      line.#socket.once('error', reject)
      line.#greeted = resolve
    })
    await line.send('qmp_capabilities')
    return line
  }

  #greeted: () => void = () => {}

  private constructor(path: string, on: { readonly event: (event: string) => void; readonly end: () => void }) {
    this.#onEvent = on.event
    this.#socket = connect(path)
    this.#socket.setEncoding('utf8')
    this.#socket.on('data', (text: string) => this.#take(text))
    this.#socket.on('error', () => {})
    this.#socket.on('close', () => {
      for (const { reject } of this.#waiting.splice(0)) reject(new Error('the monitor of QEMU has closed'))
      on.end()
    })
  }

  send(command: string, limitMs = 2000): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`QEMU has not answered ${command} within ${limitMs / 1000} s`))
        this.close()
      }, limitMs)
      const settled =
        <T>(then: (value: T) => void) =>
        (value: T) => {
          clearTimeout(timer)
          then(value)
        }
      this.#waiting.push({ resolve: settled(resolve), reject: settled(reject) })
      this.#socket.write(`${JSON.stringify({ execute: command })}\n`)
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(text: string): void {
    this.#rest += text
    if (this.#rest.length > longestLine) return this.close()
    for (let end = this.#rest.indexOf('\n'); end >= 0; end = this.#rest.indexOf('\n')) {
      const line = this.#rest.slice(0, end)
      this.#rest = this.#rest.slice(end + 1)
      if (line.trim() !== '') this.#read(line)
    }
  }

  #read(line: string): void {
    let message: QmpMessage
    try {
      message = JSON.parse(line) as QmpMessage
    } catch {
      return this.close() // Whatever this is, it is no QEMU.
    }
    if (message.QMP !== undefined) return this.#greeted()
    if (message.event !== undefined) return this.#onEvent(message.event)
    const waiting = this.#waiting.shift()
    if (message.error === undefined) waiting?.resolve(message.return)
    else waiting?.reject(new Error(message.error.desc ?? 'QEMU refused'))
  }
}
