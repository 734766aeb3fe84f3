// A host behind a Redfish service (DMTF DSP0266): PowerState of its ComputerSystem tells, the action ComputerSystem.Reset
// switches, GracefulShutdown to let it sleep and On to wake it. Which system is meant is found once: the one that is named, or
// the only one there is. Basic authentication on every request; no redirect is followed, and answers are bounded.
import { readFile } from 'node:fs/promises'
import type { CheckItem, HostPower, PowerState } from '@gleaner/ports'
import { Agent, request } from 'undici'
import { broken, conflict, refused, unavailable } from './power-fault.ts'

export interface RedfishPowerOptions {
  /** Scheme, host and port of the service. */
  readonly url: string
  readonly user: string
  readonly password: string
  readonly system: string | undefined
  /** PEM file. */
  readonly ca: string | undefined
  /** False accepts any certificate. */
  readonly verify: boolean
  readonly timeoutMs: number
}

type Json = Readonly<Record<string, unknown>>

const mostBytes = 1024 * 1024

export class RedfishPower implements HostPower {
  readonly kind = 'redfish'
  readonly address: string
  readonly #options: RedfishPowerOptions
  #agent: Promise<Agent> | undefined
  #system: string | undefined

  constructor(options: RedfishPowerOptions) {
    this.#options = options
    this.address = `redfish ${new URL(options.url).host}`
  }

  async check(signal: AbortSignal): Promise<readonly CheckItem[]> {
    const { path, document } = await this.#read(signal)
    return [{ what: 'system', ok: true, detail: `${this.address}${path}: it is ${String(document['PowerState'])}` }]
  }

  async state(signal: AbortSignal): Promise<PowerState> {
    const { document } = await this.#read(signal)
    switch (document['PowerState']) {
      case 'On':
        return 'on'
      case 'Off':
        return 'off'
      // On its way: neither is true yet.
      case 'PoweringOn':
      case 'PoweringOff':
        return 'unknown'
      case 'Paused':
        return 'asleep'
      default:
        throw broken(this.address, `PowerState is ${JSON.stringify(document['PowerState'] ?? null)}`)
    }
  }

  async sleep(signal: AbortSignal): Promise<void> {
    const { document } = await this.#read(signal)
    if (document['PowerState'] !== 'Off') await this.#reset('GracefulShutdown', document, signal)
  }

  async wake(signal: AbortSignal): Promise<void> {
    const { document } = await this.#read(signal)
    if (document['PowerState'] !== 'On') await this.#reset('On', document, signal)
  }

  async close(): Promise<void> {
    await (await this.#agent)?.close()
    this.#agent = undefined
  }

  async #reset(type: string, document: Json, signal: AbortSignal): Promise<void> {
    const action = (document['Actions'] as Json | undefined)?.['#ComputerSystem.Reset'] as Json | undefined
    const target = action?.['target']
    if (typeof target !== 'string' || !target.startsWith('/'))
      throw broken(this.address, 'the system offers no ComputerSystem.Reset')
    const allowed = action?.['ResetType@Redfish.AllowableValues']
    if (Array.isArray(allowed) && !allowed.includes(type))
      throw conflict(this.address, 'the system', `it knows no ${type}, only ${allowed.slice(0, 10).join(', ')}`)
    await this.#send('POST', target, { body: JSON.stringify({ ResetType: type }), signal })
  }

  async #read(signal: AbortSignal): Promise<{ readonly path: string; readonly document: Json }> {
    const path = (this.#system ??= await this.#find(signal))
    return { path, document: await this.#send('GET', path, { signal }) }
  }

  async #find(signal: AbortSignal): Promise<string> {
    const { system } = this.#options
    const { Members: members } = await this.#send('GET', '/redfish/v1/Systems', { signal })
    const paths = (Array.isArray(members) ? members : []).flatMap((member: unknown) => {
      const path = (member as Json | null)?.['@odata.id']
      return typeof path === 'string' && path.startsWith('/') ? [path] : []
    })
    const fitting = system === undefined ? paths : paths.filter((path) => path.split('/').at(-1) === system)
    const [first, second] = fitting
    if (first !== undefined && second === undefined) return first
    const names = paths.map((path) => path.split('/').at(-1)).join(', ')
    if (system !== undefined) throw broken(this.address, `it has no system "${system}", only: ${names || 'none'}`)
    throw broken(this.address, paths.length === 0 ? 'it has no system' : `say which system is meant: ${names}`)
  }

  async #send(
    method: 'GET' | 'POST',
    path: string,
    { body, signal }: { readonly body?: string; readonly signal: AbortSignal },
  ): Promise<Json> {
    signal.throwIfAborted()
    const { url, user, password, timeoutMs } = this.#options
    const late = AbortSignal.timeout(timeoutMs)
    let status: number
    let text: string
    try {
      const answer = await request(new URL(path, url), {
        method,
        dispatcher: await this.#connect(),
        signal: AbortSignal.any([signal, late]),
        headers: {
          authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
          accept: 'application/json',
          'odata-version': '4.0',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body }),
      })
      status = answer.statusCode
      text = await bounded(answer.body)
    } catch (error) {
      signal.throwIfAborted()
      if (late.aborted) throw unavailable(this.address, `no answer within ${timeoutMs} ms`, error)
      const { code } = error as NodeJS.ErrnoException
      throw unavailable(this.address, code ?? 'the connection broke', error)
    }
    if (status === 401 || status === 403) throw refused(this.address, `${method} ${path}: ${status}`)
    if (status === 409) throw conflict(this.address, path, 'the service says it conflicts')
    if (status >= 500) throw unavailable(this.address, `${method} ${path}: ${status}`)
    if (status >= 300) throw broken(this.address, `${method} ${path}: ${status}`)
    if (method === 'POST' || text === '') return {}
    return parsed(text) ?? this.#nonsense(path)
  }

  #nonsense(path: string): never {
    throw broken(this.address, `the answer to ${path} is no JSON object`)
  }

  #connect(): Promise<Agent> {
    return (this.#agent ??= this.#open())
  }

  async #open(): Promise<Agent> {
    const { ca, verify } = this.#options
    const authorities = ca === undefined ? {} : { ca: await readFile(ca, 'utf8') }
    return new Agent({ connections: 1, connect: { ...authorities, rejectUnauthorized: verify } })
  }
}

async function bounded(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of body) {
    bytes += part.length
    if (bytes > mostBytes) throw new Error('the answer is too large')
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

function parsed(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined
  } catch {
    return undefined
  }
}
