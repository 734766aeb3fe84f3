// One session with an SNMP agent: values of OIDs, a few at a time, with the faults of the protocol told apart. A session of
// version 3 learns the agent's clock at its first question and keeps it, so it is kept open.
import { GleanerError } from '@gleaner/model'
import snmp from 'net-snmp'
import type { SnmpAccess, SnmpMeterOptions } from './options.ts'

/** What one OID holds: a number, no number, or nothing. */
export type SnmpValue = number | 'garbled' | 'absent'

/** Fits into one datagram, whatever the agent. */
const oidsPerQuestion = 20
const questionsAtOnce = 2

export class SnmpSession {
  readonly #options: SnmpMeterOptions
  #session: snmp.Session | undefined
  /** What came last that is no answer. */
  #garbage: string | undefined
  #isClosed = false

  constructor(options: SnmpMeterOptions) {
    this.#options = options
  }

  /** In the order of the OIDs; rejects when the agent cannot be asked at all. */
  async get(oids: readonly string[], signal: AbortSignal): Promise<readonly SnmpValue[]> {
    signal.throwIfAborted()
    if (this.#isClosed) throw this.#unavailable('it is closed')
    const parts: (readonly string[])[] = []
    for (let start = 0; start < oids.length; start += oidsPerQuestion)
      parts.push(oids.slice(start, start + oidsPerQuestion))
    const answers: (readonly SnmpValue[])[] = []
    for (let start = 0; start < parts.length; start += questionsAtOnce) {
      const asked = parts.slice(start, start + questionsAtOnce).map((part) => this.#ask(part, signal))
      answers.push(...(await Promise.all(asked)))
    }
    return answers.flat()
  }

  close(): void {
    this.#isClosed = true
    this.#drop()
  }

  /** Version 1 refuses a question as a whole when one OID is not there, and any agent one that is too long: then one by one. */
  async #ask(oids: readonly string[], signal: AbortSignal): Promise<readonly SnmpValue[]> {
    const answer = await this.#question(oids, signal)
    if (answer !== 'refused') return answer
    if (oids.length === 1) return ['absent']
    const values: SnmpValue[] = []
    for (const oid of oids) {
      const one = await this.#question([oid], signal)
      values.push(one === 'refused' ? 'absent' : (one[0] ?? 'absent'))
    }
    return values
  }

  #question(oids: readonly string[], signal: AbortSignal): Promise<readonly SnmpValue[] | 'refused'> {
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        // The library cannot call one question off; without its session nothing of it is left.
        this.#drop()
        reject(signal.reason as Error)
      }
      if (signal.aborted) return onAbort()
      signal.addEventListener('abort', onAbort, { once: true })
      this.#garbage = undefined
      this.#open().get([...oids], (error, varbinds) => {
        signal.removeEventListener('abort', onAbort)
        if (error === null) return resolve((varbinds ?? []).map(valueOf))
        if (isPartial(statusOf(error))) return resolve('refused')
        reject(this.#faultOf(error))
      })
    })
  }

  #open(): snmp.Session {
    if (this.#session !== undefined) return this.#session
    const { host, access, timeoutMs = 2000, retries = 1 } = this.#options
    const options = { port: this.#options.port, timeout: timeoutMs, retries, backoff: 1 }
    const session =
      access.version === '3'
        ? snmp.createV3Session(host, userOf(access), { ...options, context: access.context ?? '' })
        : snmp.createSession(host, access.community, {
            ...options,
            version: access.version === '1' ? snmp.Version1 : snmp.Version2c,
          })
    session.on('error', (error) => {
      this.#garbage = error instanceof Error ? error.name : 'error'
    })
    this.#session = session
    return session
  }

  #drop(): void {
    const session = this.#session
    this.#session = undefined
    try {
      session?.close()
    } catch {
      // its socket is closed already
    }
  }

  #faultOf(error: Error): GleanerError {
    const { id } = this.#options
    // A stale clock of the agent, or a socket that broke: the next question begins anew.
    this.#drop()
    if (this.#isClosed) return this.#unavailable('it is closed')
    if (error.name === 'RequestTimedOutError')
      return this.#garbage === undefined
        ? this.#unavailable('no answer in time; an agent is silent as well when the community is wrong')
        : new GleanerError('meter-broken', { meter: id, detail: 'what comes back is no SNMP' })
    if (isRefusal(statusOf(error))) return new GleanerError('meter-refused', { meter: id, detail: error.message })
    if (/user|authentic|decrypt|security|digest|report/i.test(error.message))
      return new GleanerError('meter-refused', { meter: id, detail: error.message })
    return this.#unavailable(error.message)
  }

  #unavailable(detail: string): GleanerError {
    return new GleanerError('meter-unavailable', { meter: this.#options.id, detail })
  }
}

/** What the agent gave as the reason, where it answered. */
function statusOf(error: Error): number | undefined {
  const { status } = error as { readonly status?: unknown }
  return error.name === 'RequestFailedError' && typeof status === 'number' ? status : undefined
}

function isPartial(status: number | undefined): boolean {
  return (
    status === snmp.ErrorStatus.NoSuchName ||
    status === snmp.ErrorStatus.TooBig ||
    status === snmp.ErrorStatus.GeneralError
  )
}

function isRefusal(status: number | undefined): boolean {
  return status === snmp.ErrorStatus.NoAccess || status === snmp.ErrorStatus.AuthorizationError
}

function userOf({ user }: Extract<SnmpAccess, { version: '3' }>): snmp.User {
  const { name, auth, privacy } = user
  if (auth === undefined) return { name, level: snmp.SecurityLevel.noAuthNoPriv }
  const authentic = {
    name,
    authProtocol: snmp.AuthProtocols[auth.protocol],
    authKey: auth.password,
  }
  if (privacy === undefined) return { ...authentic, level: snmp.SecurityLevel.authNoPriv }
  return {
    ...authentic,
    level: snmp.SecurityLevel.authPriv,
    privProtocol: snmp.PrivProtocols[privacy.protocol],
    privKey: privacy.password,
  }
}

function valueOf(varbind: snmp.Varbind): SnmpValue {
  if (snmp.isVarbindError(varbind)) return 'absent'
  const { value } = varbind
  if (typeof value === 'number') return value
  if (!Buffer.isBuffer(value)) return 'garbled'
  if (varbind.type === snmp.ObjectType.Counter64) return value.reduce((sum, byte) => sum * 256 + byte, 0)
  const text = value.toString('latin1').trim()
  return /^[+-]?\d+(\.\d+)?$/.test(text) ? Number(text) : 'garbled'
}
