// A nova and a keystone in one listener, as strict as the real ones where the front depends on it: unknown keys of a
// create are refused (and dropped in silence below /v2), tags exist from 2.26, come with a create from 2.52, and cannot be
// set while a server is built; links are made from the Host header; JSON is spaced as Python spaces it. What each path
// answers was read off nova 26 (nova/api/openstack/compute). Servers are placed on hosts with so many vCPUs; one that
// fits nowhere ends in ERROR, after the 202.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { randomUUID } from 'node:crypto'
import { createKeys } from './create-keys.ts'

export interface FakeUser {
  readonly name: string
  readonly projectId: string
  readonly projectName: string
  expiresAtMs: number
}

export interface FakeFlavor {
  readonly id: string
  readonly vcpus: number
  readonly ram: number
  readonly disk: number
  readonly extraSpecs: Readonly<Record<string, string>>
}

export interface FakeServer {
  readonly id: string
  readonly name: string
  readonly projectId: string
  readonly flavorId: string
  readonly metadata: Readonly<Record<string, string>>
  readonly hints: unknown
  tags: string[]
  status: 'BUILD' | 'ACTIVE' | 'ERROR'
  host: string | undefined
}

/** What the next create comes to, in place of a server. `lost` makes the server and gives no answer. */
export type Trouble =
  | { readonly status: number; readonly body?: string }
  | { readonly garbage: string }
  | 'reset'
  | 'lost'

export interface Recorded {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

const maxMinor = 93

export class FakeNova {
  readonly users = new Map<string, FakeUser>()
  readonly flavors = new Map<string, FakeFlavor>()
  readonly images = new Map([['img', { id: 'img', status: 'ACTIVE', minRam: 0, minDisk: 0, metadata: {} }]])
  readonly keypairs = new Set<string>()
  readonly zones = new Set(['nova'])
  readonly servers = new Map<string, FakeServer>()
  /** vCPUs by host. */
  readonly hosts = new Map<string, number>()
  /** vCPUs that are held on a host for nobody's server yet, by claim. */
  readonly claims = new Map<string, { readonly host: string; readonly vcpus: number }>()
  readonly limits = { maxTotalInstances: -1, maxTotalCores: -1, maxTotalRAMSize: -1 }
  readonly troubles: Trouble[] = []
  readonly requests: Recorded[] = []
  /** Servers stay in BUILD until this is false. */
  building = false
  nowMs: () => number = () => 0

  readonly listener: RequestListener = (incoming, outgoing) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.once('end', () => {
      const body = Buffer.concat(chunks).toString('utf8')
      const { method = '', url = '' } = incoming
      this.requests.push({ method, url, headers: incoming.headers, body })
      this.#answer(new Exchange(incoming, outgoing, body))
    })
  }

  /** What was sent to POST /servers. */
  get creates(): readonly Recorded[] {
    return this.requests.filter(({ method, url }) => method === 'POST' && /\/(?:servers|os-volumes_boot)$/.test(url))
  }

  /** Servers in BUILD get a host, or their error. */
  settle(): void {
    for (const server of this.servers.values()) {
      if (server.status !== 'BUILD') continue
      server.host = this.hostWith(this.flavors.get(server.flavorId)?.vcpus ?? 0)
      server.status = server.host === undefined ? 'ERROR' : 'ACTIVE'
    }
  }

  free(host: string): number {
    const servers = [...this.servers.values()].filter((server) => server.host === host)
    const claims = [...this.claims.values()].filter((claim) => claim.host === host)
    const used = servers.reduce((sum, { flavorId }) => sum + (this.flavors.get(flavorId)?.vcpus ?? 0), 0)
    return (this.hosts.get(host) ?? 0) - used - claims.reduce((sum, { vcpus }) => sum + vcpus, 0)
  }

  hostWith(vcpus: number): string | undefined {
    return [...this.hosts.keys()].find((name) => this.free(name) >= vcpus)
  }

  #answer(exchange: Exchange): void {
    const { path } = exchange
    if (path === '/identity/v3/') exchange.say(200, { version: { id: 'v3.14', status: 'stable' } })
    else if (path.startsWith('/identity/v3/auth/tokens')) this.#token(exchange)
    else if (path === '/' || /^\/v2(?:\.1)?\/?$/.test(path)) this.#version(exchange)
    else this.#compute(exchange)
  }

  #token(exchange: Exchange): void {
    const token = exchange.header('x-auth-token')
    const user = this.users.get(token)
    if (user === undefined || token !== exchange.header('x-subject-token') || user.expiresAtMs <= this.nowMs())
      return exchange.say(401, { error: { code: 401, message: 'The request you have made requires authentication.' } })
    const { name, projectId, projectName, expiresAtMs } = user
    exchange.say(200, {
      token: {
        user: { id: `u-${name}`, name },
        project: { id: projectId, name: projectName },
        expires_at: new Date(expiresAtMs).toISOString(),
      },
    })
  }

  #version(exchange: Exchange): void {
    const link = { rel: 'self', href: `${exchange.base}/v2.1/` }
    const described = { rel: 'describedby', type: 'text/html', href: 'http://docs.openstack.org/' }
    const version = { id: 'v2.1', status: 'CURRENT', version: `2.${maxMinor}`, min_version: '2.1', links: [link] }
    if (exchange.path === '/') exchange.say(200, { versions: [version] })
    else exchange.say(200, { version: { ...version, links: [link, described] } })
  }

  #compute(exchange: Exchange): void {
    const user = this.users.get(exchange.header('x-auth-token'))
    if (user === undefined || user.expiresAtMs <= this.nowMs())
      return exchange.say(401, { error: { code: 401, message: 'The request you have made requires authentication.' } })
    const [, root = '', rest = ''] = /^\/(v2|v2\.1)(?:\/[0-9a-f-]+)?(\/.*)$/.exec(exchange.path) ?? []
    const minor = root === 'v2' ? 1 : exchange.minor()
    if (minor > maxMinor) return exchange.fault(406, 'Version not acceptable')
    exchange.version = minor
    const call = `${exchange.method} ${rest.replace(/\/$/, '')}`
    const place = /^\/[\w-]+\/([^/]+)/.exec(rest)?.[1] ?? ''
    const id = decodeURIComponent(place)
    if (/^POST \/(?:servers|os-volumes_boot)$/.test(call))
      return this.#create(exchange, { user, legacy: root === 'v2' })
    if (/^GET \/servers(?:\/detail)?$/.test(call))
      return this.#list(exchange, { user, detail: call.endsWith('detail') })
    if (/^GET \/servers\/[^/]+$/.test(call)) return this.#show(exchange, { user, id })
    if (/^GET \/servers\/[^/]+\/tags$/.test(call)) return this.#tags(exchange, { user, id })
    if (/^PUT \/servers\/[^/]+\/tags\/[^/]+$/.test(call))
      return this.#tag(exchange, { user, id, tag: rest.split('/')[4] ?? '' })
    if (/^GET \/flavors\/[^/]+(?:\/os-extra_specs)?$/.test(call)) return this.#flavor(exchange, { id, call })
    if (/^GET \/images\/[^/]+$/.test(call)) return exchange.sayFound('image', this.images.get(id))
    if (/^GET \/os-keypairs\/[^/]+$/.test(call))
      return exchange.sayFound('keypair', this.keypairs.has(id) ? { name: id } : undefined)
    if (call === 'GET /os-availability-zone') {
      const zones = [...this.zones].map((zoneName) => ({ zoneName, zoneState: { available: true }, hosts: null }))
      return exchange.say(200, { availabilityZoneInfo: zones })
    }
    if (call === 'GET /limits') {
      const own = [...this.servers.values()].filter(({ projectId }) => projectId === user.projectId)
      const sum = (of: (flavor: FakeFlavor) => number) =>
        own.reduce((total, { flavorId }) => total + of(this.flavors.get(flavorId) as FakeFlavor), 0)
      const used = {
        totalInstancesUsed: own.length,
        totalCoresUsed: sum(({ vcpus }) => vcpus),
        totalRAMUsed: sum(({ ram }) => ram),
      }
      return exchange.say(200, { limits: { rate: [], absolute: { ...this.limits, ...used } } })
    }
    exchange.fault(404, 'The resource could not be found.')
  }

  #create(exchange: Exchange, { user, legacy }: { readonly user: FakeUser; readonly legacy: boolean }): void {
    const trouble = this.troubles.shift()
    if (trouble !== undefined && trouble !== 'lost') return exchange.trouble(trouble)
    let document: Record<string, unknown>
    try {
      document = JSON.parse(exchange.body) as Record<string, unknown>
    } catch {
      return exchange.fault(400, 'Malformed request body')
    }
    const server = document['server'] as Record<string, unknown>
    const allowed = createKeys(exchange.version)
    const unknown = Object.keys(server).find((key) => !allowed.has(key))
    if (unknown !== undefined && !legacy) {
      const message = `Invalid input for field/attribute server. Additional properties are not allowed ('${unknown}' was unexpected)`
      return exchange.fault(400, message)
    }
    if (exchange.version >= 37 && server['networks'] === undefined)
      return exchange.fault(400, "Invalid input for field/attribute server. 'networks' is a required property")
    const flavorId = String(server['flavorRef']).split('/').at(-1) ?? ''
    if (!this.flavors.has(flavorId)) return exchange.fault(400, `Flavor ${flavorId} could not be found.`)
    const made: FakeServer = {
      id: randomUUID(),
      name: String(server['name']),
      projectId: user.projectId,
      flavorId,
      metadata: (server['metadata'] ?? {}) as Record<string, string>,
      hints: document['os:scheduler_hints'],
      tags: (server['tags'] ?? []) as string[],
      status: 'BUILD',
      host: undefined,
    }
    this.servers.set(made.id, made)
    if (!this.building) this.settle()
    if (trouble === 'lost') return exchange.trouble('reset')
    const links = this.#links(exchange, 'servers', made.id)
    exchange.say(
      202,
      { server: { id: made.id, links, 'OS-DCF:diskConfig': 'MANUAL', security_groups: [], adminPass: 'aPW' } },
      { Location: links[0]?.href ?? '', 'X-Openstack-Request-Id': 'req-1' },
    )
  }

  #list(exchange: Exchange, { user, detail }: { readonly user: FakeUser; readonly detail: boolean }): void {
    const { query, version } = exchange
    if (version >= 75 && query.has('preemptible'))
      return exchange.fault(400, "Additional properties are not allowed ('preemptible' was unexpected)")
    // Before 2.26 the filters by tag are not known, and dropped.
    const tags = (name: string) => (version < 26 ? undefined : query.get(name)?.split(','))
    const has = (server: FakeServer, tag: string) => server.tags.includes(tag)
    const [all, notAny] = [tags('tags'), tags('not-tags-any')]
    const found = [...this.servers.values()]
      .filter(({ projectId }) => projectId === user.projectId)
      .filter((server) => all?.every((tag) => has(server, tag)) ?? true)
      .filter((server) => !(notAny?.some((tag) => has(server, tag)) ?? false))
    const marker = query.get('marker')
    const after = marker === null ? found : found.slice(this.#positionAfter(found, marker))
    const limit = Number(query.get('limit') ?? 1000)
    const page = after.slice(0, limit)
    query.set('marker', page.at(-1)?.id ?? '')
    const next = `${exchange.base}${exchange.path}?${query.toString()}`
    exchange.say(200, {
      servers: page.map((server) => (detail ? this.#view(exchange, server) : this.#brief(exchange, server))),
      ...(after.length > page.length ? { servers_links: [{ rel: 'next', href: next }] } : {}),
    })
  }

  /** The marker need not match the filters, as in nova. */
  #positionAfter(found: readonly FakeServer[], marker: string): number {
    const order = [...this.servers.keys()]
    const from = order.indexOf(marker)
    const position = found.findIndex(({ id }) => order.indexOf(id) > from)
    return position === -1 ? found.length : position
  }

  #show(exchange: Exchange, { user, id }: Owned): void {
    const server = this.#owned(user, id)
    if (server === undefined) exchange.fault(404, `Instance ${id} could not be found.`)
    else exchange.say(200, { server: this.#view(exchange, server) })
  }

  #tags(exchange: Exchange, { user, id }: Owned): void {
    const server = this.#owned(user, id)
    if (server === undefined || exchange.version < 26) exchange.fault(404, 'The resource could not be found.')
    else exchange.say(200, { tags: server.tags })
  }

  #tag(exchange: Exchange, { user, id, tag }: Owned & { readonly tag: string }): void {
    const server = this.#owned(user, id)
    if (server === undefined || exchange.version < 26) return exchange.fault(404, 'The resource could not be found.')
    if (server.status !== 'ACTIVE')
      return exchange.fault(409, `Cannot 'update tag' instance ${id} while it is in vm_state building`)
    if (server.tags.includes(tag)) return exchange.empty(204)
    server.tags.push(tag)
    exchange.empty(201)
  }

  #owned(user: FakeUser, id: string): FakeServer | undefined {
    const server = this.servers.get(id)
    return server?.projectId === user.projectId ? server : undefined
  }

  #flavor(exchange: Exchange, { id, call }: { readonly id: string; readonly call: string }): void {
    const flavor = this.flavors.get(id)
    if (flavor === undefined) return exchange.fault(404, `Flavor ${id} could not be found.`)
    if (call.endsWith('os-extra_specs')) return exchange.say(200, { extra_specs: flavor.extraSpecs })
    const { vcpus, ram, disk } = flavor
    const links = this.#links(exchange, 'flavors', id)
    exchange.say(200, {
      flavor: { id, name: `f.${id}`, vcpus, ram, disk, swap: '', 'OS-FLV-EXT-DATA:ephemeral': 0, links },
    })
  }

  #brief(exchange: Exchange, { id, name }: FakeServer) {
    return { id, name, links: this.#links(exchange, 'servers', id) }
  }

  #view(exchange: Exchange, server: FakeServer) {
    const { name, status, metadata, tags, flavorId, host, projectId } = server
    const flavor = { id: flavorId, links: this.#links(exchange, 'flavors', flavorId) }
    return {
      ...this.#brief(exchange, server),
      status,
      tenant_id: projectId,
      hostId: host === undefined ? '' : `hash-of-${host}`,
      metadata,
      name,
      flavor: exchange.version >= 47 ? { extra_specs: this.flavors.get(flavorId)?.extraSpecs ?? {}, vcpus: 1 } : flavor,
      ...(exchange.version >= 26 ? { tags } : {}),
    }
  }

  #links({ base }: Exchange, collection: string, id: string) {
    return [
      { rel: 'self', href: `${base}/v2.1/${collection}/${id}` },
      { rel: 'bookmark', href: `${base}/${collection}/${id}` },
    ]
  }
}

interface Owned {
  readonly user: FakeUser
  readonly id: string
}

/** One request and the ways to answer it. */
class Exchange {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly body: string
  readonly base: string
  version = 1
  readonly #incoming: IncomingMessage
  readonly #outgoing: ServerResponse

  constructor(incoming: IncomingMessage, outgoing: ServerResponse, body: string) {
    const url = new URL(incoming.url ?? '', 'http://nova')
    this.method = incoming.method ?? ''
    this.path = url.pathname
    this.query = url.searchParams
    this.body = body
    this.base = `http://${incoming.headers.host}`
    this.#incoming = incoming
    this.#outgoing = outgoing
  }

  header(name: string): string {
    return String(this.#incoming.headers[name] ?? '')
  }

  minor(): number {
    const text =
      /^compute (.+)$/.exec(this.header('openstack-api-version'))?.[1] ?? this.header('x-openstack-nova-api-version')
    return text === 'latest' ? maxMinor : Number(/^2\.(\d+)$/.exec(text)?.[1] ?? 1)
  }

  say(status: number, answer: unknown, headers: Readonly<Record<string, string>> = {}): void {
    const text = pythonJson(answer)
    const version = { 'OpenStack-API-Version': `compute 2.${this.version}`, Vary: 'OpenStack-API-Version' }
    const length = { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(text)) }
    this.#outgoing.writeHead(status, { ...length, ...version, ...headers })
    this.#outgoing.end(text)
  }

  sayFound(name: string, found: unknown): void {
    if (found === undefined) this.fault(404, `The ${name} could not be found.`)
    else this.say(200, { [name]: found })
  }

  fault(status: number, message: string): void {
    this.say(status, { [status === 400 ? 'badRequest' : 'fault']: { code: status, message } })
  }

  empty(status: number): void {
    this.#outgoing.writeHead(status).end()
  }

  trouble(trouble: Exclude<Trouble, 'lost'>): void {
    if (trouble === 'reset') this.#incoming.socket.destroy()
    else if ('garbage' in trouble) this.#incoming.socket.end(trouble.garbage)
    else if (trouble.body === undefined) this.fault(trouble.status, 'Trouble')
    else this.#outgoing.writeHead(trouble.status, { 'Content-Type': 'application/json' }).end(trouble.body)
  }
}

/** `json.dumps`: a space behind each comma and colon. */
export function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  return `{${Object.entries(value)
    .map(([key, each]) => `${JSON.stringify(key)}: ${pythonJson(each)}`)
    .join(', ')}}`
}
