// One host of the cloud: its connections, what is remembered of it, and what it can be asked.
import { hostId, instanceId, type CloudId, type GuestMemory, type Host, type InstanceId } from '@gleaner/model'
import {
  askGuestAgent,
  type DomainRef,
  getAllDomainStats,
  LibvirtRemoteError,
  listFlags,
  parseLibvirtUri,
  statsGroups,
  statsNoWait,
} from '@gleaner/wire-libvirt'
import { DocumentCache } from './document-cache.ts'
import { readDomain, type DomainReading } from './domain-reading.ts'
import { GuestAgents } from './guest-agents.ts'
import { GuestMemoryMeter } from './guest-memory.ts'
import { HostLink, type HostLinkOptions } from './host-link.ts'
import { readHost, type HostReading } from './host-reading.ts'
import { instanceState } from './instance-state.ts'
import type { LibvirtHostOptions } from './options.ts'
import { type SampleRow, UsageMeter } from './usage-meter.ts'

/** All calls of one reading together may take this many times as long as one. */
const readingBudget = 2
/** What a guest has for its answer; and the longest the daemon may take with it (askGuestAgent). */
const agentTimeoutS = 5
const agentDeadlineMs = 45_000

export class HostNode {
  readonly name: string
  readonly link: HostLink
  /** For people; without user and parameters. */
  readonly address: string
  /** Sockets of its guests exist on this machine. */
  readonly isLocal: boolean
  lastKnown: Host | undefined
  readonly #options: LibvirtHostOptions
  readonly #cloudId: CloudId
  readonly #budgetMs: number
  readonly #documents = new DocumentCache()
  readonly #meter: UsageMeter
  readonly #memory = new GuestMemoryMeter()
  /** Undefined where guests are not to be asked. */
  readonly agents: GuestAgents | undefined

  constructor(
    cloudId: CloudId,
    options: LibvirtHostOptions & { readonly guestAgents: boolean },
    link: Omit<HostLinkOptions, 'cloudId' | 'name' | 'uri'>,
  ) {
    this.name = options.name
    const uri = parseLibvirtUri(options.uri)
    this.isLocal = uri.transport === 'unix'
    this.address = uri.display
    this.#options = options
    this.#cloudId = cloudId
    this.#budgetMs = link.callTimeoutMs * readingBudget
    this.#meter = new UsageMeter(cloudId, options.name)
    this.link = new HostLink({ ...link, cloudId, name: options.name, uri: options.uri })
    const ask = (domain: DomainRef, command: string) => this.#askAgent(domain, command)
    this.agents = options.guestAgents ? new GuestAgents({ ask, monotonicMs: link.monotonicMs }) : undefined
  }

  get host(): Pick<Host, 'id'> {
    return { id: hostId(this.#cloudId, this.name) }
  }

  async observe(signal: AbortSignal): Promise<HostReading> {
    const reading = await this.link.use(
      'look',
      (rpc, call) => readHost(this.#options, this.#cloudId, { rpc, call, documents: this.#documents }),
      { object: `host ${this.name}`, signal, budgetMs: this.#budgetMs },
    )
    this.lastKnown = reading.host
    this.agents?.follow(
      reading.domains
        .filter(({ raw, document }) => document.hasAgent && instanceState(raw) === 'running')
        .map(({ ref }) => ref),
    )
    return reading
  }

  async sample(
    now: { readonly clockMs: () => number; readonly monotonicMs: () => number },
    signal: AbortSignal,
  ): Promise<readonly SampleRow[]> {
    const about = { object: `host ${this.name}`, signal, budgetMs: this.#budgetMs }
    const rows = await this.link.use('look', (rpc, call) => this.#meter.read(rpc, call, now), about)
    this.agents?.poke()
    return rows
  }

  /** One guest's answer; undefined for every fault that is that guest's own. */
  #askAgent(domain: DomainRef, command: string): Promise<string | undefined> {
    return this.link.use(
      'ask',
      async (rpc, call) => {
        try {
          const ask = { domain, command, timeoutS: agentTimeoutS }
          return await askGuestAgent(rpc, ask, { ...call, deadlineMs: agentDeadlineMs })
        } catch (error) {
          if (error instanceof LibvirtRemoteError) return undefined
          throw error
        }
      },
      { object: `the guest agent of ${domain.name}` },
    )
  }

  /** What its running guests say about their memory: in one call, however many they are. */
  guestMemory(nowMs: () => number, signal: AbortSignal): Promise<ReadonlyMap<InstanceId, GuestMemory>> {
    const query = { groups: statsGroups.state | statsGroups.balloon, flags: listFlags.active | statsNoWait }
    return this.link.use(
      'look',
      async (rpc, call) => {
        const records = await getAllDomainStats(rpc, query, call)
        const memories = new Map<InstanceId, GuestMemory>()
        for (const record of records) {
          const memory = this.#memory.read(record, nowMs())
          if (memory !== undefined) memories.set(instanceId(this.#cloudId, record.domain.uuid), memory)
        }
        this.#memory.keepOnly(new Set(records.map(({ domain }) => domain.uuid)))
        return memories
      },
      { object: `memory of the guests of ${this.name}`, signal, budgetMs: this.#budgetMs },
    )
  }

  memoryOf(reading: DomainReading, nowMs: number): GuestMemory | undefined {
    return this.#memory.read(reading.stats, nowMs)
  }

  /** Undefined when the host does not have it. */
  async find(uuid: string, signal: AbortSignal): Promise<DomainReading | undefined> {
    return this.link.use(
      'look',
      // libvirt looks domains up by their uuid alone; the name is for its messages.
      (rpc, call) => readDomain({ rpc, call, documents: this.#documents }, { name: uuid, uuid, id: -1 }),
      { object: uuid, signal },
    )
  }
}
