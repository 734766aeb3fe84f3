// The holds that people make on purpose. What they do: a keep and a veto end the open reclaiming proposals on the instance
// and let none arise before their end; a keep is the owner's word about the instance, a veto an operator's about a
// proposal. Schedules that would resume or start the instance wait as well. A person's own command passes a veto, never
// somebody's keep when it would take something away.
import type { Policy, Target } from '@gleaner/model'
import type { NewHold } from './detect-person-actions.ts'

export interface HoldWish extends Target {
  readonly by: string
  readonly nowMs: number
  /** How long; for a veto personWinsMs if absent. */
  readonly forMs?: number
  readonly reason?: string
}

export function keepHold(wish: HoldWish & { readonly forMs: number }): NewHold {
  return {
    ...aboutOf(wish),
    kind: 'keep',
    untilMs: wish.nowMs + wish.forMs,
    by: wish.by,
    reason: wish.reason ?? '',
    createdAtMs: wish.nowMs,
  }
}

export function vetoHold(wish: HoldWish, policy: Policy): NewHold {
  return {
    ...aboutOf(wish),
    kind: 'veto',
    untilMs: wish.nowMs + (wish.forMs ?? policy.personWinsMs),
    by: wish.by,
    reason: wish.reason ?? '',
    createdAtMs: wish.nowMs,
  }
}

/** A hold on an instance stays with it wherever it goes. */
function aboutOf({ instanceId, hostId }: Target): Target {
  return { instanceId, hostId: instanceId === undefined ? hostId : undefined }
}
