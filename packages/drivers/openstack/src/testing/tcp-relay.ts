// Stands before a service of the lab: can be away, and can accept and then say nothing.
import { connect, createServer, type Server, type Socket } from 'node:net'
import { listenAgain } from '@gleaner/testkit'

export class TcpRelay {
  readonly #target: URL
  readonly #open = new Set<Socket>()
  #server: Server | undefined
  #port = 0
  #isHolding = false

  private constructor(target: string) {
    this.#target = new URL(target)
  }

  static async start(target: string): Promise<TcpRelay> {
    const relay = new TcpRelay(target)
    await relay.appear()
    return relay
  }

  /** The target's address, by way of the relay. */
  get url(): string {
    const url = new URL(this.#target)
    url.port = String(this.#port)
    return url.href.replace(/\/+$/, '')
  }

  async appear(): Promise<void> {
    const server = createServer((inner) => this.#serve(inner))
    this.#port = await listenAgain(server, this.#port)
    this.#server = server
  }

  async vanish(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    const closed = new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)))
    for (const socket of this.#open) socket.destroy()
    await closed
  }

  hold(): void {
    this.#isHolding = true
  }

  /** What was held gets no answer any more. */
  letGo(): void {
    this.#isHolding = false
    for (const socket of this.#open) socket.destroy()
  }

  #serve(inner: Socket): void {
    const outer = connect(Number(this.#target.port), this.#target.hostname)
    for (const [socket, other] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      this.#open.add(socket)
      socket.on('data', (data) => {
        if (!this.#isHolding) other.write(data)
      })
      socket.on('error', () => {})
      socket.on('end', () => other.end())
      socket.on('close', () => {
        this.#open.delete(socket)
        other.destroy()
      })
    }
  }
}
