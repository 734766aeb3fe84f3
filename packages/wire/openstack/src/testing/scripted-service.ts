// A real HTTP server on loopback whose answers a test writes, one function for all requests.
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Told {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as it is; anything else is written as JSON. */
  readonly body?: unknown
}

/** `drop` ends the connection without an answer, `hang` leaves it open. */
export type Script = (asked: Asked) => Told | 'drop' | 'hang'

export class ScriptedService {
  readonly asked: Asked[] = []
  script: Script
  readonly #server: Server

  private constructor(script: Script) {
    this.script = script
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const { method = '', url = '', headers } = request
        const asked = { method, path: url, headers, body: Buffer.concat(chunks).toString() }
        this.asked.push(asked)
        const told = this.script(asked)
        if (told === 'hang') return
        if (told === 'drop') {
          response.destroy()
          return
        }
        response.writeHead(told.status ?? 200, told.headers ?? {})
        response.end(typeof told.body === 'string' ? told.body : JSON.stringify(told.body ?? {}))
      })
    })
  }

  static async start(script: Script): Promise<ScriptedService> {
    const service = new ScriptedService(script)
    await new Promise<void>((resolve) => service.#server.listen(0, '127.0.0.1', resolve))
    return service
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

/** The answer of keystone to whoever authenticates, with one compute and one placement endpoint at the address. */
export function tokenAnswer(id: string, url: string, lifeMs = 3_600_000): Told {
  const endpoint = (type: string, path: string) => ({
    type,
    endpoints: [{ interface: 'public', region_id: 'RegionOne', url: `${url}${path}` }],
  })
  const token = {
    user: { id: 'u1', name: 'gleaner' },
    project: { id: 'p1' },
    roles: [{ name: 'admin' }],
    issued_at: new Date(0).toISOString(),
    expires_at: new Date(lifeMs).toISOString(),
    catalog: [endpoint('compute', '/compute/v2.1'), endpoint('placement', '/placement')],
  }
  return { status: 201, headers: { 'x-subject-token': id }, body: { token } }
}
