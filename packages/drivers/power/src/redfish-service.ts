// One Redfish service (DMTF DSP0266) as a client of it sees it: JSON over HTTP with a session. A session is made at the first
// request and used until the service forgets it, which is met by one new session and one repetition; it is deleted at the end, for
// services hold only a few. A service without sessions is asked with Basic authentication. No redirect is followed, answers
// are bounded, and no secret stands in a fault.
import { readFile } from 'node:fs/promises'
import { untilAborted } from '@gleaner/ports'
import { Agent, request } from 'undici'
import { broken, conflict, missing, refused, unavailable } from './power-fault.ts'

export interface RedfishAccess {
  /** Scheme, host and port of the service. */
  readonly url: string
  readonly user: string
  readonly password: string
  /** PEM file. */
  readonly ca: string | undefined
  /** False accepts any certificate. */
  readonly verify: boolean
  readonly timeoutMs: number
}

export type Json = Readonly<Record<string, unknown>>

interface Session {
  /** Undefined: the service has no sessions. */
  readonly token: string | undefined
  readonly path: string | undefined
}

interface Asked {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly body?: string | undefined
}

interface Answer {
  readonly status: number
  readonly text: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

const mostBytes = 1024 * 1024
/** What a service answers that has no session service, or keeps it switched off. */
const withoutSessions: ReadonlySet<number> = new Set([404, 405, 410, 501])
const defaultSessions = '/redfish/v1/SessionService/Sessions'

export class RedfishService {
  readonly where: string
  readonly #access: RedfishAccess
  #agent: Promise<Agent> | undefined
  #session: Promise<Session> | undefined

  constructor(access: RedfishAccess) {
    this.#access = access
    this.where = `redfish ${new URL(access.url).host}`
  }

  async get(path: string, signal: AbortSignal): Promise<Json> {
    const { text } = await this.#ask({ method: 'GET', path }, signal)
    const found = parsed(text)
    if (found === undefined) throw broken(this.where, `the answer to ${path} is no JSON object`)
    return found
  }

  async post(path: string, body: Json, signal: AbortSignal): Promise<void> {
    await this.#ask({ method: 'POST', path, body: JSON.stringify(body) }, signal)
  }

  /** The paths of a collection's members. */
  async members(path: string, signal: AbortSignal): Promise<readonly string[]> {
    const { Members: members } = await this.get(path, signal)
    return (Array.isArray(members) ? members : []).flatMap((member: unknown) => linkOf(member) ?? [])
  }

  async close(): Promise<void> {
    const session = await this.#session?.catch(() => undefined)
    this.#session = undefined
    if (session?.path !== undefined)
      await this.#send({ method: 'DELETE', path: session.path }, session, undefined).catch(() => {
        // It ends by itself after a while.
      })
    await (await this.#agent)?.close()
    this.#agent = undefined
  }

  async #ask(asked: Asked, signal: AbortSignal): Promise<Answer> {
    signal.throwIfAborted()
    const session = await this.#open(signal)
    const answer = await this.#send(asked, session, signal)
    if (answer.status !== 401 || session.token === undefined) return this.#judged(asked, answer)
    // The service was restarted, or the session was idle for too long.
    const again = await this.#reopen(session, signal)
    return this.#judged(asked, await this.#send(asked, again, signal))
  }

  #judged({ method, path }: Asked, answer: Answer): Answer {
    const { status } = answer
    const said = `${method} ${path}: ${status}`
    if (status === 401 || status === 403) throw refused(this.where, said)
    if (status === 404) throw missing(this.where, path)
    if (status === 409) throw conflict(this.where, path, 'the service says it conflicts')
    if (status >= 500 || status === 429) throw unavailable(this.where, said)
    if (status >= 300) throw broken(this.where, said)
    return answer
  }

  /** Made once for all who ask at the same time, so that none of them ends it for the others. */
  #open(signal: AbortSignal): Promise<Session> {
    this.#session ??= this.#begin()
    return untilAborted(this.#session, signal)
  }

  /** One that fails is forgotten also when nobody waits for it any more. */
  #begin(): Promise<Session> {
    const opening = this.#login()
    opening.catch(() => {
      if (this.#session === opening) this.#session = undefined
    })
    return opening
  }

  async #reopen(spent: Session, signal: AbortSignal): Promise<Session> {
    if ((await this.#session?.catch(() => undefined)) === spent) this.#session = undefined
    return this.#open(signal)
  }

  async #login(): Promise<Session> {
    const { user, password } = this.#access
    const nobody: Session = { token: undefined, path: undefined }
    const root = await this.#send({ method: 'GET', path: '/redfish/v1/' }, undefined, undefined)
    const links = root.status === 200 ? (parsed(root.text)?.['Links'] as Json | undefined) : undefined
    const path = linkOf(links?.['Sessions']) ?? defaultSessions
    const body = JSON.stringify({ UserName: user, Password: password })
    const answer = await this.#send({ method: 'POST', path, body }, undefined, undefined)
    if (withoutSessions.has(answer.status)) return nobody
    // What a service says of a wrong password: 401 by the standard, 400 and 403 by some.
    if ([400, 401, 403].includes(answer.status)) throw refused(this.where, `no session: ${answer.status}`)
    this.#judged({ method: 'POST', path }, answer)
    const token = answer.headers['x-auth-token']
    if (typeof token !== 'string' || token === '') throw broken(this.where, 'a session without a token')
    const location = answer.headers['location']
    const made = typeof location === 'string' ? pathOf(location, this.#access.url) : undefined
    return { token, path: made ?? linkOf(parsed(answer.text)) }
  }

  async #send(
    { method, path, body }: Asked,
    session: Session | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Answer> {
    const { url, timeoutMs } = this.#access
    const late = AbortSignal.timeout(timeoutMs)
    try {
      const answer = await request(new URL(path, url), {
        method,
        dispatcher: await this.#connect(),
        signal: signal === undefined ? late : AbortSignal.any([signal, late]),
        headers: {
          ...this.#identity(session),
          accept: 'application/json',
          'odata-version': '4.0',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body }),
      })
      return { status: answer.statusCode, text: await bounded(answer.body), headers: answer.headers }
    } catch (error) {
      signal?.throwIfAborted()
      if (late.aborted) throw unavailable(this.where, `no answer within ${timeoutMs} ms`, error)
      const { code } = error as NodeJS.ErrnoException
      throw unavailable(this.where, code ?? 'the connection broke', error)
    }
  }

  /** Before there is a session nobody is named. */
  #identity(session: Session | undefined): Readonly<Record<string, string>> {
    if (session === undefined) return {}
    if (session.token !== undefined) return { 'x-auth-token': session.token }
    const { user, password } = this.#access
    return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }
  }

  #connect(): Promise<Agent> {
    return (this.#agent ??= this.#start())
  }

  async #start(): Promise<Agent> {
    const { ca, verify } = this.#access
    const authorities = ca === undefined ? {} : { ca: await readFile(ca, 'utf8') }
    return new Agent({ connections: 1, connect: { ...authorities, rejectUnauthorized: verify } })
  }
}

/** The path that a link `{"@odata.id": …}` names. */
export function linkOf(value: unknown): string | undefined {
  const path = typeof value === 'object' && value !== null ? (value as Json)['@odata.id'] : undefined
  return typeof path === 'string' && path.startsWith('/') ? path : undefined
}

/** A location may be a path or a whole address; one on another host is not followed with a token. */
function pathOf(location: string, url: string): string | undefined {
  if (!URL.canParse(location, url)) return undefined
  const found = new URL(location, url)
  return found.host === new URL(url).host ? found.pathname : undefined
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
