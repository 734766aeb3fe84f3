// Carries out actions. Guarantees:
//
// - the state is read first: what is reached or under way is accepted without a call, what cannot begin is a conflict;
// - a key that was accepted once has no second effect; one whose call failed may be tried again;
// - a call that OpenNebula refuses because somebody else was faster is accepted when that leads to the same state.
import { GleanerError, type InstanceId, isError } from '@gleaner/model'
import { type ActionRequest, untilAborted } from '@gleaner/ports'
import { oneAction } from './actions.ts'
import type { OpenNebulaCloudOptions } from './options.ts'
import type { VmRow } from './parse/vm-document.ts'
import { instanceState, stateName } from './states.ts'
import type { VmCalls } from './vm-calls.ts'

interface RunnerOptions {
  readonly calls: VmCalls
  readonly ways: Pick<OpenNebulaCloudOptions, 'shelveBy' | 'deleteBy'>
  /** OpenNebula accepted the action on an instance that looked like this before. */
  readonly onAccepted: (request: ActionRequest, before: VmRow) => void
  /** A sight of the instance right after. */
  readonly onSeen: (id: InstanceId, row: VmRow) => void
}

const rememberedKeys = 10_000
const held = 2

export class ActionRunner {
  readonly #options: RunnerOptions
  /** Oldest first. */
  readonly #keys = new Map<string, Promise<void>>()

  constructor(options: RunnerOptions) {
    this.#options = options
  }

  run(request: ActionRequest, signal: AbortSignal): Promise<void> {
    const known = this.#keys.get(request.idempotencyKey)
    if (known !== undefined) return untilAborted(known, signal)
    const running = this.#run(request, signal)
    this.#remember(request.idempotencyKey, running)
    running.catch(() => this.#keys.delete(request.idempotencyKey))
    return running
  }

  async #run(request: ActionRequest, signal: AbortSignal): Promise<void> {
    const { calls, onAccepted, onSeen } = this.#options
    const { instanceId } = request
    const row = await calls.get(instanceId, signal)
    const name = this.#wayFor(request, row)
    if (name === 'done') return
    try {
      await calls.change('one.vm.action', [name, row.id], { object: `instance ${row.name}`, signal })
    } catch (error) {
      if (!isError(error, 'cloud-conflict')) throw error
      const now = await calls.get(instanceId, signal)
      if (this.#isUnderWay(request, now)) return
      throw error
    }
    onAccepted(request, row)
    // Only to see it move; whoever cannot be asked now is asked again by those who watch.
    const now = await calls.find(instanceId, signal).catch(() => undefined)
    if (now !== undefined) onSeen(instanceId, now)
  }

  #wayFor(request: ActionRequest, row: VmRow): string {
    const { calls, ways } = this.#options
    const state = instanceState(row)
    const name = oneAction(request.action, { state, isHeld: row.state === held }, ways)
    if (name === undefined) throw calls.conflict(`instance ${row.name}`, `it is ${stateName(row)}`)
    return name
  }

  #isUnderWay(request: ActionRequest, row: VmRow): boolean {
    try {
      return this.#wayFor(request, row) === 'done'
    } catch (error) {
      if (error instanceof GleanerError) return false
      throw error
    }
  }

  #remember(key: string, running: Promise<void>): void {
    this.#keys.set(key, running)
    const [oldest] = this.#keys.keys()
    if (this.#keys.size > rememberedKeys && oldest !== undefined) this.#keys.delete(oldest)
  }
}
