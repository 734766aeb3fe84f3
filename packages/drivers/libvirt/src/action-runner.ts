// Carries out actions. Guarantees:
//
// - the state is read first: what is reached or under way is accepted without a call, what cannot begin is a conflict;
// - a key that was accepted once has no second effect; one whose call failed may be tried again;
// - a save or a restore counts as accepted when the domain is seen moving, though its call stays open to the end. What
//   becomes of it then is not lost: a failure is kept as the fault that `look` shows, until the next action.
import { GleanerError, movingState, targetState, type InstanceId } from '@gleaner/model'
import { type ActionRequest, type Clock, untilAborted } from '@gleaner/ports'
import {
  affect,
  type CallOptions,
  createDomain,
  destroyDomain,
  domainStates,
  type DomainRef,
  errorNumbers,
  LibvirtRemoteError,
  managedSave,
  resumeDomain,
  type RpcClient,
  saveRunning,
  setMemory,
  shutdownDomain,
  suspendDomain,
  undefineDomain,
  undefineFlags,
  wakeDomain,
} from '@gleaner/wire-libvirt'
import { stepsFor, type Step } from './actions.ts'
import type { DomainReading } from './domain-reading.ts'
import type { HostLink } from './host-link.ts'
import { instanceState } from './instance-state.ts'

export interface Target {
  readonly link: HostLink
  readonly reading: DomainReading
  /** Reads the same domain again. */
  readonly again: () => Promise<DomainReading | undefined>
  /** Resolves at the next event about it, or when the signal fires. */
  readonly changed: (signal: AbortSignal) => Promise<void>
}

interface RunnerOptions {
  readonly clock: Clock
  readonly transferTimeoutMs: number
  /** How long to watch for a transfer to begin before it is taken on trust. */
  readonly beginTimeoutMs: number
}

const rememberedKeys = 10_000
const everythingOfIt =
  undefineFlags.managedSave | undefineFlags.snapshotsMetadata | undefineFlags.nvram | undefineFlags.checkpointsMetadata
const pollMs = 200
const longSteps: readonly Step[] = ['save', 'restore', 'boot']

export class ActionRunner {
  readonly #options: RunnerOptions
  /** Oldest first. */
  readonly #keys = new Map<string, Promise<void>>()
  readonly #faults = new Map<InstanceId, unknown>()
  readonly #transfers = new Map<InstanceId, ActionRequest['action']>()

  constructor(options: RunnerOptions) {
    this.#options = options
  }

  /** The error of the last action on the instance that failed. */
  fault(id: InstanceId): unknown {
    return this.#faults.get(id)
  }

  run(request: ActionRequest, find: () => Promise<Target>, signal: AbortSignal): Promise<void> {
    const known = this.#keys.get(request.idempotencyKey)
    if (known !== undefined) return untilAborted(known, signal)
    const running = this.#run(request, find, signal)
    this.#remember(request.idempotencyKey, running)
    running.catch(() => this.#keys.delete(request.idempotencyKey))
    return running
  }

  async #run(request: ActionRequest, find: () => Promise<Target>, signal: AbortSignal): Promise<void> {
    const { action, instanceId } = request
    const target = await find()
    const state = instanceState(target.reading.raw)
    const steps = stepsFor(action, state)
    if (steps === undefined) throw conflict(target, `it is ${state}`)
    if (steps.length > 0) this.#faults.delete(instanceId)
    for (const step of steps) {
      signal.throwIfAborted()
      if (longSteps.includes(step)) await this.#transfer(step, { request, target, signal })
      else await this.#step(step, { request, target, signal })
    }
  }

  async #step(step: Step, { request, target, signal }: Doing): Promise<void> {
    const { ref, raw } = target.reading
    const { memoryMiB: promisedMiB } = target.reading.document
    const memoryMiB = step === 'balloon' ? balloonTarget(request, target) : promisedMiB
    const object = ref.name
    await target.link.use('act', (rpc, call) => perform(step, { rpc, call, ref, raw, memoryMiB }), { object, signal })
  }

  /** Steps whose call takes as long as the work itself. */
  async #transfer(step: Step, { request, target, signal }: Doing): Promise<void> {
    const { instanceId, action } = request
    const { ref, raw } = target.reading
    const underWay = this.#transfers.get(instanceId)
    if (underWay === action) return
    if (underWay !== undefined) throw conflict(target, `${underWay} is under way`)
    this.#transfers.set(instanceId, action)
    const watching = new AbortController()
    const watched = AbortSignal.any([watching.signal, signal])
    // Watches before it calls, so that the first event is not missed.
    const seen = this.#seenMoving(target, action, watched)
    // Not with the caller's signal: whoever stops waiting does not stop the daemon.
    const transfer = target.link.use(
      'move',
      (rpc, call) => {
        const deadlineMs = this.#options.transferTimeoutMs
        return perform(step, { rpc, call: { ...call, deadlineMs }, ref, raw, memoryMiB: 0 })
      },
      { object: ref.name },
    )
    void transfer
      .catch((error: unknown) => void this.#faults.set(instanceId, error))
      .finally(() => this.#transfers.delete(instanceId))
    try {
      await untilAborted(Promise.race([transfer, seen]), signal)
    } finally {
      watching.abort()
    }
  }

  /** Resolves when the domain is on its way or there, or was watched long enough; never rejects for what it reads. */
  async #seenMoving(target: Target, action: ActionRequest['action'], signal: AbortSignal): Promise<void> {
    const { clock, beginTimeoutMs } = this.#options
    const untilMs = clock.nowMs() + beginTimeoutMs
    let changed = target.changed(signal)
    while (clock.nowMs() < untilMs && !signal.aborted) {
      await pauseOr(changed, clock, signal)
      if (signal.aborted) return
      changed = target.changed(signal)
      const reading = await target.again().catch(() => undefined)
      const state = reading === undefined ? undefined : instanceState(reading.raw)
      if (state !== undefined && (state === movingState[action] || state === targetState[action])) return
    }
  }

  #remember(key: string, running: Promise<void>): void {
    this.#keys.set(key, running)
    const [oldest] = this.#keys.keys()
    if (this.#keys.size > rememberedKeys && oldest !== undefined) this.#keys.delete(oldest)
  }
}

/** Events are quick and may get lost; looking again now and then does not. */
async function pauseOr(changed: Promise<void>, clock: Clock, signal: AbortSignal): Promise<void> {
  const enough = new AbortController()
  const pause = clock.sleep(pollMs, AbortSignal.any([signal, enough.signal])).catch(() => {})
  await Promise.race([pause, changed])
  enough.abort()
}

interface Doing {
  readonly request: ActionRequest
  readonly target: Target
  readonly signal: AbortSignal
}

interface Performing {
  readonly rpc: RpcClient
  readonly call: CallOptions
  readonly ref: DomainRef
  readonly raw: DomainReading['raw']
  readonly memoryMiB: number
}

async function perform(step: Step, { rpc, call, ref, raw, memoryMiB }: Performing): Promise<void> {
  switch (step) {
    case 'pause':
      return suspendDomain(rpc, ref, call)
    case 'continue':
      return raw.state === domainStates.pmSuspended ? wakeDomain(rpc, ref, call) : resumeDomain(rpc, ref, call)
    case 'save':
      // Paused before or not: when it is resumed it shall run.
      return managedSave(rpc, { domain: ref, flags: saveRunning }, call)
    case 'shutdown':
      return shutdownDomain(rpc, ref, call)
    case 'boot':
    case 'restore':
      await createDomain(rpc, ref, call)
      return
    case 'destroy':
      return destroyDomain(rpc, ref, call)
    case 'undefine':
      return undefineDomain(rpc, { domain: ref, flags: everythingOfIt }, call).catch(unlessGone)
    case 'balloon':
    case 'deflate':
      return setMemory(rpc, { domain: ref, memoryKiB: Math.round(memoryMiB * 1024), impact: affect.live }, call)
  }
}

/** A domain without a definition was gone with its process. */
function unlessGone(error: unknown): void {
  if (!(error instanceof LibvirtRemoteError && error.code === errorNumbers.noDomain)) throw error
}

function balloonTarget({ memoryMiB }: ActionRequest, target: Target): number {
  const mostMiB = target.reading.document.memoryMiB
  if (memoryMiB === undefined || !(memoryMiB > 0) || memoryMiB > mostMiB) {
    throw conflict(target, `its memory can be set to more than 0 and at most ${mostMiB} MiB`)
  }
  return memoryMiB
}

function conflict(target: Target, detail: string): GleanerError {
  return new GleanerError('cloud-conflict', { cloud: target.link.where, object: target.reading.ref.name, detail })
}
