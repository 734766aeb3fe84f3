// Remembers which action OpenNebula accepted last on an instance, to see when nothing came of it. OpenNebula itself leaves
// no trace of a suspend that failed: the instance is RUNNING again as if nobody had asked.
//
// An accepted action has failed when the instance stands in a state from which the action begins, after it was seen
// moving, or after the time in which OpenNebula puts an accepted action into effect has passed. It is over when its state
// is reached. An error attribute counts only when it was not there before.
import {
  type ActionKind,
  endsInstance,
  type InstanceId,
  type InstanceState,
  movingState,
  startStates,
  targetState,
} from '@gleaner/model'

interface Accepted {
  readonly action: ActionKind
  readonly acceptedAtMs: number
  readonly errorBefore: string | undefined
  seenMoving: boolean
}

export interface Seen {
  readonly state: InstanceState
  /** OpenNebula's own word for it. */
  readonly word: string
  /** The attribute ERROR of the instance, which OpenNebula sets and nobody clears. */
  readonly error: string | undefined
  readonly nowMs: number
}

/** OpenNebula takes an accepted action up within a second; an overloaded one needs longer. */
const takenUpWithinMs = 30_000

export class AcceptedActions {
  readonly #accepted = new Map<InstanceId, Accepted>()

  accept(id: InstanceId, action: ActionKind, before: Pick<Seen, 'error' | 'nowMs'>): void {
    this.#accepted.set(id, {
      action,
      acceptedAtMs: before.nowMs,
      errorBefore: before.error,
      seenMoving: false,
    })
  }

  /** Called with every sight of the instance: what went wrong with the last action on it, or with itself. */
  fault(id: InstanceId, seen: Seen): string | undefined {
    const accepted = this.#accepted.get(id)
    if (seen.state === 'error') return [seen.word, seen.error].filter((part) => part !== undefined).join(': ')
    if (accepted === undefined) return undefined
    const { action } = accepted
    if (seen.state === targetState[action]) {
      this.#accepted.delete(id)
      return undefined
    }
    if (seen.state === movingState[action]) accepted.seenMoving = true
    if (!startStates[action].includes(seen.state)) return undefined
    const isOverdue = seen.nowMs - accepted.acceptedAtMs >= takenUpWithinMs
    if (!accepted.seenMoving && !isOverdue) return undefined
    const said = seen.error === accepted.errorBefore ? undefined : seen.error
    const what = endsInstance(action) ? 'was not ended' : `is ${seen.word}${accepted.seenMoving ? ' again' : ' still'}`
    return `OpenNebula took ${action} and the instance ${what}; ${said ?? 'it gives no reason'}`
  }

  keepOnly(ids: ReadonlySet<InstanceId>): void {
    for (const id of this.#accepted.keys()) if (!ids.has(id)) this.#accepted.delete(id)
  }

  forget(id: InstanceId): void {
    this.#accepted.delete(id)
  }
}
