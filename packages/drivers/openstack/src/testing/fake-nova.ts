// The fake's nova: servers that move between nova's states in time. Made of recorded answers; refuses
// in the states in which nova 26 refuses (nova/compute/api.py); holds and releases room in placement when nova does.
import type { Clock } from '@gleaner/ports'
import type { FakeAnswer, FakeRequest } from './fake-http.ts'
import { FakeFlavors } from './fake-flavors.ts'
import { type FakeHost, FakeHosts, type ServiceChange } from './fake-hosts.ts'
import { FakeKeyPairs } from './fake-key-pairs.ts'
import type { FakePlacement } from './fake-placement.ts'
import { type FakeServer, attribute, newServer, power, resourcesOf, settle } from './fake-server.ts'
import { notFound, ok, refused, wrongState } from './nova-answers.ts'
import { recorded } from './recorded.ts'

/** A moment of a server's way: after so long, these fields. */
type Move = readonly [afterMs: number, change: () => void]

const moveMs = 400
/** vm_states in which an action may begin; undefined: in any. */
const allowed: Readonly<Record<string, readonly string[] | undefined>> = {
  pause: ['active'],
  unpause: ['paused'],
  suspend: ['active', 'rescued'],
  resume: ['suspended'],
  'os-stop': ['active', 'error'],
  'os-start': ['stopped'],
  shelve: ['active', 'stopped', 'paused', 'suspended'],
  shelveOffload: ['shelved'],
  unshelve: ['shelved', 'shelved_offloaded'],
  'os-migrateLive': ['active', 'paused'],
  forceDelete: undefined,
  lock: undefined,
  unlock: undefined,
}

/** As POST /servers takes it. */
interface AskedServer {
  readonly name: string
  readonly flavorRef: string
  readonly tags?: readonly string[]
  readonly metadata?: Readonly<Record<string, string>>
  readonly host?: string
}

type ActionArgument = { readonly host?: string | null; readonly locked_reason?: string } | null

export class FakeNova {
  readonly servers = new Map<string, FakeServer>()
  readonly #hosts: FakeHosts
  readonly flavors = new FakeFlavors()
  /** What ended badly, by request. */
  readonly failures = new Map<string, readonly object[]>()
  readonly keyPairs = new FakeKeyPairs()
  /** Keeps shelved servers on their host, as with shelved_offload_time other than 0. */
  keepsShelved = false
  pageSize = 1000
  readonly #placement: FakePlacement
  readonly #clock: Clock
  readonly #ended = new AbortController()
  readonly #deleted = new Map<string, FakeServer>()
  #made = 0

  constructor(placement: FakePlacement, clock: Clock) {
    this.#placement = placement
    this.#clock = clock
    this.#hosts = new FakeHosts(placement)
  }

  end(): void {
    this.#ended.abort()
  }

  get hosts(): readonly FakeHost[] {
    return this.#hosts.all
  }

  addHost(name: string): FakeHost {
    return this.#hosts.add(name)
  }

  /** A server that runs already. */
  boot(change: { name: string; host: string; project?: string; flavorRef?: string; tags?: string[] }): string {
    const { name, flavorRef = '2', tags = [], host, project = 'physics' } = change
    const server = this.#make({ name, flavorRef, tags, metadata: {}, host }, project)
    if (!('id' in server)) throw new Error(`${name} cannot be booted`)
    this.#place(server, host)
    this.#launched(server)
    return server.id
  }

  /** Somebody deletes it, and it is gone at once. */
  remove(id: string): void {
    const server = this.servers.get(id)
    if (server === undefined) return
    this.servers.delete(id)
    this.#placement.release(id)
    const { vm, task } = attribute
    this.#deleted.set(id, { ...server, status: 'DELETED', updated: this.#now(), [vm]: 'deleted', [task]: null })
  }

  /** Changes fields of a server by hand. */
  set(id: string, change: Partial<FakeServer>): void {
    const server = this.servers.get(id)
    if (server === undefined) throw new Error(`there is no server ${id}`)
    this.#touch(Object.assign(server, change))
  }

  answer(request: FakeRequest, project: string): FakeAnswer {
    const { method, path, body } = request
    if (path === '/') return recorded('nova-versions')
    const [, kind, id = '', part, key] = path.split('/')
    switch (kind) {
      case 'servers':
        if (method === 'POST' && id === '') return this.#create((body as { server: AskedServer }).server, project)
        if (id === 'detail') return this.#list(request)
        return this.#server(request, [id, part, key])
      case 'os-hypervisors':
        return this.#hosts.hypervisors(request.query.get('hypervisor_hostname_pattern'))
      case 'os-services':
        return method === 'PUT' ? this.#hosts.setService(id, body as ServiceChange) : this.#hosts.services()
      case 'os-aggregates':
        return recorded('aggregates')
      case 'os-keypairs':
        return this.keyPairs.answer(request, id)
      case 'flavors':
        return this.flavors.answer(request)
      default:
        return { status: 404, body: {} }
    }
  }

  #server(
    request: FakeRequest,
    [id, part, key]: readonly [string, string | undefined, string | undefined],
  ): FakeAnswer {
    const server = this.servers.get(id)
    if (server === undefined) return notFound(id)
    switch (part) {
      case undefined:
        if (request.method === 'GET') return ok({ server })
        return this.#act(server, 'forceDelete', null)
      case 'action': {
        const [[action, argument] = ['', null]] = Object.entries(request.body as Record<string, ActionArgument>)
        return this.#act(server, action, argument)
      }
      case 'diagnostics':
        return this.#diagnostics(server)
      case 'metadata':
        if (request.method === 'DELETE') {
          if (!(key !== undefined && key in server.metadata)) return notFound(key ?? '')
          delete server.metadata[key]
          return { status: 204, body: null }
        }
        Object.assign(server.metadata, (request.body as { metadata: object }).metadata)
        return ok({ metadata: server.metadata })
      case 'tags':
        return tag(server, request.method, key ?? '')
      case 'os-instance-actions': {
        const failure = this.failures.get(id)
        return ok({
          instanceAction: { action: 'any', message: failure === undefined ? null : 'Error', events: failure ?? [] },
        })
      }
      default:
        return { status: 404, body: {} }
    }
  }

  #list({ query }: FakeRequest): FakeAnswer {
    const since = query.get('changes-since')
    const all = since === null ? [...this.servers.values()] : [...this.servers.values(), ...this.#deleted.values()]
    const wanted = all.filter(
      (server) =>
        (since === null || Date.parse(server.updated) >= Date.parse(since)) &&
        (query.get('status') === null || server.status === query.get('status')) &&
        (query.get('host') === null || server[attribute.host] === query.get('host')) &&
        (query.get('tags') === null || server.tags.includes(query.get('tags') ?? '')),
    )
    const marker = query.get('marker')
    const start = marker === null ? 0 : wanted.findIndex(({ id }) => id === marker) + 1
    if (marker !== null && start === 0) return recorded('refused-marker')
    const limit = Math.min(this.pageSize, Number(query.get('limit') ?? this.pageSize))
    const servers = wanted.slice(start, start + limit)
    if (start + limit >= wanted.length) return ok({ servers })
    const next = new URLSearchParams(query)
    next.set('marker', servers.at(-1)?.id ?? '')
    return ok({ servers, servers_links: [{ rel: 'next', href: `http://cloud/v2.1/servers/detail?${next}` }] })
  }

  #create(asked: AskedServer, project: string): FakeAnswer {
    const made = this.#make(asked, project)
    if (!('id' in made)) return made
    const { server } = recorded<{ server: object }>('server-created').body
    return { status: 202, body: { server: { ...server, id: made.id } } }
  }

  #make(asked: AskedServer, project: string): FakeServer | FakeAnswer {
    const flavor = this.flavors.usable(asked.flavorRef, project)
    if (flavor === undefined) return refused(400, 'badRequest', `Flavor ${asked.flavorRef} could not be found.`)
    if (asked.host !== undefined && !this.hosts.some((host) => host.name === asked.host)) {
      return refused(400, 'badRequest', `Compute host ${asked.host} could not be found.`)
    }
    const server = newServer({
      id: `33333333-0000-4000-8000-${String(++this.#made).padStart(12, '0')}`,
      name: asked.name,
      tenant_id: project,
      created: this.#now(),
      updated: this.#now(),
      tags: [...(asked.tags ?? [])],
      metadata: { ...asked.metadata },
      flavor: {
        vcpus: flavor.vcpus,
        ram: flavor.ram,
        disk: flavor.disk,
        original_name: flavor.name,
        extra_specs: { ...flavor.extraSpecs },
      },
    })
    this.servers.set(server.id, server)
    this.#moves(server, [
      [moveMs, () => server[attribute.task] === 'scheduling' && this.#schedule(server, asked.host)],
      [moveMs, () => server[attribute.task] === 'spawning' && this.#launched(server)],
    ])
    return server
  }

  #schedule(server: FakeServer, wanted: string | undefined): void {
    const host = this.#choose(server, wanted)
    if (host === undefined) this.#noValidHost(server)
    else this.#place(server, host.name)
  }

  #choose(server: FakeServer, wanted: string | undefined): FakeHost | undefined {
    return this.hosts.find(
      ({ name, uuid, status, state }) =>
        (wanted === undefined || name === wanted) &&
        status === 'enabled' &&
        state === 'up' &&
        hasTraits(this.#placement.providers.get(uuid)?.traits ?? [], server) &&
        this.#placement.fits(uuid, resourcesOf(server)),
    )
  }

  #place(server: FakeServer, name: string): void {
    const host = this.hosts.find((each) => each.name === name)
    server[attribute.host] = name
    server[attribute.node] = name
    server[attribute.task] = 'spawning'
    const { tenant_id: project, user_id: user } = server
    this.#placement.hold(server.id, { uuid: host?.uuid ?? '', resources: resourcesOf(server), project, user })
  }

  #launched(server: FakeServer): void {
    settle(server, 'ACTIVE', ['active', power.running])
    server[attribute.launched] ??= this.#now()
    this.#touch(server)
  }

  #noValidHost(server: FakeServer): void {
    settle(server, 'ERROR', ['error', power.none])
    const { server: failed } = recorded<{ server: { fault: object } }>('server-no-valid-host').body
    server.fault = { ...failed.fault, created: this.#now() }
    this.#touch(server)
  }

  #act(server: FakeServer, action: string, argument: ActionArgument): FakeAnswer {
    const vmState = server[attribute.vm]
    const states = allowed[action]
    if (!(action in allowed)) return refused(400, 'badRequest', `There is no such action: ${action}`)
    if (states !== undefined && !states.includes(vmState)) return wrongState(server, action, `vm_state ${vmState}`)
    const task = server[attribute.task]
    if (task !== null && states !== undefined) return wrongState(server, action, `task_state ${task}`)
    switch (action) {
      case 'lock':
        Object.assign(server, { locked: true, locked_reason: argument?.locked_reason ?? null })
        break
      case 'unlock':
        Object.assign(server, { locked: false, locked_reason: null })
        break
      case 'unshelve':
        this.#unshelve(server, argument?.host ?? undefined)
        break
      case 'os-migrateLive': {
        const target = this.#choose(server, argument?.host ?? undefined)
        if (target === undefined) return refused(400, 'badRequest', 'No valid host was found. ')
        this.#under(server, 'migrating', () => {
          this.#place(server, target.name)
          this.#launched(server)
        })
        break
      }
      default:
        this.#ordinary(server, action)
    }
    this.#touch(server)
    return { status: 202, body: null }
  }

  #ordinary(server: FakeServer, action: string): void {
    const tasks: Readonly<Record<string, readonly [task: string, end: () => void]>> = {
      pause: ['pausing', () => settle(server, 'PAUSED', ['paused', power.paused])],
      unpause: ['unpausing', () => this.#launched(server)],
      suspend: ['suspending', () => settle(server, 'SUSPENDED', ['suspended', power.shutdown])],
      resume: ['resuming', () => this.#launched(server)],
      'os-stop': ['powering-off', () => settle(server, 'SHUTOFF', ['stopped', power.shutdown])],
      'os-start': ['powering-on', () => this.#launched(server)],
      shelve: [
        'shelving',
        () => (this.keepsShelved ? settle(server, 'SHELVED', ['shelved', power.shutdown]) : this.#offload(server)),
      ],
      shelveOffload: ['shelving_offloading', () => this.#offload(server)],
      forceDelete: ['deleting', () => this.remove(server.id)],
    }
    const [task, end] = tasks[action] ?? ['', () => {}]
    this.#under(server, task, end)
  }

  #offload(server: FakeServer): void {
    settle(server, 'SHELVED_OFFLOADED', ['shelved_offloaded', power.shutdown])
    server[attribute.host] = null
    server[attribute.node] = null
    this.#placement.release(server.id)
  }

  #unshelve(server: FakeServer, wanted: string | undefined): void {
    if (server[attribute.vm] === 'shelved') return this.#under(server, 'unshelving', () => this.#launched(server))
    this.#under(server, 'unshelving', () => {
      const host = this.#choose(server, wanted)
      if (host === undefined) {
        server[attribute.task] = null
        this.failures.set(server.id, [
          { result: 'Error', traceback: 'Traceback\nNoValidHost: No valid host was found.' },
        ])
        return
      }
      this.#place(server, host.name)
      this.#launched(server)
    })
  }

  /** A task that ends after a while. */
  #under(server: FakeServer, task: string, end: () => void): void {
    server[attribute.task] = task
    this.failures.delete(server.id)
    this.#moves(server, [[moveMs, end]])
  }

  #moves(server: FakeServer, moves: readonly Move[]): void {
    const run = async () => {
      for (const [afterMs, change] of moves) {
        await this.#clock.sleep(afterMs, this.#ended.signal)
        if (!this.servers.has(server.id)) return
        change()
        if (this.servers.has(server.id)) this.#touch(server)
      }
    }
    run().catch(() => {})
  }

  #diagnostics(server: FakeServer): FakeAnswer {
    // Not all hypervisors mind whether the guest runs.
    const { body } = recorded<object>('diagnostics')
    // A guest that uses a quarter of a core since it was made.
    const aliveMs = this.#clock.nowMs() - Date.parse(server.created)
    const cpu_details = [{ id: 0, time: Math.round(aliveMs * 0.25e6), utilisation: null }]
    return ok({ ...body, cpu_details, memory_details: { maximum: server.flavor.ram, used: server.flavor.ram / 2 } })
  }

  #touch(server: FakeServer): void {
    server.updated = this.#now()
  }

  /** Nova's times have no fractions of a second. */
  #now(): string {
    return new Date(this.#clock.nowMs()).toISOString().replace(/\.\d+Z$/, 'Z')
  }
}

function hasTraits(traits: readonly string[], { flavor }: FakeServer): boolean {
  return Object.entries(flavor.extra_specs).every(
    ([key, value]) =>
      !key.startsWith('trait:') || traits.includes(key.slice('trait:'.length)) === (value === 'required'),
  )
}

function tag(server: FakeServer, method: string, name: string): FakeAnswer {
  const had = server.tags.includes(name)
  server.tags = server.tags.filter((each) => each !== name)
  if (method === 'DELETE') return had ? { status: 204, body: null } : notFound(name)
  server.tags.push(name)
  return { status: had ? 204 : 201, body: null }
}
