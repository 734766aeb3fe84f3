// Life-cycle events of all domains on a connection: started, stopped, paused, resumed, defined, undefined, …
import { nothing } from './connect-calls.ts'
import { readDomainRef, writeDomainRef, type DomainRef } from './domain-ref.ts'
import { procedures } from './programs.ts'
import type { CallOptions, RpcClient } from './rpc-client.ts'
import type { XdrReader } from './xdr-reader.ts'
import { XdrWriter } from './xdr-writer.ts'

export interface LifecycleEvent {
  readonly domain: DomainRef
  /** A virDomainEventType (`lifecycleEvents`). */
  readonly event: number
  readonly detail: number
}

/** virDomainEventType, by number. */
export const lifecycleEvents = [
  'defined',
  'undefined',
  'started',
  'suspended',
  'resumed',
  'stopped',
  'shutdown',
  'pmsuspended',
  'crashed',
] as const

/** VIR_DOMAIN_EVENT_ID_LIFECYCLE. */
const lifecycle = 0

/** Calls `listener` for every event from now on; resolves with the number that `stopLifecycleEvents` takes. */
export async function startLifecycleEvents(
  rpc: RpcClient,
  listener: (event: LifecycleEvent) => void,
  options: CallOptions,
): Promise<number> {
  rpc.onMessage(procedures.domainEventCallbackLifecycle, (message) => {
    const event = readLifecycleEvent(message)
    listener(event)
  })
  const body = new XdrWriter().int(lifecycle).optional<DomainRef>(undefined, writeDomainRef)
  const read = (reply: XdrReader) => reply.int()
  return rpc.call({ procedure: procedures.connectDomainEventCallbackRegisterAny, body, read }, options)
}

export function stopLifecycleEvents(rpc: RpcClient, callbackId: number, options: CallOptions): Promise<void> {
  const body = new XdrWriter().int(callbackId)
  const procedure = procedures.connectDomainEventCallbackDeregisterAny
  return rpc.call({ procedure, body, read: nothing }, options)
}

function readLifecycleEvent(message: XdrReader): LifecycleEvent {
  message.int()
  const event = { domain: readDomainRef(message), event: message.int(), detail: message.int() }
  message.end()
  return event
}
