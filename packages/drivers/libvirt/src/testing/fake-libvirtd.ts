// A libvirtd that speaks the real wire over a real unix socket and whose domains exist only here. It can be told to
// vanish, to hang, to send cut or senseless answers, and to take its time with saves. What it does not know it answers
// as libvirt does: unsupported.
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '@gleaner/ports'
import {
  decodeFrame,
  encodeFrame,
  encodeRemoteError,
  errorNumbers,
  features,
  type Frame,
  FrameSplitter,
  keepaliveProgram,
  LibvirtRemoteError,
  lifecycleEvents,
  limits,
  listFlags,
  messageStatus,
  messageTypes,
  procedures,
  qemuProgram,
  readDomainRef,
  remoteProgram,
  uuidText,
  writeDomainRef,
  writeTypedParams,
  XdrReader,
  XdrWriter,
} from '@gleaner/wire-libvirt'
import { FakeDomain, type FakeDomainOptions, type FakeEvent } from './fake-domain.ts'

/** What the daemon does instead of answering as it should. */
export type Misbehaviour = 'none' | 'hang' | 'cut' | 'garbage' | 'wrong-serial' | 'huge-list'

type Answer = XdrWriter | Promise<XdrWriter>

const bootSize = { cpus: 4, memoryKiB: 16 * 1024 * 1024 }

export class FakeLibvirtd {
  readonly domains = new Map<string, FakeDomain>()
  readonly #clock: Clock
  readonly #folder: string
  readonly #sockets = new Map<Socket, { listens: boolean }>()
  readonly #held: (() => void)[] = []
  #server: Server | undefined
  #nextId = 1
  #misbehaviour: Misbehaviour = 'none'
  /** How long a save to disk takes. */
  saveMs = 800
  /** Procedures that were called, in order. */
  readonly calls: number[] = []
  hostCpuNs = 0
  /** Whom an agent's command was for and what it was, in order. */
  readonly agentCommands: string[] = []
  /** Procedures that this hypervisor's part of libvirt does not have. */
  readonly lacks = new Set<number>()

  private constructor(folder: string, clock: Clock) {
    this.#folder = folder
    this.#clock = clock
  }

  static async start(clock: Clock): Promise<FakeLibvirtd> {
    const daemon = new FakeLibvirtd(await mkdtemp(join(tmpdir(), 'gl-')), clock)
    await daemon.appear()
    return daemon
  }

  get uri(): string {
    return `qemu:///system?socket=${join(this.#folder, 's')}`
  }

  define(options: FakeDomainOptions): FakeDomain {
    const domain = new FakeDomain(options, {
      nowMs: () => this.#clock.nowMs(),
      nextId: () => this.#nextId++,
      tell: (about, event) => this.#tell(about, event),
    })
    this.domains.set(options.uuid, domain)
    this.#tell(domain, 'defined')
    return domain
  }

  undefine(uuid: string): void {
    const domain = this.domains.get(uuid)
    if (domain?.isActive) domain.destroy()
    this.domains.delete(uuid)
    if (domain !== undefined) this.#tell(domain, 'undefined')
  }

  /** The process is gone; its domains live on, as those of the real one do. */
  async vanish(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    for (const socket of this.#sockets.keys()) socket.destroy()
    await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)))
  }

  async appear(): Promise<void> {
    if (this.#server !== undefined) return
    const server = createServer((socket) => this.#serve(socket))
    this.#server = server
    await new Promise<void>((resolve) => server.listen(join(this.#folder, 's'), resolve))
  }

  /** From `hang` back to `none` the held calls are answered, as those of a daemon that was stopped are. */
  behave(misbehaviour: Misbehaviour): void {
    this.#misbehaviour = misbehaviour
    if (misbehaviour === 'none') for (const answer of this.#held.splice(0)) answer()
  }

  async stop(): Promise<void> {
    await this.vanish()
    await rm(this.#folder, { recursive: true, force: true })
  }

  #serve(socket: Socket): void {
    const splitter = new FrameSplitter()
    this.#sockets.set(socket, { listens: false })
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      for (const bytes of splitter.push(chunk)) {
        const frame = decodeFrame(Uint8Array.from(bytes))
        const answer = () => void this.#answer(frame, socket)
        if (this.#misbehaviour === 'hang') this.#held.push(answer)
        else answer()
      }
    })
  }

  async #answer(frame: Frame, socket: Socket): Promise<void> {
    if (frame.program === keepaliveProgram.program) return
    this.calls.push(frame.procedure)
    const { program, version } = frame
    const header = { program, version, procedure: frame.procedure, type: messageTypes.reply, serial: frame.serial }
    try {
      const body = (await this.#perform(frame, socket)).bytes()
      this.#send(socket, encodeFrame({ ...header, status: messageStatus.ok }, body), header)
    } catch (error) {
      if (!(error instanceof LibvirtRemoteError)) throw error
      socket.write(encodeFrame({ ...header, status: messageStatus.error }, encodeRemoteError(error)))
    }
  }

  #send(socket: Socket, whole: Uint8Array, header: { procedure: number; serial: number }): void {
    switch (this.#misbehaviour) {
      case 'cut':
        return void socket.end(whole.subarray(0, whole.length - 3))
      case 'garbage':
        return void socket.write(Buffer.alloc(64, 0x5a))
      case 'wrong-serial': {
        const lie = { ...remoteProgram, ...header, serial: header.serial + 7, type: messageTypes.reply, status: 0 }
        return void socket.write(encodeFrame(lie, whole.subarray(28)))
      }
      case 'huge-list': {
        const lie = { ...remoteProgram, ...header, type: messageTypes.reply, status: 0 }
        return void socket.write(encodeFrame(lie, new XdrWriter().uint(0xffff_fff0).bytes()))
      }
      case 'none':
      case 'hang':
        socket.write(whole)
    }
  }

  #perform(frame: Frame, socket: Socket): Answer {
    const args = new XdrReader(frame.body)
    if (frame.program === qemuProgram.program) return this.#askAgent(args)
    if (this.lacks.has(frame.procedure))
      throw new LibvirtRemoteError(errorNumbers.noSupport, 7, `not supported: ${frame.procedure}`)
    switch (frame.procedure) {
      case procedures.authList:
        return new XdrWriter().array([0], (to, type) => to.int(type))
      case procedures.connectSupportsFeature:
        return new XdrWriter().int(args.int() === features.eventCallback ? 1 : 0)
      case procedures.connectOpen:
      case procedures.connectClose:
        return new XdrWriter()
      case procedures.connectDomainEventCallbackRegisterAny:
        this.#sockets.set(socket, { listens: true })
        return new XdrWriter().int(1)
      case procedures.connectGetLibVersion:
        return new XdrWriter().uhyper(9_000_000n)
      case procedures.connectGetVersion:
        return new XdrWriter().uhyper(7_002_000n)
      case procedures.nodeGetInfo:
        return nodeInfo()
      case procedures.nodeGetCpuStats:
        args.int()
        return this.#nodeStats(args.int(), { kernel: this.hostCpuNs / 2, user: this.hostCpuNs / 2, idle: 1, iowait: 0 })
      case procedures.nodeGetMemoryStats:
        return this.#nodeStats(args.int(), {
          total: bootSize.memoryKiB,
          free: 8_000_000,
          buffers: 1000,
          cached: 2_000_000,
        })
      case procedures.connectListAllDomains: {
        args.int()
        return this.#list(args.uint())
      }
      case procedures.connectGetAllDomainStats:
        return this.#stats(args)
      case procedures.domainLookupByUuid:
        return withRef(this.#domain(uuidText(args.opaque(16))))
      default:
        return this.#performOnDomain(frame.procedure, args)
    }
  }

  #performOnDomain(procedure: number, args: XdrReader): Answer {
    const domain = this.#domain(readDomainRef(args).uuid)
    switch (procedure) {
      case procedures.domainGetXmlDesc:
        return new XdrWriter().string(domain.xml())
      case procedures.domainGetState:
        return new XdrWriter().int(domain.state).int(domain.reason)
      case procedures.domainHasManagedSaveImage:
        return new XdrWriter().int(domain.hasSavedImage ? 1 : 0)
      case procedures.domainSuspend:
        domain.pause()
        return new XdrWriter()
      case procedures.domainResume:
        domain.resume()
        return new XdrWriter()
      case procedures.domainCreateWithFlags:
        domain.start()
        return withRef(domain)
      case procedures.domainShutdownFlags:
        domain.shutdown()
        return new XdrWriter()
      case procedures.domainDestroy:
        domain.destroy()
        return new XdrWriter()
      case procedures.domainUndefineFlags:
        domain.checkUndefine(args.uint())
        this.undefine(domain.options.uuid)
        return new XdrWriter()
      case procedures.domainSetMemoryFlags:
        domain.setBalloon(args.uhyperNumber())
        return new XdrWriter()
      case procedures.domainManagedSave:
        return this.#save(domain)
      case procedures.domainSetMetadata: {
        args.int()
        const text = (reader: XdrReader) => reader.string(limits.stringBytes)
        const [element = '', key = '', uri = ''] = [args.optional(text), args.optional(text), args.optional(text)]
        domain.metadata = element.replace('<instance', `<${key}:instance xmlns:${key}="${uri}"`)
        domain.metadata = domain.metadata.replaceAll(/<(\/?)(tag|instance)>/g, `<$1${key}:$2>`)
        return new XdrWriter()
      }
      default:
        throw new LibvirtRemoteError(errorNumbers.noSupport, 7, `unknown procedure: ${procedure}`)
    }
  }

  /** As the real one: a guest that says nothing is given up after the time the caller allows it. */
  async #askAgent(args: XdrReader): Promise<XdrWriter> {
    const domain = this.#domain(readDomainRef(args).uuid)
    const command = args.string(limits.stringBytes)
    const timeoutS = args.int()
    this.agentCommands.push(`${domain.options.name} ${command}`)
    const answer = domain.agent(command)
    if (answer === undefined) {
      await this.#clock.sleep(timeoutS * 1000)
      throw new LibvirtRemoteError(errorNumbers.agentUnresponsive, 10, 'Guest agent is not responding')
    }
    return new XdrWriter().optional(answer, (to, text) => to.string(text))
  }

  async #save(domain: FakeDomain): Promise<XdrWriter> {
    domain.beginSave()
    await this.#clock.sleep(this.saveMs)
    domain.endSave()
    return new XdrWriter()
  }

  #list(flags: number): XdrWriter {
    const wanted = [...this.domains.values()].filter(
      (domain) => flags !== listFlags.managedSave || domain.hasSavedImage,
    )
    return new XdrWriter().array(wanted, (to, domain) => writeDomainRef(to, domain.ref)).uint(wanted.length)
  }

  #stats(args: XdrReader): XdrWriter {
    const asked = args.array({ max: limits.domains, minItemBytes: 24 }, readDomainRef)
    args.uint()
    const flags = args.uint()
    const all = [...this.domains.values()].filter((domain) => (flags & listFlags.active) === 0 || domain.isActive)
    const wanted =
      asked.length === 0 ? all : all.filter((domain) => asked.some((ref) => ref.uuid === domain.options.uuid))
    return new XdrWriter().array(wanted, (to, domain) => {
      writeDomainRef(to, domain.ref)
      writeTypedParams(to, domain.stats())
    })
  }

  /** As the real one: first asked for their number, then for exactly so many. */
  #nodeStats(count: number, figures: Readonly<Record<string, number>>): XdrWriter {
    const pairs = Object.entries(figures)
    if (count === 0) return new XdrWriter().uint(0).int(pairs.length)
    if (count !== pairs.length) throw new LibvirtRemoteError(errorNumbers.invalidArgument, 0, 'nparams must be equal')
    const body = new XdrWriter().array(pairs, (to, [name, value]) => to.string(name).uhyper(BigInt(Math.round(value))))
    return body.int(pairs.length)
  }

  #domain(uuid: string): FakeDomain {
    const domain = this.domains.get(uuid)
    if (domain === undefined) {
      throw new LibvirtRemoteError(
        errorNumbers.noDomain,
        10,
        `Domain not found: no domain with matching uuid '${uuid}'`,
      )
    }
    return domain
  }

  #tell(domain: FakeDomain, event: FakeEvent): void {
    const body = new XdrWriter().int(1)
    writeDomainRef(body, domain.ref)
    body.int(lifecycleEvents.indexOf(event)).int(0)
    const procedure = procedures.domainEventCallbackLifecycle
    const frame = encodeFrame(
      { ...remoteProgram, procedure, type: messageTypes.message, serial: 0, status: 0 },
      body.bytes(),
    )
    for (const [socket, { listens }] of this.#sockets) if (listens && this.#misbehaviour === 'none') socket.write(frame)
  }
}

function withRef(domain: FakeDomain): XdrWriter {
  const body = new XdrWriter()
  writeDomainRef(body, domain.ref)
  return body
}

function nodeInfo(): XdrWriter {
  const body = new XdrWriter()
  for (const letter of 'x86_64'.padEnd(32, '\0')) body.int(letter.charCodeAt(0))
  body.uhyper(BigInt(bootSize.memoryKiB))
  for (const figure of [bootSize.cpus, 2600, 1, 1, 2, 2]) body.int(figure)
  return body
}
