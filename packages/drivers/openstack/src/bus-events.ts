// From a notification of nova to what the loops are told: which instance or host changed. The beginnings of actions are
// left out, since their ends follow; so are the hourly existence reports.
//
// Of a request that found no host the bus alone tells the scheduler hints and the zone; they are kept for a while.
import { type CloudId, hostId, instanceId } from '@gleaner/model'
import type { CloudEvent } from '@gleaner/ports'
import { isObject, type Json, type Notification } from '@gleaner/wire-openstack'
import type { RequestDetails } from './facets/unplaced.ts'

const keptRequests = 1_000

export class BusEvents {
  readonly #cloudId: CloudId
  /** By server; oldest first. */
  readonly #requests = new Map<string, RequestDetails>()

  constructor(cloudId: CloudId) {
    this.#cloudId = cloudId
  }

  requestOf(serverId: string): RequestDetails | undefined {
    return this.#requests.get(serverId)
  }

  /** Undefined for what changes nothing here. */
  read({ eventType, payload }: Notification): CloudEvent | undefined {
    if (eventType === 'service.update') return this.#service(payload)
    if (eventType === 'compute_task.build_instances.error') return this.#unplaced(payload)
    if (!eventType.startsWith('instance.') || /\.(start|exists)$/.test(eventType)) return undefined
    const id = payload['uuid']
    if (typeof id !== 'string') return undefined
    const name = typeof payload['display_name'] === 'string' ? payload['display_name'] : id
    const detail = `${name}: ${eventType.slice('instance.'.length)}${stateWord(payload)}`
    return { kind: 'instance-changed', instanceId: instanceId(this.#cloudId, id), detail }
  }

  #service({ host, disabled, disabled_reason: reason, forced_down: forcedDown, binary }: Notification['payload']) {
    if (typeof host !== 'string' || (binary !== undefined && binary !== 'nova-compute')) return undefined
    const words = [disabled === true ? 'disabled' : 'enabled', ...(forcedDown === true ? ['forced down'] : [])]
    const why = typeof reason === 'string' && reason !== '' ? ` (${reason})` : ''
    const detail = `${host}: ${words.join(', ')}${why}`
    return { kind: 'host-changed', hostId: hostId(this.#cloudId, host), detail } as const
  }

  #unplaced(payload: Notification['payload']): CloudEvent | undefined {
    const id = payload['instance_uuid']
    if (typeof id !== 'string') return undefined
    const request = payload['request_spec']
    if (isObject(request)) this.#keep(id, request)
    const reason = payload['reason']
    const why = isObject(reason) && typeof reason['exception_message'] === 'string' ? reason['exception_message'] : ''
    const detail = `${id}: no host was found ${why}`.trim()
    return { kind: 'instance-changed', instanceId: instanceId(this.#cloudId, id), detail }
  }

  #keep(id: string, { scheduler_hints: hints, availability_zone: zone }: Notification['payload']): void {
    this.#requests.set(id, {
      hints: isObject(hints) && Object.keys(hints).length > 0 ? plainHints(hints) : undefined,
      zone: typeof zone === 'string' ? zone : undefined,
    })
    const [oldest] = this.#requests.keys()
    if (this.#requests.size > keptRequests && oldest !== undefined) this.#requests.delete(oldest)
  }
}

/** Nova keeps every hint as a list; asked for with one value it takes that value. */
function plainHints(hints: Readonly<Record<string, Json>>): Readonly<Record<string, Json>> {
  return Object.fromEntries(
    Object.entries(hints).map(([key, value]) => {
      const [only, ...others] = Array.isArray(value) ? (value as readonly Json[]) : [value]
      return [key, others.length === 0 && only !== undefined ? only : value]
    }),
  )
}

function stateWord({ state }: Notification['payload']): string {
  return typeof state === 'string' ? ` (${state})` : ''
}
