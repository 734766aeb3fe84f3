// A server that answers like OpenNebula 6.10 and takes nothing that it would not take: method, number and type of every
// argument, session, path and content type. Its documents and refusals are the recorded ones of a real server with other
// values (a test compares them). Time is that of the clock it is given.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Clock } from '@gleaner/ports'
import { listenAgain } from '@gleaner/testkit'
import { type RpcValue, textOf } from '@gleaner/wire-xmlrpc'
import { FakeHost, type FakeHostOptions } from './fake-host.ts'
import { FakeVm, type FakeVmOptions } from './fake-vm.ts'
import { type Answer, envelope, Fault, readCall, Refusal } from './one-answers.ts'
import { recordedDocument } from './recorded.ts'

/**
 * How it behaves wrongly: hang (takes the call, never answers), cut (ends in the middle), silent (an internal error without
 * a word), garbage, doctype, follower (does not lead), huge (an answer without end), partial (some pages fail),
 * no-hosts (only the hosts fail).
 */
export type Misbehaviour =
  | 'none'
  | 'hang'
  | 'cut'
  | 'silent'
  | 'garbage'
  | 'doctype'
  | 'follower'
  | 'huge'
  | 'partial'
  | 'no-hosts'

export interface Call {
  readonly method: string
  readonly user: number
  readonly args: readonly (string | number | boolean)[]
}

const sessions: Readonly<Record<string, number>> = { 'oneadmin:PASSWORD': 0, 'alice:alicepass01': 2 }

/** Types after the session: t text, i integer, b boolean; those in capitals may be left out. */
const signatures: Readonly<Record<string, string>> = {
  'one.system.version': '',
  'one.user.info': 'iB',
  'one.hostpool.info': '',
  'one.hostpool.monitoring': 'i',
  'one.host.info': 'iB',
  'one.host.status': 'ii',
  'one.host.update': 'iti',
  'one.vmpool.info': 'iiiiT',
  'one.vmpool.infoextended': 'iiiiT',
  'one.vmpool.monitoring': 'iI',
  'one.vm.info': 'iB',
  'one.vm.action': 'ti',
  'one.vm.update': 'iti',
  'one.vm.migrate': 'iibbii',
}
const kindOf: Readonly<Record<string, RpcValue['kind']>> = { t: 'text', i: 'number', b: 'boolean' }
const nameOf: Readonly<Record<string, string>> = { t: 'string', i: 'integer', b: 'boolean' }

export class FakeOpenNebula {
  readonly vms = new Map<number, FakeVm>()
  readonly hosts = new Map<number, FakeHost>()
  /** Every call that was understood, in its order, with its arguments. */
  readonly calls: Call[] = []
  version = '6.10.0'
  ascending = false
  readonly #clock: Clock
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #behaviour: Misbehaviour = 'none'
  #port = 0

  private constructor(clock: Clock) {
    this.#clock = clock
    this.#server = createServer((request, response) => void this.#serve(request, response))
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
    })
  }

  static async start(clock: Clock, port = 0): Promise<FakeOpenNebula> {
    const fake = new FakeOpenNebula(clock)
    await fake.#listen(port)
    return fake
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}/RPC2`
  }

  get connections(): number {
    return this.#sockets.size
  }

  addHost(options: FakeHostOptions): FakeHost {
    const host = new FakeHost(options)
    this.hosts.set(options.id, host)
    return host
  }

  addVm(options: Omit<FakeVmOptions, 'startedAtS'>): FakeVm {
    const vm = new FakeVm({ startedAtS: this.#nowS() - 3600, ...options })
    this.vms.set(options.id, vm)
    return vm
  }

  behave(behaviour: Misbehaviour): void {
    this.#behaviour = behaviour
  }

  async vanish(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async appear(): Promise<void> {
    await this.#listen(this.#port)
  }

  async stop(): Promise<void> {
    if (this.#server.listening) await this.vanish()
  }

  async #listen(port: number): Promise<void> {
    this.#port = await listenAgain(this.#server, port)
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    } catch {
      // The caller gave up in the middle of its call.
      return
    }
    response.setHeader('Date', new Date(this.#clock.nowMs()).toUTCString())
    if (request.method !== 'POST' || request.url !== '/RPC2') return void response.writeHead(404).end()
    if (!/^text\/xml\b/.test(request.headers['content-type'] ?? '')) return void response.writeHead(400).end()
    if (this.#behaviour === 'hang') return
    const body = this.#body(Buffer.concat(chunks))
    response.setHeader('Content-Type', 'text/xml; charset=utf-8')
    if (this.#behaviour === 'huge') return pour(response)
    if (this.#behaviour === 'cut') {
      response.setHeader('Content-Length', Buffer.byteLength(body))
      response.write(body.slice(0, body.length / 2), () => response.destroy())
      return
    }
    response.end(body)
  }

  #body(request: Buffer): string {
    if (this.#behaviour === 'garbage') return '<html><body>It works!</body></html>'
    if (this.#behaviour === 'doctype') return `<!DOCTYPE x [<!ENTITY a "b">]><methodResponse/>`
    return envelope(this.#answer(request))
  }

  #answer(request: Buffer): Answer {
    const { method, values } = readCall(request)
    const signature = signatures[method]
    if (signature === undefined) return new Fault(-506, `Method '${method}' not defined`)
    const needed = signature.replace(/[A-Z]/g, '').length
    if (values.length < needed + 1) return new Fault(-501, 'Not enough parameters')
    const [session, ...rest] = values
    if (session?.kind !== 'text') return new Fault(-501, 'Parameter that is supposed to be string is not')
    for (const [nth, value] of rest.entries()) {
      const type = (signature[nth] ?? '').toLowerCase()
      if (kindOf[type] === undefined) return new Fault(-501, 'Too many parameters')
      if (value.kind !== kindOf[type]) return new Fault(-501, `Parameter that is supposed to be ${nameOf[type]} is not`)
    }
    const user = sessions[textOf(session.bytes)]
    if (user === undefined) {
      return new Refusal(256, `[${method}] User couldn't be authenticated, aborting call.`)
    }
    const args = rest.map((value) =>
      value.kind === 'text'
        ? textOf(value.bytes)
        : value.kind === 'number'
          ? value.number
          : value.kind === 'boolean' && value.is,
    )
    const call = { method, user, args }
    this.calls.push(call)
    if (this.#behaviour === 'silent') return new Refusal(8192, `[${method}] `)
    if (this.#behaviour === 'follower') {
      return new Refusal(65536, `[${method}] Cannot process request, no leader found`)
    }
    if (this.#behaviour === 'no-hosts' && method.startsWith('one.host')) return new Refusal(8192, `[${method}] `)
    const nowS = this.#nowS()
    for (const vm of this.vms.values()) vm.advance(nowS)
    return this.#dispatch(call, nowS)
  }

  #dispatch(call: Call, nowS: number): Answer {
    const { method, user } = call
    switch (method) {
      case 'one.system.version':
        return this.version
      case 'one.user.info':
        return user === 0
          ? recordedDocument('user-info-self')
          : `<USER><ID>${user}</ID><GNAME>users</GNAME><NAME>alice</NAME></USER>`
      case 'one.hostpool.info':
        return `<HOST_POOL>${this.#hostsFor(user)
          .map((host) => host.document())
          .join('')}</HOST_POOL>`
      case 'one.hostpool.monitoring':
        return `<MONITORING_DATA>${this.#hostsFor(user)
          .map((host) => host.record(nowS))
          .join('')}</MONITORING_DATA>`
      case 'one.host.info':
      case 'one.host.status':
      case 'one.host.update':
        return this.#host(call)
      case 'one.vmpool.info':
        return this.#pool(call, (vm) => vm.short())
      case 'one.vmpool.infoextended':
        return this.#pool(call, (vm) => vm.extended())
      case 'one.vmpool.monitoring':
        return `<MONITORING_DATA>${this.#vmsFor(user)
          .map((vm) => vm.record())
          .join('')}</MONITORING_DATA>`
      default:
        return this.#vm(call, nowS)
    }
  }

  #host({ method, user, args }: Call): Answer {
    const [id, value] = args
    const host = this.hosts.get(Number(id))
    if (host === undefined) return new Refusal(1024, `[${method}] Error getting host [${id}].`, Number(id))
    if (user !== 0) {
      const right = method === 'one.host.info' ? 'USE' : method === 'one.host.status' ? 'ADMIN' : 'MANAGE'
      return new Refusal(512, `[${method}] User [${user}] : Not authorized to perform ${right} HOST [${id}].`)
    }
    if (method === 'one.host.info') return host.document()
    if (method === 'one.host.update') merge(host.attributes, String(value))
    else {
      const state = [2, 4, 8][Number(value)]
      if (state === undefined) return new Refusal(8192, `[${method}] Wrong status code`)
      host.state = state
    }
    return Number(id)
  }

  #pool({ method, user, args }: Call, show: (vm: FakeVm) => string): Answer {
    const [filter, start, end, state] = args.map(Number)
    if (filter === undefined || start === undefined || end === undefined || state === undefined)
      return new Fault(-501, '')
    if (filter < -4) return new Refusal(4096, `[${method}] Incorrect filter_flag`)
    if (state > 12) return new Refusal(4096, `[${method}] Incorrect filter_flag, state`)
    if (args.length > 4) return new Refusal(8192, `[${method}] JSON query search is not supported by the SQL backend`)
    if (this.#behaviour === 'partial' && start > 0) return new Refusal(8192, `[${method}] `)
    const seen = this.#vmsFor(user)
      .filter(({ pair, isDone }) => (state === -2 ? true : state === -1 ? !isDone : pair[0] === state))
      .sort((a, b) => (this.ascending ? a.options.id - b.options.id : b.options.id - a.options.id))
    const chosen =
      end < -1
        ? seen.slice(start, start - end)
        : seen.filter(({ options: { id } }) => (start < 0 || id >= start) && (end < 0 || id <= end))
    return `<VM_POOL>${chosen.map(show).join('')}</VM_POOL>`
  }

  #vm({ method, user, args }: Call, nowS: number): Answer {
    const id = Number(method === 'one.vm.action' ? args[1] : args[0])
    const vm = this.vms.get(id)
    if (vm === undefined) return new Refusal(1024, `[${method}] Error getting virtual machine [${id}].`, id)
    const isMine = user === 0 || vm.options.uid === user
    // A lock takes the owner's rights away, and stops even the administrator.
    if (!isMine || (user !== 0 && vm.lockedBy !== undefined && method !== 'one.vm.info')) {
      const right = method === 'one.vm.info' ? 'USE' : 'MANAGE'
      return new Refusal(512, `[${method}] User [${user}] : Not authorized to perform ${right} VM [${id}].`)
    }
    if (method === 'one.vm.info') return vm.info()
    if (vm.lockedBy !== undefined) return new Refusal(512, `[${method}] User [${user}] : VM is locked. [${id}].`)
    if (method === 'one.vm.update') {
      if (Number(args[2]) !== 1) vm.user.clear()
      merge(vm.user, String(args[1]))
      return id
    }
    if (method === 'one.vm.migrate') return this.#migrate(vm, { method, user, args }, nowS)
    return act(vm, String(args[0]), nowS)
  }

  #migrate(vm: FakeVm, { method, args }: Call, nowS: number): Answer {
    const host = this.hosts.get(Number(args[1]))
    if (host === undefined) return new Refusal(1024, `[${method}] Error getting host [${args[1]}].`, Number(args[1]))
    if (host.state === 8) return new Refusal(2048, `[${method}] Host is offline, cannot use it to deploy VM`)
    if (args[3] === true && host.options.memoryMiB < vm.options.memoryMiB) {
      return new Refusal(2048, `[${method}] Not enough capacity in host ${host.options.id}`)
    }
    if (!vm.migrate(host.options.id, nowS)) {
      return new Refusal(2048, `[${method}] Migrate action is not available for state ${vm.stateName}`)
    }
    return vm.options.id
  }

  #vmsFor(user: number): FakeVm[] {
    return [...this.vms.values()].filter(({ options }) => user === 0 || options.uid === user)
  }

  /** An ordinary user gets an empty pool and no error. */
  #hostsFor(user: number): readonly FakeHost[] {
    return user === 0 ? [...this.hosts.values()].sort((a, b) => b.options.id - a.options.id) : []
  }

  #nowS(): number {
    return Math.floor(this.#clock.nowMs() / 1000)
  }
}

function act(vm: FakeVm, action: string, nowS: number): Answer {
  const known = ['suspend', 'resume', 'stop', 'poweroff', 'undeploy', 'terminate', 'terminate-hard', 'release', 'hold']
  if (!known.includes(action)) return new Refusal(2048, `[one.vm.action] Action "${action}" is not supported`)
  if (vm.act(action, nowS)) return vm.options.id
  return new Refusal(
    2048,
    `[one.vm.action] Error performing action "${action}": This action is not available for state ${vm.stateName}`,
  )
}

/** NAME="value" lines, with \" and \\ within the value. */
function merge(into: Map<string, string>, text: string): void {
  for (const [, name, value] of text.matchAll(/^([A-Z][A-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"$/gm)) {
    into.set(name ?? '', (value ?? '').replace(/\\(.)/g, '$1'))
  }
}

/** A gigabyte, or as much as is taken. */
function pour(response: ServerResponse): void {
  const block = Buffer.alloc(1 << 20, ' ')
  let left = 1024
  const more = () => {
    while (left-- > 0 && !response.destroyed) if (!response.write(block)) return void response.once('drain', more)
    response.end()
  }
  more()
}
