// From a notification of nova to what the loops are told: which instance or host changed. The beginnings of actions are
// left out, since their ends follow; so are the hourly existence reports, and the updates of a compute service that are
// nothing but its heartbeat (nova tells each of them).
//
// Of a request that found no host the bus alone tells the availability zone that was asked for; it is kept for a while.
// (The scheduler hints are lost there as well: nova 26 sends them empty.)
import { type CloudId, hostId, instanceId } from '@gleaner/model'
import type { CloudEvent } from '@gleaner/ports'
import { isObject, type Notification } from '@gleaner/wire-openstack'

const keptZones = 1_000

export class BusEvents {
  readonly #cloudId: CloudId
  /** By server; oldest first. */
  readonly #zones = new Map<string, string>()
  /** What was last told of each compute service. */
  readonly #services = new Map<string, string>()

  constructor(cloudId: CloudId) {
    this.#cloudId = cloudId
  }

  /** The zone that was asked for when no host was found. */
  zoneOf(serverId: string): string | undefined {
    return this.#zones.get(serverId)
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
    const before = this.#services.get(host)
    this.#services.set(host, detail)
    // The first says what is, not what changed: but whether a heartbeat or a change is the first nobody knows.
    if (before === detail || (before === undefined && disabled !== true && forcedDown !== true)) return undefined
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

  #keep(id: string, { availability_zone: zone }: Notification['payload']): void {
    if (typeof zone !== 'string') return
    this.#zones.set(id, zone)
    const [oldest] = this.#zones.keys()
    if (this.#zones.size > keptZones && oldest !== undefined) this.#zones.delete(oldest)
  }
}

function stateWord({ state }: Notification['payload']): string {
  return typeof state === 'string' ? ` (${state})` : ''
}
