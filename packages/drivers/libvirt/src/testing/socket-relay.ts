// Stands between a client and a real daemon's unix socket and can make the daemon look gone or hung, without touching it.
import { mkdtemp, rm } from 'node:fs/promises'
import { createConnection, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export class SocketRelay {
  readonly path: string
  readonly #folder: string
  readonly #target: string
  readonly #pairs = new Set<readonly [client: Socket, daemon: Socket]>()
  #server: Server | undefined
  #isHeld = false

  private constructor(folder: string, target: string) {
    this.#folder = folder
    this.path = join(folder, 's')
    this.#target = target
  }

  static async start(target: string): Promise<SocketRelay> {
    const relay = new SocketRelay(await mkdtemp(join(tmpdir(), 'gl-')), target)
    await relay.appear()
    return relay
  }

  async appear(): Promise<void> {
    const server = createServer((client) => this.#join(client))
    this.#server = server
    await new Promise<void>((resolve) => server.listen(this.path, resolve))
  }

  async vanish(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    for (const [client, daemon] of this.#pairs) {
      client.destroy()
      daemon.destroy()
    }
    await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)))
  }

  /** What is sent waits, in both directions, until it is let go. */
  hold(): void {
    this.#isHeld = true
    for (const pair of this.#pairs) for (const socket of pair) socket.pause()
  }

  letGo(): void {
    this.#isHeld = false
    for (const pair of this.#pairs) for (const socket of pair) socket.resume()
  }

  async stop(): Promise<void> {
    await this.vanish()
    await rm(this.#folder, { recursive: true, force: true })
  }

  #join(client: Socket): void {
    const daemon = createConnection({ path: this.#target })
    const pair = [client, daemon] as const
    this.#pairs.add(pair)
    for (const [from, to] of [pair, [daemon, client] as const]) {
      from.on('data', (chunk) => to.write(chunk))
      from.on('error', () => {})
      from.on('close', () => {
        to.destroy()
        this.#pairs.delete(pair)
      })
      if (this.#isHeld) from.pause()
    }
  }
}
