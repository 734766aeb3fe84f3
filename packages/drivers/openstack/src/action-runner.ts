// Carries out actions. Guarantees:
//
// - the server is read first: what is reached or under way is accepted without a call, what cannot begin is a conflict,
//   and a server that somebody locked is taken nothing from, though nova lets an administrator do it;
// - a key that was accepted once has no second effect; one whose call failed may be tried again;
// - where nova keeps shelved servers on their host for a while, a server shelved here is taken off it at once;
// - why an accepted action failed is asked of nova when it is looked at, and told until the next action.
import { type ActionKind, GleanerError, type InstanceId, isReclaiming, nativeOf, targetState } from '@gleaner/model'
import { type ActionRequest, type Clock, untilAborted } from '@gleaner/ports'
import { isStatus, type NovaClient, type NovaServer } from '@gleaner/wire-openstack'
import { callsFor, type NovaCall, type Situation } from './actions.ts'
import { instanceState } from './instance-state.ts'

interface RunnerOptions {
  /** The cloud, for people. */
  readonly where: string
  readonly clock: Clock
  readonly closed: AbortSignal
}

interface Doing {
  readonly nova: NovaClient
  readonly request: ActionRequest
  readonly signal: AbortSignal
}

interface Seen {
  readonly nova: NovaClient
  readonly server: NovaServer
  readonly id: InstanceId
}

interface Begun {
  readonly action: ActionKind
  readonly requestId: string
}

const rememberedKeys = 10_000
const pollMs = 500
/** How long the first of two calls may take. */
const stepTimeMs = 60_000
/** How long a shelved server is waited for before it is taken off its host. */
const shelveTimeMs = 30 * 60_000

export class ActionRunner {
  readonly #options: RunnerOptions
  /** Oldest first. */
  readonly #keys = new Map<string, Promise<void>>()
  readonly #begun = new Map<InstanceId, Begun>()

  constructor(options: RunnerOptions) {
    this.#options = options
  }

  async run(doing: Doing): Promise<void> {
    const { idempotencyKey } = doing.request
    const known = this.#keys.get(idempotencyKey)
    // Whoever asks again waits for the first; when that one fails, it is their own attempt that counts.
    if (known !== undefined) {
      const ended = known.then(
        () => true,
        () => false,
      )
      if (await untilAborted(ended, doing.signal)) return
    }
    const running = this.#run(doing)
    this.#remember(idempotencyKey, running)
    running.catch(() => this.#keys.delete(idempotencyKey))
    return running
  }

  /** A request that nova accepted from somebody else here. */
  note(id: InstanceId, begun: Begun): void {
    this.#begun.set(id, begun)
  }

  /** Nova's own word on why the last action on a server failed. */
  async failure({ nova, server, id }: Seen, signal: AbortSignal): Promise<string | undefined> {
    if (server.fault !== undefined && server.vmState === 'error') return server.fault.message
    const begun = this.#begun.get(id)
    if (begun === undefined || server.taskState !== undefined) return undefined
    if (instanceState(server) === targetState[begun.action]) {
      this.#begun.delete(id)
      return undefined
    }
    return nova.failureOf(server.id, begun.requestId, signal)
  }

  async #run({ nova, request, signal }: Doing): Promise<void> {
    const { action, instanceId } = request
    const server = await nova.server(nativeOf(instanceId), signal)
    const situation = server && situationOf(server)
    if (server === undefined || situation === undefined) throw this.#notFound(instanceId)
    const calls = callsFor(action, situation)
    if (calls === undefined) throw this.#conflict(server, `it is ${situation.state}`)
    if (calls.length > 0 && isReclaiming(action) && server.isLocked) {
      throw this.#conflict(server, `it is locked${server.lockedReason === undefined ? '' : `: ${server.lockedReason}`}`)
    }
    this.#begun.delete(instanceId)
    for (const [index, call] of calls.entries()) {
      if (index > 0) await this.#settled(nova, server, signal)
      const requestId = await this.#call({ nova, request, signal }, server, call)
      if (requestId !== undefined) this.#begun.set(instanceId, { action, requestId })
    }
    if (calls.some((call) => 'shelve' in call)) void this.#offload(nova, server)
  }

  /** With the id of the request; undefined when somebody else was faster and it is under way. */
  async #call({ nova, request, signal }: Doing, server: NovaServer, body: NovaCall): Promise<string | undefined> {
    try {
      return await nova.act(server.id, { body }, signal)
    } catch (error) {
      if (isStatus(error, 404)) throw this.#notFound(request.instanceId, error)
      // Not everybody may delete by force; where nova keeps no deleted servers both are the same.
      if (isStatus(error, 403) && 'forceDelete' in body) {
        await nova.delete(server.id, signal)
        return undefined
      }
      if (!isStatus(error, 409)) throw error
      const again = await nova.server(server.id, signal)
      const situation = again && situationOf(again)
      if (situation !== undefined && callsFor(request.action, situation)?.length === 0) return undefined
      throw this.#conflict(server, error.message, error)
    }
  }

  /** Waits until nothing is under way. */
  async #settled(nova: NovaClient, server: NovaServer, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options
    const endMs = clock.nowMs() + stepTimeMs
    for (;;) {
      const now = await nova.server(server.id, signal)
      if (now === undefined || now.taskState === undefined) return
      if (clock.nowMs() >= endMs) throw this.#conflict(server, `${now.taskState} does not end`)
      await clock.sleep(pollMs, signal)
    }
  }

  /** Where `shelved_offload_time` of nova is not 0, a shelved server waits on its host. */
  async #offload(nova: NovaClient, server: NovaServer): Promise<void> {
    const { clock, closed } = this.#options
    const endMs = clock.nowMs() + shelveTimeMs
    try {
      while (clock.nowMs() < endMs) {
        await clock.sleep(pollMs, closed)
        const now = await nova.server(server.id, closed)
        if (now?.taskState !== undefined) continue
        if (now?.vmState === 'shelved') await nova.act(server.id, { body: { shelveOffload: null } }, closed)
        return
      }
    } catch {
      // The driver was closed, or nova does not answer: who watches the action sees that the server has not left.
    }
  }

  #remember(key: string, running: Promise<void>): void {
    this.#keys.set(key, running)
    const [oldest] = this.#keys.keys()
    if (this.#keys.size > rememberedKeys && oldest !== undefined) this.#keys.delete(oldest)
  }

  #conflict(server: NovaServer, detail: string, cause?: unknown): GleanerError {
    const facts = { cloud: this.#options.where, object: server.name, detail }
    return new GleanerError('cloud-conflict', facts, { cause })
  }

  #notFound(id: InstanceId, cause?: unknown): GleanerError {
    const facts = { cloud: this.#options.where, object: `instance ${nativeOf(id)}` }
    return new GleanerError('cloud-not-found', facts, { cause })
  }
}

function situationOf(server: NovaServer): Situation | undefined {
  const state = instanceState(server)
  return state === undefined ? undefined : { state, vmState: server.vmState }
}
