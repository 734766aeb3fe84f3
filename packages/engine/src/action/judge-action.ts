// Judges an action under way from what the cloud shows now. An accepted call is not success: the action is done if and
// only if the instance is seen in the target state, or is gone where the action ends it; a step on its memory when the guest is
// seen to have left what it was asked for, or to have all of it again; a move when it runs on the host it was to go to. It has failed if the cloud left a
// fault, if the instance is gone, or if it was seen moving and is back where it was. It is timed out when the deadline passes before either. Everything else
// means: look again. Whether and how to act on the judgement is the executor's business.
//
// An entry that is only `intended` may or may not have reached the cloud (the process may have died between the two).
// Then the cloud's state decides: target or moving state means the call got through; the old state means it can be
// called again, which the idempotency key makes safe.
import {
  type Instance,
  type InstanceState,
  type ActionKind,
  isHostStep,
  type JournalEntry,
  type GuestMemory,
  endsInstance,
  formatDurationMs,
  hasAll,
  hasLeft,
  isMemoryStep,
  movingState,
  startStates,
  targetState,
} from '@gleaner/model'

export interface Sighting {
  /** Undefined when the instance is no longer there. */
  readonly instance: Pick<Instance, 'state' | 'hostId'> | undefined
  /** The cloud's own word on the last failure. */
  readonly fault: string | undefined
  /** Of a running guest whose cloud tells it. */
  readonly memory?: GuestMemory
  /** Whether the moving state of the action was seen since the call. */
  readonly seenMoving: boolean
  readonly nowMs: number
}

export type Judgement =
  | { readonly kind: 'wait'; readonly moving: boolean }
  | { readonly kind: 'accepted' }
  | { readonly kind: 'call' }
  | { readonly kind: 'done' | 'failed' | 'timed-out'; readonly outcome: string }

/** How often a call is sent at most before the action counts as failed. */
export const mostAttempts = 3

/** What a step on a host leads to is judged by judge-host-step.ts. */
export function judgeAction(entry: JournalEntry, sighting: Sighting): Judgement {
  const { action } = entry
  if (isHostStep(action)) return { kind: 'failed', outcome: 'not a step on an instance' }
  if (sighting.instance === undefined)
    return {
      kind: endsInstance(action) || action === 'return-memory' ? 'done' : 'failed',
      outcome: 'the instance is no longer there',
    }
  const { state } = sighting.instance
  if (isMemoryStep(action)) {
    const ended = judgeMemory(entry, state, sighting)
    if (ended !== undefined) return ended
  }
  if (action === 'migrate' && hasArrived(entry, sighting.instance))
    return {
      kind: 'done',
      outcome:
        state === 'running' ? 'the instance runs on the other host' : `the instance is ${state} on the other host`,
    }
  const target = targetState[action]
  if (action === 'notify' && entry.state !== 'intended') return { kind: 'done', outcome: 'carried out' }
  if (state === target) return { kind: 'done', outcome: `the instance is ${state}` }
  const isMoving = state === movingState[action]
  if (entry.state === 'intended') return judgeIntended(entry, state, { action, isMoving, nowMs: sighting.nowMs })
  if (state === 'error' && !endsInstance(action))
    return { kind: 'failed', outcome: `the cloud reports an error${told(sighting.fault)}` }
  if (!isMoving && sighting.fault !== undefined)
    return { kind: 'failed', outcome: `the instance is ${state}${told(sighting.fault)}` }
  if (!isMoving && sighting.seenMoving && startStates[action].includes(state)) {
    return { kind: 'failed', outcome: `the instance fell back to ${state} without a reason given` }
  }
  if (sighting.nowMs >= entry.deadlineMs) {
    const spent = formatDurationMs(entry.deadlineMs - entry.intendedAtMs)
    return { kind: 'timed-out', outcome: `the instance is still ${state} after ${spent}` }
  }
  return { kind: 'wait', moving: isMoving }
}

/** One that is there in error has not arrived as it left. */
function hasArrived({ setting }: JournalEntry, { state, hostId }: Pick<Instance, 'state' | 'hostId'>): boolean {
  const isWell = state !== 'migrating' && state !== 'error'
  return setting?.toHostId !== undefined && hostId === setting.toHostId && isWell
}

const memoryGoes: readonly InstanceState[] = ['stopped', 'shelved']

/** What the guest's memory shows; undefined: nothing is shown, or it was not called yet. A call that was taken is no proof. */
function judgeMemory(
  { action, setting, state: written, deadlineMs, intendedAtMs }: JournalEntry,
  state: InstanceState,
  { memory, nowMs }: Sighting,
): Judgement | undefined {
  if (action === 'return-memory' && memoryGoes.includes(state))
    return { kind: 'done', outcome: `the instance is ${state}: it has all of its memory when it starts again` }
  if (memory === undefined) return undefined
  const has = `it has ${Math.round(memory.leftMiB)} of ${Math.round(memory.promisedMiB)} MiB`
  const isReached = action === 'return-memory' ? hasAll(memory) : hasLeft(memory, setting?.memoryMiB ?? Number.NaN)
  if (isReached) return { kind: 'done', outcome: has }
  if (written === 'intended') return undefined
  if (nowMs < deadlineMs) return { kind: 'wait', moving: false }
  return { kind: 'timed-out', outcome: `${has} after ${formatDurationMs(deadlineMs - intendedAtMs)}` }
}

function judgeIntended(
  entry: JournalEntry,
  state: InstanceState,
  context: { readonly action: ActionKind; readonly isMoving: boolean; readonly nowMs: number },
): Judgement {
  if (context.isMoving) return { kind: 'accepted' }
  if (!startStates[context.action].includes(state)) {
    return { kind: 'failed', outcome: `not called: the instance is ${state} by now` }
  }
  if (entry.attempts >= mostAttempts)
    return { kind: 'failed', outcome: `the call got no answer ${entry.attempts} times` }
  if (context.nowMs >= entry.deadlineMs)
    return { kind: 'timed-out', outcome: 'the cloud did not take the call in time' }
  return { kind: 'call' }
}

function told(fault: string | undefined): string {
  return fault === undefined ? '' : `: ${fault}`
}
