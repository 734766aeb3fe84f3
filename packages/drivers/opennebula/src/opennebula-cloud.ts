// The Cloud port over OpenNebula's XML-RPC interface.
//
// Nothing is remembered in place of being read: what could not be read is a gap, and a cloud that does not answer rejects.
// Kept are the ids and sizes of the last reading (where to cut the next one, what the figures belong to), the last
// monitoring record of each instance (rates need two), the keys of accepted actions and what became of the last of them.
// Changes are told of instances that somebody watches, and of all where the hook manager's events can be heard.
import {
  type CloudId,
  cloudId,
  describeError,
  GleanerError,
  type HostId,
  type InstanceId,
  type Inventory,
  type InventoryGap,
  type SampleBatch,
} from '@gleaner/model'
import {
  type ActionRequest,
  type ActionSupport,
  type CheckItem,
  type Clock,
  type Cloud,
  type CloudEvent,
  type HostControl,
  type InstanceLabels,
  type InstanceMigration,
  type Look,
  untilAborted,
} from '@gleaner/ports'
import { AcceptedActions } from './accepted-actions.ts'
import { ActionRunner } from './action-runner.ts'
import { supportedActions } from './actions.ts'
import { checkCloud } from './check-cloud.ts'
import { clockTimers } from './clock-timers.ts'
import { toCloudError } from './cloud-error.ts'
import { EventFeed } from './event-feed.ts'
import { hostControl } from './host-control.ts'
import { mapInSlices } from './in-slices.ts'
import { type InventoryContext, projectsOf, toHost, toInstance } from './inventory.ts'
import { labels } from './labels.ts'
import { migration } from './migration.ts'
import { maxBytes, type OneCall, OneClient } from './one-client.ts'
import { defaultCallTimeoutMs, type OpenNebulaCloudOptions, type ProjectBy } from './options.ts'
import type { HostRow } from './parse/host-document.ts'
import type { VmRow } from './parse/vm-document.ts'
import { readInstances } from './read-instances.ts'
import { Roster } from './roster.ts'
import { instanceState, stateName } from './states.ts'
import { UsageMeter } from './usage-meter.ts'
import { VmCalls } from './vm-calls.ts'

export class OpenNebulaCloud implements Cloud {
  readonly id: CloudId
  readonly kind = 'opennebula'
  readonly address: string
  readonly actions: readonly ActionSupport[]
  readonly migration: InstanceMigration
  readonly hostControl: HostControl
  readonly labels: InstanceLabels
  readonly #clock: Clock
  readonly #projectBy: ProjectBy
  readonly #client: OneClient
  readonly #calls: VmCalls
  readonly #runner: ActionRunner
  readonly #accepted = new AcceptedActions()
  readonly #roster = new Roster()
  readonly #meter: UsageMeter
  readonly #listeners = new Set<(event: CloudEvent) => void>()
  readonly #startFeed: () => EventFeed | undefined
  #feed: EventFeed | undefined
  #isClosed = false

  constructor(options: OpenNebulaCloudOptions) {
    const endpoints = options.endpoints.map((endpoint) => new URL(endpoint))
    this.id = cloudId(options.id)
    this.address = endpoints.map(({ protocol, host, pathname }) => `${protocol}//${host}${pathname}`).join(', ')
    this.actions = supportedActions(options)
    this.#clock = options.clock
    this.#projectBy = options.projectBy ?? 'group'
    this.#client = new OneClient({
      endpoints,
      session: options.session,
      ca: options.ca,
      callTimeoutMs: options.callTimeoutMs ?? defaultCallTimeoutMs,
      timers: clockTimers(options.clock),
      nowMs: () => options.clock.nowMs(),
    })
    this.#calls = new VmCalls(this.id, this.#client)
    this.#meter = new UsageMeter(this.id)
    this.#runner = new ActionRunner({
      calls: this.#calls,
      ways: options,
      onAccepted: ({ instanceId: of, action }, before) =>
        this.#accepted.accept(of, action, { error: errorOf(before), nowMs: this.#clock.nowMs() }),
      onSeen: (of, row) => void this.#see(of, row),
    })
    this.migration = migration(this.#calls, this.id)
    this.hostControl = hostControl(this.#calls, options.closeBy ?? 'disable')
    this.labels = labels(this.#calls)
    const events = options.events === undefined ? undefined : new URL(options.events)
    const tell = (event: CloudEvent) => this.#tell(event)
    this.#startFeed = () => events && new EventFeed({ cloudId: this.id, address: events, clock: options.clock, tell })
  }

  async check(signal: AbortSignal): Promise<readonly CheckItem[]> {
    this.#mustBeOpen(signal)
    this.#feed ??= this.#startFeed()
    const items = await checkCloud({ cloud: this.id, client: this.#client, signal })
    return this.#feed === undefined ? items : [...items, await untilAborted(this.#feed.check(), signal)]
  }

  async observe(signal: AbortSignal): Promise<Inventory> {
    this.#mustBeOpen(signal)
    // The hosts on one connection, the pages of instances one after the other on the second.
    const [hosts, instances] = await Promise.allSettled([this.#readHosts(signal), this.#readInstances(signal)])
    signal.throwIfAborted()
    if (instances.status === 'rejected') throw instances.reason
    const { rows } = instances.value
    const gaps: InventoryGap[] = [...instances.value.gaps]
    let hostRows: readonly HostRow[] = []
    if (hosts.status === 'rejected') gaps.push({ scope: 'hosts', reason: describeError(hosts.reason) })
    else {
      hostRows = hosts.value.rows
      for (const fault of hosts.value.faults) gaps.push({ scope: 'hosts', reason: fault })
    }
    const context: InventoryContext = { cloudId: this.id, projectBy: this.#projectBy, nowMs: this.#clock.nowMs() }
    const inventory = {
      hosts: hostRows.map((row) => toHost(row, this.id)),
      instances: await mapInSlices(rows, (row) => toInstance(row, context)),
      projects: projectsOf(rows, context),
    }
    if (hosts.status === 'fulfilled') gaps.push(...hiddenHosts(inventory))
    this.#roster.fill(rows, hostRows, { isWhole: gaps.length === 0 })
    if (gaps.length === 0) this.#accepted.keepOnly(new Set(inventory.instances.map(({ id }) => id)))
    return { ...inventory, gaps }
  }

  async sample(signal: AbortSignal): Promise<SampleBatch> {
    this.#mustBeOpen(signal)
    if (this.#roster.isEmpty) await this.observe(signal)
    const [vms, hosts] = await Promise.allSettled([
      // The last record of each.
      this.#readMonitoring('vm-monitoring', { method: 'one.vmpool.monitoring', args: [-2, 0], signal }),
      this.#readMonitoring('host-monitoring', { method: 'one.hostpool.monitoring', args: [0], signal }),
    ])
    signal.throwIfAborted()
    if (vms.status === 'rejected') throw vms.reason
    return this.#meter.take({
      vms: vms.value,
      // A user who may not see the hosts has no figures of them; everything else is complete.
      hosts: hosts.status === 'fulfilled' ? hosts.value : undefined,
      hostReports: this.#roster.reports,
      roster: this.#roster.instances,
      hostSizes: this.#roster.hosts,
      nowMs: this.#clock.nowMs(),
    })
  }

  async act(request: ActionRequest, signal: AbortSignal): Promise<void> {
    this.#mustBeOpen(signal)
    const { action } = request
    if (!this.actions.some((support) => support.action === action)) {
      throw new GleanerError('cloud-unsupported', { cloud: this.id, action })
    }
    await this.#runner.run(request, signal)
  }

  async look(id: InstanceId, signal: AbortSignal): Promise<Look> {
    this.#mustBeOpen(signal)
    const row = await this.#calls.find(id, signal)
    if (row === undefined) {
      if (this.#roster.forget(id)) this.#tell({ kind: 'instance-changed', instanceId: id, detail: 'it is gone' })
      this.#accepted.forget(id)
      return { instance: undefined, fault: undefined }
    }
    const fault = this.#see(id, row)
    const nowMs = this.#clock.nowMs()
    return { instance: toInstance(row, { cloudId: this.id, projectBy: this.#projectBy, nowMs }), fault }
  }

  subscribe(listener: (event: CloudEvent) => void): () => void {
    // A new function each time: whoever subscribes twice leaves twice.
    const own = (event: CloudEvent) => listener(event)
    this.#listeners.add(own)
    if (!this.#isClosed) this.#feed ??= this.#startFeed()
    return () => void this.#listeners.delete(own)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#listeners.clear()
    this.#feed?.close()
    await this.#client.close()
  }

  async #readHosts(signal: AbortSignal) {
    try {
      return await this.#client.read('hosts', { method: 'one.hostpool.info', args: [], signal }, maxBytes.all)
    } catch (error) {
      throw toCloudError(error, { cloud: this.id, object: 'the hosts', signal })
    }
  }

  #readInstances(signal: AbortSignal) {
    return readInstances({ cloud: this.id, client: this.#client, signal }, this.#roster.knownIds)
  }

  async #readMonitoring(kind: 'vm-monitoring' | 'host-monitoring', call: OneCall) {
    try {
      return await this.#client.read(kind, call, maxBytes.all)
    } catch (error) {
      throw toCloudError(error, { cloud: this.id, object: 'the monitoring data', signal: call.signal })
    }
  }

  /** Takes note of one sight of an instance; what went wrong with it. */
  #see(id: InstanceId, row: VmRow): string | undefined {
    const word = stateName(row)
    const seen = { state: instanceState(row), word, error: errorOf(row), nowMs: this.#clock.nowMs() }
    if (this.#roster.see(id, row)) {
      this.#tell({ kind: 'instance-changed', instanceId: id, detail: `${row.name}: ${word}` })
    }
    return this.#accepted.fault(id, seen)
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
    if (this.#isClosed) throw new GleanerError('cloud-unavailable', { cloud: this.id, detail: 'the driver is closed' })
  }
}

/** Hosts that instances are on and that are not in the list: the user may not see them. */
function hiddenHosts({ hosts, instances }: Pick<Inventory, 'hosts' | 'instances'>): readonly InventoryGap[] {
  const seen = new Set<HostId>(hosts.map(({ id }) => id))
  const hidden = new Set<HostId>()
  for (const { hostId: on } of instances) if (on !== undefined && !seen.has(on)) hidden.add(on)
  return [...hidden].map((id) => ({ scope: `host ${id}`, reason: 'instances are on it, and the user may not see it' }))
}

function errorOf(row: VmRow): string | undefined {
  const text = row.user['ERROR']
  return text === '' ? undefined : text
}
