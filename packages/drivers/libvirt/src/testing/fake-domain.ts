// A domain of the fake daemon: its life as libvirt tells it, on a clock that a test turns.
import {
  domainStates,
  errorNumbers,
  LibvirtRemoteError,
  type lifecycleEvents,
  pausedReasons,
  shutoffReasons,
  type DomainRef,
  type TypedParam,
  undefineFlags,
} from '@gleaner/wire-libvirt'

export interface FakeDomainOptions {
  readonly name: string
  readonly uuid: string
  readonly vcpus?: number
  readonly memoryMiB?: number
  /** Cores it uses while it runs. */
  readonly load?: number
  readonly metadata?: string
  readonly reportSocket?: string
  /** It has a channel for a guest agent, in this state. */
  readonly agentChannel?: 'connected' | 'disconnected'
}

export type FakeEvent = (typeof lifecycleEvents)[number]

interface Context {
  readonly nowMs: () => number
  readonly nextId: () => number
  readonly tell: (domain: FakeDomain, event: FakeEvent) => void
}

const { running, paused, shutoff } = domainStates

export class FakeDomain {
  readonly options: FakeDomainOptions
  state: number = shutoff
  reason = 0
  id = -1
  hasSavedImage = false
  metadata: string
  balloonKiB: number
  load: number
  /** Memory the guest says it uses; undefined: it has no balloon driver. */
  usedMiB: number | undefined = 60
  /** The document it answers with instead of its own. */
  brokenXml: string | undefined
  saveFailure: LibvirtRemoteError | undefined
  /** What the agent inside answers to a command; undefined: nothing at all, so that the daemon gives up on it. */
  agent: (command: string) => string | undefined = () => undefined
  readonly #context: Context
  #startedMs = 0
  #cpuNs = 0
  #countedMs = 0

  constructor(options: FakeDomainOptions, context: Context) {
    this.options = options
    this.#context = context
    this.metadata = options.metadata ?? ''
    this.load = options.load ?? 0.25
    this.balloonKiB = this.memoryKiB
  }

  get ref(): DomainRef {
    return { name: this.options.name, uuid: this.options.uuid, id: this.id }
  }

  get isActive(): boolean {
    return this.id >= 0
  }

  get memoryKiB(): number {
    return (this.options.memoryMiB ?? 512) * 1024
  }

  start(): void {
    if (this.isActive) throw invalid('domain is already running')
    this.id = this.#context.nextId()
    this.#cpuNs = 0
    this.#startedMs = this.#countedMs = this.#context.nowMs()
    this.#move(running, this.hasSavedImage ? 3 : 1, 'started')
    this.hasSavedImage = false
  }

  pause(): void {
    if (this.state === paused) return
    this.#mustBeActive()
    this.#count()
    this.#move(paused, pausedReasons.user, 'suspended')
  }

  resume(): void {
    this.#mustBeActive()
    if (this.state === running) return
    this.#countedMs = this.#context.nowMs()
    this.#move(running, 5, 'resumed')
  }

  beginSave(): void {
    this.#mustBeActive()
    this.#count()
    this.#move(paused, pausedReasons.save, 'suspended')
  }

  endSave(): void {
    if (this.saveFailure !== undefined) {
      this.#countedMs = this.#context.nowMs()
      this.#move(running, 6, 'resumed')
      throw this.saveFailure
    }
    this.hasSavedImage = true
    this.#stop(shutoffReasons.saved)
  }

  shutdown(): void {
    this.#mustBeActive()
    // A guest that stands still does not hear it.
    if (this.state === running) this.#stop(1)
  }

  destroy(): void {
    this.#mustBeActive()
    this.#stop(2)
  }

  /** As the real one: saved memory is not thrown away unless that is asked for. */
  checkUndefine(flags: number): void {
    if (this.hasSavedImage && (flags & undefineFlags.managedSave) === 0)
      throw invalid('Refusing to undefine while domain managed save image exists')
  }

  setBalloon(memoryKiB: number): void {
    this.#mustBeActive()
    this.balloonKiB = memoryKiB
  }

  xml(): string {
    if (this.brokenXml !== undefined) return this.brokenXml
    const { name, uuid, vcpus = 1, reportSocket, agentChannel } = this.options
    const serial =
      reportSocket === undefined ? '' : `<serial type='unix'><source mode='bind' path='${reportSocket}'/></serial>`
    const channel =
      agentChannel === undefined
        ? ''
        : `<channel type='unix'><source mode='bind' path='/run/${name}.agent'/>
           <target type='virtio' name='org.qemu.guest_agent.0' state='${agentChannel}'/></channel>`
    return `<domain type='qemu'><name>${name}</name><uuid>${uuid}</uuid><metadata>${this.metadata}</metadata>
      <memory unit='KiB'>${this.memoryKiB}</memory><vcpu placement='static'>${vcpus}</vcpu><devices>${serial}${channel}</devices></domain>`
  }

  stats(): readonly TypedParam[] {
    this.#count()
    const { vcpus = 1, memoryMiB = 512 } = this.options
    const always: readonly TypedParam[] = [
      ['state.state', 'int', this.state],
      ['state.reason', 'int', this.reason],
      ['balloon.maximum', 'ullong', this.memoryKiB],
      ['vcpu.current', 'uint', vcpus],
      ['block.count', 'uint', 1],
      ['block.0.name', 'string', 'vda'],
      ['block.0.capacity', 'ullong', 10 * 1024 ** 3],
    ]
    if (!this.isActive) return always
    const upMs = this.#context.nowMs() - this.#startedMs
    const said: readonly TypedParam[] =
      this.usedMiB === undefined
        ? []
        : [
            ['balloon.available', 'ullong', this.balloonKiB - 10_000],
            ['balloon.unused', 'ullong', this.balloonKiB - 10_000 - this.usedMiB * 1024 - 5_000],
            ['balloon.usable', 'ullong', this.balloonKiB - 10_000 - this.usedMiB * 1024],
            ['balloon.last-update', 'ullong', Math.floor(this.#context.nowMs() / 1000)],
          ]
    return [
      ...always,
      ...said,
      ['cpu.time', 'ullong', Math.round(this.#cpuNs)],
      ['balloon.current', 'ullong', this.balloonKiB],
      ['balloon.rss', 'ullong', (memoryMiB + 100) * 1024],
      ['net.count', 'uint', 1],
      ['net.0.rx.bytes', 'ullong', upMs * 2],
      ['net.0.tx.bytes', 'ullong', upMs],
      ['block.0.rd.bytes', 'ullong', upMs * 3],
      ['block.0.wr.bytes', 'ullong', upMs * 4],
    ]
  }

  #stop(reason: number): void {
    this.id = -1
    this.balloonKiB = this.memoryKiB
    this.#move(shutoff, reason, 'stopped')
  }

  #move(state: number, reason: number, event: FakeEvent): void {
    this.state = state
    this.reason = reason
    this.#context.tell(this, event)
  }

  #count(): void {
    if (this.state !== running) return
    const nowMs = this.#context.nowMs()
    this.#cpuNs += (nowMs - this.#countedMs) * 1e6 * this.load
    this.#countedMs = nowMs
  }

  #mustBeActive(): void {
    if (!this.isActive) throw invalid('domain is not running')
  }
}

function invalid(what: string): LibvirtRemoteError {
  return new LibvirtRemoteError(errorNumbers.operationInvalid, 10, `Requested operation is not valid: ${what}`)
}
