// The Cloud port over nova, placement and keystone.
//
// Nothing is remembered in place of being read, but for what rates need, the keys of accepted actions, and resource
// providers whose generation says that they are what they were. The settings are read when the cloud is first called, and
// again after that failed, so that a wrong file is told as a fault of this cloud and mended without a restart.
import {
  cloudId,
  emptyBatch,
  GleanerError,
  nativeOf,
  type CloudId,
  type InstanceId,
  type Inventory,
  type SampleBatch,
} from '@gleaner/model'
import {
  type ActionRequest,
  type CheckItem,
  type Cloud,
  type CloudEvent,
  type HostControl,
  type InstanceCreation,
  type InstanceLabels,
  type InstanceMigration,
  type LeaseFences,
  type Look,
  type RatioControl,
  type RoomClaims,
  untilAborted,
} from '@gleaner/ports'
import { openConnection, type OpenStackConnection } from '@gleaner/wire-openstack'
import { creation } from './facets/creation.ts'
import { hostControl } from './facets/host-control.ts'
import type { Inside } from './facets/inside.ts'
import { labels } from './facets/labels.ts'
import { leaseFences } from './facets/lease-fences.ts'
import { migration } from './facets/migration.ts'
import { ratioControl } from './facets/ratio-control.ts'
import { roomClaims } from './facets/room-claims.ts'
import { UnplacedReader } from './facets/unplaced.ts'
import { ActionRunner } from './action-runner.ts'
import { supportedActions } from './actions.ts'
import { ChangeFeed } from './change-feed.ts'
import { checkCloud } from './check-cloud.ts'
import { toCloudError } from './cloud-error.ts'
import { DiagnosticsMeter, type Metered } from './diagnostics-meter.ts'
import { toInstance } from './instance-reading.ts'
import { InventoryReader } from './inventory-reader.ts'
import { defaultCallTimeoutMs, defaultPollMs, type OpenStackCloudOptions } from './options.ts'
import { addressOf, readSettings } from './settings.ts'

export class OpenStackCloud implements Cloud {
  readonly id: CloudId
  readonly kind = 'openstack'
  readonly address: string
  readonly actions = supportedActions
  readonly creation: InstanceCreation
  readonly migration: InstanceMigration
  readonly hostControl: HostControl
  readonly ratioControl: RatioControl
  readonly claims: RoomClaims
  readonly leaseFences: LeaseFences
  readonly labels: InstanceLabels
  readonly #options: OpenStackCloudOptions
  readonly #reader: InventoryReader
  readonly #runner: ActionRunner
  readonly #meter: DiagnosticsMeter
  readonly #feed: ChangeFeed
  readonly #listeners = new Set<(event: CloudEvent) => void>()
  readonly #closed = new AbortController()
  #connection: Promise<OpenStackConnection> | undefined
  /** Those seen running by the last reading. */
  #running: readonly Metered[] | undefined

  constructor(options: OpenStackCloudOptions) {
    this.#options = options
    this.id = cloudId(options.id)
    this.address = addressOf(options.settings)
    const { clock } = options
    const nowMs = () => clock.nowMs()
    this.#reader = new InventoryReader({ cloudId: this.id, nowMs })
    this.#runner = new ActionRunner({ where: this.id, clock, closed: this.#closed.signal })
    this.#meter = new DiagnosticsMeter(options.diagnostics ?? 0, nowMs)
    this.#feed = new ChangeFeed({
      cloudId: this.id,
      clock,
      pollMs: options.pollMs ?? defaultPollMs,
      busUrl: options.notifications,
      connect: () => this.#connect(),
      tell: (event) => this.#tell(event),
    })
    const inside: Inside = {
      cloud: this.id,
      clock,
      call: (object, signal, work) => this.#call(object, signal, work),
      accepted: (id, action, requestId) => {
        if (requestId !== undefined) this.#runner.note(id, { action, requestId })
      },
    }
    this.creation = creation(
      inside,
      new UnplacedReader({ cloudId: this.id, nowMs, zoneOf: (id) => this.#feed.zoneOf(id) }),
    )
    this.migration = migration(inside)
    this.hostControl = hostControl(inside)
    this.ratioControl = ratioControl(inside)
    this.claims = roomClaims(inside)
    this.leaseFences = leaseFences(inside)
    this.labels = labels(inside)
  }

  async check(signal: AbortSignal): Promise<readonly CheckItem[]> {
    this.#mustBeOpen(signal)
    const { clock, diagnostics = 0, notifications } = this.#options
    const bus = notifications === undefined ? undefined : () => this.#feed.tryBus(signal)
    return checkCloud({ where: this.id, clock, diagnostics, bus, connect: () => this.#connect() }, signal)
  }

  async observe(signal: AbortSignal): Promise<Inventory> {
    return this.#call('the cloud', signal, async (connection) => {
      const inventory = await this.#reader.observe(connection, signal)
      this.#running = inventory.instances
        .filter(({ state }) => state === 'running')
        .map(({ id, vcpus, memoryMiB }) => ({ id, serverId: nativeOf(id), vcpus, memoryMiB }))
      return inventory
    })
  }

  async sample(signal: AbortSignal): Promise<SampleBatch> {
    const { diagnostics = 0 } = this.#options
    if (diagnostics === 0) {
      this.#mustBeOpen(signal)
      return emptyBatch(0)
    }
    return this.#call('the cloud', signal, async (connection) => {
      const { nova } = connection
      if (this.#running === undefined) await this.observe(signal)
      return this.#meter.sample(nova, this.#running ?? [], signal)
    })
  }

  async act(request: ActionRequest, signal: AbortSignal): Promise<void> {
    this.#mustBeOpen(signal)
    const { action } = request
    if (!supportedActions.some((support) => support.action === action)) {
      throw new GleanerError('cloud-unsupported', { cloud: this.id, action })
    }
    await this.#call(`instance ${nativeOf(request.instanceId)}`, signal, ({ nova }) =>
      this.#runner.run({ nova, request, signal }),
    )
  }

  async look(id: InstanceId, signal: AbortSignal): Promise<Look> {
    return this.#call(`instance ${nativeOf(id)}`, signal, async ({ nova }) => {
      const server = await nova.server(nativeOf(id), signal)
      const instance = server && toInstance(this.id, server, this.#options.clock.nowMs())
      if (server === undefined || instance === undefined) return { instance: undefined, fault: undefined }
      return { instance, fault: await this.#runner.failure({ nova, server, id }, signal) }
    })
  }

  subscribe(listener: (event: CloudEvent) => void): () => void {
    // A new function each time: whoever subscribes twice leaves twice.
    const own = (event: CloudEvent) => listener(event)
    this.#listeners.add(own)
    if (!this.#closed.signal.aborted) this.#feed.start()
    return () => {
      this.#listeners.delete(own)
      if (this.#listeners.size === 0) void this.#feed.stop()
    }
  }

  async close(): Promise<void> {
    this.#closed.abort()
    this.#listeners.clear()
    await this.#feed.stop()
    await (await this.#connection?.catch(() => undefined))?.close()
  }

  /** Every call goes through here: open, connected, its faults translated. */
  async #call<T>(
    object: string,
    signal: AbortSignal,
    work: (connection: OpenStackConnection) => Promise<T>,
  ): Promise<T> {
    this.#mustBeOpen(signal)
    try {
      return await work(await untilAborted(this.#connect(), signal))
    } catch (error) {
      throw toCloudError(error, { where: this.id, object, signal })
    }
  }

  #connect(): Promise<OpenStackConnection> {
    const { settings, clock, callTimeoutMs = defaultCallTimeoutMs, retry } = this.#options
    this.#connection ??= readSettings(settings).then((read) =>
      openConnection({ settings: read, clock, timeoutMs: callTimeoutMs, ...(retry !== undefined && { retry }) }),
    )
    const opened = this.#connection
    opened.catch(() => {
      if (this.#connection === opened) this.#connection = undefined
    })
    return opened
  }

  #tell(event: CloudEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event)
      } catch {
        // A listener's fault is its own; the others must hear of the event all the same.
      }
    }
  }

  #mustBeOpen(signal: AbortSignal): void {
    signal.throwIfAborted()
    if (!this.#closed.signal.aborted) return
    throw new GleanerError('cloud-unavailable', { cloud: this.id, detail: 'the driver is closed' })
  }
}
