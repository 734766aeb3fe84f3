// One host of the cloud: its connections, what is remembered of it, and what it can be asked.
import { hostId, type CloudId, type Host } from '@gleaner/model'
import { parseLibvirtUri } from '@gleaner/wire-libvirt'
import { DocumentCache } from './document-cache.ts'
import { readDomain, type DomainReading } from './domain-reading.ts'
import { HostLink, type HostLinkOptions } from './host-link.ts'
import { readHost, type HostReading } from './host-reading.ts'
import type { LibvirtHostOptions } from './options.ts'
import { type SampleRow, UsageMeter } from './usage-meter.ts'

/** All calls of one reading together may take this many times as long as one. */
const readingBudget = 2

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

  constructor(cloudId: CloudId, options: LibvirtHostOptions, link: Omit<HostLinkOptions, 'cloudId' | 'name' | 'uri'>) {
    this.name = options.name
    const uri = parseLibvirtUri(options.uri)
    this.isLocal = uri.transport === 'unix'
    this.address = uri.display
    this.#options = options
    this.#cloudId = cloudId
    this.#budgetMs = link.callTimeoutMs * readingBudget
    this.#meter = new UsageMeter(cloudId, options.name)
    this.link = new HostLink({ ...link, cloudId, name: options.name, uri: options.uri })
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
    return reading
  }

  sample(
    now: { readonly clockMs: () => number; readonly monotonicMs: () => number },
    signal: AbortSignal,
  ): Promise<readonly SampleRow[]> {
    const about = { object: `host ${this.name}`, signal, budgetMs: this.#budgetMs }
    return this.link.use('look', (rpc, call) => this.#meter.read(rpc, call, now), about)
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
