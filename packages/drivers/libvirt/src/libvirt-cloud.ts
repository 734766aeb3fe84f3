// The Cloud port over one or more libvirt daemons: each host has its own connections, together they are one cloud.
//
// Nothing is remembered in place of being read: a host that does not answer is a gap of the inventory and has no samples,
// and a cloud none of whose hosts answers rejects. Kept are only what rates need, the last size of a host (shown while it
// is down), on which host a domain was seen last (where to ask first), and the keys of accepted actions.
import {
  cloudId,
  describeError,
  emptyBatch,
  GleanerError,
  instanceId,
  nativeOf,
  type CloudId,
  type GuestMemory,
  type InstanceId,
  type Inventory,
  type SampleBatch,
} from '@gleaner/model'
import type {
  ActionRequest,
  CheckItem,
  Cloud,
  CloudEvent,
  GuestMemoryReading,
  GuestNotices,
  Look,
} from '@gleaner/ports'
import {
  affect,
  isUuid,
  type LifecycleEvent,
  lifecycleEvents,
  metadataElement,
  setMetadata,
} from '@gleaner/wire-libvirt'
import { ActionRunner, type Target } from './action-runner.ts'
import { supportedActions } from './actions.ts'
import { checkAgents, checkHost, checkReports } from './check-host.ts'
import { clockTimers } from './clock-timers.ts'
import type { DomainReading } from './domain-reading.ts'
import { HostNode } from './host-node.ts'
import { type InstanceMetadata, metadataKey, metadataUri, writeInstanceMetadata } from './instance-metadata.ts'
import { instanceState } from './instance-state.ts'
import { buildInventory, toInstance } from './inventory.ts'
import {
  defaultCallTimeoutMs,
  defaultReportSockets,
  defaultTransferTimeoutMs,
  type LibvirtCloudOptions,
} from './options.ts'
import { ReportHub } from './report-hub.ts'
import { type SampleRow, toBatch } from './usage-meter.ts'

export class LibvirtCloud implements Cloud {
  readonly id: CloudId
  readonly kind = 'libvirt'
  readonly address: string
  readonly actions = supportedActions
  readonly guestMemory: GuestMemoryReading = { read: (ids, signal) => this.#guestMemory(ids, signal) }
  readonly guestNotices: GuestNotices = {
    tell: async (id, notice, signal) => (await this.#reports?.tell(nativeOf(id), notice, signal)) ?? false,
  }
  readonly #nodes: readonly HostNode[]
  readonly #now: { readonly clockMs: () => number; readonly monotonicMs: () => number }
  readonly #runner: ActionRunner
  readonly #reports: ReportHub | undefined
  readonly #listeners = new Set<(event: CloudEvent) => void>()
  readonly #seenOn = new Map<string, HostNode>()
  #isClosed = false

  constructor(options: LibvirtCloudOptions) {
    const { clock } = options
    const monotonicMs = options.monotonicMs ?? (() => performance.now())
    const callTimeoutMs = options.callTimeoutMs ?? defaultCallTimeoutMs
    const timers = clockTimers(clock)
    this.id = cloudId(options.id)
    const twice = options.hosts.find(
      ({ name }, index) => options.hosts.findIndex((other) => other.name === name) < index,
    )
    if (twice !== undefined) throw new TypeError(`two hosts are named ${twice.name}`)
    this.#now = { clockMs: () => clock.nowMs(), monotonicMs }
    this.#nodes = options.hosts.map(
      (host) =>
        new HostNode(
          this.id,
          { ...host, guestAgents: options.guestAgents === true },
          {
            monotonicMs,
            timers,
            callTimeoutMs,
            sshCommand: options.sshCommand,
            onLifecycle: (event) => this.#onLifecycle(event),
            onConnection: (detail) => this.#tell({ kind: 'connection-changed', detail }),
          },
        ),
    )
    this.address = this.#nodes.map((node) => node.address).join(', ')
    const transferTimeoutMs = options.transferTimeoutMs ?? defaultTransferTimeoutMs
    this.#runner = new ActionRunner({ clock, transferTimeoutMs, beginTimeoutMs: callTimeoutMs })
    const pattern = new RegExp(options.guestReportSockets ?? defaultReportSockets)
    this.#reports = options.guestReports === false ? undefined : new ReportHub({ pattern, clock, monotonicMs })
  }

  async check(signal: AbortSignal): Promise<readonly CheckItem[]> {
    this.#mustBeOpen(signal)
    const items = await Promise.all(this.#nodes.map((node) => checkHost(node.link, signal)))
    const agents = this.#nodes.flatMap((node) => checkAgents(node))
    return [...items.flat(), ...(this.#reports === undefined ? [] : checkReports(this.#reports)), ...agents]
  }

  async observe(signal: AbortSignal): Promise<Inventory> {
    this.#mustBeOpen(signal)
    const { good, bad } = await this.#each((node) => node.observe(signal), signal)
    const unread = bad.map(({ node, error }) => ({ name: node.name, error, lastKnown: node.lastKnown }))
    this.#reports?.follow(
      good.filter(({ node }) => node.isLocal).flatMap(({ value }) => value.domains.filter(isRunning).map(reportSource)),
    )
    const inventory = buildInventory(
      this.id,
      good.map(({ value }) => value),
      unread,
    )
    this.#rememberPlaces(inventory)
    return inventory
  }

  async sample(signal: AbortSignal): Promise<SampleBatch> {
    this.#mustBeOpen(signal)
    const { good } = await this.#each((node) => node.sample(this.#now, signal), signal)
    const rows = new Map<string, SampleRow>()
    for (const { node, value } of good) for (const row of value) rows.set(row.subject, this.#withGuestsWord(row, node))
    if (rows.size === 0) return emptyBatch(0)
    return toBatch([...rows.values()])
  }

  async act(request: ActionRequest, signal: AbortSignal): Promise<void> {
    this.#mustBeOpen(signal)
    const { action } = request
    if (!supportedActions.some((support) => support.action === action)) {
      throw new GleanerError('cloud-unsupported', { cloud: this.id, action })
    }
    await this.#runner.run(request, () => this.#target(request, signal), signal)
  }

  async look(id: InstanceId, signal: AbortSignal): Promise<Look> {
    this.#mustBeOpen(signal)
    const found = await this.#find(id, signal)
    const fault = this.#runner.fault(id)
    const memory = found?.node.memoryOf(found.reading, this.#now.clockMs())
    return {
      instance: found && toInstance(this.id, found.node.host, found.reading),
      fault: fault === undefined ? undefined : describeError(fault),
      ...(memory === undefined ? {} : { memory }),
    }
  }

  /** Writes Gleaner's own element of the instance's metadata, for now and for its next start. */
  async annotate(id: InstanceId, change: Partial<InstanceMetadata>, signal: AbortSignal): Promise<void> {
    this.#mustBeOpen(signal)
    const found = await this.#find(id, signal)
    if (found === undefined) throw this.#notFound(id)
    const { ref, document } = found.reading
    const metadata = writeInstanceMetadata({ ...document.metadata, ...change })
    const impact = ref.id < 0 ? affect.config : affect.live | affect.config
    const element = { domain: ref, type: metadataElement, metadata, key: metadataKey, uri: metadataUri, impact }
    await found.node.link.use('act', (rpc, call) => setMetadata(rpc, element, call), { object: ref.name, signal })
  }

  subscribe(listener: (event: CloudEvent) => void): () => void {
    // A new function each time: whoever subscribes twice leaves twice.
    const own = (event: CloudEvent) => listener(event)
    this.#listeners.add(own)
    return () => void this.#listeners.delete(own)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#listeners.clear()
    this.#reports?.close()
    await Promise.all(this.#nodes.map((node) => node.link.close()))
  }

  /** Only the hosts they were seen on are asked, as far as that is known. */
  async #guestMemory(
    ids: readonly InstanceId[] | 'all',
    signal: AbortSignal,
  ): Promise<ReadonlyMap<InstanceId, GuestMemory>> {
    this.#mustBeOpen(signal)
    const seenOn = ids === 'all' ? [undefined] : ids.map((id) => this.#seenOn.get(nativeOf(id)))
    const nodes = seenOn.includes(undefined) ? this.#nodes : this.#nodes.filter((node) => seenOn.includes(node))
    const ask = (node: HostNode) => node.guestMemory(() => this.#now.clockMs(), signal)
    const { good } = await this.#each(ask, signal, nodes)
    const wanted = ids === 'all' ? undefined : new Set(ids)
    const memories = new Map<InstanceId, GuestMemory>()
    for (const { value } of good)
      for (const [id, memory] of value) if (wanted === undefined || wanted.has(id)) memories.set(id, memory)
    return memories
  }

  /** Asks all hosts at once. Rejects when none of them answered, or the caller gave up. */
  async #each<T>(ask: (node: HostNode) => Promise<T>, signal: AbortSignal, nodes = this.#nodes) {
    const good: { readonly node: HostNode; readonly value: T }[] = []
    const bad: { readonly node: HostNode; readonly error: unknown }[] = []
    await Promise.all(
      nodes.map((node) =>
        ask(node).then(
          (value) => good.push({ node, value }),
          (error: unknown) => bad.push({ node, error }),
        ),
      ),
    )
    signal.throwIfAborted()
    if (good.length === 0 && bad[0] !== undefined) throw bad[0].error
    return { good, bad }
  }

  async #target(request: ActionRequest, signal: AbortSignal): Promise<Target> {
    const found = await this.#find(request.instanceId, signal)
    if (found === undefined) throw this.#notFound(request.instanceId)
    const { node, reading } = found
    return {
      link: node.link,
      reading,
      again: () => node.find(reading.ref.uuid, signal),
      changed: (until) => this.#nextEvent(request.instanceId, until),
    }
  }

  /** On the host where it was seen last, else on any. Only when every host has answered is it really not there. */
  async #find(id: InstanceId, signal: AbortSignal): Promise<{ node: HostNode; reading: DomainReading } | undefined> {
    const uuid = nativeOf(id)
    if (!isUuid(uuid) || id !== instanceId(this.id, uuid)) return undefined
    const likely = this.#seenOn.get(uuid)
    const reading = await likely?.find(uuid, signal)
    if (likely !== undefined && reading !== undefined) return { node: likely, reading }
    const others = this.#nodes.filter((node) => node !== likely)
    const answers = await Promise.allSettled(
      others.map(async (node) => ({ node, reading: await node.find(uuid, signal) })),
    )
    const found = answers.flatMap((answer) =>
      answer.status === 'fulfilled' && answer.value.reading !== undefined
        ? [{ node: answer.value.node, reading: answer.value.reading }]
        : [],
    )
    const best = found.find((each) => each.reading.ref.id >= 0) ?? found[0]
    if (best !== undefined) {
      this.#seenOn.set(uuid, best.node)
      return best
    }
    for (const answer of answers) if (answer.status === 'rejected') throw answer.reason
    return undefined
  }

  /** Where the reporter and the agent both tell of users, whoever sees more of them is right. */
  #withGuestsWord(row: SampleRow, node: HostNode): SampleRow {
    const uuid = row.subject.slice(this.id.length + 1)
    const report = this.#reports?.latest(uuid)
    const listed = node.agents?.users(uuid)
    if (report === undefined) return listed === undefined ? row : { ...row, values: { ...row.values, users: listed } }
    const users = Math.max(report.users, listed ?? 0)
    return { ...row, values: { ...row.values, users, idle: report.idleS } }
  }

  #rememberPlaces(inventory: Inventory): void {
    // Where nothing is missing, what is not there is gone.
    if (inventory.gaps.length === 0) this.#seenOn.clear()
    const byId = new Map(this.#nodes.map((node) => [node.host.id, node]))
    for (const { id, hostId } of inventory.instances) {
      const node = hostId === undefined ? undefined : byId.get(hostId)
      if (node !== undefined) this.#seenOn.set(nativeOf(id), node)
    }
  }

  #nextEvent(id: InstanceId, until: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        leave()
        until.removeEventListener('abort', end)
        resolve()
      }
      const leave = this.subscribe((event) => {
        if (event.instanceId === id) end()
      })
      until.addEventListener('abort', end, { once: true })
      if (until.aborted) end()
    })
  }

  #onLifecycle({ domain, event }: LifecycleEvent): void {
    const what = lifecycleEvents[event] ?? `changed (event ${event})`
    const id = instanceId(this.id, domain.uuid)
    this.#tell({ kind: 'instance-changed', instanceId: id, detail: `${domain.name}: ${what}` })
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

  #notFound(id: InstanceId): GleanerError {
    return new GleanerError('cloud-not-found', { cloud: this.id, object: `instance ${nativeOf(id)}` })
  }

  #mustBeOpen(signal: AbortSignal): void {
    signal.throwIfAborted()
    if (this.#isClosed) throw new GleanerError('cloud-unavailable', { cloud: this.id, detail: 'the driver is closed' })
  }
}

function isRunning(reading: DomainReading): boolean {
  return instanceState(reading.raw) === 'running'
}

function reportSource({ ref, document }: DomainReading) {
  return { uuid: ref.uuid, sockets: document.sockets }
}
