// From a URI to a connection that answers: transport, authentication, open, keep-alive. It is whole or not there at all:
// whatever fails on the way closes what was open.
import { authList, authPolkit, connectOpen, supportsFeature } from './connect-calls.ts'
import { startKeepalive } from './keepalive.ts'
import { parseLibvirtUri } from './libvirt-uri.ts'
import { features } from './programs.ts'
import { RpcClient } from './rpc-client.ts'
import { systemTimers, type Timers } from './timers.ts'
import { openTransport } from './transports.ts'
import { LibvirtWireError } from './wire-error.ts'

export interface OpenOptions {
  /** For the whole way, from the first byte to the open connection. */
  readonly deadlineMs: number
  readonly signal?: AbortSignal | undefined
  readonly timers?: Timers
  readonly maxInFlight?: number
  /** 0 switches the keep-alive off. */
  readonly keepaliveMs?: number
  readonly sshCommand?: readonly string[]
  readonly runtimeFolder?: string | undefined
}

/** remote_auth_type. */
const auth = { none: 0, sasl: 1, polkit: 2 } as const
const keepaliveMissed = 3

export async function openConnection(uriText: string, options: OpenOptions): Promise<RpcClient> {
  const uri = parseLibvirtUri(uriText)
  const timers = options.timers ?? systemTimers
  const deadline = new AbortController()
  const cancel = timers.after(options.deadlineMs, () =>
    deadline.abort(new LibvirtWireError('deadline', `no connection within ${options.deadlineMs} ms`)),
  )
  const signal = options.signal === undefined ? deadline.signal : AbortSignal.any([options.signal, deadline.signal])
  let rpc: RpcClient | undefined
  try {
    signal.throwIfAborted()
    const { sshCommand, runtimeFolder, maxInFlight } = options
    const stream = await openTransport(uri, { signal, runtimeFolder, ...(sshCommand && { sshCommand }) })
    rpc = new RpcClient(stream, { timers, ...(maxInFlight && { maxInFlight }) })
    const call = { deadlineMs: options.deadlineMs, signal }
    await authenticate(rpc, call)
    const keepaliveMs = options.keepaliveMs ?? 5_000
    // Asking is also what allows the daemon to ping us.
    const answersPings = await supportsFeature(rpc, features.keepalive, call)
    await connectOpen(rpc, uri.remoteName, call)
    if (answersPings && keepaliveMs > 0) startKeepalive(rpc, { intervalMs: keepaliveMs, maxMissed: keepaliveMissed })
    return rpc
  } catch (error) {
    rpc?.close()
    throw error
  } finally {
    cancel()
  }
}

async function authenticate(rpc: RpcClient, call: { deadlineMs: number; signal: AbortSignal }): Promise<void> {
  const offered = await authList(rpc, call)
  if (offered.length === 0 || offered.includes(auth.none)) return
  if (offered.includes(auth.polkit)) {
    await authPolkit(rpc, call)
    return
  }
  throw new LibvirtWireError(
    'refused',
    'the daemon wants a SASL login; use TLS certificates, ssh, or a socket this user may open',
  )
}
